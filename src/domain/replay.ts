// A replay: a recorded job that delivers past events to one webhook again, or for the first time. Which, and how fast.
import type { Delivery } from './delivery.ts';
import { isFinal } from './delivery.ts';
import type { JsonObject } from './json.ts';

/** The states of a replay; the last two are final. */
export const REPLAY_STATES = ['running', 'paused', 'finished', 'cancelled'] as const;

export type ReplayState = (typeof REPLAY_STATES)[number];

/**
 * Which events are delivered: `failed`, those whose latest delivery to the webhook ended without being delivered;
 * `planned`, all that were ever planned for it; `all`, also those that never were, where they match it now.
 */
export const REPLAY_SELECTIONS = ['failed', 'planned', 'all'] as const;

export type ReplaySelection = (typeof REPLAY_SELECTIONS)[number];

/** Which events go to which webhook. Times are those of receipt: from (inclusive) and to (exclusive). */
export interface ReplayScope {
  readonly webhookId: string;
  readonly selection: ReplaySelection;
  /** `undefined`: from the first event on. */
  readonly receivedAfter: Date | undefined;
  readonly receivedBefore: Date;
  /** Patterns as a webhook has them; empty: every type. */
  readonly eventTypes: readonly string[];
  readonly filter: JsonObject | undefined;
}

/** How far it has come, in events. `skipped`: those whose delivery to the webhook still waited, and those that are erased. */
export interface ReplayProgress {
  /** Events of the time range, counted when the replay was made. */
  readonly total: number;
  readonly scanned: number;
  readonly planned: number;
  readonly skipped: number;
}

/** A replay as it is stored. */
export interface Replay {
  readonly id: string;
  readonly organizationId: string;
  readonly scope: ReplayScope;
  /** Its deliveries have a `webhook-id` of their own. */
  readonly newWebhookId: boolean;
  readonly ratePerSec: number;
  readonly state: ReplayState;
  /** Why the engine has paused or cancelled it. */
  readonly reason: string | undefined;
  readonly progress: ReplayProgress;
  /** The last event that was looked at: it goes on after it, in the order of ids. */
  readonly position: string | undefined;
  /** The last event that belongs to it; `undefined` where none does. */
  readonly lastEventId: string | undefined;
  /** What was planned so far is paid for up to this moment, at the replay's rate. */
  readonly paidUntil: Date;
  /** Its deliveries that wait are still to be cancelled. */
  readonly cancelWaiting: boolean;
  /** The id of an API key. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | undefined;
}

/** What a replay makes of an event; `plan_if_matched`: only where the webhook takes it now. */
export type ReplayVerdict = 'plan' | 'plan_if_matched' | 'skip' | 'pass';

/** Decides by the latest delivery of an event to the webhook, `undefined` where it never had one. */
export function judgeForReplay(selection: ReplaySelection, latest: Pick<Delivery, 'state'> | undefined): ReplayVerdict {
  if (latest === undefined) return selection === 'all' ? 'plan_if_matched' : 'pass';
  if (!isFinal(latest)) return 'skip';
  return selection === 'failed' && latest.state === 'delivered' ? 'pass' : 'plan';
}

/** A replay that could not run for a while may make up for this much of it. */
export const REPLAY_BURST_MS = 2000;

/** How many deliveries a replay may plan at a moment, and from when on they are paid for. */
export interface Allowance {
  readonly count: number;
  readonly from: Date;
}

/** What may be planned now. A clock that was set back holds nothing up: what is paid for the future is let go. */
export function allowanceAt(paidUntil: Date, ratePerSec: number, now: Date): Allowance {
  const nowMs = now.getTime();
  const fromMs = Math.min(Math.max(paidUntil.getTime(), nowMs - REPLAY_BURST_MS), nowMs);
  return { count: Math.floor(((nowMs - fromMs) * ratePerSec) / 1000), from: new Date(fromMs) };
}

/** Up to when so many deliveries are paid for: never later than the moment of their allowance. */
export function payFor(from: Date, count: number, ratePerSec: number): Date {
  return new Date(from.getTime() + Math.ceil((count * 1000) / ratePerSec));
}
