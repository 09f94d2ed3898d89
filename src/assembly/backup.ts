// Backing up: which file is copied, and where.
import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { backUpDatabase } from '../store/backup.ts';
import { databaseFile } from './storage.ts';

/** A finished copy. */
export interface Backup {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** The file that has to be kept with it. */
  readonly keyFile: string;
}

/**
 * Copies the database of a data folder to `file`, which is taken from `cwd`, also while an engine runs. Throws
 * `StartupError` with a sentence that says what to do.
 */
export async function backUp({ dataDir }: Pick<Config, 'dataDir'>, file: string, cwd: string): Promise<Backup> {
  const path = resolve(cwd, file);
  const bytes = await backUpDatabase(databaseFile(dataDir), path);
  return { path, bytes, keyFile: join(dataDir, 'encryption.key') };
}
