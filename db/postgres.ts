// What migrations do on PostgreSQL only.
import type { Knex } from 'knex';

/** Whether the database is PostgreSQL. */
export function isPostgres(db: Knex): boolean {
  return (db.client as { readonly dialect: string }).dialect === 'postgresql';
}

/**
 * Lets PostgreSQL compare every text column as bytes, as SQLite does: ids and times are ordered, and ranges of them
 * divide partitions. A migration that adds text columns calls it at its end; elsewhere it does nothing.
 */
export async function compareAsBytes(db: Knex): Promise<void> {
  if (!isPostgres(db)) return;
  const { rows } = await db.raw<{ readonly rows: readonly { readonly statement: string }[] }>(TEXT_COLUMNS);
  for (const { statement } of rows) await db.raw(statement);
}

// Columns of partitions follow those of their table.
const TEXT_COLUMNS = `
  select format('alter table %I %s', c.relname,
    string_agg(format('alter column %I type text collate "C"', a.attname), ', ' order by a.attnum)) as statement
  from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_collation l on l.oid = a.attcollation
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and c.relname not like 'knex%' and a.attnum > 0 and not a.attisdropped
    and a.atttypid = 'text'::regtype and l.collname <> 'C'
  group by c.relname order by c.relname`;
