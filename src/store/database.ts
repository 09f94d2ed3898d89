// Opens a SQLite database: one connection that writes, two that only read, and the lock that keeps a second process out.
import { dirname, join, resolve } from 'node:path';
import type { Knex } from 'knex';
import { AppError } from '../domain/errors.ts';
import type { GroupRunner } from './batch/group-writer.ts';
import { sqliteGroups } from './batch/sqlite-program.ts';
import type { Dialect } from './dialect.ts';
import { rowsOf } from './dialect.ts';
import { connectSqlite, isForeignFile, OVERWRITE_IN_PAGES, SQLITE } from './dialect/sqlite.ts';
import type { FolderLock } from './folder-lock.ts';
import { lockFolder } from './folder-lock.ts';
import { keepPrivate, makePrivateFolder } from './private-file.ts';
import { StartupError } from './startup-error.ts';

/**
 * An open database. `writer` serves what writes, and what has to be read with it; `reader` lists, counts and searches,
 * which may take long; `lookup` finds single things, which then wait neither for a commit nor behind a long list.
 */
export interface Database {
  readonly dialect: Dialect;
  readonly writer: Knex;
  readonly reader: Knex;
  readonly lookup: Knex;
  /** Changes the schema, which may take as long as it takes. */
  readonly migrator: Knex;
  /** Stores groups in one go; `undefined` where each statement has to be awaited. */
  readonly groups: GroupRunner | undefined;
  /** Hears from other processes; `undefined` where there can be none. */
  readonly listen: ((onNotice: () => void) => Promise<NoticeConnection>) | undefined;
  /** Waits for what is under way, then gives the files free. */
  close(): Promise<void>;
}

/** A connection that hears when another process says that something may be due. */
export interface NoticeConnection {
  /** Resolves when the connection has ended, for whatever reason. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Where the database is, and how long a statement waits for a lock that a foreign program holds on it. */
export interface DatabaseOptions {
  readonly path: string;
  readonly busyTimeoutMs?: number;
}

const BUSY_TIMEOUT_MS = 5000;
// What waits behind a group that waits for a foreign program is told so before its callers have gone.
const WRITER_BUSY_TIMEOUT_MS = 2500;
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;
const LOCK_FILE = 'hookwright.lock';

/**
 * Opens (and makes) the SQLite database at `path` and takes the lock of its folder. Throws `StartupError` where another
 * process holds the lock, the folder or the file cannot be used, or the driver is missing.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const path = resolve(options.path);
  makePrivateFolder(dirname(path));
  const lock = await takeLock(dirname(path));
  const { busyTimeoutMs } = options;
  const writer = connectSqlite({ path, setup: sqliteWriterSetup(busyTimeoutMs) });
  const [reader, lookup] = [connectReader(path, busyTimeoutMs), connectReader(path, busyTimeoutMs)];
  const close = async (): Promise<void> => {
    // The writer goes last: the last connection moves the write-ahead log into the database file.
    await reader.destroy();
    await lookup.destroy();
    await writer.destroy();
    await lock.release();
  };
  try {
    keepPrivate(path);
    await checkJournal(writer, path);
    await reader.raw('select 1');
    await lookup.raw('select 1');
  } catch (error) {
    await close();
    throw startupErrorOf(path, error);
  }
  return {
    dialect: SQLITE,
    writer,
    reader,
    lookup,
    migrator: writer,
    groups: sqliteGroups(writer),
    listen: undefined,
    close,
  };
}

/**
 * The statements that a connection begins with that writes. synchronous=FULL: what was acknowledged survives a power cut
 * (with NORMAL, the last commits of the log may not); fullfsync is what that takes on macOS, and nothing elsewhere.
 */
export function sqliteWriterSetup(busyTimeoutMs = WRITER_BUSY_TIMEOUT_MS): string {
  return [
    `PRAGMA busy_timeout = ${String(busyTimeoutMs)}`,
    'PRAGMA journal_mode = WAL',
    'PRAGMA synchronous = FULL',
    'PRAGMA fullfsync = ON',
    'PRAGMA foreign_keys = ON',
    OVERWRITE_IN_PAGES,
    // What is copied for a moment must not stay in a file beside the database.
    'PRAGMA temp_store = MEMORY',
    'PRAGMA wal_autocheckpoint = 1000',
    `PRAGMA journal_size_limit = ${String(WAL_LIMIT_BYTES)}`,
  ].join(';\n');
}

/** What a connection that only reads runs first. */
export function sqliteReaderSetup(busyTimeoutMs = BUSY_TIMEOUT_MS): string {
  return `PRAGMA busy_timeout = ${String(busyTimeoutMs)};\nPRAGMA query_only = ON`;
}

function connectReader(path: string, busyTimeoutMs: number | undefined): Knex {
  return connectSqlite({ path, setup: sqliteReaderSetup(busyTimeoutMs) });
}

async function checkJournal(writer: Knex, path: string): Promise<void> {
  const [row] = rowsOf(await writer.raw('PRAGMA journal_mode'));
  if (row?.['journal_mode'] === 'wal') return;
  throw new StartupError(
    `SQLite cannot keep a write-ahead log beside ${path}. Put the data folder on a local disk: network file systems do not work.`,
  );
}

function startupErrorOf(path: string, error: unknown): unknown {
  if (isForeignFile(error)) {
    return new StartupError(
      `The file ${path} is no SQLite database, or it was damaged. Put back the one from your backup, or move it away and start with an empty one.`,
      error,
    );
  }
  return error instanceof AppError ? unusable(path, error) : error;
}

function unusable(path: string, cause: AppError): StartupError {
  return new StartupError(
    `The database ${path} cannot be opened: ${cause.message} Check that the file belongs to the user that runs Hookwright and that the disk is not full.`,
    cause,
  );
}

async function takeLock(folder: string): Promise<FolderLock> {
  const path = join(folder, LOCK_FILE);
  const lock = await lockFolder(path).catch((error: unknown) => {
    throw startupErrorOf(path, error);
  });
  if (lock !== undefined) return lock;
  throw new StartupError(
    `Another Hookwright process is using the data folder ${folder}. Stop it first, or give this one a folder of its own with HOOKWRIGHT_DATA_DIR.`,
  );
}
