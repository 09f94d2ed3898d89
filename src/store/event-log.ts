// Reading events as a log, in the order of acceptance, as far as that is decided: newest first, or forward from a place.
import type { Knex } from 'knex';
import type { Event } from '../domain/event.ts';
import type { LogPlace, LogWindow } from '../domain/event-window.ts';
import { lastInstant } from '../domain/event-window.ts';
import { readEvent } from './codec/event.ts';
import { instant, text } from './codec/columns.ts';
import type { StoreDeps } from './sql/rows.ts';
import { readRow, readRows } from './sql/rows.ts';

/** The log of events. */
export interface EventLog {
  /** The events of a window, newest first. */
  page(organizationId: string, window: LogWindow): Promise<readonly Event[]>;
  /** The place of the oldest of the newest `count` events of a window; `undefined` where it has fewer. */
  placeAt(
    organizationId: string,
    window: Omit<LogWindow, 'offset' | 'limit'>,
    count: number,
  ): Promise<LogPlace | undefined>;
  /**
   * The oldest `limit` events that come after a place (`undefined`: all do) and were accepted before `until`, oldest first.
   * The place need not be that of an event.
   */
  after(organizationId: string, place: LogPlace | undefined, until: Date, limit: number): Promise<readonly Event[]>;
  /** The organizations of which events are kept that were accepted at `from` or later, also what cannot be read yet. */
  organizationsSince(from: Date): Promise<readonly string[]>;
}

/** Makes the functions of the log. */
export function createEventLog({ database }: Pick<StoreDeps, 'database'>): EventLog {
  return {
    async page(organizationId, window) {
      const { offset, limit } = window;
      const places = placesOf(database.reader, organizationId, window).limit(limit).offset(offset).as('place');
      const query = database.reader
        .from(places)
        .join('events as e', 'e.id', 'place.id')
        .select('e.*')
        .orderBy([...NEWEST_FIRST].map(({ column, order }) => ({ column: `place.${column}`, order })));
      return (await readRows(query)).map(readEvent);
    },
    async placeAt(organizationId, window, count) {
      const query = placesOf(database.reader, organizationId, { ...window, offset: 0, limit: 0 });
      const row = await readRow(query.offset(count - 1));
      return row === undefined ? undefined : { receivedAt: instant(row, 'received_at'), id: text(row, 'id') };
    },
    async after(organizationId, place, until, limit) {
      const query = database
        .reader('events')
        .where('organization_id', organizationId)
        .where('received_at', '<', until.toISOString());
      if (place !== undefined)
        void query.whereRaw('(received_at, id) > (?, ?)', [place.receivedAt.toISOString(), place.id]);
      return (await readRows(query.orderBy(OLDEST_FIRST).limit(limit))).map(readEvent);
    },
    async organizationsSince(from) {
      // The newest of each organization by itself: PostgreSQL might read all events to join them.
      const first = database
        .lookup('events as e')
        .whereRaw('e.organization_id = o.id')
        .where('e.received_at', '>=', from.toISOString())
        .orderBy('e.received_at', 'desc')
        .select('e.received_at')
        .limit(1);
      const query = database.lookup('organizations as o').whereRaw('? is not null', [first]);
      return (await readRows(query.select('o.id').orderBy('o.id'))).map((row) => text(row, 'id'));
    },
  };
}

const OLDEST_FIRST = ['received_at', 'id'];

const NEWEST_FIRST = [
  { column: 'received_at', order: 'desc' },
  { column: 'id', order: 'desc' },
] as const;

// Places alone, which are all in the index: what is passed over need not be read.
function placesOf(db: Knex, organizationId: string, window: LogWindow): Knex.QueryBuilder {
  const query = db('events')
    .where('organization_id', organizationId)
    .where('received_at', '<=', lastInstant(window).toISOString());
  if (window.from !== undefined) void query.where('received_at', '>=', window.from.toISOString());
  if (window.before !== undefined) {
    const { receivedAt, id } = window.before;
    void query.whereRaw('(received_at, id) < (?, ?)', [receivedAt.toISOString(), id]);
  }
  return query.select('received_at', 'id').orderBy([...NEWEST_FIRST]);
}
