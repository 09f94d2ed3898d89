// SQLite: its driver, how its transactions begin and end, and its errors.
import { pathToFileURL } from 'node:url';
import knexPackage from 'knex';
import type { Knex } from 'knex';
import SqliteTransaction from 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js';
import SqliteClient from 'knex/lib/dialects/sqlite3/index.js';
import { AppError } from '../../domain/errors.ts';
import { isObject } from '../../domain/json.ts';
import type { Dialect, SqlValue, Statement } from '../dialect.ts';
import { preparingClient, rowsOf, runOn } from '../dialect.ts';
import { UniqueViolation } from '../sql/conflicts.ts';
import type { Trouble } from './failures.ts';
import type { SqliteConnection } from './sqlite-driver.ts';
import { loadDriver, PreparedStatements } from './sqlite-driver.ts';
import { BUSY, errorCode, FAILED, FULL, shorten, SILENT_LOG, troubleError } from './failures.ts';

/** SQLite: one process, one writer connection. */
export const SQLITE: Dialect = {
  name: 'sqlite',
  isShared: false,
  // SQLITE_MAX_VARIABLE_NUMBER is 32,766 since SQLite 3.32.
  maxBindings: 32_000,
  skipLocked: (query) => query,
  lockRows: (query) => query,
  lockOwner: (query) => query,
  lockAtOnce: (query) => query,
  likeOperator: 'like',
  leaseNow: (_db, now) => Promise.resolve(now),
  hasLeaseClock: false,
  joinEpoch: () => Promise.resolve(),
  hasOlderEpoch: () => Promise.resolve(false),
  // Its write transactions follow one another, those of the command line beside the engine included.
  lock: () => Promise.resolve(),
  run: runOn,
  writeLazily: (writer, work) => work(writer),
  overwrite,
  emptyLog,
  notify: () => Promise.resolve(),
};

/**
 * How a connection that writes treats what it deletes. Overwriting it within its page costs no write of its own, and
 * without it pages keep copies of what was moved elsewhere when they were divided, which nobody finds again to overwrite
 * (measured: of 300 erased values among 3,000, 19 were still in the file).
 */
export const OVERWRITE_IN_PAGES = 'PRAGMA secure_delete = FAST';

// Whole pages that become free are overwritten, too.
async function overwrite(trx: Knex, isOn: boolean): Promise<void> {
  await trx.raw(isOn ? 'PRAGMA secure_delete = ON' : OVERWRITE_IN_PAGES);
}

// What is behind the end of the log's file is nobody's. It waits for no reader, since all who write would wait with it.
async function emptyLog(writer: Knex): Promise<boolean> {
  const client = preparingClient(writer);
  const connection = await client.acquireConnection();
  const run = async (text: string): Promise<Readonly<Record<string, unknown>>> =>
    rowsOf(await client.runPrepared(connection, { key: text, text: () => text }, []))[0] ?? {};
  try {
    const timeout = Number((await run('PRAGMA busy_timeout'))['timeout']);
    await run('PRAGMA busy_timeout = 0');
    try {
      return (await run('PRAGMA wal_checkpoint(TRUNCATE)'))['busy'] === 0;
    } finally {
      await run(`PRAGMA busy_timeout = ${String(timeout)}`);
    }
  } finally {
    await client.releaseConnection(connection);
  }
}

/** How one SQLite connection is opened. */
export interface SqliteConnectionOptions {
  readonly path: string;
  /** Statements that every new connection runs first. */
  readonly setup: string;
  /** Opens the file to read only, and does not make it. */
  readonly isReadOnly?: boolean;
}

/** A knex on one SQLite connection. Its write transactions begin IMMEDIATE; its errors are `AppError`s where callers can act on them. */
export function connectSqlite(options: SqliteConnectionOptions): Knex {
  return knexPackage.knex({
    client: preparingSqliteClient(new WeakMap()),
    connection: fileOf(options),
    useNullAsDefault: true,
    // The values of a failed statement are other people's data, and the message goes into logs.
    compileSqlOnError: false,
    pool: {
      min: 1,
      max: 1,
      acquireTimeoutMillis: ACQUIRE_TIMEOUT_MS,
      afterCreate: (connection: SqliteConnection, done: (error: Error | null) => void) => {
        connection.exec(options.setup, done);
      },
    },
    log: SILENT_LOG,
  });
}

// knex always opens to write and to make; only a URI may ask for less.
function fileOf({ path, isReadOnly }: SqliteConnectionOptions): Knex.Sqlite3ConnectionConfig {
  if (isReadOnly !== true) return { filename: path };
  return { filename: `${pathToFileURL(path).href}?mode=ro`, flags: ['OPEN_URI'] };
}

const ACQUIRE_TIMEOUT_MS = 10_000;

