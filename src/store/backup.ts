// A consistent copy of the SQLite database while an engine uses it. It takes no lock that a writer would wait for.
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../domain/errors.ts';
import { connectSqlite, isForeignFile } from './dialect/sqlite.ts';
import { StartupError } from './startup-error.ts';

// Readers wait only while the log is being put back after a crash.
const SETUP = 'PRAGMA busy_timeout = 5000';

/**
 * Copies the database at `source` to the new file `target`, readable by its owner only: everything that was committed
 * before it began, and nothing half. Gives the bytes of the copy. Written under another name, synced and renamed: there
 * is a whole copy or none. Throws `StartupError` with a sentence that says what to do; an existing file is left alone.
 */
export async function backUpDatabase(source: string, target: string): Promise<number> {
  if (!existsSync(source)) {
    throw new StartupError(
      `There is no database at ${source}. Name the folder that the engine uses with HOOKWRIGHT_DATA_DIR.`,
    );
  }
  refuseExisting(target);
  const folder = makeDraftFolder(target);
  try {
    const draft = join(folder, basename(target));
    // SQLite writes into an empty file that is there, and keeps its mode.
    writeFileSync(draft, '', { mode: 0o600 });
    await copy(source, draft);
    chmodSync(draft, 0o600);
    sync(draft);
    refuseExisting(target);
    renameSync(draft, target);
    syncFolder(dirname(target));
    return statSync(target).size;
  } catch (error) {
    throw explained(source, target, error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function refuseExisting(target: string): void {
  if (!existsSync(target)) return;
  throw new StartupError(`The file ${target} exists already, and is not overwritten. Choose another name.`);
}

// Beside the target, so that renaming does not leave the disk; a folder of its own, so that nobody else has the name.
function makeDraftFolder(target: string): string {
  try {
    return mkdtempSync(join(dirname(target), '.hookwright-backup-'));
  } catch (error) {
    throw new StartupError(
      `Nothing can be written into the folder ${dirname(target)}. Make it, or choose another.`,
      error,
    );
  }
}

// `query_only` forbids VACUUM INTO, although it writes to another file only; a connection that is opened to read does not.
async function copy(source: string, draft: string): Promise<void> {
  const db = connectSqlite({ path: source, setup: SETUP, isReadOnly: true });
  try {
    await db.raw('VACUUM INTO ?', [draft]);
  } finally {
    await db.destroy();
  }
}

function explained(source: string, target: string, error: unknown): unknown {
  if (error instanceof StartupError) return error;
  if (isForeignFile(error)) return new StartupError(`The file ${source} is no SQLite database, or is damaged.`, error);
  if (isFull(error)) {
    return new StartupError(
      `There is not enough room for the copy at ${target}. Nothing was left there. Make room, or choose another disk.`,
      error,
    );
  }
  const why = error instanceof Error ? error.message : String(error);
  return new StartupError(`The copy could not be made, and nothing was left at ${target}: ${why}`, error);
}

function isFull(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'storage_full';
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
}

function sync(path: string): void {
  // To be synced, a file has to be opened for writing on Windows.
  const handle = openSync(path, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

// The new name is on disk only once the folder is. Windows cannot open folders.
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
