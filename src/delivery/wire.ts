// The way out for one delivery, and its room in memory: each is taken once, and given back once.
import type { Slots } from './slots.ts';

/** The way out for one delivery. */
export interface Wire {
  /** Waits until its request may go out: at once (`undefined`), or when its turn has come. */
  enter(): Promise<void> | undefined;
  /** The request is over: its receiver has answered, or will not. */
  answered(): void;
}

/** That of a delivery for which room is taken already. */
export class OneWire implements Wire {
  readonly #slots: Slots;
  readonly #webhookId: string;
  readonly #monotonicMs: () => number;
  #enteredAtMs: number | undefined;
  #hasLeft = false;

  constructor(slots: Slots, webhookId: string, monotonicMs: () => number) {
    this.#slots = slots;
    this.#webhookId = webhookId;
    this.#monotonicMs = monotonicMs;
  }

  enter(): Promise<void> | undefined {
    const waiting = this.#slots.enter(this.#webhookId);
    if (waiting === undefined) this.#entered();
    return waiting?.then(() => this.#entered());
  }

  answered(): void {
    if (this.#enteredAtMs === undefined || this.#hasLeft) return;
    this.#hasLeft = true;
    this.#slots.leave(this.#webhookId, this.#monotonicMs() - this.#enteredAtMs);
  }

  /** Its result is stored, or cannot be: wire and room are free. */
  close(): void {
    if (this.#enteredAtMs !== undefined && !this.#hasLeft) this.#slots.leave(this.#webhookId, undefined);
    this.#slots.release(this.#webhookId, this.#enteredAtMs !== undefined);
  }

  #entered(): void {
    this.#enteredAtMs = this.#monotonicMs();
  }
}
