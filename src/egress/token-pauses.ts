// Endpoints that gave no token: each is asked again after a pause, and whoever comes meanwhile is told why at once, so
// that deliveries to an endpoint that hangs do not hold their slots for nothing.
import { LRUCache } from 'lru-cache';
import type { TokenAnswer } from './token.ts';

/** An answer without a token. */
export type NoTokenAnswer = Extract<TokenAnswer, { readonly ok: false }>;

/** What came of the calls that have failed. A key stands for an endpoint and a client with its credentials. */
export interface TokenPauses {
  /** A call has failed: the next is made after 1 s at the earliest, twice that after each further one, and 30 s at most. */
  failed(key: string, call: FailedCall): void;
  /** There is a token: what failed before counts no more. */
  succeeded(key: string): void;
  /**
   * The last failure, where it stands for a call that is not to be made now: during the pause, and while one caller
   * finds out whether it is over.
   */
  instead(key: string, now: Date, isAsking: boolean): NoTokenAnswer | undefined;
}

/** A call without a token. */
export interface FailedCall {
  readonly askedAt: Date;
  readonly failedAt: Date;
  readonly answer: NoTokenAnswer;
}

interface Paused extends FailedCall {
  readonly pauseMs: number;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** Makes one that pauses nothing yet, and forgets what was not asked for longest beyond `max` keys. */
export function createTokenPauses(max: number): TokenPauses {
  const paused = new LRUCache<string, Paused>({ max });
  return {
    failed: (key, call) => void paused.set(key, { ...call, pauseMs: pauseAfter(paused.peek(key), call) }),
    succeeded: (key) => void paused.delete(key),
    instead: (key, now, isAsking) => {
      const last = paused.get(key);
      return last !== undefined && (isAsking || isPaused(last, now)) ? again(last, now) : undefined;
    },
  };
}

// Calls at the same time have failed for the same reason: together they are one.
function pauseAfter(last: Paused | undefined, { askedAt }: FailedCall): number {
  if (last === undefined) return FIRST_PAUSE_MS;
  return askedAt < last.failedAt ? last.pauseMs : Math.min(last.pauseMs * 2, LONGEST_PAUSE_MS);
}

// A failure in the future says that the clock was set back.
function isPaused({ failedAt, pauseMs }: Paused, now: Date): boolean {
  return failedAt <= now && now.getTime() < failedAt.getTime() + pauseMs;
}

function again({ askedAt, answer }: Paused, now: Date): NoTokenAnswer {
  const agoSec = Math.max(0, Math.round((now.getTime() - askedAt.getTime()) / 1000));
  const message = `Asked ${String(agoSec)} s ago: ${answer.failure.message}`;
  return { ...answer, failure: { ...answer.failure, message } };
}
