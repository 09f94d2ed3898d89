// An exclusive lock of the operating system on a file of its own, taken through SQLite because Node has no call for it. It
// ends with the process however that ends, so there is no stale lock to clear after kill -9.
import { AppError } from '../domain/errors.ts';
import { connectSqlite } from './dialect/sqlite.ts';
import { keepPrivate } from './private-file.ts';

/** A lock that is held. */
export interface FolderLock {
  release(): Promise<void>;
}

/** Takes the lock of the file at `path`, which is made where it is missing; `undefined` where another process has it. */
export async function lockFolder(path: string): Promise<FolderLock | undefined> {
  const lock = connectSqlite({ path, setup: 'PRAGMA busy_timeout = 0' });
  try {
    keepPrivate(path);
    await lock.raw('PRAGMA locking_mode = EXCLUSIVE');
    await lock.raw('BEGIN EXCLUSIVE');
    return { release: () => lock.destroy() };
  } catch (error) {
    await lock.destroy();
    if (error instanceof AppError && error.code === 'storage_busy') return undefined;
    throw error;
  }
}
