// Lets answers to failed authentications wait, so that guessing takes time: a bounded number at once, none at the stop.

import { setMaxListeners } from 'node:events';

/** What waiting touches. */
export interface SlowingDeps {
  /** Resolves after `pauseMs`, or at once when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
}

const STEP_MS = 100;
const MOST_MS = 1000;
// Who would fill our memory with answers that wait gets them at once instead; the limit of his address holds all the same.
const MOST_AT_ONCE = 100;

/** How long an answer waits after so many failures: 100 ms more for each, at most a second. */
export function slowdownMs(failures: number): number {
  return Math.min(failures * STEP_MS, MOST_MS);
}

/** Knows how many answers wait. */
export class Slowing {
  readonly #deps: SlowingDeps;
  readonly #stopped = new AbortController();
  #waiting = 0;

  constructor(deps: SlowingDeps) {
    this.#deps = deps;
    // Node takes more than ten who wait for one signal for a leak.
    setMaxListeners(MOST_AT_ONCE, this.#stopped.signal);
  }

  /** Resolves when the answer may be given. */
  async slow(failures: number): Promise<void> {
    if (this.#waiting >= MOST_AT_ONCE || this.#stopped.signal.aborted) return;
    this.#waiting += 1;
    await this.#deps.pause(slowdownMs(failures), this.#stopped.signal);
    this.#waiting -= 1;
  }

  /** Nothing waits from now on. */
  stop(): void {
    this.#stopped.abort();
  }
}
