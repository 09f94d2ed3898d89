// Writes what happens often into the audit log, such as refused keys and reads of the log itself: once a minute, counted,
// and never in the way of an answer.
import type { Clock } from '../domain/clock.ts';
import type { Counted, Kinds } from '../domain/counts.ts';
import { Counts } from '../domain/counts.ts';
import type { OwnEvent } from '../domain/own-events.ts';
import type { EventSink } from './own-events.ts';

/** What writing them touches. */
export interface CountedAuditDeps<Store, Thing> {
  readonly kinds: Kinds<Thing>;
  /** The organization that a thing concerns; `undefined`: none, and the first one is told. */
  concerns(thing: Thing): string | undefined;
  /** What the audit log of an organization says of it. */
  eventOf(counted: Counted<Thing>, organizationId: string): OwnEvent;
  /** What failures are reported as. */
  readonly name: string;
  readonly store: {
    readonly organizations: { first(): Promise<{ readonly id: string } | undefined> };
    transaction<T>(work: (store: Store) => Promise<T>): Promise<T>;
  };
  readonly ownEvents: EventSink<Store>;
  readonly clock: Clock;
  /** Resolves after `pauseMs`, or at once when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
  readonly report: { jobFailed(fact: { readonly job: string; readonly error: unknown }): void };
}

const MINUTE_MS = 60_000;

/** Collects for a minute from the first refusal on, then writes what there was. */
export class CountedAudit<Store, Thing> {
  readonly #deps: CountedAuditDeps<Store, Thing>;
  readonly #counts: Counts<Thing>;
  readonly #closed = new AbortController();
  #isWaiting = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: CountedAuditDeps<Store, Thing>) {
    this.#deps = deps;
    this.#counts = new Counts(deps.kinds);
  }

  /** Counts one; it is written within a minute. */
  note(thing: Thing): void {
    this.#counts.note(thing, this.#deps.clock());
    this.#wait();
  }

  /** Writes what there is now. Never throws: what could not be written is reported, and tried again in a minute. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Writes what there is, and waits for nothing more. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.flush();
  }

  #wait(): void {
    if (this.#isWaiting || this.#closed.signal.aborted) return;
    this.#isWaiting = true;
    void this.#deps.pause(MINUTE_MS, this.#closed.signal).then(() => {
      this.#isWaiting = false;
      return this.flush();
    });
  }

  async #write(): Promise<void> {
    if (this.#counts.isEmpty) return;
    const { store, ownEvents, report, name } = this.#deps;
    const taken = [...this.#counts.take()];
    try {
      const first = await store.organizations.first();
      for (let next = taken[0]; next !== undefined; next = taken[0]) {
        const organizationId = this.#deps.concerns(next.last) ?? first?.id;
        const event = organizationId === undefined ? undefined : this.#deps.eventOf(next, organizationId);
        // One transaction each: others want to write, too.
        if (event !== undefined) await store.transaction((store) => ownEvents(store, event));
        taken.shift();
      }
    } catch (error) {
      report.jobFailed({ job: name, error });
      // The one that failed comes last the next time: were it the cause itself, it would keep all others back.
      for (const counted of [...taken.slice(1), ...taken.slice(0, 1)]) this.#counts.add(counted);
      this.#wait();
    }
  }
}
