// Puts the engine's own events through the same path as posted ones, in the transaction of the change they report.
import type { Clock } from '../domain/clock.ts';
import { acceptEvent } from '../domain/event.ts';
import type { NewId } from '../domain/ids.ts';
import { writeExact } from '../domain/json.ts';
import type { OwnEvent } from '../domain/own-events.ts';
import { writeOwnEvent } from '../domain/own-events.ts';
import type { PlanningStore } from './planning.ts';
import { storeEvents } from './planning.ts';

/** Takes an event of the engine in, within the caller's transaction; what its organization does not keep is left out. */
export type EventSink<Store> = (store: Store, event: OwnEvent) => Promise<void>;

/** What the sink touches. */
export interface OwnEventDeps {
  readonly newId: NewId;
  readonly clock: Clock;
}

/** Makes the sink. */
export function createEventSink(deps: OwnEventDeps): EventSink<PlanningStore> {
  return async (store, event) => {
    const now = deps.clock();
    const value = writeOwnEvent(event, now);
    const { organizationId } = event.actor;
    const accepted = acceptEvent(value, writeExact(value), {
      id: deps.newId('evt'),
      organizationId,
      receivedAt: now,
      origin: 'engine',
      idempotencyKey: undefined,
      hop: 0,
    });
    await storeEvents(deps, store, organizationId, [accepted]);
  };
}
