// A delivery: one event on its way to one webhook. What happens next is a value, built here and nowhere else.
import type { InvocationKind } from './invocation.ts';
import type { Outcome } from './outcomes.ts';
import type { RetryPolicy } from './webhook.ts';
import { nextDelay } from './retry.ts';

/** The states of DELIVERY.md section 2. */
export const DELIVERY_STATES = [
  'pending',
  'sending',
  'held',
  'delivered',
  'exhausted',
  'rejected',
  'cancelled',
] as const;

export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** States that are never left. */
export const FINAL_STATES: readonly DeliveryState[] = ['delivered', 'exhausted', 'rejected', 'cancelled'];

/** A lease outlives the timeout of its webhook by this much: loading, settling, a busy database (DELIVERY.md section 1). */
export const LEASE_MARGIN_MS = 15_000;

/** Who asked for a delivery that was not planned with its event, and what it is to do again. */
export interface Asked {
  /** The id of an API key. */
  readonly by: string;
  /** The delivery that it repeats; `undefined` where the event never had one to this webhook. */
  readonly repeats: string | undefined;
  /** The replay that it belongs to; `undefined` where it was redelivered by itself. */
  readonly replayId: string | undefined;
  /** The invocation whose body is sent as it was; `undefined`: the body is rendered. */
  readonly sameBytesOf: string | undefined;
}

/** One event on its way to one webhook. */
export interface Delivery {
  readonly id: string;
  readonly organizationId: string;
  readonly eventId: string;
  readonly webhookId: string;
  /** The `webhook-id` header: the id of this event's first delivery to this webhook. */
  readonly messageId: string;
  readonly state: DeliveryState;
  /** Why it is in this state, where that is not plain. */
  readonly reason: string | undefined;
  /** Attempts that count against the retry policy, taken at the claim. */
  readonly attempts: number;
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | undefined;
  /** While it is held: when it is given up. */
  readonly heldUntil: Date | undefined;
  /** `undefined`: it was planned with its event. */
  readonly asked: Asked | undefined;
  /** When somebody cancelled it while an attempt was under way. */
  readonly cancelRequestedAt: Date | undefined;
  /** When its receiver last refused the access token (401): a later attempt takes one that was asked for after that. */
  readonly tokenRefusedAt: Date | undefined;
}

/** What a response, or the lack of one, means for the delivery. `pauseMs`: not before, 0 where it is not there; `tokenRefused`: the receiver did not take the access token. */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'failed'; readonly reason: Outcome; readonly retryAfterMs?: number; readonly tokenRefused?: true }
  | { readonly kind: 'refused'; readonly reason: Outcome }
  | { readonly kind: 'unsent'; readonly pauseMs?: number }
  | { readonly kind: 'unknown' };

/** Where a delivery goes after an attempt. `counts`: whether the attempt does, against the retry policy. */
export type Settlement =
  | { readonly state: 'delivered' }
  | { readonly state: 'pending'; readonly dueAt: Date; readonly reason: string; readonly counts: boolean }
  | {
      readonly state: 'held';
      readonly reason: HeldReason;
      readonly until: Date;
      /** When it is due once nothing holds it any more, and why then. */
      readonly dueAt: Date;
      readonly delay: string;
      readonly counts: boolean;
    }
  | { readonly state: 'exhausted' | 'rejected' | 'cancelled'; readonly reason: string };

/** What the webhook has become while the attempt was under way. */
export type WebhookStanding = 'active' | 'inactive' | 'disabled' | 'deleted';

/** Why a delivery is held: the admin switched its webhook off, or the engine disabled it or spares its receiver. */
export type HeldReason = 'webhook_inactive' | 'webhook_disabled' | 'breaker_open';

/** What `settle` decides from. `attempt` counts from 1 and includes the one that ended. */
export interface AttemptEnd {
  readonly attempt: number;
  readonly policy: RetryPolicy;
  readonly standing: WebhookStanding;
  /** How long the webhook lets deliveries be held. */
  readonly maxHeldInSec: number;
  /** Whether somebody has cancelled the delivery while the attempt was under way. */
  readonly cancelRequested?: boolean;
  /** Whether the content of its event is erased. */
  readonly eventErased?: boolean;
  /** Whether an earlier attempt of it has been refused its access token. */
  readonly tokenRefusedBefore?: boolean;
  readonly now: Date;
  /** In [0, 1): spreads the delay. */
  readonly chance: number;
}

