// How far the log of events can be read: up to where everything that was accepted is decided, so that nothing comes in
// between later. Whoever reads finds what was accepted before he asked.
import type { Clock } from '../domain/clock.ts';

/** What finding it touches. */
export interface HorizonDeps {
  readonly store: {
    readonly acceptance: {
      readableUntil(): Promise<Date>;
      isBehind(organizationId: string): Promise<boolean>;
      advance(now: Date): Promise<{ readonly until: Date; readonly isBehind: boolean }>;
    };
  };
  readonly clock: Clock;
  /** Told that nothing more may be accepted before this instant. */
  readonly acceptance: { raise(floor: Date): void };
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  /** Resolves after `pauseMs`, or at once when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
}

// Each advance is a commit; so many readers share one.
const LEAST_BETWEEN_MS = 20;
// While something older is undecided: how long a reader waits for it, and how often he looks.
const LONGEST_WAIT_MS = 250;
const LOOK_AGAIN_MS = 10;

/** Finds it, and moves it on. */
export class Horizon {
  readonly #deps: HorizonDeps;
  #running: Promise<Date> | undefined;
  #next: Promise<Date> | undefined;
  #lastAtMs = -Infinity;
  readonly #never = new AbortController().signal;

  constructor(deps: HorizonDeps) {
    this.#deps = deps;
  }

  /**
   * The instant before which all is decided, for a reader of an organization. What was accepted before the call is before
   * it, unless something older has been undecided for a quarter of a second.
   */
  async readableUntil(organizationId: string): Promise<Date> {
    const { acceptance } = this.#deps.store;
    if (await acceptance.isBehind(organizationId)) return this.advance();
    return acceptance.readableUntil();
  }

  /** Moves it on to now. Where that is being done already, once more afterwards, for all who ask meanwhile. */
  advance(): Promise<Date> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<Date> {
    this.#next = undefined;
    this.#running = this.#advance().finally(() => {
      if (this.#next === undefined) this.#running = undefined;
    });
    return this.#running;
  }

  async #advance(): Promise<Date> {
    const { clock, store, acceptance } = this.#deps;
    const monotonicMs = (): number => this.#deps.monotonicMs();
    const restMs = this.#lastAtMs + LEAST_BETWEEN_MS - monotonicMs();
    if (restMs > 0) await this.#deps.pause(restMs, this.#never);
    this.#lastAtMs = monotonicMs();
    let reached = await store.acceptance.advance(clock());
    while (reached.isBehind && monotonicMs() - this.#lastAtMs < LONGEST_WAIT_MS) {
      await this.#deps.pause(LOOK_AGAIN_MS, this.#never);
      reached = await store.acceptance.advance(clock());
    }
    acceptance.raise(reached.until);
    return reached.until;
  }
}
