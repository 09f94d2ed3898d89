// How far the log of events can be read: up to where everything that was accepted is decided, so that nothing comes in
// between later. Whoever reads finds what was accepted before he asked.
import type { AcceptanceClock } from '../domain/acceptance.ts';
import type { AppError } from '../domain/errors.ts';
import { unavailable } from '../domain/errors.ts';

/** What finding it touches. */
export interface HorizonDeps {
  readonly store: {
    readonly acceptance: {
      readableUntil(): Promise<Date>;
      isBehind(organizationId: string): Promise<boolean>;
      advance(now: Date): Promise<{ readonly until: Date; readonly isBehind: boolean }>;
    };
    readonly eventLog: {
      /** The organizations of which events were accepted at that instant or later. */
      organizationsSince(from: Date): Promise<readonly string[]>;
    };
    readonly search: {
      /** The instant before which all events of an organization are in the index that were accepted before `readableUntil`. */
      indexedUntil(organizationId: string, readableUntil: Date): Promise<Date>;
    };
  };
  /** Gives the instant for what is accepted now, and is told that nothing more may be accepted before another one. */
  readonly acceptance: Pick<AcceptanceClock, 'now' | 'raise'>;
  /** Puts what can be read into the index; resolves when it has, or cannot now. */
  indexNow(): Promise<void>;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  /** Resolves after `pauseMs`, or at once when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
}

/** The instants before which all is decided, and all is in the index. */
export interface Horizons {
  readonly readableUntil: Date;
  readonly indexedUntil: Date;
}

// Each advance is a commit; so many readers share one.
const LEAST_BETWEEN_MS = 20;
const RECENT_MS = 1000;
// While something older is undecided: how long a reader waits for it, and how often he looks.
const LONGEST_WAIT_MS = 250;
const LOOK_AGAIN_MS = 10;
// How long a reader waits for the index: a database that was filled without it takes much longer.
const LONGEST_INDEXING_MS = 1000;
// How long one waits for the end of the time that he asks for. Requests wait as long for the database, see begin-in-time.
const LONGEST_REACH_MS = 3000;
// How far ahead it may lie to be waited for: clocks of others are seldom further from ours.
const NEAR_MS = 2000;

/** What a reader asks for. */
export interface Reach {
  /** He asks for what was accepted before this instant. */
  readonly end: Date;
  /** Whether he goes by the index. */
  readonly isIndexed: boolean;
}

/** Finds it, and moves it on. */
export class Horizon {
  readonly #deps: HorizonDeps;
  #running: Promise<Date> | undefined;
  #next: Promise<Date> | undefined;
  #lastAtMs = -Infinity;

  constructor(deps: HorizonDeps) {
    this.#deps = deps;
  }

  /**
   * The horizons for a reader of an organization. What was accepted before the call is before the first one, unless
   * something older has been undecided for a quarter of a second.
   */
  async find(organizationId: string): Promise<Horizons> {
    const { acceptance, search } = this.#deps.store;
    const isBehind = await acceptance.isBehind(organizationId);
    const readableUntil = await (isBehind ? this.advance() : this.#keepUp(await acceptance.readableUntil()));
    return { readableUntil, indexedUntil: await search.indexedUntil(organizationId, readableUntil) };
  }

  // Where nothing comes in, it moves on as well, so that who asks knows that there is nothing. Should that fail, there is
  // nothing new to read all the same.
  #keepUp(reached: Date): Promise<Date> {
    const isRecent = this.#deps.acceptance.now().getTime() - reached.getTime() < RECENT_MS;
    return isRecent ? Promise.resolve(reached) : this.advance().catch(() => reached);
  }

  /** As `find`, and the second one is brought up to the first, as far as that takes less than a second. */
  async catchUp(organizationId: string): Promise<Horizons> {
    const found = await this.find(organizationId);
    if (found.indexedUntil >= found.readableUntil) return found;
    const done = new AbortController();
    await Promise.race([
      this.#deps.indexNow().finally(() => done.abort()),
      this.#deps.pause(LONGEST_INDEXING_MS, done.signal),
    ]);
    const { readableUntil } = found;
    const indexedUntil = await this.#deps.store.search.indexedUntil(organizationId, readableUntil);
    return { readableUntil, indexedUntil };
  }

  /**
   * The horizons for a reader, as `find` and `catchUp` give them, and the one that counts is not before the end of what he
   * asks for: whoever reads one stretch of time after the other skips nothing. An end that has yet to come is waited for
   * where it is near, as for a clock that is ahead of ours. Throws `unavailable` after 3 seconds.
   */
  async reach(organizationId: string, { end, isIndexed }: Reach): Promise<Horizons> {
    const isAhead = end.getTime() - this.#deps.acceptance.now().getTime() > NEAR_MS;
    for (const beganMs = this.#deps.monotonicMs(); ;) {
      const found = await (isIndexed ? this.catchUp(organizationId) : this.find(organizationId));
      const until = isIndexed ? found.indexedUntil : found.readableUntil;
      if (isAhead || until >= end) return found;
      if (this.#deps.monotonicMs() - beganMs > LONGEST_REACH_MS) throw logBehind(until);
      await this.#deps.pause(LOOK_AGAIN_MS, NEVER);
      await this.advance();
    }
  }

  /** The first one, moved on where something was accepted that is behind it: for work that follows the log by itself. */
  async follow(): Promise<Date> {
    const { acceptance, eventLog } = this.#deps.store;
    const readableUntil = await acceptance.readableUntil();
    return (await eventLog.organizationsSince(readableUntil)).length > 0 ? this.advance() : readableUntil;
  }

  /** Moves the first one on to now. Where that is being done already, once more afterwards, for all who ask meanwhile. */
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
    const { store, acceptance } = this.#deps;
    const monotonicMs = (): number => this.#deps.monotonicMs();
    const restMs = this.#lastAtMs + LEAST_BETWEEN_MS - monotonicMs();
    if (restMs > 0) await this.#deps.pause(restMs, NEVER);
    this.#lastAtMs = monotonicMs();
    let reached = await store.acceptance.advance(acceptance.now());
    while (reached.isBehind && monotonicMs() - this.#lastAtMs < LONGEST_WAIT_MS) {
      await this.#deps.pause(LOOK_AGAIN_MS, NEVER);
      reached = await store.acceptance.advance(acceptance.now());
    }
    acceptance.raise(reached.until);
    return reached.until;
  }
}

const NEVER = new AbortController().signal;

function logBehind(until: Date): AppError {
  const detail = `Events can be read up to ${until.toISOString()} so far. What came after that is being stored, or made findable.`;
  return unavailable('log_behind', detail, 1);
}
