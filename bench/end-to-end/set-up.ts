// What was measured on and with, in one line: without it a figure says nothing.
import { readFileSync, statfsSync } from 'node:fs';
import { release, tmpdir, totalmem } from 'node:os';
import sqlite3 from 'sqlite3';
import { machine } from '../support/machine.ts';
import { EventMaker } from './events.ts';
import { SEED } from './shapes.ts';

const GIBIBYTE = 1024 ** 3;

/** The line. */
export async function setUpLine(): Promise<string> {
  const bytes = new EventMaker(SEED).meanBytes;
  return [
    machine(),
    `${(totalmem() / GIBIBYTE).toFixed(0)} GiB`,
    `${process.platform} ${release()}`,
    `data on ${fileSystem()}`,
    `SQLite ${await sqliteVersion()}`,
    `undici ${versionOf(new URL('../../node_modules/undici/package.json', import.meta.url))}`,
    `events of ${String(bytes)} bytes`,
    `seed ${String(SEED)}`,
  ].join(', ');
}

/** The version in a `package.json`. */
export function versionOf(file: URL): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

// statfs(2). In memory, a commit costs nothing: then the figures say little.
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x794c7630: 'overlayfs',
  0x01021994: 'tmpfs (memory: commits cost nothing)',
};

function fileSystem(): string {
  const { type } = statfsSync(tmpdir());
  return FILE_SYSTEMS[type] ?? `file system 0x${type.toString(16)}`;
}

function sqliteVersion(): Promise<string> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(':memory:');
    database.get('select sqlite_version() as version', (error: Error | null, row: unknown) => {
      database.close();
      if (error === null) resolve((row as { readonly version: string }).version);
      else reject(error);
    });
  });
}
