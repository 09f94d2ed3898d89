// Reads the log of events for whoever asks, in batches: nothing is kept open between them, however slowly they are taken.
import type { Fault } from '../domain/errors.ts';
import { AppError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { LogPlace, LogWindow } from '../domain/event-window.ts';
import type { Horizons, Reach } from './horizon.ts';
import type { Clause, LogSourceStore } from './log-source.ts';
import { sourceOf } from './log-source.ts';

/** What reading touches. */
export interface ReadLogDeps {
  readonly store: LogSourceStore & {
    readonly eventLog: {
      placeAt(
        organizationId: string,
        window: Omit<LogWindow, 'offset' | 'limit'>,
        count: number,
      ): Promise<LogPlace | undefined>;
    };
    readonly events: {
      byId(organizationId: string, id: string): Promise<Event | undefined>;
    };
  };
  /** How far the log can be read. */
  readonly horizon: { reach(organizationId: string, reach: Reach): Promise<Horizons> };
}

/** What is asked of the log. */
export interface LogQuery extends Pick<LogWindow, 'from' | 'to' | 'before' | 'offset' | 'limit'> {
  /** Terms of the index that an event has to have; none: every event. */
  readonly clauses: readonly Clause[];
  /** How many of the newest between `from` and `to`, and before `before`, are looked at; `undefined`: all. */
  readonly scanLimit?: number | undefined;
  /** The oldest place that is looked at, whatever `scanLimit` says: it was counted for the first page. */
  readonly scanTo?: LogPlace | undefined;
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

// A batch is read in some milliseconds, and is what each reader who takes his time has in memory, so it has some hundred
// kilobytes at most, as far as the one before it tells: an event may have a quarter of a megabyte.
const FIRST_BATCH = 50;
const LARGEST_BATCH = 250;
const BATCH_CHARACTERS = 2 ** 18;

/**
 * Reads an organization's log. The first batch is not read before it is asked for. Throws `unavailable` where the time that is
 * asked for is over, and not all of it can be read yet.
 */
export async function readLog(deps: ReadLogDeps, organizationId: string, query: LogQuery): Promise<LogReading> {
  const isIndexed = query.clauses.length > 0;
  const reach = { end: endOf(query), isIndexed };
  const { readableUntil, indexedUntil } = await deps.horizon.reach(organizationId, reach);
  const until = isIndexed ? indexedUntil : readableUntil;
  const last = await lastPlace(deps, organizationId, query, until);
  return { until, indexedUntil, oldest: last, batches: readBatches(deps, organizationId, query, { until, last }) };
}

/** The fault where no event of the organization is at that place: a cursor that was made up, or whose event is gone. */
export async function placeFault(
  { store }: Pick<ReadLogDeps, 'store'>,
  organizationId: string,
  { id, receivedAt }: LogPlace,
  pointer: string,
): Promise<Fault | undefined> {
  const event = await store.events.byId(organizationId, id);
  if (event?.receivedAt.getTime() === receivedAt.getTime()) return undefined;
  const detail = `There is no entry ${id} of ${receivedAt.toISOString()} to go on after.`;
  return { pointer, code: 'cursor_unknown', detail, hint: BEGIN_ANEW };
}

const BEGIN_ANEW = 'Use the cursor of the page before, unchanged, or begin anew without one.';

/** As an error: throws `malformed`. */
export async function checkPlace(...asked: Parameters<typeof placeFault>): Promise<void> {
  const fault = await placeFault(...asked);
  if (fault === undefined) return;
  throw new AppError('malformed', 'cursor_unknown', fault.detail, { faults: [fault], hint: BEGIN_ANEW });
}

// The last instant that a Date can hold stands for no end.
const NEVER = new Date(8_640_000_000_000_000);

function endOf({ to }: Pick<LogQuery, 'to'>): Date {
  return to === undefined || to >= NEVER ? NEVER : new Date(to.getTime() + 1);
}

interface Bounds {
  readonly until: Date;
  /** The oldest place that is looked at. */
  readonly last: LogPlace | undefined;
}

async function lastPlace(
  { store }: ReadLogDeps,
  organizationId: string,
  { from, to, before, scanLimit, scanTo }: LogQuery,
  until: Date,
): Promise<LogPlace | undefined> {
  if (scanLimit === undefined || scanTo !== undefined) return scanTo;
  return store.eventLog.placeAt(organizationId, { from, to, before, until }, scanLimit);
}

async function* readBatches(
  deps: ReadLogDeps,
  organizationId: string,
  query: LogQuery,
  { until, last }: Bounds,
): AsyncGenerator<readonly Event[]> {
  const source = sourceOf(deps, organizationId, query, until);
  let size = FIRST_BATCH;
  for (let left = query.limit; left > 0;) {
    const found = await source.next(Math.min(left, size), left);
    if (found === undefined) return;
    const events = last === undefined ? found : found.filter((event) => !isOlder(event, last));
    if (events.length > 0) yield events;
    if (events.length < found.length) return;
    left -= events.length;
    size = nextSize(events) ?? size;
  }
}

function nextSize(events: readonly Event[]): number | undefined {
  if (events.length === 0) return undefined;
  const characters = events.reduce((sum, { body }) => sum + body.length, 0);
  const fitting = Math.floor((BATCH_CHARACTERS * events.length) / Math.max(characters, 1));
  return Math.max(1, Math.min(fitting, LARGEST_BATCH));
}

function isOlder(place: LogPlace, than: LogPlace): boolean {
  const apart = place.receivedAt.getTime() - than.receivedAt.getTime();
  return apart < 0 || (apart === 0 && place.id < than.id);
}
