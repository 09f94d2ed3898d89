// What was measured on and with, in one line: without it a figure says nothing.
import { totalmem } from 'node:os';
import sqlite3 from 'sqlite3';
import { machine } from '../support/machine.ts';
import { EventMaker } from './events.ts';
import { SEED } from './shapes.ts';

const GIBIBYTE = 1024 ** 3;

/** The line. */
export async function setUpLine(): Promise<string> {
  const bytes = new EventMaker(SEED).meanBytes;
  const memory = `${(totalmem() / GIBIBYTE).toFixed(0)} GiB`;
  const sqlite = `SQLite ${await sqliteVersion()} (WAL, synchronous=FULL)`;
  return `${machine()}, ${memory}, ${sqlite}, events of ${String(bytes)} bytes, seed ${String(SEED)}`;
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
