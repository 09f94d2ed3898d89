// SQLite's driver, named nowhere else: how it is loaded, and how its connections run prepared statements.
import { createRequire } from 'node:module';
import type { SqlValue, Statement } from '../dialect.ts';
import { StartupError } from '../startup-error.ts';

const DRIVER = 'sqlite3';

type Done = (error: Error | null) => void;

/** The parts of a connection that are used here. */
export interface SqliteConnection {
  readonly exec: (sql: string, done: Done) => void;
  readonly prepare: (sql: string, done: Done) => SqliteStatement;
  readonly close: (done: Done) => void;
}

/** A prepared statement. Not `get`: it leaves the statement in the middle, which keeps what it has read locked. */
export interface SqliteStatement {
  readonly all: (values: readonly SqlValue[], done: (error: Error | null, rows: unknown) => void) => void;
  readonly reset: (done: () => void) => void;
  readonly finalize: (done: () => void) => void;
}

/** Loads it. Throws `StartupError` where its compiled part is missing. */
export function loadDriver(): unknown {
  try {
    return createRequire(import.meta.url)(DRIVER);
  } catch (error) {
    throw new StartupError(
      [
        `The SQLite driver cannot be loaded: its compiled part (the package "${DRIVER}") is missing or does not fit this Node.`,
        'Ways out:',
        `  1. npm install-scripts approve ${DRIVER} && npm rebuild ${DRIVER}`,
        '  2. if that finds no compiler: install python3, make and g++, then npm rebuild again',
        '  3. after a change of the Node version: delete node_modules and run npm ci',
      ].join('\n'),
      error,
    );
  }
}

/** The statements that a connection has prepared, by their keys. */
export class PreparedStatements {
  readonly #connection: SqliteConnection;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** Runs a statement and gives its rows. Rejects with the driver's error. */
  async run(statement: Statement, values: readonly SqlValue[]): Promise<unknown> {
    const ready = this.#statements.get(statement.key) ?? (await this.#prepare(statement));
    return new Promise<unknown>((resolve, reject) => {
      ready.all(values, (error, rows) => {
        if (error === null) resolve(rows);
        // One that found the database locked has begun to write and not ended: whatever another statement did by itself
        // would not be committed when that ends, and be rolled back with this one (measured: without an error).
        else ready.reset(() => reject(error));
      });
    });
  }

  /** Gives them up: a connection with open statements cannot be closed. */
  async finalize(): Promise<void> {
    for (const statement of this.#statements.values()) {
      await new Promise<void>((resolve) => statement.finalize(resolve));
    }
    this.#statements.clear();
  }

  async #prepare({ key, text }: Statement): Promise<SqliteStatement> {
    const made = await new Promise<SqliteStatement>((resolve, reject) => {
      const statement = this.#connection.prepare(text(), (error) =>
        error === null ? resolve(statement) : reject(error),
      );
    });
    this.#statements.set(key, made);
    return made;
  }
}
