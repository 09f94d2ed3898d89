// What goes between the store and the sending of deliveries: a claim in one direction, its end in the other.
import type { Delivery, Settlement } from './delivery.ts';
import type { InvocationEnd, InvocationStart } from './invocation.ts';

/** A delivery that the claimer holds the lease of, and the invocation that was committed with the claim. */
export interface Claimed {
  readonly delivery: Delivery;
  readonly leaseToken: string;
  /** By the clock of the claimer; other processes go by that of the database. */
  readonly leaseUntil: Date;
  readonly invocation: InvocationStart;
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
  readonly start?: Pick<InvocationStart, 'kind' | 'webhookId' | 'webhookVersion'>;
  readonly end: InvocationEnd;
  /** Whether this process was so late that the receiver cannot be blamed: it stood still, or was stopped. */
  readonly isLate?: boolean;
  /** Whether the access token had ended, which says nothing of the receiver. */
  readonly isTokenRefused?: boolean;
  readonly fence?: Fence;
}
