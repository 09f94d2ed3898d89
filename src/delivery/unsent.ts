// The end of an attempt that never left: nothing was wrong with the receiver, and nothing was sent to it.
import type { Verdict } from '../domain/delivery.ts';
import { endWithoutExchange } from '../domain/invocation.ts';
import { outcomeEntry } from '../domain/outcomes.ts';
import type { AttemptResult } from './attempt.ts';

/** Why nothing was sent where the engine was told to stop before the first byte. */
export const ENGINE_STOPPING = 'The engine was stopping.';

/** Why nothing was sent where the lease could have run out before the answer. */
export const LEASE_TOO_OLD = 'Its lease was too old to start.';

/** Why nothing was sent where there is nothing to send any more. */
export const CONTENT_ERASED = 'The content of the event has been erased.';

/** It does not count against the retry policy. The delivery is due again in `pauseMs`. */
export function unsent(finishedAt: Date, why: string, pauseMs = 0): AttemptResult {
  const message = `${outcomeEntry('not_sent').sentence} ${why}`;
  const verdict: Verdict = pauseMs > 0 ? { kind: 'unsent', pauseMs } : { kind: 'unsent' };
  return { verdict, end: endWithoutExchange(finishedAt, 'not_sent', message) };
}
