// What takes the place of storage in the ceiling: a queue in memory, so many of it under way at once.

/** Work that is done once; it never rejects. */
export type Work = () => Promise<void>;

/** The queue. */
export class InMemoryQueue {
  readonly #inFlight: number;
  readonly #mostWaiting: number;
  #waiting: Work[] = [];
  #taken = 0;
  #underWay = 0;
  readonly #held: (() => void)[] = [];

  constructor(inFlight: number, mostWaiting: number) {
    this.#inFlight = inFlight;
    this.#mostWaiting = mostWaiting;
  }

  /** Takes work; resolves at once, or where too much waits already once it does not any more. */
  async add(work: readonly Work[]): Promise<void> {
    this.#waiting.push(...work);
    this.#begin();
    if (this.#length > this.#mostWaiting) await new Promise<void>((resolve) => this.#held.push(resolve));
  }

  get #length(): number {
    return this.#waiting.length - this.#taken;
  }

  #begin(): void {
    while (this.#underWay < this.#inFlight && this.#length > 0) {
      const work = this.#waiting[this.#taken];
      this.#taken += 1;
      if (this.#taken > 1000 && this.#taken * 2 > this.#waiting.length) {
        this.#waiting = this.#waiting.slice(this.#taken);
        this.#taken = 0;
      }
      this.#underWay += 1;
      void work?.().then(() => this.#ended());
    }
    while (this.#held.length > 0 && this.#length <= this.#mostWaiting) this.#held.shift()?.();
  }

  #ended(): void {
    this.#underWay -= 1;
    this.#begin();
  }
}
