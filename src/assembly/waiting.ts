// Waiting by Node's timers, for the layers that are given it as a function.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Resolves after `pauseMs`, or at once when `signal` is aborted. */
export async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
}

/** Lets everything run that is ready to run. */
export async function yieldToOthers(): Promise<void> {
  await nextTurn();
}
