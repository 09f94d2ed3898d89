// Makes the coming partitions of invocations and their bodies on PostgreSQL: one a week, so that old ones can be dropped.
import type { Knex } from 'knex';
import { AppError } from '../domain/errors.ts';
import { leastId } from '../domain/ids.ts';
import type { Database } from './database.ts';
import { rowsOf } from './dialect.ts';

/** The tables that are partitioned by the id of an invocation. */
export const PARTITIONED = ['invocations', 'invocation_bodies'] as const;

const WEEK_MS = 7 * 86_400_000;
// 1970-01-05 was a Monday.
const FIRST_MONDAY_MS = 4 * 86_400_000;
const WEEKS_AHEAD = 4;
const LOCK_TIMEOUT = '1s';

/** A week, from one Monday (UTC) to the next. */
export interface Week {
  readonly from: Date;
  readonly to: Date;
}

/** The week of an instant and this many after it. */
export function weeksFrom(instant: Date, after: number): Week[] {
  const first = Math.floor((instant.getTime() - FIRST_MONDAY_MS) / WEEK_MS);
  return Array.from({ length: after + 1 }, (_, index) => {
    const from = FIRST_MONDAY_MS + (first + index) * WEEK_MS;
    return { from: new Date(from), to: new Date(from + WEEK_MS) };
  });
}

/** The beginning of the week of an instant. */
export function startOfWeek(instant: Date): Date {
  return new Date(instant.getTime() - mod(instant.getTime() - FIRST_MONDAY_MS, WEEK_MS));
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** The statements that make the partition of a week. */
export function partitionStatements(table: (typeof PARTITIONED)[number], { from, to }: Week): readonly string[] {
  const name = partitionName(table, from);
  return [
    `create table ${name} (like ${table} including all)`,
    `alter table ${table} attach partition ${name} for values from ('${leastId('inv', from)}') to ('${leastId('inv', to)}')`,
  ];
}

/** The name of the partition of a week. */
export function partitionName(table: (typeof PARTITIONED)[number], from: Date): string {
  return `${table}_${from.toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/**
 * Makes what is missing for this week and the four after it; gives how many partitions were made. Several processes
 * may do so at once. What cannot be made now, because somebody is in the way for more than a second or the default
 * partition holds rows of that week already, is left: these rows stay there, and are found.
 */
export async function makePartitions(
  { dialect, writer }: Pick<Database, 'dialect' | 'writer'>,
  now: Date,
): Promise<number> {
  if (dialect.name !== 'postgres') return 0;
  let made = 0;
  for (const week of weeksFrom(await dialect.leaseNow(writer, now), WEEKS_AHEAD)) {
    for (const table of PARTITIONED) {
      if (await exists(writer, partitionName(table, week.from))) continue;
      if (await makeOne({ dialect, writer }, table, week)) made += 1;
    }
  }
  return made;
}

async function makeOne(
  { dialect, writer }: Pick<Database, 'dialect' | 'writer'>,
  table: (typeof PARTITIONED)[number],
  week: Week,
): Promise<boolean> {
  try {
    return await writer.transaction(async (trx) => {
      await dialect.lock(trx, 'partitions');
      if (await exists(trx, partitionName(table, week.from))) return false;
      await trx.raw(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
      for (const statement of partitionStatements(table, week)) await trx.raw(statement);
      return true;
    });
  } catch (error) {
    if (isInTheWay(error)) return false;
    throw error;
  }
}

const ROWS_IN_DEFAULT = '23514';

function isInTheWay(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'storage_busy';
  return error instanceof Error && 'code' in error && error.code === ROWS_IN_DEFAULT;
}

async function exists(db: Knex, name: string): Promise<boolean> {
  // Not by to_regclass: that may answer from before this transaction waited for its lock.
  const found: unknown = await db.raw(
    'select from pg_class where relname = ? and relnamespace = current_schema()::regnamespace',
    [name],
  );
  return rowsOf(found).length > 0;
}
