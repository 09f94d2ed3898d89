// The partitions of the search index on PostgreSQL: made when their first entry comes, dropped when their last has gone.
// They are many, so that whoever looks into one names it: PostgreSQL would lock and plan for all of them.
import type { Knex } from 'knex';
import { AppError } from '../../domain/errors.ts';
import { integer, text } from '../codec/columns.ts';
import { rowsOf } from '../dialect.ts';
import type { StoreDeps } from '../sql/rows.ts';
import type { Numbered, PlaceText } from './entries.ts';
import { placeOf } from './entries.ts';

/** How many numbers each has: as many entries as can be read in less than 100 ms where a word is in all of them. */
export const PARTITION_SIZE = 32_768;

/** A partition, its first number, and the place of the entry that it was made for. */
export interface Partition {
  readonly table: string;
  readonly firstSeq: number;
  readonly begin: PlaceText;
}

function partitionOf(seq: number): Pick<Partition, 'table' | 'firstSeq'> {
  const index = Math.floor(seq / PARTITION_SIZE);
  return { table: `event_search_${String(index)}`, firstSeq: index * PARTITION_SIZE };
}

/** Those that can hold entries from one place to another, both included; newest first. */
export async function partitionsBetween(db: Knex, first: PlaceText, last: PlaceText): Promise<readonly Partition[]> {
  const found: unknown = await db.raw(
    `select first_seq, received_at, event_id from event_search_partitions
     where (received_at, event_id) <= (?, ?) and first_seq >= coalesce(
       (select max(first_seq) from event_search_partitions where (received_at, event_id) <= (?, ?)), 0)
     order by first_seq desc`,
    [...last, ...first],
  );
  return rowsOf(found).map((row) => ({
    ...partitionOf(integer(row, 'first_seq')),
    begin: [text(row, 'received_at'), text(row, 'event_id')],
  }));
}

/** Makes those that these entries need and that are not there yet, in the transaction that adds the entries. */
export async function makePartitions({ writer }: StoreDeps['database'], entries: readonly Numbered[]): Promise<void> {
  let before = -1;
  for (const { seq, event } of entries) {
    const { table, firstSeq } = partitionOf(seq);
    if (firstSeq === before) continue;
    before = firstSeq;
    const made: unknown = await writer.raw(
      `insert into event_search_partitions (first_seq, received_at, event_id) values (?, ?, ?)
       on conflict (first_seq) do nothing returning first_seq`,
      [firstSeq, ...placeOf(event)],
    );
    if (rowsOf(made).length > 0) await makeTable(writer, table, firstSeq);
  }
}

// As a table that is attached, since making a partition right away waits for everybody who reads the whole, such as a
// backup. The first one was made by the migration.
async function makeTable(db: Knex, table: string, firstSeq: number): Promise<void> {
  const known: unknown = await db.raw(
    'select from pg_class where relname = ? and relnamespace = current_schema()::regnamespace',
    [table],
  );
  if (rowsOf(known).length > 0) return;
  await db.raw(`create table ${table} (like event_search including all)`);
  await db.raw(
    `alter table event_search attach partition ${table}
     for values from (${String(firstSeq)}) to (${String(firstSeq + PARTITION_SIZE)})`,
  );
}

const LOCK_TIMEOUT = '1s';

/** Drops what is empty and will stay so; gives how many. What somebody reads is left for the next time. */
export async function dropEmptyPartitions({ writer }: StoreDeps['database']): Promise<number> {
  const rows = rowsOf(await writer.raw('select first_seq from event_search_partitions order by first_seq'));
  let dropped = 0;
  // The newest one is still being filled.
  for (const row of rows.slice(0, -1)) {
    if (await dropIfEmpty(writer, partitionOf(integer(row, 'first_seq')))) dropped += 1;
  }
  return dropped;
}

async function dropIfEmpty(writer: Knex, { table, firstSeq }: Pick<Partition, 'table' | 'firstSeq'>): Promise<boolean> {
  const holds: unknown = await writer.raw(`select from ${table} limit 1`);
  if (rowsOf(holds).length > 0) return false;
  try {
    await writer.transaction(async (trx) => {
      await trx.raw(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
      await trx.raw('delete from event_search_partitions where first_seq = ?', [firstSeq]);
      await trx.raw(`drop table ${table}`);
    });
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'storage_busy') return false;
    throw error;
  }
}

const UNDEFINED_TABLE = '42P01';

/** Whether a statement named a table that is not there any more. */
export function isPartitionGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE;
}
