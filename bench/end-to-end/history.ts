// A database of the engine with many finished deliveries: one is made by the engine, the others are copies of its rows,
// written by SQL. Copies have ids and times of their own and short bodies, as after the time for which bodies are kept.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sqlite3 from 'sqlite3';
import { makeWebhooks, startEngine } from './engine.ts';
import { EventMaker } from './events.ts';
import type { Receiver } from './helpers.ts';
import { temporaryFolder } from './leaving.ts';
import { SEED } from './shapes.ts';

/** The data folder of an engine, with one webhook to `/ok`. */
export interface History {
  readonly folder: string;
  remove(): void;
}

/** Makes one with so many invocations. */
export async function makeHistory(receiver: Receiver, invocations: number): Promise<History> {
  const { folder, remove } = temporaryFolder();
  try {
    await makeFirst(receiver, folder);
    const database = await open(join(folder, 'data/hookwright.db'));
    try {
      await fill(database, invocations - 1);
    } finally {
      await closed(database);
    }
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

const LOOK_MS = 50;

async function makeFirst(receiver: Receiver, folder: string): Promise<void> {
  await receiver.reset(1, 1);
  const engine = await startEngine({ receiver, folder });
  try {
    await makeWebhooks(engine, receiver.host, ['/ok']);
    await engine.call('/v1/events', JSON.parse(new EventMaker(SEED).body(0).toString('utf8')));
    while ((await engine.account(1))?.waiting !== 0) await sleep(LOOK_MS);
  } finally {
    await engine.stop();
  }
}

// UUIDv7 (RFC 9562 §5.7) of the millisecond and the number of a copy.
const id = (prefix: string): string =>
  `printf('${prefix}_%08x-%04x-7%03x-8%03x-%012x', at >> 16, at & 65535, n & 4095, (n >> 12) & 4095, n)`;
const AT = "strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch')";

interface Copied {
  readonly table: string;
  /** What of a copy is not as in the first row. */
  readonly own: Readonly<Record<string, string>>;
}

const TABLES: readonly Copied[] = [
  { table: 'events', own: { id: id('evt'), received_at: AT, body: "'{}'" } },
  {
    table: 'deliveries',
    own: {
      id: id('dlv'),
      event_id: id('evt'),
      message_id: id('dlv'),
      due_at: AT,
      created_at: AT,
      updated_at: AT,
      finished_at: AT,
    },
  },
  {
    table: 'invocations',
    own: {
      id: id('inv'),
      delivery_id: id('dlv'),
      event_id: id('evt'),
      scheduled_at: AT,
      started_at: AT,
      finished_at: AT,
    },
  },
];

const CHUNK = 50_000;
const MS_EACH = 10;

async function fill(database: sqlite3.Database, copies: number): Promise<void> {
  // The file is made for this run: it need not survive anything until the engine opens it.
  await run(database, 'pragma synchronous = off');
  const start = Date.now() - (copies + 1) * MS_EACH;
  const statements = await Promise.all(TABLES.map((one) => statementFor(database, one)));
  for (let from = 0; from < copies; from += CHUNK) {
    const until = Math.min(from + CHUNK, copies);
    await run(database, 'begin immediate');
    for (const statement of statements) await run(database, statement, [from, until, start]);
    await run(database, 'commit');
  }
}

async function statementFor(database: sqlite3.Database, { table, own }: Copied): Promise<string> {
  const columns = (await all(database, `pragma table_info(${table})`)).map(({ name }) => String(name));
  const values = columns.map((column) => own[column] ?? `first.${column}`);
  return `with recursive numbers(n) as (select ?1 union all select n + 1 from numbers where n + 1 < ?2),
    copies as (select n, ?3 + n * ${String(MS_EACH)} as at from numbers),
    first as (select * from ${table} order by id desc limit 1)
    insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from copies, first`;
}

function open(path: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(path, (error) => (error === null ? resolve(database) : reject(error)));
  });
}

function run(database: sqlite3.Database, statement: string, values: readonly number[] = []): Promise<void> {
  return new Promise((resolve, reject) => {
    database.run(statement, values, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}

function all(database: sqlite3.Database, statement: string): Promise<readonly Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    database.all(statement, (error: Error | null, rows: Record<string, unknown>[]) =>
      error === null ? resolve(rows) : reject(error),
    );
  });
}

function closed(database: sqlite3.Database): Promise<void> {
  return new Promise((resolve, reject) => {
    database.close((error) => (error === null ? resolve() : reject(error)));
  });
}
