// The file that holds the encryption keys beside the database, made at the first start and changed by a rotation.
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { SecretKey } from '../domain/secret-keys.ts';
import { readSecretKeys, writeSecretKeys } from '../domain/secret-keys.ts';
import { newSecretKey } from './secrets.ts';
import { StartupError } from './startup-error.ts';

/**
 * The keys in the file at `path`, newest first; makes it with one new key where it is missing, once however
 * many processes do so. Throws `StartupError` where others than the owner may read it, or it holds something else.
 */
export function loadOrCreateKeyFile(path: string): readonly SecretKey[] {
  return readKeyFile(path) ?? createKeyFile(path);
}

/** The keys in the file at `path`, or `undefined` where there is no such file. Throws as `loadOrCreateKeyFile`. */
export function readKeyFile(path: string): readonly SecretKey[] | undefined {
  const file = openIfThere(path);
  if (file === undefined) return undefined;
  try {
    refuseLooseMode(path, fstatSync(file).mode);
    const reading = readSecretKeys(readFileSync(file, 'utf8'));
    if (reading.ok) return reading.keys;
    throw new StartupError(
      `The key file ${path} does not hold keys as id:base64 (32 bytes each), one a line: ${reading.problems.join('; ')}. Put back the one from your backup: without it, the secrets in the database cannot be read.`,
    );
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new StartupError(`The key file ${path} cannot be read by the user that runs Hookwright.`, error);
  }
}

function refuseLooseMode(path: string, mode: number): void {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new StartupError(
    `Others than its owner may read or write the key file ${path} (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 ${path}`,
  );
}

/**
 * Makes the file with a new key, unless there is one by now; gives the keys in it. Written beside and linked: a crash
 * leaves a whole key file or none, and of processes that start at once in one folder the first makes the key of all.
 * Throws as `loadOrCreateKeyFile`.
 */
export function createKeyFile(path: string): readonly SecretKey[] {
  writeDraft(path, [newSecretKey()], takeName);
  const keys = readKeyFile(path);
  if (keys === undefined) throw new StartupError(`The key file ${path} was removed while the engine started.`);
  return keys;
}

/**
 * Replaces what the file at `path` holds by these keys, newest first. A crash leaves the whole old file or the whole new
 * one. Throws as `loadOrCreateKeyFile`.
 */
export function replaceKeyFile(path: string, keys: readonly SecretKey[]): void {
  writeDraft(path, keys, renameSync);
}

function writeDraft(path: string, keys: readonly SecretKey[], take: (draft: string, path: string) => void): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    const file = openSync(draft, 'wx', 0o600);
    try {
      writeSync(file, writeSecretKeys(keys));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    take(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw new StartupError(
      `The key file ${path} cannot be written. Check that the disk is not full and the folder writable.`,
      error,
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

function takeName(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    // A file system without hard links.
    renameSync(draft, path);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

// The new name is on disk only once the folder is; losing the key would lose the secrets. Windows cannot open folders.
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
