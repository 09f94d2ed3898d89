// The table of replays, and what they read: the events of a time range, and what became of them at one webhook.
import type { Delivery } from '../domain/delivery.ts';
import type { Event } from '../domain/event.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Replay } from '../domain/replay.ts';
import type { ReplayFilter } from '../domain/search.ts';
import { integer, optionalText } from './codec/columns.ts';
import { readDelivery, writeDelivery } from './codec/delivery.ts';
import { readEvent } from './codec/event.ts';
import { readReplay, writeProgress, writeReplay } from './codec/replay.ts';
import { cancelWaitingOf } from './lifecycle/cancel.ts';
import type { StoreDeps } from './sql/rows.ts';
import { insertRows, readPage, readRow, readRows, whereBetween, whereGiven } from './sql/rows.ts';

/** A time range of receipt. */
export interface ReceivedRange {
  readonly receivedAfter: Date | undefined;
  readonly receivedBefore: Date;
}

/** How many events a range has, and the last of them. */
export interface EventSpan {
  readonly count: number;
  readonly lastId: string | undefined;
}

/** Where reading goes on: after one event, up to another one. */
export interface EventCursor extends ReceivedRange {
  readonly afterId: string | undefined;
  readonly lastId: string;
  readonly limit: number;
}

/** Stored replays. */
export interface Replays {
  insert(replay: Replay): Promise<void>;
  byId(organizationId: string, id: string): Promise<Replay | undefined>;
  list(organizationId: string, filter: ReplayFilter, page: PageRequest): Promise<Page<Replay>>;
  /** Those of all organizations that there is something to do for. */
  open(): Promise<readonly Replay[]>;
  /**
   * One, kept from all others until the transaction ends; `undefined` where somebody else has it. With `wait`, waits
   * for them instead.
   */
  lock(organizationId: string, id: string, wait?: boolean): Promise<Replay | undefined>;
  /** Stores where a replay stands. Belongs into the transaction that locks it. */
  update(replay: Replay): Promise<void>;
  /** Counts the events of a range. Reads all events of the organization. */
  span(organizationId: string, range: ReceivedRange): Promise<EventSpan>;
  /** The next events of a range, in the order of their ids. */
  events(organizationId: string, cursor: EventCursor): Promise<readonly Event[]>;
  /** The latest delivery of each of these events to a webhook, by the id of the event. */
  latestDeliveries(
    organizationId: string,
    webhookId: string,
    eventIds: readonly string[],
  ): Promise<ReadonlyMap<string, Delivery>>;
  /** Stores deliveries of a replay; one that it has planned already stays as it is. */
  insertDeliveries(deliveries: readonly Delivery[]): Promise<void>;
  /** Cancels up to `limit` of its deliveries in each state that is not final; gives how many. */
  cancelDeliveries(replay: Replay, now: Date, limit: number): Promise<number>;
}

/** Makes the functions of this table. */
export function createReplays({ database }: StoreDeps): Replays {
  return { ...ofTable(database), ...ofEvents(database) };
}

type OfTable = Pick<Replays, 'insert' | 'byId' | 'list' | 'open' | 'lock' | 'update'>;

function ofTable(database: StoreDeps['database']): OfTable {
  const { dialect, writer, lookup, reader } = database;
  return {
    insert: (replay) => insertRows(database, 'replays', [writeReplay(replay)]),
    async byId(organizationId, id) {
      const row = await readRow(lookup('replays').where({ organization_id: organizationId, id }));
      return row === undefined ? undefined : readReplay(row);
    },
    list(organizationId, filter, page) {
      const query = reader('replays').where('organization_id', organizationId);
      whereGiven(query, { webhook_id: filter.webhookId, state: filter.state });
      return readPage(query, 'id', page, { read: readReplay, idOf: ({ id }) => id });
    },
    async open() {
      const query = lookup('replays').where('state', 'running').orWhere('cancel_waiting', true);
      return (await readRows(query.orderBy('id'))).map(readReplay);
    },
    async lock(organizationId, id, wait = false) {
      // Steps one after the other: one that plans must see what another has planned for the same webhook.
      if (!wait) await dialect.lock(writer, 'replays');
      const query = writer('replays').where({ organization_id: organizationId, id });
      const row = await readRow(wait ? dialect.lockRows(query) : dialect.skipLocked(query));
      return row === undefined ? undefined : readReplay(row);
    },
    async update(replay) {
      const { organizationId, id } = replay;
      await writer('replays').where({ organization_id: organizationId, id }).update(writeProgress(replay));
    },
  };
}

// The index that lets a replay have an event once, written out as it is there.
const ONCE = 'on conflict (organization_id, replay_id, event_id, webhook_id) where replay_id is not null do nothing';

function ofEvents(database: StoreDeps['database']): Omit<Replays, keyof OfTable> {
  const { lookup, reader } = database;
  return {
    async span(organizationId, range) {
      const query = reader('events').where('organization_id', organizationId);
      whereBetween(query, 'received_at', range.receivedAfter, range.receivedBefore);
      const row = (await readRow(query.count({ count: '*' }).max({ last_id: 'id' }))) ?? {};
      return { count: integer(row, 'count'), lastId: optionalText(row, 'last_id') };
    },
    async events(organizationId, { afterId, lastId, limit, receivedAfter, receivedBefore }) {
      const query = lookup('events').where('organization_id', organizationId).where('id', '<=', lastId);
      if (afterId !== undefined) void query.where('id', '>', afterId);
      whereBetween(query, 'received_at', receivedAfter, receivedBefore);
      return (await readRows(query.orderBy('id').limit(limit))).map(readEvent);
    },
    async latestDeliveries(organizationId, webhookId, eventIds) {
      // Naming the webhook, or an order, would lead SQLite through all deliveries of the webhook.
      const query = lookup('deliveries')
        .where('organization_id', organizationId)
        .whereIn('event_id', [...eventIds]);
      const found = (await readRows(query)).map(readDelivery).filter((one) => one.webhookId === webhookId);
      const ascending = found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      return new Map(ascending.map((delivery) => [delivery.eventId, delivery]));
    },
    insertDeliveries: (deliveries) =>
      insertRows(
        database,
        'deliveries',
        deliveries.map((delivery) => writeDelivery(delivery)),
        ONCE,
      ),
    cancelDeliveries: (replay, now, limit) => cancelWaitingOf(database.writer, replay, now, limit),
  };
}
