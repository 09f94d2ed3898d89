// A group as it was planned, on the strength of what is remembered.
import type { Delivery } from '../../domain/delivery.ts';
import type { Event } from '../../domain/event.ts';
import type { Health } from '../../domain/health.ts';
import type { Claimed, Finish } from '../../domain/lease.ts';
import type { KeyReservation } from '../events.ts';

/** Requests with events, as they were planned. */
export interface PlannedIntakes {
  /** Keys that have to be good `now`. */
  readonly keyIds: readonly string[];
  readonly now: Date;
  /** When the events are accepted: nothing may have been read that would come after them. */
  readonly acceptedAt: Date;
  /** What the webhooks of each organization were when events were matched with them. */
  readonly stamps: readonly { readonly organizationId: string; readonly stamp: string }[];
  /** Keys that nobody may have yet. */
  readonly reservations: readonly KeyReservation[];
  /** Keys of what is not kept: nobody may have them either, or his event would be the answer. */
  readonly unclaimed: readonly Pick<KeyReservation, 'organizationId' | 'key'>[];
  readonly events: readonly Event[];
  readonly waiting: readonly Delivery[];
  readonly leased: readonly Claimed[];
}

/** Ends of attempts, whose deliveries have to be leased still, and what they mean for the health of their webhooks. */
export interface PlannedFinishes {
  readonly finishes: readonly Finish[];
  readonly healths: readonly PlannedHealth[];
}

/** The health of a webhook as it was found, by its text; and what it becomes, where that is another. */
export interface PlannedHealth {
  readonly webhookId: string;
  /** The version that was in force; 0 where there is none. */
  readonly version: number;
  readonly found: string;
  readonly next: Health | undefined;
}