/** Where a delivery goes that somebody has cancelled. */
export const CANCELLED_BY_HAND = { state: 'cancelled', reason: 'cancelled_by_hand' } as const satisfies Settlement;

/** Where a delivery goes that is not over when the content of its event is erased. */
export const CANCELLED_BY_ERASURE = { state: 'cancelled', reason: 'event_erased' } as const satisfies Settlement;

/** Decides the next state of a delivery: the table of DELIVERY.md section 2, for deliveries in `sending`. */
export function settle(verdict: Verdict, end: AttemptEnd): Settlement {
  const cancelled = cancelledMeanwhile(end);
  if (cancelled !== undefined && verdict.kind !== 'accepted') return cancelled;
  switch (verdict.kind) {
    case 'accepted':
      return { state: 'delivered' };
    case 'refused':
      return { state: 'rejected', reason: verdict.reason };
    case 'unsent':
      return afterUnsent(verdict.pauseMs ?? 0, end);
    case 'unknown':
      return afterUnknown(end);
    case 'failed':
      return afterFailure(verdict, end);
  }
}

function cancelledMeanwhile({ eventErased, cancelRequested }: AttemptEnd): Settlement | undefined {
  if (eventErased === true) return CANCELLED_BY_ERASURE;
  return cancelRequested === true ? CANCELLED_BY_HAND : undefined;
}

function afterUnsent(pauseMs: number, { now }: AttemptEnd): Settlement {
  const when = pauseMs > 0 ? `in ${String(Math.ceil(pauseMs / 1000))} s` : 'at once';
  const reason = `It was not sent: due again ${when}.`;
  return { state: 'pending', dueAt: new Date(now.getTime() + pauseMs), reason, counts: false };
}

function afterUnknown(end: AttemptEnd): Settlement {
  if (end.attempt > end.policy.delaysInSec.length) return { state: 'exhausted', reason: 'unknown' };
  return {
    state: 'pending',
    dueAt: end.now,
    reason: 'What became of the attempt is not known: due again at once.',
    counts: true,
  };
}

function afterFailure(verdict: Extract<Verdict, { kind: 'failed' }>, end: AttemptEnd): Settlement {
  if (end.standing === 'deleted') return { state: 'cancelled', reason: 'webhook_deleted' };
  const next = isFirstRefusal(verdict, end) ? WITH_NEW_TOKEN : afterDelay(verdict, end);
  if (next === undefined) return { state: 'exhausted', reason: verdict.reason };
  const dueAt = new Date(end.now.getTime() + next.delayMs);
  const { counts, reason: delay } = next;
  if (end.standing === 'active') return { state: 'pending', dueAt, reason: delay, counts };
  const until = heldUntil(end.now, end.maxHeldInSec);
  return { state: 'held', reason: `webhook_${end.standing}`, until, dueAt, delay, counts };
}

/**
 * Whether an attempt was the first of its delivery to be refused its access token. It says that the token has ended, and
 * nothing of the receiver: the next one takes a new token, at once, and outside the retry policy.
 */
export function isFirstRefusal(
  verdict: Verdict,
  { tokenRefusedBefore }: Pick<AttemptEnd, 'tokenRefusedBefore'>,
): boolean {
  return verdict.kind === 'failed' && verdict.tokenRefused === true && tokenRefusedBefore !== true;
}

const WITH_NEW_TOKEN = {
  delayMs: 0,
  reason: 'The receiver refused the access token: due again at once, with a new token.',
  counts: false,
};

function afterDelay(
  { retryAfterMs }: Extract<Verdict, { kind: 'failed' }>,
  { policy, attempt, chance }: AttemptEnd,
): typeof WITH_NEW_TOKEN | undefined {
  const delay = nextDelay(policy, attempt, chance, retryAfterMs);
  return delay === undefined ? undefined : { ...delay, counts: true };
}

/** When a delivery that is held from now on is given up. */
export function heldUntil(now: Date, maxHeldInSec: number): Date {
  return new Date(now.getTime() + maxHeldInSec * 1000);
}

/** Why the requests of a delivery are made. */
export function kindOfDelivery({ asked }: Pick<Delivery, 'asked'>): InvocationKind {
  if (asked === undefined) return 'delivery';
  return asked.replayId === undefined ? 'redelivery' : 'replay';
}

/** Whether nothing more will come of it. */
export function isFinal({ state }: Pick<Delivery, 'state'>): boolean {
  return FINAL_STATES.includes(state);
}
