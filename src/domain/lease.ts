// What goes between the store and the sending of deliveries: a lease in one direction, its end in the other.
import type { Delivery, Settlement } from './delivery.ts';
import { kindOfDelivery, LEASE_MARGIN_MS } from './delivery.ts';
import type { Event } from './event.ts';
import type { ExactJson } from './json.ts';
import type { InvocationEnd, InvocationStart } from './invocation.ts';

/** A delivery that the claimer holds the lease of, and the invocation that was committed with the claim. */
export interface Claimed {
  readonly delivery: Delivery;
  readonly leaseToken: string;
  /** By the clock of the claimer; other processes go by that of the database. */
  readonly leaseUntil: Date;
  readonly invocation: InvocationStart;
  /** The delivered event, where whoever leased it had it at hand; otherwise it is read before it is sent. */
  readonly event?: Event;
  /** Its JSON value, where that was read already. */
  readonly value?: ExactJson;
}

/** What a lease takes from a webhook. */
export interface LeasedFor {
  readonly name: string;
  readonly version: number;
  readonly maxAttempts: number;
  readonly timeoutInSec: number;
}

/** A lease that begins. */
export interface LeaseTerms {
  readonly now: Date;
  readonly leaseToken: string;
  readonly invocationId: string;
  /** Whether it tries a webhook that is failing. */
  readonly isProbe: boolean;
}

/** The next attempt of a delivery that waits, as it is leased: its state, its invocation, and how long that may take. */
export function leaseDelivery(waiting: Delivery, webhook: LeasedFor, terms: LeaseTerms): Claimed {
  const { leaseToken } = terms;
  const now = laterOf(terms.now, waiting.createdAt);
  const attempt = waiting.attempts + 1;
  const delivery: Delivery = { ...waiting, state: 'sending', reason: undefined, attempts: attempt, updatedAt: now };
  const invocation: InvocationStart = {
    id: terms.invocationId,
    organizationId: delivery.organizationId,
    kind: terms.isProbe ? 'probe' : kindOfDelivery(delivery),
    deliveryId: delivery.id,
    eventId: delivery.eventId,
    webhookId: delivery.webhookId,
    webhookVersion: webhook.version,
    webhookName: webhook.name,
    requestedBy: delivery.asked?.by,
    attempt,
    maxAttempts: webhook.maxAttempts,
    scheduledAt: delivery.dueAt,
    startedAt: now,
  };
  const leaseUntil = new Date(now.getTime() + webhook.timeoutInSec * 1000 + LEASE_MARGIN_MS);
  return { delivery, leaseToken, leaseUntil, invocation };
}

// Who leases has looked at his clock before he could see what others were about to accept.
function laterOf(now: Date, createdAt: Date): Date {
  return now < createdAt ? createdAt : now;
}

/** Guards the step of a delivery: it is only taken while the lease is still this one. */
export interface Fence {
  readonly deliveryId: string;
  readonly leaseToken: string;
  readonly settlement: Settlement;
  /** Whether the receiver refused the access token. */
  readonly tokenRefused?: boolean;
  readonly now: Date;
}

/** The end of an invocation, and the step of its delivery. Tests have no delivery. `start` tells whose health it bears on. */
export interface Finish {
  readonly invocationId: string;
  readonly start?: Pick<InvocationStart, 'organizationId' | 'kind' | 'webhookId' | 'webhookVersion'>;
  readonly end: InvocationEnd;
  /** Whether this process was so late that the receiver cannot be blamed: it stood still, or was stopped. */
  readonly isLate?: boolean;
  /** Whether the access token had ended, which says nothing of the receiver. */
  readonly isTokenRefused?: boolean;
  readonly fence?: Fence;
}
