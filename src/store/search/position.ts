// Up to which event the index goes, and which come next. One position for all organizations: what is readable is
// decided for all of them at once, and so numbers ascend with time wherever one looks.
import type { Event } from '../../domain/event.ts';
import { integer, optionalText, text } from '../codec/columns.ts';
import { readEvent } from '../codec/event.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { readRow, readRows, runStatement } from '../sql/rows.ts';
import { rowsOf } from '../dialect.ts';
import type { EventPlace, PlaceText } from './entries.ts';
import { comparePlaces, placeOf } from './entries.ts';

/** The last event that is indexed, its number, and how often events were changed that were not indexed yet. */
export interface Position {
  readonly seq: number;
  readonly place: PlaceText;
  readonly changes: number;
}

const BEGINNING: Position = { seq: 0, place: ['', ''], changes: 0 };

/** The position now. */
export async function readPosition({ lookup }: StoreDeps['database']): Promise<Position> {
  const row = await readRow(lookup('event_search_state').where('id', 1));
  if (row === undefined) return BEGINNING;
  return {
    seq: integer(row, 'last_seq'),
    place: [text(row, 'received_at'), text(row, 'event_id')],
    changes: integer(row, 'changes'),
  };
}

// There is no row before the first event is indexed.
const ADVANCE = {
  key: 'search advance',
  text: () => `insert into event_search_state (id, last_seq, received_at, event_id, changes) values (1, ?, ?, ?, 0)
    on conflict (id) do update
      set last_seq = excluded.last_seq, received_at = excluded.received_at, event_id = excluded.event_id
      where event_search_state.last_seq = ? and event_search_state.changes = ? returning last_seq`,
};

/**
 * Moves the position on, in the transaction that adds the entries; gives whether it was still the one that is given.
 * Otherwise another process was first, or an event that was read since has changed.
 */
export async function advance(
  database: StoreDeps['database'],
  from: Position,
  to: Omit<Position, 'changes'>,
): Promise<boolean> {
  const rows = await runStatement(database, ADVANCE, [to.seq, ...to.place, from.seq, from.changes]);
  return rows.length > 0;
}

const CHANGED = {
  key: 'search changed',
  text: () => `insert into event_search_state (id, last_seq, received_at, event_id, changes) values (1, 0, '', '', 1)
    on conflict (id) do update set changes = event_search_state.changes + 1
      where (event_search_state.received_at, event_search_state.event_id) < (?, ?)`,
};

/**
 * Says that these events change in this transaction. Who has read one of them to index it, and has not yet, will read it
 * again. Comes before the change of the index: it waits for an index run that is just being committed.
 */
export async function noteChange(database: StoreDeps['database'], events: readonly EventPlace[]): Promise<void> {
  const latest = events.map(placeOf).reduce((a, b) => (comparePlaces(a, b) < 0 ? b : a), BEGINNING.place);
  await runStatement(database, CHANGED, latest);
}

// The oldest event of each organization after a place and before an instant.
const HEADS = `select id, (select received_at from events where organization_id = organizations.id
    and (received_at, id) > (?, ?) and received_at < ? order by received_at, id limit 1) as next_at
  from organizations`;

/** The events that come after a position and were accepted before `until`, in the order of acceptance. */
export async function eventsAfter(
  { reader, lookup }: Pick<StoreDeps['database'], 'reader' | 'lookup'>,
  { place }: Position,
  until: Date,
  limit: number,
): Promise<readonly Event[]> {
  const end = until.toISOString();
  const heads = rowsOf(await reader.raw(HEADS, [...place, end]))
    .map((row) => ({ id: text(row, 'id'), nextAt: optionalText(row, 'next_at') }))
    .filter((head): head is { id: string; nextAt: string } => head.nextAt !== undefined)
    .sort((a, b) => comparePlaces([a.nextAt, ''], [b.nextAt, '']));
  let next: PlaceText[] = [];
  for (const { id, nextAt } of heads) {
    const last = next.at(-1);
    if (next.length === limit && last !== undefined && nextAt > last[0]) break;
    next = [...next, ...(await placesOf(reader, { id, place, end, limit }))].sort(comparePlaces).slice(0, limit);
  }
  const ids = next.map(([, id]) => id);
  const events = (await readRows(lookup('events').whereIn('id', ids))).map(readEvent);
  return events.sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
}

interface Stretch {
  readonly id: string;
  readonly place: PlaceText;
  readonly end: string;
  readonly limit: number;
}

async function placesOf(reader: StoreDeps['database']['reader'], stretch: Stretch): Promise<PlaceText[]> {
  const query = reader('events').select('received_at', 'id').where('organization_id', stretch.id);
  void query.whereRaw('(received_at, id) > (?, ?)', [...stretch.place]).where('received_at', '<', stretch.end);
  void query.orderBy([{ column: 'received_at' }, { column: 'id' }]).limit(stretch.limit);
  return (await readRows(query)).map((row): PlaceText => [text(row, 'received_at'), text(row, 'id')]);
}

/** When the oldest event was accepted that is not indexed yet, of an organization and before `until`; else `until`. */
export async function indexedUntil(
  database: StoreDeps['database'],
  organizationId: string,
  until: Date,
): Promise<Date> {
  const { place } = await readPosition(database);
  const end = until.toISOString();
  const [oldest] = await placesOf(database.lookup, { id: organizationId, place, end, limit: 1 });
  return oldest === undefined ? until : new Date(oldest[0]);
}
