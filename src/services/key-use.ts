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
  // By key, so that a database that is slow or away leaves no more behind than there are keys.
  readonly #unwritten = new Map<string, Date>();
  #writing: Promise<void> | undefined;

  constructor(deps: KeyUseDeps) {
    this.#deps = deps;
  }

  /** The key was used just now. */
  note(keyId: string): void {
    const now = this.#deps.clock();
    const notedAt = this.#notedAt.get(keyId);
    if (notedAt !== undefined && Math.abs(now.getTime() - notedAt) < MINUTE_MS) return;
    if (this.#notedAt.size >= CAPACITY) this.#notedAt.clear();
    if (this.#unwritten.size >= CAPACITY) this.#unwritten.clear();
    this.#notedAt.set(keyId, now.getTime());
    this.#unwritten.set(keyId, now);
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when all is written that was noted, or could not be written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What is noted meanwhile comes last.
    for (const [keyId, at] of this.#unwritten) {
      this.#unwritten.delete(keyId);
      await this.#write(keyId, at);
    }
    this.#writing = undefined;
  }

  // What fails is not tried again before the key's next minute: a database in trouble has enough to do.
  async #write(keyId: string, at: Date): Promise<void> {
    try {
      await this.#deps.store.apiKeys.touch(keyId, at);
    } catch (error) {
      this.#deps.report.jobFailed({ job: 'key-use', error });
    }
  }
}
