// What storage needs to know of a kind of database. Each kind, with its driver and its errors, is a file in `dialect/`.
import type { Knex } from 'knex';
import { isObject } from '../domain/json.ts';

/** What is done by one process at a time. */
export type Lock = 'start' | 'partitions' | 'replays';

/** A statement of the hot path. `key` names it: the same key, the same text. */
export interface Statement {
  readonly key: string;
  /** With `?` for each value. Only asked for where the statement is not prepared yet. */
  readonly text: () => string;
}

/** A value that can be bound. */
export type SqlValue = string | number | boolean | null;

/** Everything in which statements differ. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /** Whether several processes may use the database at once. */
  readonly isShared: boolean;
  /** The most values that one statement may bind. */
  readonly maxBindings: number;
  /**
   * Locks the rows that a query finds (those of `table`, where it joins several), and leaves out what another
   * transaction has locked. SQLite has one writer at a time, so there it does nothing.
   */
  skipLocked(query: Knex.QueryBuilder, table?: string): Knex.QueryBuilder;
  /** Locks the rows that a query finds until the transaction ends. SQLite's write transactions lock everything, so there it does nothing. */
  lockRows(query: Knex.QueryBuilder): Knex.QueryBuilder;
  /** As `lockRows`, but whoever only refers to these rows need not wait: an organization is referred to by every event. */
  lockOwner(query: Knex.QueryBuilder): Knex.QueryBuilder;
  /** As `lockRows`, but throws `unavailable` where another transaction has one of them: who never waits closes no circle. */
  lockAtOnce(query: Knex.QueryBuilder): Knex.QueryBuilder;
  /** The operator that finds a pattern without regard to (ASCII) case. */
  readonly likeOperator: string;
  /** The instant by which leases are given and run out: one clock for all who share the database; `now` where nobody does. */
  leaseNow(db: Knex, now: Date): Promise<Date>;
  /** Whether that is a clock of the database's own, and not the caller's. */
  readonly hasLeaseClock: boolean;
  /** Joins the epoch of acceptance that is on, until the transaction ends: see `acceptance.ts`. */
  joinEpoch(trx: Knex): Promise<void>;
  /** Whether a transaction is open that has joined another epoch than this one. */
  hasOlderEpoch(trx: Knex, epoch: number): Promise<boolean>;
  /** Waits until no other process holds this lock, and holds it until the transaction ends. */
  lock(trx: Knex, lock: Lock): Promise<void>;
  /**
   * Runs a statement in a transaction and gives its rows. It goes past knex to the driver, and is prepared once for each
   * connection: on the hot path, knex costs a third (measured: 1.0 against 0.67 to 0.86).
   */
  run(trx: Knex, statement: Statement, values: readonly SqlValue[]): Promise<Readonly<Record<string, unknown>>[]>;
  /**
   * Writes what would be written again if a crash of the server took it back, without waiting for its disk: others wait
   * less for theirs. On SQLite everything that is committed is on the disk.
   */
  writeLazily<Result>(writer: Knex, work: (db: Knex) => PromiseLike<Result>): PromiseLike<Result>;
  /** Whether what the transaction deletes and replaces from now on is overwritten in the file, wherever that is stored. */
  overwrite(trx: Knex, isOn: boolean): Promise<void>;
  /** Empties the log of what was written; gives whether nobody was in the way. PostgreSQL's log is not ours to empty. */
  emptyLog(writer: Knex): Promise<boolean>;
  /** Tells the other processes that something may be due, once the transaction is committed. A hint, and may be lost. */
  notify(trx: Knex): Promise<void>;
}

/** Does what overwrites in the file whatever it deletes and replaces. In a transaction. */
export async function overwriting<Result>(
  { dialect, writer }: { readonly dialect: Pick<Dialect, 'overwrite'>; readonly writer: Knex },
  work: () => Promise<Result>,
): Promise<Result> {
  await dialect.overwrite(writer, true);
  try {
    return await work();
  } finally {
    await dialect.overwrite(writer, false);
  }
}

/** The rows of a raw statement: SQLite's driver gives a list, PostgreSQL's an object with `rows`. */
export function rowsOf(result: unknown): Readonly<Record<string, unknown>>[] {
  const rows: unknown = isObject(result) ? result['rows'] : result;
  return Array.isArray(rows) ? rows.filter(isObject) : [];
}

/** What runs prepared statements: the client of a knex that `dialect/` has made. */
export interface PreparingClient {
  acquireConnection(): Promise<object>;
  releaseConnection(connection: unknown): Promise<unknown>;
  runPrepared(connection: unknown, statement: Statement, values: readonly SqlValue[]): Promise<unknown>;
}

/** The client of a knex as one that runs prepared statements. Throws where it is another. */
export function preparingClient(db: Knex): PreparingClient {
  const client: unknown = db.client;
  if (isPreparing(client)) return client;
  throw new Error('This connection does not run prepared statements.');
}

function isPreparing(client: unknown): client is PreparingClient {
  return typeof client === 'object' && client !== null && 'runPrepared' in client;
}

/** Runs a statement on the connection that a transaction holds. */
export async function runOn(
  trx: Knex,
  statement: Statement,
  values: readonly SqlValue[],
): Promise<Readonly<Record<string, unknown>>[]> {
  // What comes after its end would be a transaction of its own.
  if ('isCompleted' in trx && (trx as Knex.Transaction).isCompleted()) throw new Error('The transaction is over.');
  const client = preparingClient(trx);
  return rowsOf(await client.runPrepared(await client.acquireConnection(), statement, values));
}
