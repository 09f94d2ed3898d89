// Removes invocations with their bodies, and deliveries with these. Nothing of what is still worked on goes.
import { FINAL_STATES } from '../../domain/delivery.ts';
import { leastId } from '../../domain/ids.ts';
import { OPEN_OUTCOME } from '../codec/invocation.ts';
import { text } from '../codec/columns.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { readRows } from '../sql/rows.ts';

type Connection = StoreDeps['database'];

const OPEN = "state in ('pending', 'held', 'sending')";

/** Of these invocations, those whose bytes a delivery that is not over is to send again. */
export async function awaitedOf({ writer }: Connection, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const query = writer('deliveries')
    .whereRaw('same_bytes_of is not null')
    .whereIn('same_bytes_of', [...ids]);
  const rows = await readRows(query.whereRaw(OPEN).select('same_bytes_of'));
  return new Set(rows.map((row) => text(row, 'same_bytes_of')));
}

/** How many went. */
export interface Gone {
  readonly invocations: number;
  readonly bodies: number;
}

/** Removes those of these invocations that are over and that nothing waits for. Belongs into a transaction. */
export async function removeInvocations(database: Connection, ids: readonly string[]): Promise<Gone> {
  if (ids.length === 0) return { invocations: 0, bodies: 0 };
  const { writer } = database;
  const awaited = await awaitedOf(database, ids);
  const unawaited = ids.filter((id) => !awaited.has(id));
  // What has ended stays so.
  const query = writer('invocations').whereIn('id', unawaited).whereNot('outcome', OPEN_OUTCOME).select('id');
  const going = (await readRows(query)).map((row) => text(row, 'id'));
  const bodies = await writer<object, number>('invocation_bodies').whereIn('invocation_id', going).delete();
  return { invocations: await writer<object, number>('invocations').whereIn('id', going).delete(), bodies };
}

/** Where invocations belong to. Those that are meant lie between the instants, a day aside. */
export interface Owners {
  readonly column: 'delivery_id' | 'event_id';
  readonly organizationId: string;
  readonly ids: readonly string[];
  readonly from: Date;
  readonly to: Date;
}

const DAY_MS = 86_400_000;

/**
 * Removes the invocations of these owners; gives also which owners have some left. Belongs into a transaction. Between
 * which ids they are spares PostgreSQL all other partitions; a day more allows for clocks that differ.
 */
export async function removeInvocationsOf(
  database: Connection,
  { column, organizationId, ids, from, to }: Owners,
): Promise<Gone & { readonly remain: ReadonlySet<string> }> {
  const found = async (): Promise<{ readonly id: string; readonly owner: string }[]> => {
    const query = database.writer('invocations').whereIn(column, [...ids]);
    // An index leads from a delivery to its invocations by itself; the one of events begins with the organization.
    if (column === 'event_id') void query.where('organization_id', organizationId);
    void query.where('id', '>=', leastId('inv', new Date(from.getTime() - DAY_MS)));
    void query.where('id', '<', leastId('inv', new Date(to.getTime() + DAY_MS)));
    const rows = await readRows(query.select('id', column));
    return rows.map((row) => ({ id: text(row, 'id'), owner: text(row, column) }));
  };
  const invocations = await found();
  if (invocations.length === 0) return { invocations: 0, bodies: 0, remain: new Set() };
  const gone = await removeInvocations(
    database,
    invocations.map(({ id }) => id),
  );
  const remain = gone.invocations === invocations.length ? [] : await found();
  return { ...gone, remain: new Set(remain.map(({ owner }) => owner)) };
}

/** A delivery that may go. */
export interface OldDelivery {
  readonly id: string;
  readonly createdAt: Date;
  readonly finishedAt: Date;
}

/** Removes those of these deliveries that are over, with their invocations. Belongs into a transaction. */
export async function removeDeliveries(
  database: Connection,
  organizationId: string,
  deliveries: readonly OldDelivery[],
): Promise<Gone & { readonly deliveries: number }> {
  if (deliveries.length === 0) return { invocations: 0, bodies: 0, deliveries: 0 };
  const ids = deliveries.map(({ id }) => id);
  const { remain, ...gone } = await removeInvocationsOf(database, {
    column: 'delivery_id',
    organizationId,
    ids,
    from: new Date(Math.min(...deliveries.map(({ createdAt }) => createdAt.getTime()))),
    to: new Date(Math.max(...deliveries.map(({ finishedAt }) => finishedAt.getTime()))),
  });
  const going = ids.filter((id) => !remain.has(id));
  const query = database.writer<object, number>('deliveries').whereIn('id', going).whereIn('state', FINAL_STATES);
  return { ...gone, deliveries: await query.delete() };
}
