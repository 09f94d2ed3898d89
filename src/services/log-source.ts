// Where a reading of the log gets its events from: the log itself, or the places that a search finds.
import type { Event } from '../domain/event.ts';
import type { LogPlace, LogWindow } from '../domain/event-window.ts';
import { placeOf } from '../domain/event-window.ts';

/** One of these terms has to be there. */
export type Clause = readonly string[];

/** What is read. */
export interface LogSourceStore {
  readonly eventLog: {
    page(organizationId: string, window: LogWindow): Promise<readonly Event[]>;
  };
  readonly events: {
    byIds(ids: readonly string[]): Promise<ReadonlyMap<string, Event>>;
  };
  readonly search: {
    page(organizationId: string, clauses: readonly Clause[], window: LogWindow): Promise<readonly LogPlace[]>;
  };
}

/** Which events, from the newest on. */
export interface LogSought extends Pick<LogWindow, 'from' | 'to' | 'before' | 'offset'> {
  /** Terms of the index that an event has to have; none: every event. */
  readonly clauses: readonly Clause[];
}

/** Gives the events of a reading one after another, newest first. */
export interface LogSource {
  /** The next ones, `limit` at most; `undefined` after the last. `wanted`: how many will be asked for in all. */
  next(limit: number, wanted: number): Promise<readonly Event[] | undefined>;
}

/** Makes it. What was accepted at `until` or later is not in it. */
export function sourceOf(
  { store }: { readonly store: LogSourceStore },
  organizationId: string,
  { clauses, ...window }: LogSought,
  until: Date,
): LogSource {
  if (clauses.length === 0) return new Going(window, until, (next) => store.eventLog.page(organizationId, next));
  return new Found(store, new Going(window, until, (next) => store.search.page(organizationId, clauses, next)));
}

/** Goes on from page to page. */
class Going<Item extends LogPlace> {
  readonly #read: (window: LogWindow) => Promise<readonly Item[]>;
  #window: Omit<LogWindow, 'limit'>;
  #isOver = false;

  constructor(window: Omit<LogSought, 'clauses'>, until: Date, read: (window: LogWindow) => Promise<readonly Item[]>) {
    this.#window = { ...window, until };
    this.#read = read;
  }

  async next(limit: number): Promise<readonly Item[] | undefined> {
    if (this.#isOver) return undefined;
    const items = await this.#read({ ...this.#window, limit });
    const last = items.at(-1);
    this.#isOver = items.length < limit;
    if (last === undefined) return undefined;
    this.#window = { ...this.#window, before: placeOf(last), offset: 0 };
    return items;
  }
}

// A search costs the same for one place and for many, so its places are found long before their events are read.
const MOST_PLACES = 1000;

/** The events of places. One that has just been removed is none any more. */
class Found implements LogSource {
  readonly #store: LogSourceStore;
  readonly #places: Going<LogPlace>;
  #ready: readonly LogPlace[] = [];

  constructor(store: LogSourceStore, places: Going<LogPlace>) {
    this.#store = store;
    this.#places = places;
  }

  async next(limit: number, wanted: number): Promise<readonly Event[] | undefined> {
    if (this.#ready.length === 0) this.#ready = (await this.#places.next(Math.min(wanted, MOST_PLACES))) ?? [];
    if (this.#ready.length === 0) return undefined;
    const places = this.#ready.slice(0, limit);
    this.#ready = this.#ready.slice(limit);
    const byId = await this.#store.events.byIds(places.map(({ id }) => id));
    return places.flatMap(({ id }) => byId.get(id) ?? []);
  }
}
