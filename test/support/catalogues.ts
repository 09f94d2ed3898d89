// What the catalogues of a database say of its schema: the same questions, asked of SQLite and of PostgreSQL.
import type { Database } from '../../src/store/database.ts';
import { rowsOf } from '../../src/store/dialect.ts';

/** A unique index or key. */
export interface UniqueIndex {
  readonly table: string;
  readonly columns: string;
}

/** The answers. */
export interface Catalogue {
  /** Our tables, in order; partitions are part of theirs. */
  tables(): Promise<readonly string[]>;
  columns(table: string): Promise<readonly string[]>;
  uniqueIndexes(table: string): Promise<readonly UniqueIndex[]>;
  /** The schema as SQL. */
  dump(): Promise<string>;
}

const HEAD =
  '-- The schema after all migrations. Compared in test/db/migrations.test.ts, which writes it with WRITE_SCHEMA=1.';

/** The catalogue of a database. */
export function catalogueOf({ dialect, writer }: Pick<Database, 'dialect' | 'writer'>): Catalogue {
  const ask = async (sql: string): Promise<string[]> =>
    rowsOf(await writer.raw(sql)).map((row) => String(row['found']));
  const queries = dialect.name === 'sqlite' ? SQLITE : POSTGRES;
  return {
    tables: () => ask(queries.tables),
    columns: (table) => ask(queries.columns(table)),
    uniqueIndexes: async (table) => (await ask(queries.uniqueIndexes(table))).map((columns) => ({ table, columns })),
    dump: async () => `${HEAD}\n\n${(await ask(queries.dump)).map(queries.write).join(';\n\n')};\n`,
  };
}

const SQLITE = {
  // Not virtual tables and what they are made of: whose their rows are stands in another table.
  tables: `select name as found from pragma_table_list
    where schema = 'main' and type = 'table' and name not like 'sqlite%' and name not like 'knex%' order by name`,
  columns: (table: string) => `select name as found from pragma_table_info('${table}')`,
  uniqueIndexes: (table: string) => `select group_concat(i.name) as found
    from pragma_index_list('${table}') l, pragma_index_info(l.name) i where l."unique" = 1 group by l.name`,
  dump: `select sql as found from sqlite_master
    where sql is not null and tbl_name not like 'knex%' and name not like 'sqlite%'
      and tbl_name not in (select name from pragma_table_list where type = 'shadow') order by tbl_name, type desc, name`,
  write: (sql: string) => sql.replaceAll('`', '').replace(/^(create table \w+) \((.*)\)$/is, writeTable),
};

function writeTable(_all: string, head: string, body: string): string {
  const columns = body.split(/, (?![^(]*\))/).map((column) => `  ${column}`);
  return `${head} (\n${columns.join(',\n')}\n)`;
}

const OURS = "c.relnamespace = 'public'::regnamespace and c.relname not like 'knex%'";

// pg_dump is not among the binaries that tests have, and would write what depends on its version.
const POSTGRES = {
  tables: `select c.relname as found from pg_class c
    where ${OURS} and c.relkind in ('r', 'p') and not c.relispartition order by c.relname`,
  columns: (table: string) => `select attname as found from pg_attribute
    where attrelid = '${table}'::regclass and attnum > 0 and not attisdropped order by attnum`,
  uniqueIndexes: (table: string) => `select string_agg(a.attname, ',' order by a.attnum) as found
    from pg_index i join pg_attribute a on a.attrelid = i.indexrelid
    where i.indrelid = '${table}'::regclass and i.indisunique group by i.indexrelid`,
  dump: `
    with tables as (
      select c.oid, c.relname,
        case when c.relispartition
          then format('create table %s partition of %s %s', c.relname,
            (select inhparent::regclass from pg_inherits where inhrelid = c.oid), pg_get_expr(c.relpartbound, c.oid))
          else format(E'create table %s (\\n%s\\n)%s%s', c.relname,
            (select string_agg(line, E',\\n' order by kind, place) from (
              select 1 as kind, a.attnum::text::int as place, format('  %s %s%s%s', a.attname,
                format_type(a.atttypid, a.atttypmod),
                case when l.collname is null then '' else format(' collate "%s"', l.collname) end,
                case when a.attnotnull then ' not null' else '' end) as line
              from pg_attribute a left join pg_collation l on l.oid = a.attcollation
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              union all
              select 2, row_number() over (order by k.contype desc, k.conname)::int,
                format('  constraint %s %s', k.conname, pg_get_constraintdef(k.oid))
              from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'f')
            ) lines),
            case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end,
            case when c.reloptions is null then '' else format(' with (%s)', array_to_string(c.reloptions, ', ')) end)
        end as statement
      from pg_class c where ${OURS} and c.relkind in ('r', 'p')
    ), indexes as (
      select t.relname, i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as statement
      from tables t join pg_index i on i.indrelid = t.oid join pg_class c on c.oid = i.indexrelid
      where not c.relispartition
        and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
    )
    select statement as found from (
      select relname, 1 as kind, '' as name, statement from tables
      union all select relname, 2, name, statement from indexes
    ) everything order by relname collate "C", kind, name collate "C"`,
  write: (sql: string) => sql.replaceAll('public.', ''),
};
