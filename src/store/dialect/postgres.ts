// PostgreSQL: its driver, its pools of connections, and how processes that share it keep out of each other's way.
import { Duplex } from 'node:stream';
import type { Knex } from 'knex';
import knexPackage from 'knex';
import PostgresClient from 'knex/lib/dialects/postgres/index.js';
import pg from 'pg';
import { isObject } from '../../domain/json.ts';
import type { NoticeConnection } from '../database.ts';
import type { Dialect, Lock, SqlValue, Statement } from '../dialect.ts';
import { rowsOf, runOn } from '../dialect.ts';
import { SILENT_LOG } from './failures.ts';
import { isUnanswered, translatePostgresError } from './postgres-errors.ts';

/** Where processes tell each other that something may be due. */
export const CHANNEL = 'hookwright';

// Keys of advisory locks: free to choose, as long as no other program that shares the database uses the same.
const LOCK_SPACE = 0x686f6f6b;
const LOCKS: Readonly<Record<Lock, number>> = { start: 1, partitions: 2, replays: 3 };

// Epochs of acceptance, of which many transactions at once may be part.
const EPOCH_SPACE = LOCK_SPACE + 1;

/** What a transaction runs before it looks at the floor of acceptance. */
export const JOIN_EPOCH = `select pg_advisory_xact_lock_shared(${String(EPOCH_SPACE)}, epoch) from acceptance where id = 1`;

const OLDER_EPOCH = `select 1 as one from pg_locks
  where locktype = 'advisory' and objsubid = 2 and classid = ? and objid <> ?
    and database = (select oid from pg_database where datname = current_database()) limit 1`;

/** PostgreSQL: as many processes as there are to share it. */
export const POSTGRES: Dialect = {
  name: 'postgres',
  isShared: true,
  // The protocol counts them in 16 bits; a statement of this size takes long enough to plan.
  maxBindings: 32_000,
  skipLocked: (query, table) => query.forUpdate(...(table === undefined ? [] : [table])).skipLocked(),
  lockRows: (query) => query.forUpdate(),
  lockOwner: (query) => query.forNoKeyUpdate(),
  lockAtOnce: (query) => query.forUpdate().noWait(),
  likeOperator: 'ilike',
  async leaseNow(db) {
    const [row] = rowsOf(await db.raw('select clock_timestamp() as now'));
    const now = row?.['now'];
    if (!(now instanceof Date)) throw new Error('The database does not say what time it is.');
    return now;
  },
  hasLeaseClock: true,
  async joinEpoch(trx) {
    await trx.raw(JOIN_EPOCH);
  },
  async hasOlderEpoch(trx, epoch) {
    return rowsOf(await trx.raw(OLDER_EPOCH, [EPOCH_SPACE, epoch])).length > 0;
  },
  async lock(trx, lock) {
    await trx.raw('select pg_advisory_xact_lock(?, ?)', [LOCK_SPACE, LOCKS[lock]]);
  },
  run: runOn,
  writeLazily: (writer, work) =>
    writer.transaction(async (trx) => {
      await trx.raw('set local synchronous_commit = off');
      return work(trx);
    }),
  overwrite: () => Promise.resolve(),
  emptyLog: () => Promise.resolve(true),
  async notify(trx) {
    await trx.raw("select pg_notify(?, '')", [CHANNEL]);
  },
};

/** One pool of connections. */
export interface PostgresPoolOptions {
  readonly url: string;
  /** What the server shows of it in `pg_stat_activity`. */
  readonly name: string;
  readonly most: number;
  /** How long the server may work on one statement, in milliseconds; 0: as long as it takes. */
  readonly statementTimeoutMs: number;
  readonly readOnly: boolean;
}

const ACQUIRE_TIMEOUT_MS = 5000;
const CONNECT_TIMEOUT_MS = 5000;
const LOCK_TIMEOUT_MS = 5000;
const IDLE_IN_TRANSACTION_MS = 30_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
// The server gives up a statement first; who has heard nothing by then has lost the connection.
const ANSWER_MARGIN_MS = 2000;
const END_TIMEOUT_MS = 1000;

/** A knex on a pool of PostgreSQL connections. Its errors are `AppError`s where callers can act on them. */
export function connectPostgres(options: PostgresPoolOptions): Knex {
  const { url, name, most, statementTimeoutMs } = options;
  return knexPackage.knex({
    client: watchfulClient({ since: new WeakMap(), suspectBeforeMs: -1, statements: new Map() }),
    connection: {
      ...connectionOf(url, name),
      query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + ANSWER_MARGIN_MS,
    },
    // The values of a failed statement are other people's data, and the message goes into logs.
    compileSqlOnError: false,
    pool: {
      min: 0,
      max: most,
      acquireTimeoutMillis: ACQUIRE_TIMEOUT_MS,
      afterCreate: (connection: pg.Client, done: (error: Error | null) => void) => {
        connection.query(sessionSettings(options), (error: Error | null) => done(error));
      },
    },
    log: SILENT_LOG,
  });
}

