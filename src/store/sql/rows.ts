// Statements over many rows, in SQL that SQLite and PostgreSQL both speak.
import type { Knex } from 'knex';
import { isObject } from '../../domain/json.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import { cutPage } from '../../domain/page.ts';
import type { Row } from '../codec/columns.ts';
import type { Database } from '../database.ts';
import type { Dialect, SqlValue, Statement } from '../dialect.ts';
import { rowsOf } from '../dialect.ts';
import type { SecretBox } from '../secrets.ts';

/** What each table's functions touch. Inside a transaction, all three connections are the transaction. */
export interface StoreDeps {
  readonly database: Pick<Database, 'dialect' | 'writer' | 'reader' | 'lookup'>;
  readonly secrets: SecretBox;
}

/** Runs `work` in a transaction: the one that the connection is in already, or a new one. */
export function inTransaction<Result>(
  database: StoreDeps['database'],
  work: (database: StoreDeps['database']) => Promise<Result>,
): Promise<Result> {
  if (database.writer.isTransaction === true) return work(database);
  return database.writer.transaction((trx) => work({ ...database, writer: trx, reader: trx, lookup: trx }));
}

export type { SqlValue } from '../dialect.ts';

/** A row to write: the same columns in each row of a list. */
export type NewRow = Readonly<Record<string, SqlValue>>;

/** The rows of a query. */
export async function readRows(query: PromiseLike<unknown>): Promise<Row[]> {
  const result: unknown = await query;
  return Array.isArray(result) ? result.filter(isObject) : [];
}

/** The first row of a query. */
export async function readRow(query: Knex.QueryBuilder): Promise<Row | undefined> {
  const [row] = await readRows(query.limit(1));
  return row;
}

/**
 * Inserts rows with as few statements as their number has bits (measured: three to five times as fast as one a row).
 * `suffix` is an `on conflict` clause.
 */
export async function insertRows(
  database: StoreDeps['database'],
  table: string,
  rows: readonly NewRow[],
  suffix = '',
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first);
  const names = columns.join(', ');
  for (const chunk of chunksOf(database.dialect, rows, columns.length)) {
    const text = (): string =>
      `insert into ${table} (${names}) values ${placeholders(chunk.length, columns.length)} ${suffix}`;
    const key = `insert ${table} (${names}) ${suffix} ${String(chunk.length)}`;
    await runStatement(database, { key, text }, bindings(chunk, columns));
  }
}

/** How rows change a table: `set` and `where` are SQL over the columns of `next` and of the table. */
export interface BulkChange {
  readonly table: string;
  readonly set: Readonly<Record<string, string>>;
  readonly where: string;
}

/** A change by these rows. */
export interface BulkUpdate extends BulkChange {
  readonly rows: readonly NewRow[];
  readonly returning: string;
  /** Columns of `next` that hold whole numbers: PostgreSQL takes them for text otherwise. */
  readonly integers?: readonly string[];
  /** A table that PostgreSQL partitions by `id`: saying between which ids they are spares it all other partitions. */
  readonly isPartitioned?: boolean;
}

/** Changes many rows with a few statements; gives what `returning` names of those that were changed. */
export async function updateRows(database: StoreDeps['database'], update: BulkUpdate): Promise<Row[]> {
  const [first] = update.rows;
  if (first === undefined) return [];
  const columns = Object.keys(first);
  const assignments = assignmentsOf(update);
  const changed: Row[] = [];
  for (const chunk of chunksOf(database.dialect, update.rows, columns.length)) {
    const text = (): string => updateText(update, assignments, columns, chunk.length);
    const key = `update ${update.table} (${columns.join(', ')}) ${assignments} ${update.where} ${String(chunk.length)}`;
    const ends = update.isPartitioned === true ? endsOf(chunk) : [];
    changed.push(...(await runStatement(database, { key, text }, [...bindings(chunk, columns), ...ends])));
  }
  return changed;
}

/** What stands after `set`. */
export function assignmentsOf({ set }: Pick<BulkChange, 'set'>): string {
  return Object.entries(set)
    .map(([column, value]) => `${column} = ${value}`)
    .join(', ');
}

