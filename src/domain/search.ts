// What lists can be narrowed by. Times are from (inclusive) and to (exclusive); what is left out does not narrow.
import type { DeliveryState } from './delivery.ts';
import type { InvocationKind } from './invocation.ts';
import type { Outcome } from './outcomes.ts';
import type { ReplayState } from './replay.ts';

/** Which deliveries. */
export interface DeliveryFilter {
  readonly webhookId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly state?: DeliveryState | undefined;
  /** Those of one replay. */
  readonly replayId?: string | undefined;
  /** Those that repeat one delivery. */
  readonly repeats?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
}

/** Which replays. */
export interface ReplayFilter {
  readonly webhookId?: string | undefined;
  readonly state?: ReplayState | undefined;
}

/** Which invocations. `statusClass` is the first digit of the status; `text` is looked for in URL, message and bodies. */
export interface InvocationFilter {
  readonly webhookId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly deliveryId?: string | undefined;
  readonly kind?: InvocationKind | undefined;
  readonly outcome?: Outcome | undefined;
  readonly status?: number | undefined;
  readonly statusClass?: number | undefined;
  readonly startedAfter?: Date | undefined;
  readonly startedBefore?: Date | undefined;
  readonly text?: string | undefined;
}
