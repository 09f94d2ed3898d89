// What the search index holds, and how it is asked. The same for both databases.
import type { Event } from '../../domain/event.ts';
import type { LogPlace, LogWindow } from '../../domain/event-window.ts';
import type { StoreDeps } from '../sql/rows.ts';

/** An event, and where it stands in the order of acceptance. */
export type EventPlace = LogPlace;

/** An event with its terms, as `termsOf` gives them. */
export interface IndexedEvent {
  readonly event: Pick<Event, 'id' | 'organizationId' | 'receivedAt'>;
  readonly terms: readonly string[];
}

/** An event with the number that the index gives it: ascending in the order of acceptance, over all organizations. */
export interface Numbered extends IndexedEvent {
  readonly seq: number;
}

/** Each clause is a list of terms, one of which an event must have. Events must satisfy all clauses. */
export type Clauses = readonly (readonly string[])[];

/** Which part of what is found is wanted; `until` is not later than `indexedUntil` says. */
export type SearchWindow = LogWindow;

/** How each kind of database keeps the index. All but `page` are called in a transaction. */
export interface SearchTables {
  /** Adds entries, in the order of their numbers. */
  add(database: StoreDeps['database'], entries: readonly Numbered[]): Promise<void>;
  remove(database: StoreDeps['database'], events: readonly EventPlace[]): Promise<void>;
  /** Gives an event other terms, if it is indexed. */
  replace(database: StoreDeps['database'], entry: IndexedEvent): Promise<void>;
  page(
    database: StoreDeps['database'],
    organizationId: string,
    clauses: Clauses,
    window: SearchWindow,
  ): Promise<readonly EventPlace[]>;
  /** Drops what holds no entry any more, where that is to be dropped; gives how much. */
  dropEmpty(database: StoreDeps['database']): Promise<number>;
  /** Lets go of the words of what was removed, in short transactions with rests between them. */
  forget(database: StoreDeps['database'], rest: () => Promise<void>): Promise<void>;
}

/** A place as it is stored and compared. */
export type PlaceText = readonly [receivedAt: string, id: string];

/** The place of an event, as it is stored. */
export function placeOf({ receivedAt, id }: EventPlace): PlaceText {
  return [instantText(receivedAt), id];
}

/** The first place that a window does not reach any more. */
export function endOf({ to, before, until }: SearchWindow): PlaceText {
  const ends: PlaceText[] = [[instantText(until), '']];
  if (to !== undefined) ends.push([instantText(new Date(Math.min(to.getTime() + 1, LATEST))), '']);
  if (before !== undefined) ends.push(placeOf(before));
  return ends.reduce((least, end) => (comparePlaces(end, least) < 0 ? end : least));
}

/** Where a window begins, if it says so. */
export function startOf({ from }: SearchWindow): string | undefined {
  return from === undefined ? undefined : instantText(from);
}

/** Compares places in the order of acceptance. */
export function comparePlaces(a: PlaceText, b: PlaceText): number {
  return compare(a[0], b[0]) || compare(a[1], b[1]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

// Only these years are written with four digits, and so in the order of time.
const EARLIEST = Date.parse('0000-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

function instantText(instant: Date): string {
  return new Date(Math.min(Math.max(instant.getTime(), EARLIEST), LATEST)).toISOString();
}
