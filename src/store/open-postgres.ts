// Opens a PostgreSQL database: one pool that writes, two that only read, and one connection to migrate with.
import type { Knex } from 'knex';
import { AppError } from '../domain/errors.ts';
import { postgresGroups } from './batch/postgres-program.ts';
import type { Database, NoticeConnection } from './database.ts';
import { rowsOf } from './dialect.ts';
import { connectPostgres, listenPostgres, POSTGRES } from './dialect/postgres.ts';
import { StartupError } from './startup-error.ts';

/** Where the database is. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
}

// Together 18 for a process, and one to listen: a server takes 100 unless it was told otherwise.
const WRITERS = 10;
const READERS = 4;
const LOOKUPS = 4;
const STATEMENT_TIMEOUT_MS = 10_000;
const LIST_TIMEOUT_MS = 60_000;
const NO_TIMEOUT_MS = 0;
// The oldest that its makers still mend (postgresql.org/support/versioning), and that we test statements for.
const OLDEST_VERSION = 14;

/** Opens it. Throws `StartupError` where it cannot be reached or used; nothing shows the password. */
export async function openPostgres({ url }: PostgresOptions): Promise<Database> {
  const pool = (name: string, most: number, statementTimeoutMs: number, readOnly: boolean): Knex =>
    connectPostgres({ url, name: `hookwright ${name}`, most, statementTimeoutMs, readOnly });
  const writer = pool('writer', WRITERS, STATEMENT_TIMEOUT_MS, false);
  const reader = pool('reader', READERS, LIST_TIMEOUT_MS, true);
  const lookup = pool('lookup', LOOKUPS, STATEMENT_TIMEOUT_MS, true);
  const migrator = pool('migrator', 1, NO_TIMEOUT_MS, false);
  const close = async (): Promise<void> => {
    await Promise.all([writer, reader, lookup, migrator].map((db) => db.destroy()));
  };
  try {
    await checkServer(writer);
  } catch (error) {
    await close();
    throw error instanceof AppError ? unusable(url, error) : error;
  }
  const listen = (onNotice: () => void): Promise<NoticeConnection> => listenPostgres(url, onNotice);
  return {
    dialect: POSTGRES,
    writer,
    reader,
    lookup,
    migrator,
    groups: postgresGroups(writer),
    listen,
    close,
  };
}

const FACTS = `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding,
  current_setting('transaction_read_only') as read_only`;

async function checkServer(writer: Knex): Promise<void> {
  const [facts] = rowsOf(await writer.raw(FACTS));
  const version = Math.floor(Number(facts?.['version']) / 10_000);
  if (version < OLDEST_VERSION) {
    throw new StartupError(
      `The database is PostgreSQL ${String(version)}; Hookwright needs ${String(OLDEST_VERSION)} or later.`,
    );
  }
  if (facts?.['encoding'] !== 'UTF8') {
    throw new StartupError(
      `The database holds text as ${String(facts?.['encoding'])}. Make one for Hookwright with: create database hookwright encoding 'UTF8' template template0`,
    );
  }
  if (facts['read_only'] === 'on') {
    throw new StartupError(
      'The database only takes reads (it is a standby). Name the primary in HOOKWRIGHT_DATABASE_URL.',
    );
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing answers there. Start PostgreSQL, or correct host and port',
  ENOENT: 'There is no socket. Start PostgreSQL, or correct the path',
  ENOTFOUND: 'There is no host of this name. Correct it',
  EAI_AGAIN: 'The name of the host cannot be looked up. Check the network and the name',
  '28P01': 'It refuses this user or password. Correct them',
  '28000':
    'It does not let this user in from here (pg_hba.conf, or it asks for TLS). Correct the user, add ?sslmode=require, or allow it there',
  '3D000': 'It has no database of this name. Make it (createdb), or correct the name',
  '53300': 'It has no connection left. Raise its max_connections, or stop what holds them',
  '57P03': 'It is starting or stopping. Try again in a moment',
};

function unusable(url: string, error: AppError): StartupError {
  const advice = REFUSALS[codeOf(error.cause)] ?? `${error.message} Check the network, the server and its log`;
  return new StartupError(
    `The PostgreSQL server at ${placeOf(url)} cannot be used. ${advice} in HOOKWRIGHT_DATABASE_URL.`,
    error,
  );
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** Host, port and name of a database, without who uses it. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