function connectionOf(url: string, name: string) {
  return {
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  };
}

// synchronous_commit: what was acknowledged survives a power cut, whatever the server's default.
function sessionSettings({ statementTimeoutMs, readOnly }: PostgresPoolOptions): string {
  return [
    `set statement_timeout = ${String(statementTimeoutMs)}`,
    `set lock_timeout = ${String(statementTimeoutMs === 0 ? 0 : LOCK_TIMEOUT_MS)}`,
    `set idle_in_transaction_session_timeout = ${String(IDLE_IN_TRANSACTION_MS)}`,
    'set synchronous_commit = on',
    "set time zone 'UTC'",
    `set default_transaction_read_only = ${readOnly ? 'on' : 'off'}`,
  ].join('; ');
}

// What is known of the connections of one pool. Apart from the client, since knex makes another for each transaction.
interface Watch {
  readonly since: WeakMap<object, number>;
  /** Connections older than this are not used again. */
  suspectBeforeMs: number;
  /** Statements that were run prepared, by their keys. */
  readonly statements: Map<string, { readonly name: string; readonly text: string }>;
}

// knex gives a connection back to the pool when its query failed, whatever the failure. One that did not answer in time
// is half open: it must not be used again, and those that were idle meanwhile went the same way, more likely than not.
function watchfulClient(watch: Watch): typeof PostgresClient {
  return class extends PostgresClient {
    override async query(connection: unknown, query: unknown): Promise<unknown> {
      try {
        return await super.query(connection, query);
      } catch (error) {
        throw failed(watch, connection, error);
      }
    }

    async runPrepared(connection: pg.Client, statement: Statement, values: readonly SqlValue[]): Promise<unknown> {
      try {
        return await connection.query({ ...named(watch, statement), values: [...values] });
      } catch (error) {
        throw failed(watch, connection, error);
      }
    }

    override async acquireConnection(): Promise<unknown> {
      try {
        return await super.acquireConnection();
      } catch (error) {
        throw translatePostgresError(error);
      }
    }

    override async acquireRawConnection(): Promise<unknown> {
      const connection = await super.acquireRawConnection();
      if (isObject(connection)) watch.since.set(connection, performance.now());
      return connection;
    }

    override validateConnection(connection: unknown): Promise<boolean> {
      const isGood = isObject(connection) && (watch.since.get(connection) ?? 0) > watch.suspectBeforeMs;
      return Promise.resolve(isGood);
    }

    // The polite end waits for an answer, which a half-open connection never gets.
    override async destroyRawConnection(connection: unknown): Promise<void> {
      const timer = setTimeout(() => cutOff(connection), END_TIMEOUT_MS);
      return super.destroyRawConnection(connection).finally(() => clearTimeout(timer));
    }
  };
}

function failed(watch: Watch, connection: unknown, error: unknown): unknown {
  if (isUnanswered(error)) {
    watch.suspectBeforeMs = performance.now();
    cutOff(connection);
  }
  return translatePostgresError(error);
}

// A name of 63 bytes at most, which the server keeps for each connection; its parameters are numbered.
function named({ statements }: Watch, { key, text }: Statement): { readonly name: string; readonly text: string } {
  const known = statements.get(key);
  if (known !== undefined) return known;
  let count = 0;
  const numbered = text().replaceAll('?', () => `$${String((count += 1))}`);
  const statement = { name: `hookwright_${String(statements.size)}`, text: numbered };
  statements.set(key, statement);
  return statement;
}

function cutOff(connection: unknown): void {
  const protocol = isObject(connection) ? connection['connection'] : undefined;
  const socket = isObject(protocol) ? protocol['stream'] : undefined;
  if (socket instanceof Duplex) socket.destroy();
}

/** Opens a connection that hears what other processes tell: `onNotice` is called once for each transaction that has. */
export async function listenPostgres(url: string, onNotice: () => void): Promise<NoticeConnection> {
  const client = new pg.Client({ ...connectionOf(url, 'hookwright notices'), query_timeout: CONNECT_TIMEOUT_MS });
  // Whoever waits for the end hears of it; without this, the error would end the process.
  client.on('error', () => cutOff(client));
  const ended = new Promise<void>((resolve) => client.on('end', () => resolve()));
  client.on('notification', onNotice);
  const close = async (): Promise<void> => {
    const timer = setTimeout(() => cutOff(client), END_TIMEOUT_MS);
    await client.end().finally(() => clearTimeout(timer));
  };
  try {
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
  } catch (error) {
    cutOff(client);
    throw translatePostgresError(error);
  }
  return { ended, close };
}
