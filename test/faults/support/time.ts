// Waiting for another process: a fault is a matter of time, so this suite, and no other, waits by the clock.
import { setTimeout as timer } from 'node:timers/promises';

/** Resolves after `durationMs`. */
export function pause(durationMs: number): Promise<void> {
  return timer(durationMs);
}

/** Asks again and again until the answer is yes; rejects with what was awaited where that takes longer than `limitMs`. */
export async function until(what: string, limitMs: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`In vain for ${String(limitMs / 1000)} s: ${what}`);
    await pause(50);
  }
}
