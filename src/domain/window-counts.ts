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

interface Window {
  readonly endsAtMs: number;
  count: number;
}

/** A name's window begins when it is counted first. Where there are too many names, the oldest window is forgotten. */
export class WindowCounts {
  readonly #options: WindowOptions;
  // In the order in which their windows began.
  readonly #windows = new Map<string, Window>();

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
    const window = this.#windows.get(name) ?? this.#begin(name, nowMs);
    window.count += 1;
    return { count: window.count, leftMs: window.endsAtMs - nowMs };
  }

  /** How a name stands, without counting. */
  read(name: string, nowMs: number): WindowCount {
    this.#forget(nowMs);
    const window = this.#windows.get(name);
    return { count: window?.count ?? 0, leftMs: (window?.endsAtMs ?? nowMs) - nowMs };
  }

  // Only a new name takes the room of another: whoever is counted already must not lose his count by being counted again.
  #begin(name: string, nowMs: number): Window {
    const [oldest] = this.#windows.keys();
    if (oldest !== undefined && this.#windows.size >= this.#options.capacity) this.#windows.delete(oldest);
    const window = { endsAtMs: nowMs + this.#options.windowMs, count: 0 };
    this.#windows.set(name, window);
    return window;
  }

  #forget(nowMs: number): void {
    for (const [name, { endsAtMs }] of this.#windows) {
      if (endsAtMs > nowMs) break;
      this.#windows.delete(name);
    }
  }
}
