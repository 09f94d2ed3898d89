// Counts what happens by name within fixed windows of time, in bounded memory: for limits of requests.

/** How a name stands: what it has come to in its window, and how long that lasts. */
export interface WindowCount {
  readonly count: number;
  /** Milliseconds until its window ends. */
  readonly leftMs: number;
}

/** How long a window is, and how many names are kept at once. */
export interface WindowOptions {
  readonly windowMs: number;
  readonly capacity: number;
}

/** A name's window begins when it is counted first. Where there are too many names, the oldest window is forgotten. */
export class WindowCounts {
  readonly #options: WindowOptions;
  // In the order in which their windows began.
  readonly #windows = new Map<string, { readonly endsAtMs: number; count: number }>();

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  /** How many names are kept. */
  get size(): number {
    return this.#windows.size;
  }

  /** Counts one more. `nowMs` never goes back. */
  hit(name: string, nowMs: number): WindowCount {
    this.#forget(nowMs);
    const window = this.#windows.get(name) ?? { endsAtMs: nowMs + this.#options.windowMs, count: 0 };
    window.count += 1;
    this.#windows.set(name, window);
    return { count: window.count, leftMs: window.endsAtMs - nowMs };
  }

  /** How a name stands, without counting. */
  read(name: string, nowMs: number): WindowCount {
    this.#forget(nowMs);
    const window = this.#windows.get(name);
    return { count: window?.count ?? 0, leftMs: (window?.endsAtMs ?? nowMs) - nowMs };
  }

  #forget(nowMs: number): void {
    for (const [name, { endsAtMs }] of this.#windows) {
      if (endsAtMs > nowMs && this.#windows.size < this.#options.capacity) break;
      this.#windows.delete(name);
    }
  }
}
