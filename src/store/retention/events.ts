// The pass over events whose period is over, with all that there is of them, and that over idempotency keys.
import { isFinal } from '../../domain/delivery.ts';
import { ERASURE } from '../../domain/erasure.ts';
import { readDelivery } from '../codec/delivery.ts';
import type { Row } from '../codec/columns.ts';
import { instant, text } from '../codec/columns.ts';
import { expireHeld } from '../lifecycle/expire.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { inTransaction, readRows } from '../sql/rows.ts';
import { removeFromIndex } from '../search/index.ts';
import type { Batch, Due, Pass, Removed } from './pass.ts';
import { batchOf } from './pass.ts';
import type { OldDelivery } from './removing.ts';
import { removeDeliveries, removeFrom, removeInvocationsOf } from './removing.ts';

type Connection = StoreDeps['database'];

/** A place in the order of acceptance: time and id, or time and key. */
const placeOf = (row: Row, time: string, name: string): string => `${text(row, time)} ${text(row, name)}`;

/**
 * Events whose period is over. What is held of one ends `exhausted`; what is over goes with it, a day after it ended at
 * the soonest. One that something still waits for stays until that has ended.
 */
export function passOfEvents(database: Connection, due: Due): Pass {
  const { organizationId, cutOffs } = due;
  return async ({ after, limit }) => {
    const query = database.reader('events').where('organization_id', organizationId);
    void query.where('received_at', '<', cutOffs.events.toISOString());
    void query.whereRaw(IS_NO_ERASURE, [ERASURE, cutOffs.erasures.toISOString()]);
    if (after !== undefined) void query.whereRaw('(received_at, id) > (?, ?)', after.split(' '));
    void query.orderBy([{ column: 'received_at' }, { column: 'id' }]).limit(limit);
    const rows = await readRows(query.select('id', 'received_at'));
    const done = rows.length === 0 ? {} : await removeEvents(database, due, rows);
    return batchOf(
      rows.map((row) => placeOf(row, 'received_at', 'id')),
      limit,
      done,
    );
  };
}

const IS_NO_ERASURE = "(event_type <> ? or origin <> 'engine' or received_at < ?)";

async function removeEvents(database: Connection, due: Due, rows: readonly Row[]): Promise<Omit<Batch, 'next'>> {
  const { organizationId, now } = due;
  const given = { organization_id: organizationId };
  const eventIds = rows.map((row) => text(row, 'id'));
  const expired = await expireHeld(database, { organizationId, eventIds, now });
  const ofDeliveries = await removeDeliveries(database, organizationId, await seenLongEnough(database, due, eventIds));
  const left = await readRows(
    database.lookup('deliveries').where(given).whereIn('event_id', eventIds).select('event_id'),
  );
  const waiting = new Set(left.map((row) => text(row, 'event_id')));
  const unused = eventIds.filter((id) => !waiting.has(id));
  const { remain, ...ofTests } = await removeInvocationsOf(database, {
    column: 'event_id',
    organizationId,
    ids: unused,
    from: new Date(Math.min(...rows.map((row) => instant(row, 'received_at').getTime()))),
    to: now,
  });
  const going = unused.filter((id) => !remain.has(id));
  const events = await removeUnused(database, organizationId, going);
  return { removed: { ...sum(ofDeliveries, ofTests), events }, expired };
}

// With its words. One that is being delivered anew just now is left to whoever does so.
function removeUnused(database: Connection, organizationId: string, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return Promise.resolve(0);
  return inTransaction(database, async (trx) => {
    const { dialect, writer } = trx;
    const unused = writer('events')
      .where('organization_id', organizationId)
      .whereIn('id', [...ids])
      .whereRaw(UNUSED_EVENT)
      .select('id', 'received_at');
    const rows = await readRows(dialect.skipLocked(unused));
    const gone = rows.map((row) => ({ id: text(row, 'id'), receivedAt: instant(row, 'received_at') }));
    await removeFromIndex(trx, gone);
    return writer<object, number>('events')
      .whereIn(
        'id',
        gone.map(({ id }) => id),
      )
      .delete();
  });
}

const UNUSED_EVENT = `not exists (select 1 from deliveries as d
  where d.organization_id = events.organization_id and d.event_id = events.id)`;

async function seenLongEnough(
  { lookup }: Connection,
  { organizationId, cutOffs }: Due,
  eventIds: readonly string[],
): Promise<OldDelivery[]> {
  const rows = await readRows(
    lookup('deliveries')
      .where('organization_id', organizationId)
      .whereIn('event_id', [...eventIds]),
  );
  return rows.map(readDelivery).flatMap((delivery) => {
    const { id, createdAt, finishedAt } = delivery;
    if (!isFinal(delivery) || finishedAt === undefined || finishedAt >= cutOffs.seen) return [];
    return [{ id, createdAt, finishedAt }];
  });
}

function sum(a: Removed, b: Removed): Removed {
  return { ...a, invocations: (a.invocations ?? 0) + (b.invocations ?? 0), bodies: (a.bodies ?? 0) + (b.bodies ?? 0) };
}

// Those whose event is there stay.
const UNUSED = `not exists (select 1 from events as e
  where e.organization_id = idempotency_keys.organization_id and e.id = idempotency_keys.event_id)`;

/** Idempotency keys that are too old and whose event has gone. */
export function passOfKeys(database: Connection, { organizationId, cutOffs }: Due): Pass {
  const before = cutOffs.keys.toISOString();
  return async ({ after, limit }) => {
    const query = database.reader('idempotency_keys').where('organization_id', organizationId);
    void query.where('created_at', '<', before);
    if (after !== undefined) void query.whereRaw('(created_at, key_sha256) > (?, ?)', after.split(' '));
    void query.orderBy([{ column: 'created_at' }, { column: 'key_sha256' }]).limit(limit);
    const rows = await readRows(query.select('key_sha256', 'created_at'));
    const found = rows.map((row) => text(row, 'key_sha256'));
    const keys = found.length === 0 ? 0 : await removeKeys(database, { organizationId, keys: found, before });
    return batchOf(
      rows.map((row) => placeOf(row, 'created_at', 'key_sha256')),
      limit,
      { removed: { keys } },
    );
  };
}

interface OldKeys {
  readonly organizationId: string;
  readonly keys: readonly string[];
  readonly before: string;
}

function removeKeys(database: Connection, { organizationId, keys, before }: OldKeys): Promise<number> {
  return removeFrom(database, 'idempotency_keys', (rows) =>
    rows
      .where('organization_id', organizationId)
      .whereIn('key_sha256', [...keys])
      .where('created_at', '<', before)
      .whereRaw(UNUSED),
  );
}
