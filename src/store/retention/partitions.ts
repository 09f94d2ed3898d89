// Drops the partitions of weeks in which nothing has to stay: that costs next to nothing, however many rows they have.
import { AppError } from '../../domain/errors.ts';
import { leastId } from '../../domain/ids.ts';
import { text } from '../codec/columns.ts';
import { rowsOf } from '../dialect.ts';
import type { Week, PARTITIONED } from '../partitions.ts';
import { partitionName, weeksFrom } from '../partitions.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { readRow } from '../sql/rows.ts';
import type { Due } from './pass.ts';

type Connection = StoreDeps['database'];
type Table = (typeof PARTITIONED)[number];

/** How many were dropped, and whether some could not be, because somebody was in the way. */
export interface Dropped {
  readonly partitions: number;
  readonly inTheWay: boolean;
}

// Whoever waits for a lock on all partitions has everybody wait behind him.
const LOCK_TIMEOUT = '50ms';

/** Drops them, oldest first, bodies before invocations. */
export async function dropPartitions(database: Connection, due: readonly Due[]): Promise<Dropped> {
  if (database.dialect.name !== 'postgres') return { partitions: 0, inTheWay: false };
  const existing = await partitionsOf(database);
  let partitions = 0;
  for (const week of weeksOf(existing)) {
    const dropped = await dropWeek(database, due, week, existing);
    partitions += dropped.partitions;
    // Whoever is in the way of one is in the way of all.
    if (dropped.inTheWay) return { partitions, inTheWay: true };
  }
  return { partitions, inTheWay: false };
}

async function partitionsOf({ writer }: Connection): Promise<ReadonlySet<string>> {
  const found: unknown = await writer.raw(
    `select c.relname as name from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
     where i.inhparent in ('invocations'::regclass, 'invocation_bodies'::regclass) and c.relkind = 'r'`,
  );
  return new Set(rowsOf(found).map((row) => text(row, 'name')));
}

// From the names, which are given by `partitionName`.
function weeksOf(existing: ReadonlySet<string>): Week[] {
  const days = [...existing].flatMap((name) => /_(\d{4})(\d{2})(\d{2})$/.exec(name)?.slice(1).join('-') ?? []);
  return [...new Set(days)].toSorted().flatMap((day) => weeksFrom(new Date(`${day}T00:00:00.000Z`), 0));
}

async function dropWeek(
  database: Connection,
  due: readonly Due[],
  week: Week,
  existing: ReadonlySet<string>,
): Promise<Dropped> {
  let partitions = 0;
  for (const table of ['invocation_bodies', 'invocations'] as const) {
    const name = partitionName(table, week.from);
    if (!existing.has(name)) continue;
    if (await mustStay(database, due, { table, week, invocations: existing })) return { partitions, inTheWay: false };
    if (!(await drop(database, name))) return { partitions, inTheWay: true };
    partitions += 1;
  }
  return { partitions, inTheWay: false };
}

interface Partition {
  readonly table: Table;
  readonly week: Week;
  /** The partitions that there are. */
  readonly invocations: ReadonlySet<string>;
}

// A body has its invocation in the same week, and goes earlier: what invocations there are decides for both.
async function mustStay(database: Connection, due: readonly Due[], partition: Partition): Promise<boolean> {
  const { table, week, invocations } = partition;
  const own = partitionName('invocations', week.from);
  const cutOffs = due.map((one) => ({ id: one.organizationId, ...periodsOf(table, one) }));
  const keepsAll = cutOffs.filter(({ successes }) => successes < week.to).map(({ id }) => id);
  const keepsFailures = cutOffs
    .filter(({ successes, failures }) => successes >= week.to && failures < week.to)
    .map(({ id }) => id);
  // Without looking, where it is a week of which everybody keeps something.
  if (keepsAll.length === due.length) return true;
  if (await isAwaited(database, week)) return true;
  if (!invocations.has(own)) return false;
  return (
    (await hasRow(database, own, "outcome = 'sending'", [])) ||
    (await hasRow(database, own, 'organization_id = any(?)', [keepsAll])) ||
    (await hasRow(database, own, `organization_id = any(?) and outcome <> 'sending' and ${FAILED}`, [keepsFailures]))
  );
}

// So that the index of outcomes leads to them, past all that succeeded.
const FAILED = "(outcome < 'success' or outcome > 'success')";

function periodsOf(table: Table, { cutOffs }: Due): { readonly successes: Date; readonly failures: Date } {
  return table === 'invocations'
    ? { successes: cutOffs.invocations, failures: cutOffs.failedInvocations }
    : { successes: cutOffs.bodies, failures: cutOffs.failedBodies };
}

async function isAwaited({ writer }: Connection, { from, to }: Week): Promise<boolean> {
  const query = writer('deliveries').whereRaw("same_bytes_of is not null and state in ('pending', 'held', 'sending')");
  void query.where('same_bytes_of', '>=', leastId('inv', from)).where('same_bytes_of', '<', leastId('inv', to));
  return (await readRow(query.select('id'))) !== undefined;
}

async function hasRow(
  { writer }: Connection,
  table: string,
  condition: string,
  values: readonly (readonly string[])[],
): Promise<boolean> {
  if (values.some((list) => list.length === 0)) return false;
  const found: unknown = await writer.raw(`select 1 as one from ${table} where ${condition} limit 1`, [
    ...values.map((list) => [...list]),
  ]);
  return rowsOf(found).length > 0;
}

async function drop({ dialect, writer }: Connection, name: string): Promise<boolean> {
  try {
    await writer.transaction(async (trx) => {
      await dialect.lock(trx, 'partitions');
      await trx.raw(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
      await trx.raw(`drop table ${name}`);
    });
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'storage_busy') return false;
    throw error;
  }
}
