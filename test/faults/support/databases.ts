// The databases that the fault suite runs on, as engines are led to them and as they look from outside.
import { join } from 'node:path';
import pg from 'pg';
import sqlite3 from 'sqlite3';
import type { Environment } from '../../../src/config.ts';
import { createDatabase } from '../../support/databases.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import type { Dump } from './checker.ts';
import { dumpFrom } from './dump.ts';
import { isBounded } from './settings.ts';

/** An empty database for one experiment. */
export interface FaultDatabase {
  /** What an engine needs to find it. */
  readonly env: Environment;
  /** Everything that is in it now. */
  dump(): Promise<Dump>;
  remove(): Promise<void>;
}

/** A kind of database. */
export interface FaultDatabaseKind {
  readonly name: string;
  /** Whether several engines can share it. */
  readonly isShared: boolean;
  /** `folder` is the data folder of the engines. */
  open(folder: string): Promise<FaultDatabase>;
}

/** SQLite: a file in the data folder. */
export const SQLITE: FaultDatabaseKind = { name: 'SQLite', isShared: false, open: openSqlite };

/** PostgreSQL: a database on the server of this run. */
export const POSTGRESQL: FaultDatabaseKind = {
  name: 'PostgreSQL',
  isShared: true,
  open: async () => {
    const { url, drop } = await createDatabase('template0');
    return { env: { HOOKWRIGHT_DATABASE_URL: url }, dump: () => dumpPostgres(url), remove: drop };
  },
};

let made = 0;

/** PostgreSQL on a server that the experiment may do to what it likes. Engines reach it on port `through`, where that is given. */
export function onServer(server: PostgresServer, through?: number): FaultDatabaseKind {
  const open = async (): Promise<FaultDatabase> => {
    const url = new URL(server.url);
    made += 1;
    url.pathname = `/faults_${String(made)}`;
    await query(server.url, `create database faults_${String(made)} template template0`);
    const direct = url.href;
    if (through !== undefined) url.port = String(through);
    // It goes with its server.
    const remove = (): Promise<void> => Promise.resolve();
    return { env: { HOOKWRIGHT_DATABASE_URL: url.href }, dump: () => dumpPostgres(direct), remove };
  };
  return { name: 'PostgreSQL', isShared: true, open };
}

/** All of them. */
export const KINDS: readonly FaultDatabaseKind[] = [SQLITE, POSTGRESQL];

/** Those for experiments that are much alike on both: the short form has time for one. */
export const KINDS_OR_ONE: readonly FaultDatabaseKind[] = isBounded ? [SQLITE] : KINDS;

function dumpPostgres(url: string): Promise<Dump> {
  return dumpFrom((sql) => query(url, sql));
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The database file of an engine with this data folder. */
export function sqliteFile(folder: string): string {
  return join(folder, 'hookwright.db');
}

function openSqlite(folder: string): Promise<FaultDatabase> {
  return Promise.resolve({
    env: {},
    dump: async () => {
      const rows = await readSqlite(sqliteFile(folder));
      const [integrity] = await rows('pragma integrity_check');
      if (integrity?.['integrity_check'] !== 'ok') throw new Error(`Integrity: ${JSON.stringify(integrity)}`);
      return dumpFrom(rows);
    },
    remove: () => Promise.resolve(),
  });
}

type Rows = (sql: string) => Promise<Record<string, unknown>[]>;

// A connection for each statement, so that nothing is left open, whatever fails.
async function readSqlite(file: string): Promise<Rows> {
  return (sql) =>
    new Promise((resolve, reject) => {
      const database = new sqlite3.Database(file, sqlite3.OPEN_READONLY, (error) => {
        if (error !== null) reject(error);
      });
      database.all(sql, (error: Error | null, rows: Record<string, unknown>[]) => {
        database.close();
        if (error === null) resolve(rows);
        else reject(error);
      });
    });
}
