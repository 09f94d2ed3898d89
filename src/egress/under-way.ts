// The exchanges under way, looked at from time to time: of what a parser passes over without a word, such as an endless
// chunk extension, no callback tells.
import { setMaxListeners } from 'node:events';
import type { Attempt } from './attempt.ts';

const LOOK_EVERY_MS = 200;

interface AttemptsOfSignal {
  readonly attempts: Set<Attempt>;
  readonly onAbort: () => void;
}

/**
 * A set of attempts. One timer looks at how much each has read, while there are any; it keeps no process alive. A
 * signal that may end many attempts has one listener for all of them.
 */
export class AttemptsUnderWay {
  readonly #attempts = new Set<Attempt>();
  readonly #bySignal = new Map<AbortSignal, AttemptsOfSignal>();
  #timer: NodeJS.Timeout | undefined;

  /** Begins to look at it, and breaks it off when the signal fires, which it has not yet. */
  add(attempt: Attempt, signal?: AbortSignal): void {
    this.#attempts.add(attempt);
    if (signal !== undefined) this.#listenTo(signal).add(attempt);
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Forgets it. */
  delete(attempt: Attempt, signal?: AbortSignal): void {
    this.#attempts.delete(attempt);
    if (signal !== undefined) this.#forgetOf(signal, attempt);
    if (this.#attempts.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Breaks all of them off. */
  interrupt(): void {
    interruptAll(this.#attempts);
  }

  #listenTo(signal: AbortSignal): Set<Attempt> {
    const known = this.#bySignal.get(signal);
    if (known !== undefined) return known.attempts;
    const attempts = new Set<Attempt>();
    const onAbort = (): void => interruptAll(attempts);
    this.#bySignal.set(signal, { attempts, onAbort });
    // Several exchangers may listen to one signal: that is no leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', onAbort, { once: true });
    return attempts;
  }

  #forgetOf(signal: AbortSignal, attempt: Attempt): void {
    const known = this.#bySignal.get(signal);
    known?.attempts.delete(attempt);
    if (known === undefined || known.attempts.size > 0) return;
    signal.removeEventListener('abort', known.onAbort);
    this.#bySignal.delete(signal);
  }

  #look(): void {
    for (const attempt of this.#attempts) attempt.limitReading();
  }
}

function interruptAll(attempts: ReadonlySet<Attempt>): void {
  for (const attempt of attempts) attempt.interrupt();
}
