// Reads the log of events for whoever asks, in batches: nothing is kept open between them, however slowly they are taken.
import { AppError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { LogPlace, LogWindow } from '../domain/event-window.ts';
import { placeOf } from '../domain/event-window.ts';
import type { Horizons } from './horizon.ts';

/** One of these terms has to be there. */
export type Clause = readonly string[];

/** What reading touches. */
export interface ReadLogDeps {
  readonly store: {
    readonly eventLog: {
      page(organizationId: string, window: LogWindow): Promise<readonly Event[]>;
      placeAt(
        organizationId: string,
        window: Omit<LogWindow, 'offset' | 'limit'>,
        count: number,
      ): Promise<LogPlace | undefined>;
    };
    readonly events: {
      byIds(ids: readonly string[]): Promise<ReadonlyMap<string, Event>>;
      byId(organizationId: string, id: string): Promise<Event | undefined>;
    };
    readonly search: {
      page(organizationId: string, clauses: readonly Clause[], window: LogWindow): Promise<readonly LogPlace[]>;
    };
  };
  readonly horizon: {
    /** How far the log can be read: with what was accepted before the call. */
    find(organizationId: string): Promise<Horizons>;
    /** As `find`, and the index is brought up to what can be read, as far as that takes no long time. */
    catchUp(organizationId: string): Promise<Horizons>;
  };
}

/** What is asked of the log. */
export interface LogQuery extends Pick<LogWindow, 'from' | 'to' | 'before' | 'offset' | 'limit'> {
  /** Terms of the index that an event has to have; none: every event. */
  readonly clauses: readonly Clause[];
  /** How many of the newest between `from` and `to` are looked at; `undefined`: all. */
  readonly scanLimit?: number | undefined;
}

/** What was found. */
export interface LogReading {
  /** Nothing accepted at or after this instant is in it. */
  readonly until: Date;
  /** Nothing accepted at or after this instant is found by its words or by what it is about. */
  readonly indexedUntil: Date;
  /** The oldest place that is looked at, where only so many are. */
  readonly oldest: LogPlace | undefined;
  /** Newest first, in batches. */
  readonly batches: AsyncIterable<readonly Event[]>;
}

// A batch is read in some milliseconds, and has some megabytes at most, as far as the one before it tells: an event may have
// a quarter of a megabyte.
const FIRST_BATCH = 50;
const LARGEST_BATCH = 250;
const BATCH_CHARACTERS = 2 ** 21;

/** Reads an organization's log. The first batch is not read before it is asked for. */
export async function readLog(deps: ReadLogDeps, organizationId: string, query: LogQuery): Promise<LogReading> {
  const { horizon } = deps;
  const isPlain = query.clauses.length === 0;
  const { readableUntil, indexedUntil } = await (isPlain
    ? horizon.find(organizationId)
    : horizon.catchUp(organizationId));
  const until = isPlain ? readableUntil : indexedUntil;
  const last = await lastPlace(deps, organizationId, query, until);
  return { until, indexedUntil, oldest: last, batches: readBatches(deps, organizationId, query, { until, last }) };
}

/** Throws `malformed` where no event of the organization is at that place: a cursor that was made up, or whose event is gone. */
export async function checkPlace(
  { store }: Pick<ReadLogDeps, 'store'>,
  organizationId: string,
  { id, receivedAt }: LogPlace,
  pointer: string,
): Promise<void> {
  const event = await store.events.byId(organizationId, id);
  if (event?.receivedAt.getTime() === receivedAt.getTime()) return;
  const detail = `There is no entry ${id} of ${receivedAt.toISOString()} to go on after.`;
  const hint = 'Use the cursor of the page before, unchanged, or begin anew without one.';
  throw new AppError('malformed', 'cursor_unknown', detail, {
    faults: [{ pointer, code: 'cursor_unknown', detail, hint }],
    hint,
  });
}

interface Bounds {
  readonly until: Date;
  /** The oldest place that is looked at. */
  readonly last: LogPlace | undefined;
}

function lastPlace(
  { store }: ReadLogDeps,
  organizationId: string,
  { from, to, scanLimit }: LogQuery,
  until: Date,
): Promise<LogPlace | undefined> {
  if (scanLimit === undefined) return Promise.resolve(undefined);
  return store.eventLog.placeAt(organizationId, { from, to, until }, scanLimit);
}

async function* readBatches(
  deps: ReadLogDeps,
  organizationId: string,
  query: LogQuery,
  { until, last }: Bounds,
): AsyncGenerator<readonly Event[]> {
  let { before, offset } = query;
  let size = FIRST_BATCH;
  for (let left = query.limit; left > 0;) {
    const limit = Math.min(left, size);
    const window = { from: query.from, to: query.to, before, until, offset, limit };
    const found = await readBatch(deps, organizationId, query.clauses, window);
    const events = last === undefined ? found.events : found.events.filter((event) => !isOlder(event, last));
    if (events.length > 0) yield events;
    if (found.count < limit || events.length < found.events.length) return;
    left -= events.length;
    size = nextSize(events);
    before = found.last;
    offset = 0;
  }
}

function nextSize(events: readonly Event[]): number {
  const characters = events.reduce((sum, { body }) => sum + body.length, 0);
  const fitting = Math.floor((BATCH_CHARACTERS * events.length) / Math.max(characters, 1));
  return Math.max(1, Math.min(fitting, LARGEST_BATCH));
}

interface Batch {
  readonly events: readonly Event[];
  /** How many places there are; an event that has just been removed is none any more. */
  readonly count: number;
  readonly last: LogPlace | undefined;
}

async function readBatch(
  { store }: ReadLogDeps,
  organizationId: string,
  clauses: readonly Clause[],
  window: LogWindow,
): Promise<Batch> {
  if (clauses.length === 0) {
    const events = await store.eventLog.page(organizationId, window);
    const last = events.at(-1);
    return { events, count: events.length, last: last === undefined ? undefined : placeOf(last) };
  }
  const places = await store.search.page(organizationId, clauses, window);
  const byId = await store.events.byIds(places.map(({ id }) => id));
  const events = places.flatMap(({ id }) => byId.get(id) ?? []);
  return { events, count: places.length, last: places.at(-1) };
}

function isOlder(place: LogPlace, than: LogPlace): boolean {
  const apart = place.receivedAt.getTime() - than.receivedAt.getTime();
  return apart < 0 || (apart === 0 && place.id < than.id);
}
