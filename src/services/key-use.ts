// Notes when keys were last used: after the answer, at most once a minute for each key, and never in the way of anything.
import type { Clock } from '../domain/clock.ts';

/** What noting touches. */
export interface KeyUseDeps {
  readonly store: { readonly apiKeys: { touch(id: string, at: Date): Promise<void> } };
  readonly clock: Clock;
  readonly report: { jobFailed(fact: { readonly job: string; readonly error: unknown }): void };
}

const MINUTE_MS = 60_000;
const CAPACITY = 10_000;

/** Remembers which keys were noted in the last minute. */
export class KeyUse {
  readonly #deps: KeyUseDeps;
  readonly #notedAt = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: KeyUseDeps) {
    this.#deps = deps;
  }

  /** The key was used just now. */
  note(keyId: string): void {
    const now = this.#deps.clock();
    const notedAt = this.#notedAt.get(keyId);
    if (notedAt !== undefined && Math.abs(now.getTime() - notedAt) < MINUTE_MS) return;
    if (this.#notedAt.size >= CAPACITY) this.#notedAt.clear();
    this.#notedAt.set(keyId, now.getTime());
    this.#writing = this.#writing.then(() => this.#write(keyId, now));
  }

  /** Resolves when all is written that was noted. */
  settled(): Promise<void> {
    return this.#writing;
  }

  async #write(keyId: string, at: Date): Promise<void> {
    try {
      await this.#deps.store.apiKeys.touch(keyId, at);
    } catch (error) {
      this.#notedAt.delete(keyId);
      this.#deps.report.jobFailed({ job: 'key-use', error });
    }
  }
}