function updateText(update: BulkUpdate, assignments: string, columns: readonly string[], rows: number): string {
  const typed = columns.map((column) =>
    update.integers?.includes(column) === true ? `cast(${column} as integer) as ${column}` : column,
  );
  const range = update.isPartitioned === true ? ` and ${update.table}.id between ? and ?` : '';
  return `with given (${columns.join(', ')}) as (values ${placeholders(rows, columns.length)}),
      next as (select ${typed.join(', ')} from given)
      update ${update.table} set ${assignments} from next where ${update.where}${range} returning ${update.returning}`;
}

const MOST_ROWS = 128;

type Bounds = Pick<Dialect, 'maxBindings'>;

// Sizes are powers of two, so that a handful of statements serve for any number of rows.
function chunksOf({ maxBindings }: Bounds, rows: readonly NewRow[], columns: number): (readonly NewRow[])[] {
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(maxBindings / columns)));
  const chunks: (readonly NewRow[])[] = [];
  for (let start = 0; start < rows.length;) {
    const size = 2 ** Math.floor(Math.log2(Math.min(rows.length - start, most)));
    chunks.push(rows.slice(start, start + size));
    start += size;
  }
  return chunks;
}

/** Runs a statement; prepared where this is a transaction, since outside of one there is no connection to prepare for. */
export async function runStatement(
  { dialect, writer }: StoreDeps['database'],
  statement: Statement,
  values: readonly SqlValue[],
): Promise<Row[]> {
  if (writer.isTransaction === true) return dialect.run(writer, statement, values);
  return rowsOf(await writer.raw(statement.text(), [...values]));
}

// Ids are compared as bytes, by the database and here.
function endsOf(rows: readonly NewRow[]): string[] {
  const ids = rows.map((row) => String(row['id'])).sort((a, b) => (a < b ? -1 : Number(a > b)));
  return [ids[0] ?? '', ids.at(-1) ?? ''];
}

function placeholders(rows: number, columns: number): string {
  const row = `(${new Array<string>(columns).fill('?').join(', ')})`;
  return new Array<string>(rows).fill(row).join(', ');
}

function bindings(rows: readonly NewRow[], columns: readonly string[]): SqlValue[] {
  const values: SqlValue[] = [];
  for (const row of rows) for (const column of columns) values.push(row[column] ?? null);
  return values;
}

/** Reads one page of a query, newest id first. */
export async function readPage<Item>(
  query: Knex.QueryBuilder,
  idColumn: string,
  page: PageRequest,
  codec: { read(row: Row): Item; idOf(item: Item): string },
): Promise<Page<Item>> {
  if (page.after !== undefined) void query.where(idColumn, '<', page.after);
  const rows = await readRows(query.orderBy(idColumn, 'desc').limit(page.limit + 1));
  return cutPage(
    rows.map((row) => codec.read(row)),
    page.limit,
    (item) => codec.idOf(item),
  );
}

/** Adds an equality for each member that is given; gives whether there was any. */
export function whereGiven(query: Knex.QueryBuilder, values: Readonly<Record<string, SqlValue | undefined>>): boolean {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  for (const [column, value = null] of given) void query.where(column, value);
  return given.length > 0;
}

/** Keeps rows whose time is at or after `from` and before `to`, where these are given. */
export function whereBetween(
  query: Knex.QueryBuilder,
  column: string,
  from: Date | undefined,
  to: Date | undefined,
): void {
  if (from !== undefined) void query.where(column, '>=', from.toISOString());
  if (to !== undefined) void query.where(column, '<', to.toISOString());
}

/** Keeps rows in which one of the columns contains the text, upper and lower case of ASCII letters alike. */
export function whereContains(
  { dialect }: StoreDeps['database'],
  query: Knex.QueryBuilder,
  columns: readonly string[],
  text: string | undefined,
): void {
  if (text === undefined) return;
  const pattern = `%${text.replace(/[!%_]/g, '!$&')}%`;
  const tests = columns.map((column) => `${column} ${dialect.likeOperator} ? escape '!'`);
  void query.whereRaw(
    `(${tests.join(' or ')})`,
    columns.map(() => pattern),
  );
}
