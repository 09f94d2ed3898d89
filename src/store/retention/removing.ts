// Removes invocations with their bodies, and deliveries with these. Nothing of what is still worked on goes: each statement
// asks for that itself, and is a transaction of its own, so that others come in between. What refers to something goes
// before it, so that whatever is left when a process dies is whole.
import type { Knex } from 'knex';
import { FINAL_STATES } from '../../domain/delivery.ts';
import { leastId } from '../../domain/ids.ts';
import { OPEN_OUTCOME } from '../codec/invocation.ts';
import { text } from '../codec/columns.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { readRows } from '../sql/rows.ts';

type Connection = StoreDeps['database'];

const OPEN = "state in ('pending', 'held', 'sending')";

/** Whether no delivery that is not over is to send the bytes of this invocation again. */
export function notAwaited(id: string): string {
  return `not exists (select 1 from deliveries as d where d.same_bytes_of is not null and d.same_bytes_of = ${id} and d.${OPEN})`;
}

/** How many went. */
export interface Gone {
  readonly invocations: number;
  readonly bodies: number;
}

/** Removes the bodies of these invocations, but for those that are to be sent again; gives how many. */
export function removeBodies(database: Connection, ids: readonly string[]): Promise<number> {
  return removeFrom(database, 'invocation_bodies', (bodies) =>
    bodies.whereIn('invocation_id', [...ids]).whereRaw(notAwaited('invocation_bodies.invocation_id')),
  );
}

/**
 * Removes the rows of a table that are chosen, in a transaction of its own; gives how many. Where a crash brings them back,
 * the next run removes them.
 */
export async function removeFrom(
  { dialect, writer }: Connection,
  table: string,
  choose: (rows: Knex.QueryBuilder<object, number>) => Knex.QueryBuilder<object, number>,
): Promise<number> {
  return dialect.writeLazily(writer, (db) => choose(db<object, number>(table)).delete());
}

/** Removes those of these invocations that are over and that nothing waits for. */
export async function removeInvocations(database: Connection, ids: readonly string[]): Promise<Gone> {
  if (ids.length === 0) return { invocations: 0, bodies: 0 };
  const bodies = await removeBodies(database, ids);
  const invocations = await removeFrom(database, 'invocations', (rows) =>
    rows
      .whereIn('id', [...ids])
      .whereNot('outcome', OPEN_OUTCOME)
      .whereRaw(notAwaited('invocations.id')),
  );
  return { invocations, bodies };
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
 * Removes the invocations of these owners; gives also which owners have some left. Between which ids they are spares
 * PostgreSQL all other partitions; a day more allows for clocks that differ.
 */
export async function removeInvocationsOf(
  database: Connection,
  { column, organizationId, ids, from, to }: Owners,
): Promise<Gone & { readonly remain: ReadonlySet<string> }> {
  const found = async (): Promise<{ readonly id: string; readonly owner: string }[]> => {
    const query = database.lookup('invocations').whereIn(column, [...ids]);
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

/** Removes those of these deliveries that are over, with their invocations. */
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
  const ended = await removeFrom(database, 'deliveries', (rows) =>
    rows.whereIn('id', going).whereIn('state', FINAL_STATES),
  );
  return { ...gone, deliveries: ended };
}
