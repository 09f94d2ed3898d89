// The exchanges under way, looked at from time to time: of what a parser passes over without a word, such as an endless
// chunk extension, no callback tells.
import type { Attempt } from './attempt.ts';

const LOOK_EVERY_MS = 200;

/** A set of attempts. One timer looks at how much each has read, while there are any; it keeps no process alive. */
export class AttemptsUnderWay {
  readonly #attempts = new Set<Attempt>();
  #timer: NodeJS.Timeout | undefined;

  /** Begins to look at it. */
  add(attempt: Attempt): void {
    this.#attempts.add(attempt);
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Forgets it. */
  delete(attempt: Attempt): void {
    this.#attempts.delete(attempt);
    if (this.#attempts.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Breaks all of them off. */
  interrupt(): void {
    for (const attempt of this.#attempts) attempt.interrupt();
  }

  #look(): void {
    for (const attempt of this.#attempts) attempt.limitReading();
  }
}
