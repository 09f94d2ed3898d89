// The databases that the storage and API suites run on: SQLite and PostgreSQL, always both.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Database } from '../../src/store/database.ts';
import { openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { makePartitions } from '../../src/store/partitions.ts';
import { openPostgres } from '../../src/store/open-postgres.ts';
import { databasePrefix, wantPostgres } from './test-run.ts';

wantPostgres();

/** An empty database of its own, without a schema. */
export interface TestDatabase {
  readonly database: Database;
  /** A folder of its own; with SQLite the file is in it. */
  readonly folder: string;
  readonly path: string;
  /** Closes it and removes its files. */
  remove(): Promise<void>;
}

/** A kind of database. */
export interface DatabaseKind {
  readonly name: 'SQLite' | 'PostgreSQL';
  /** An empty one. */
  open(): Promise<TestDatabase>;
  /** One with the schema, where that is faster than to migrate an empty one. */
  openMigrated(): Promise<TestDatabase>;
}

/** PostgreSQL, for what is about several processes. */
export const POSTGRESQL: DatabaseKind = {
  name: 'PostgreSQL',
  open: () => openOnServer('template0'),
  openMigrated: async () => openOnServer(await template()),
};

let current: DatabaseKind['name'] = 'SQLite';

/** The kind that engines are started on now: see `onEachDatabase`. */
export function currentKind(): DatabaseKind['name'] {
  return current;
}

/** As `describe`, once for each kind of database: `startApp` in it starts engines on that kind. */
export function onEachDatabase(title: string, suite: (kind: DatabaseKind['name']) => void): void {
  for (const { name } of DATABASES) {
    describe(`${title} (${name})`, () => {
      before(() => void (current = name));
      after(() => void (current = 'SQLite'));
      suite(name);
    });
  }
}

/** All kinds that the suites run on. */
export const DATABASES: readonly DatabaseKind[] = [
  { name: 'SQLite', open: () => openSqlite(), openMigrated: async () => openSqlite(await sqliteTemplate()) },
  POSTGRESQL,
];

let sqliteFile: Promise<Buffer> | undefined;

// The bytes of a database with the schema: writing them takes a millisecond, migrating twenty.
function sqliteTemplate(): Promise<Buffer> {
  sqliteFile ??= makeSqliteTemplate();
  return sqliteFile;
}

async function makeSqliteTemplate(): Promise<Buffer> {
  const { database, path, folder } = await openSqlite();
  await migrate(database);
  // Closing moves the write-ahead log into the file.
  await database.close();
  const bytes = readFileSync(path);
  rmSync(folder, { recursive: true, force: true });
  return bytes;
}

async function openSqlite(template?: Buffer): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'hookwright-test-'));
  const path = join(folder, 'hookwright.sqlite');
  if (template !== undefined) writeFileSync(path, template, { mode: 0o600 });
  const database = await openDatabase({ path });
  return {
    database,
    folder,
    path,
    async remove() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// Leases go by the time that a test says it is, as with SQLite; what is about the database's own clock opens its own.
async function openOnServer(from: string): Promise<TestDatabase> {
  const { url, drop } = await createDatabase(from);
  const database = withClock(await openPostgres({ url }));
  const folder = mkdtempSync(join(tmpdir(), 'hookwright-test-'));
  return {
    database,
    folder,
    path: url,
    async remove() {
      await database.close();
      await drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The same database, with leases that go by the clock of the caller. */
export function withClock(database: Database): Database {
  const leaseNow: Database['dialect']['leaseNow'] = (_db, now) => Promise.resolve(now);
  return { ...database, dialect: { ...database.dialect, leaseNow, hasLeaseClock: false } };
}

let count = 0;
let templateName: Promise<string> | undefined;

/**
 * Gives a database on the run's server like another: an emptied one of an earlier test, or else a copy. Emptying costs
 * a quarter of copying and dropping, most of which is the work of the system on 300 files.
 */
export async function createDatabase(
  from: string,
): Promise<{ readonly url: string; readonly drop: () => Promise<void> }> {
  const isTemplate = from === (await templateName);
  const name = (isTemplate ? emptied.pop() : undefined) ?? (await copyOf(from));
  const url = urlOf(name);
  const drop = async (): Promise<void> => {
    if (isTemplate && (await empty(url))) emptied.push(name);
    else await command(`drop database if exists ${name} with (force)`);
  };
  return { url, drop };
}

const emptied: string[] = [];

async function copyOf(from: string): Promise<string> {
  count += 1;
  const name = `${databasePrefix()}_${String(process.pid)}_${String(count)}`;
  await command(`create database ${name} template ${from} strategy file_copy`);
  return name;
}

// Whatever its test has left open is cut off. A database whose schema is not that of the template stays as it is.
async function empty(url: string): Promise<boolean> {
  const client = new pg.Client(url);
  try {
    await client.connect();
    await client.query(CUT_OFF);
    if ((await schemaOf(client)) !== templateSchema) return false;
    await client.query(EMPTY);
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const CUT_OFF = `select pg_terminate_backend(pid, 5000) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

// Foreign keys are not looked at meanwhile; the rows that migrations make are set back.
const EMPTY = `do $$ declare one regclass; begin
  set local session_replication_role = replica;
  for one in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
    and relname not like 'knex%' and relname not in ('heartbeat', 'acceptance') loop execute format('delete from %s', one); end loop;
  update heartbeat set beats = 0;
  update acceptance set epoch = 1, floor = '', readable_until = '';
end $$`;

let templateSchema: string | undefined;

async function schemaOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ readonly found: string }>(
    `select string_agg(concat(c.relname, ' ', pg_get_expr(c.relpartbound, c.oid), ' ', (
       select string_agg(concat(attname, ' ', atttypid), ',' order by attnum) from pg_attribute
       where attrelid = c.oid and attnum > 0)), ';' order by c.relname) as found
     from pg_class c where c.relnamespace = 'public'::regnamespace`,
  );
  return rows[0]?.found ?? '';
}

/** The name of a database that has the schema and nothing else, for `createDatabase`. */
export function template(): Promise<string> {
  templateName ??= makeTemplate();
  return templateName;
}

async function makeTemplate(): Promise<string> {
  const url = urlOf(await copyOf('template0'));
  const database = await openPostgres({ url });
  await migrate(database);
  await makePartitions(database, new Date());
  await database.close();
  const client = new pg.Client(url);
  await client.connect();
  templateSchema = await schemaOf(client);
  await client.end();
  return new URL(url).pathname.slice(1);
}

function urlOf(name: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.href;
}

function serverUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (url === undefined)
    throw new Error('There is no PostgreSQL for the tests: run them with mocha, or set TEST_DATABASE_URL.');
  return url;
}

async function command(statement: string): Promise<void> {
  const client = new pg.Client(serverUrl());
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