class ImmediateSqliteClient extends SqliteClient {
  override _driver(): unknown {
    return loadDriver();
  }

  // A failing driver is said once, by `loadDriver`; knex would print it and advise what does not help.
  override initializeDriver(): void {
    this.driver = this._driver();
  }

  override async query(connection: unknown, query: unknown): Promise<unknown> {
    try {
      return await super.query(connection, query);
    } catch (error) {
      throw translateSqliteError(error);
    }
  }

  override async acquireConnection(): Promise<unknown> {
    try {
      return await super.acquireConnection();
    } catch (error) {
      throw translateSqliteError(error);
    }
  }

  override transaction(container: unknown, config: unknown, outerTransaction: unknown): Knex.Transaction {
    // knex awaits its own transactions by `then`; the type it declares is the one callers see.
    return new ImmediateTransaction(this, container, config, outerTransaction) as unknown as Knex.Transaction;
  }
}

// Statements live as long as their connection. Apart from the client, since knex makes another for each transaction.
function preparingSqliteClient(prepared: WeakMap<object, PreparedStatements>): typeof ImmediateSqliteClient {
  return class extends ImmediateSqliteClient {
    async runPrepared(connection: SqliteConnection, statement: Statement, values: readonly SqlValue[]) {
      const statements = prepared.get(connection) ?? new PreparedStatements(connection);
      prepared.set(connection, statements);
      try {
        return await statements.run(statement, values);
      } catch (error) {
        throw translateSqliteError(error);
      }
    }

    override async destroyRawConnection(connection: SqliteConnection): Promise<void> {
      await prepared.get(connection)?.finalize();
      prepared.delete(connection);
      await super.destroyRawConnection(connection);
    }
  };
}

// A deferred transaction that reads before it writes fails at once when another writer came first, whatever the
// busy_timeout (measured: by the thousand). And knex loses the first error when SQLite has already rolled back by
// itself, as it does when the disk is full.
class ImmediateTransaction extends SqliteTransaction {
  override begin(connection: unknown): Promise<unknown> {
    return this.trxClient.query(connection, 'BEGIN IMMEDIATE;');
  }

  override async commit(connection: unknown, value: unknown): Promise<void> {
    try {
      const committed = this.trxClient.query(connection, 'COMMIT;');
      this._completed = true;
      await committed;
    } catch (error) {
      await this.rollback(connection, error);
      return;
    }
    this._resolver(value);
  }

  override async rollback(connection: unknown, reason: unknown): Promise<void> {
    this._completed = true;
    await this.client.query(connection, 'ROLLBACK;').catch((error: unknown) => giveUpUnlessEnded(connection, error));
    this._rejecter(reason ?? new Error('The transaction was rolled back.'));
  }
}

// SQLite has rolled back by itself, as it does when the disk is full. Otherwise the transaction is still open, and whatever
// the connection did from then on would look stored and never be committed: the pool makes another one then.
function giveUpUnlessEnded(connection: unknown, error: unknown): void {
  const hasEnded = error instanceof Error && error.message.includes('no transaction is active');
  if (!hasEnded && isObject(connection)) Object.assign(connection, { __knex__disposed: error });
}

const UNIQUE_VIOLATION = /UNIQUE constraint failed: ([\w., ]+)/;
// Result codes of SQLite (sqlite.org/rescode.html), and knex' own error for a connection that did not become free.
const PASSING_ERRORS: Readonly<Record<string, Trouble>> = {
  SQLITE_FULL: FULL,
  SQLITE_BUSY: BUSY,
  SQLITE_LOCKED: BUSY,
  KnexTimeoutError: BUSY,
  SQLITE_IOERR: FAILED,
  SQLITE_CANTOPEN: FAILED,
  SQLITE_READONLY: FAILED,
};

/**
 * A unique violation becomes `conflict`, a full disk or a database that is away or locked becomes `unavailable`, each
 * with the driver's error as its cause. Anything else is a bug and comes back as it is.
 */
export function translateSqliteError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const unique = UNIQUE_VIOLATION.exec(error.message);
  if (unique !== null) return new UniqueViolation(unique[1] ?? '', error);
  const passing = PASSING_ERRORS[errorCode(error)];
  if (passing !== undefined) return troubleError(passing, error);
  error.message = shorten(error.message);
  return error;
}

/** Whether a statement was refused since it would have broken a constraint, or a trigger said so: nothing of it is stored. */
export function isConstraintViolation(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof Error && errorCode(cause) === 'SQLITE_CONSTRAINT';
}

/** Whether a file was opened that is no SQLite database, or one whose beginning was overwritten. */
export function isForeignFile(error: unknown): boolean {
  return error instanceof Error && ['SQLITE_NOTADB', 'SQLITE_CORRUPT'].includes(errorCode(error));
}
