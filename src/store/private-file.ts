// Keeps the database readable by its owner only: it holds what customers send, in clear.
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { StartupError } from './startup-error.ts';

// SQLite gives these the mode of the database when it makes them; what an earlier start left may be looser.
const COMPANIONS = ['-wal', '-shm'];

/**
 * Makes the file at `path` where it is missing, empty (which SQLite takes for a new database), and takes from others
 * than its owner what they may do with it and with its write-ahead log. Throws `StartupError` where that cannot be.
 */
export function keepPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
    // Windows has no such modes; there the folder of the user protects what is in it.
    if (process.platform === 'win32') return;
    for (const file of [path, ...COMPANIONS.map((suffix) => path + suffix)]) tighten(file);
  } catch (error) {
    throw new StartupError(
      `The file ${path} cannot be made private to its owner. Check that it belongs to the user that runs Hookwright, that its folder can be written and that the disk is not full.`,
      error,
    );
  }
}

function tighten(path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) !== 0) chmodSync(path, mode & 0o700);
}

/** Makes a folder, for its owner only, where it is missing. Throws `StartupError` where that cannot be. */
export function makePrivateFolder(folder: string): void {
  try {
    const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) chmodSync(folder, 0o700);
  } catch (error) {
    throw new StartupError(
      `The data folder ${folder} cannot be made. Make it yourself and give it to the user that runs Hookwright, or name another with HOOKWRIGHT_DATA_DIR.`,
      error,
    );
  }
}
