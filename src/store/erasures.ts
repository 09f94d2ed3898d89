// The table of erasures, and erasing: the content of an event goes from every row that holds some of it.
import type { Event } from '../domain/event.ts';
import { CANCELLED_BY_ERASURE } from '../domain/delivery.ts';
import type { ErasureCounts } from '../domain/erasure.ts';
import { withoutContent } from '../domain/erasure.ts';
import type { Invocation } from '../domain/invocation.ts';
import type { Row } from './codec/columns.ts';
import { integer, text, writeInstant } from './codec/columns.ts';
import { writeEvent } from './codec/event.ts';
import { END_COLUMNS, END_INTEGERS, readInvocation, writeEnd } from './codec/invocation.ts';
import { overwriting } from './dialect.ts';
import { keySha256 } from './events.ts';
import type { StoreDeps } from './sql/rows.ts';
import { insertRows, readRow, readRows, updateRows } from './sql/rows.ts';

/** Which event it is of. */
export interface ErasureKey {
  readonly organizationId: string;
  readonly eventId: string;
}

/** Erasures. */
export interface Erasures {
  /**
   * Erases an event, given without its content and with the idempotency key that it had. Belongs into a transaction that
   * keeps the event. Throws `unavailable` where somebody is at one of its deliveries just now, and then nothing may be
   * committed.
   */
  erase(event: ErasedEvent, idempotencyKey: string | undefined): Promise<ErasureCounts>;
  /** What erasing an event came to; `undefined` where it was not erased. */
  counts(key: ErasureKey): Promise<ErasureCounts | undefined>;
  /** Those that have something left to do outside of the database. */
  unclean(limit: number): Promise<readonly ErasureKey[]>;
  /** Nothing is left to do. */
  markClean(key: ErasureKey, now: Date): Promise<void>;
  /** Lets the database forget what it keeps besides its rows for a while; gives whether it did. */
  emptyLog(): Promise<boolean>;
}

/** An event that has been erased. */
export type ErasedEvent = Event & Required<Pick<Event, 'erased'>>;

type Connection = StoreDeps['database'];

/** Makes the functions of this table. */
export function createErasures({ database }: Pick<StoreDeps, 'database'>): Erasures {
  return {
    erase: (event, idempotencyKey) => erase(database, event, idempotencyKey),
    async counts({ organizationId, eventId }) {
      const row = await readRow(
        database.lookup('erasures').where({ organization_id: organizationId, event_id: eventId }),
      );
      if (row === undefined) return undefined;
      return { invocations: integer(row, 'invocations'), deliveriesCancelled: integer(row, 'deliveries_cancelled') };
    },
    async unclean(limit) {
      const query = database.lookup('erasures').whereRaw('cleaned_at is null').limit(limit);
      const rows = await readRows(query.orderBy(['organization_id', 'event_id']));
      return rows.map((row) => ({ organizationId: text(row, 'organization_id'), eventId: text(row, 'event_id') }));
    },
    async markClean({ organizationId, eventId }, now) {
      const query = database.writer('erasures').where({ organization_id: organizationId, event_id: eventId });
      await query.update({ cleaned_at: writeInstant(now) });
    },
    emptyLog: () => database.dialect.emptyLog(database.writer),
  };
}

function erase(database: Connection, event: ErasedEvent, key: string | undefined): Promise<ErasureCounts> {
  return overwriting(database, async () => {
    await eraseEvent(database, event, key);
    // Deliveries first, as claim and record lock them. An invocation that a claim is just writing is there afterwards.
    const deliveriesCancelled = await cancelDeliveries(database, event);
    const invocations = await eraseInvocations(database, event);
    const counts = { invocations, deliveries_cancelled: deliveriesCancelled };
    const row = { organization_id: event.organizationId, event_id: event.id, ...counts, cleaned_at: null };
    await insertRows(database, 'erasures', [row]);
    return { invocations, deliveriesCancelled };
  });
}

async function eraseEvent({ writer }: Connection, event: ErasedEvent, key: string | undefined): Promise<void> {
  const { organizationId, id, erased } = event;
  const { body, value_sha256, idempotency_key } = writeEvent(event);
  await writer('events')
    .where({ organization_id: organizationId, id })
    .update({ body, value_sha256, idempotency_key, erased_at: writeInstant(erased.at), erased_by: erased.by });
  if (key === undefined) return;
  await writer('idempotency_keys')
    .where({ organization_id: organizationId, key_sha256: keySha256(organizationId, key), event_id: id })
    .update({ value_sha256 });
}

const IS_OPEN = "state in ('pending', 'held', 'sending')";

async function cancelDeliveries({ dialect, writer }: Connection, { organizationId, id, erased }: ErasedEvent) {
  const own = { organization_id: organizationId, event_id: id };
  const open = await readRows(
    dialect.lockAtOnce(writer('deliveries').where(own).whereRaw(IS_OPEN).select('id', 'state')),
  );
  const at = writeInstant(erased.at);
  const { state, reason } = CANCELLED_BY_ERASURE;
  const ofOpen = (isSending: boolean) =>
    writer('deliveries').whereIn('id', open.filter((row) => (row['state'] === 'sending') === isSending).map(idOf));
  await ofOpen(true).update({
    reason,
    cancel_requested_at: writer.raw('coalesce(cancel_requested_at, ?)', [at]),
    updated_at: at,
  });
  return ofOpen(false).update({
    state,
    reason,
    finished_at: at,
    held_until: null,
    cancel_requested_at: at,
    updated_at: at,
  });
}

function idOf(row: Row): string {
  return text(row, 'id');
}

// A replay may have sent an event again and again.
const AT_ONCE = 200;

async function eraseInvocations(database: Connection, { organizationId, id, erased }: ErasedEvent): Promise<number> {
  const { dialect, writer } = database;
  let count = 0;
  for (let after = ''; ;) {
    const query = writer('invocations')
      .where({ organization_id: organizationId, event_id: id })
      .where('id', '>', after);
    const rows = await readRows(dialect.lockAtOnce(query.orderBy('id').limit(AT_ONCE)));
    const ids = rows.map(idOf);
    await writer('invocations')
      .whereIn('id', ids)
      .update({ erased_at: writeInstant(erased.at) });
    await writer('invocation_bodies').whereIn('invocation_id', ids).delete();
    await eraseEnds(database, rows.map(readInvocation));
    count += rows.length;
    if (rows.length < AT_ONCE) return count;
    after = ids.at(-1) ?? after;
  }
}

async function eraseEnds(database: Connection, invocations: readonly Invocation[]): Promise<void> {
  await updateRows(database, {
    table: 'invocations',
    set: Object.fromEntries(END_COLUMNS.map((column) => [column, `next.${column}`])),
    where: 'invocations.id = next.id',
    rows: invocations.flatMap(({ start, end }) => (end === undefined ? [] : [writeEnd(start.id, withoutContent(end))])),
    returning: 'invocations.id',
    integers: END_INTEGERS,
    isPartitioned: true,
  });
}
