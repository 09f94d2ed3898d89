// Where engines keep their data, on SQLite or on PostgreSQL: it outlasts an engine, so that another one can be started on
// it, and the benchmark reads it past the engine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { folderOr } from './leaving.ts';

/** A value in a database. */
export type Value = string | number | null;

/** The data of one engine, or of several that share it. */
export interface Home {
  /** For the engine's data folder; each process has one of its own where this is `undefined`. */
  readonly folder: string | undefined;
  /** Settings that lead an engine here. */
  readonly env: Readonly<Record<string, string>>;
  /** Processes of a database server. */
  readonly serverPids: readonly number[];
  /** Runs one statement with values for `$1`, `$2` …, which stand in it in this order, and gives its rows. */
  query(statement: string, values?: readonly Value[]): Promise<readonly Readonly<Record<string, Value>>[]>;
  /** Removes it, but for a folder that somebody wants to keep. */
  remove(): Promise<void>;
}

/** A kind of database. */
export interface Database {
  readonly name: 'SQLite' | 'PostgreSQL';
  /** What one engine on it is called in results. */
  readonly engine: string;
  makeHome(): Promise<Home>;
}

/** The default of the product. */
export const SQLITE: Database = { name: 'SQLite', engine: 'hookwright', makeHome: () => Promise.resolve(sqliteHome()) };

/** A home on SQLite, in a folder that is kept or in a temporary one. */
export function sqliteHome(kept?: string): Home {
  const { folder, remove } = folderOr(kept);
  return {
    folder,
    env: {},
    serverPids: [],
    query: (statement, values = []) => withDatabase(join(folder, 'data/hookwright.db'), statement, values),
    remove: () => {
      remove();
      return Promise.resolve();
    },
  };
}

// A connection for each statement: between two of them the file is the engine's alone.
async function withDatabase(
  path: string,
  statement: string,
  values: readonly Value[],
): Promise<readonly Readonly<Record<string, Value>>[]> {
  if (!existsSync(path)) throw new Error('There is no database before an engine was started.');
  const database = await open(path);
  try {
    // What is written here is made for this run: it need not survive anything until an engine opens it.
    await all(database, 'pragma synchronous = off', []);
    return await all(database, statement, values);
  } finally {
    await closed(database);
  }
}

function open(path: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(path, (error) => (error === null ? resolve(database) : reject(error)));
  });
}

function all(
  database: sqlite3.Database,
  statement: string,
  values: readonly Value[],
): Promise<readonly Readonly<Record<string, Value>>[]> {
  return new Promise((resolve, reject) => {
    database.all(statement, values, (error: Error | null, rows: Record<string, Value>[]) =>
      error === null ? resolve(rows) : reject(error),
    );
  });
}

function closed(database: sqlite3.Database): Promise<void> {
  return new Promise((resolve, reject) => {
    database.close((error) => (error === null ? resolve() : reject(error)));
  });
}
