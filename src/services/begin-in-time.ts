// Bounds the wait for a transaction to begin, without leaving its outcome open: one that has not begun never will.
import { unavailable } from '../domain/errors.ts';

/** What it touches. */
export interface BeginInTimeDeps<Inner> {
  transaction<Result>(work: (store: Inner) => Promise<Result>): Promise<Result>;
  /** Resolves after `pauseMs`, or at once when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
}

/**
 * Runs `work` in a transaction. Where it has not begun after `limitMs`, since another program holds the database or
 * others wait before it, throws `unavailable`, and nothing is stored: `work` is dropped, and what begins later ends at
 * once. A transaction that has begun is waited for, however long it takes.
 */
export async function beginInTime<Inner, Result>(
  deps: BeginInTimeDeps<Inner>,
  limitMs: number,
  work: (store: Inner) => Promise<Result>,
): Promise<Result> {
  // Dropped with what it holds: the queue behind a locked database must not keep bodies in memory.
  const waiting: { work: typeof work | undefined } = { work };
  const begun = new AbortController();
  const outcome = deps.transaction(async (store) => {
    const { work: ready } = waiting;
    if (ready === undefined) throw late();
    begun.abort();
    return ready(store);
  });
  const inTime = deps.pause(limitMs, begun.signal).then(() => {
    if (begun.signal.aborted) return outcome;
    waiting.work = undefined;
    throw late();
  });
  try {
    return await Promise.race([outcome, inTime]);
  } finally {
    begun.abort();
  }
}

function late(): Error {
  return unavailable('storage_busy', 'The database did not become free in time, so nothing was stored.', 2);
}
