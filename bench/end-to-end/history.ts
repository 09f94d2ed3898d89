// A database of the engine with many finished deliveries: one is made by the engine, the others are copies of its rows,
// written by SQL. Copies have ids and times of their own and short bodies, as after the time for which bodies are kept.
import { setTimeout as sleep } from 'node:timers/promises';
import { makeWebhooks, startEngine } from './engine.ts';
import { EventMaker } from './events.ts';
import type { Receiver } from './helpers.ts';
import type { Database, Home } from './home.ts';
import { SEED } from './shapes.ts';

/**
 * Makes a home of an engine with one webhook to `/ok` and so many invocations, one of each delivery. The newest are as
 * old as `ageMs` says.
 */
export async function makeHistory(
  receiver: Receiver,
  database: Database,
  invocations: number,
  ageMs = 0,
): Promise<Home> {
  const home = await database.makeHome();
  try {
    await makeFirst(receiver, home);
    await fill(home, COPIES[database.name], invocations - 1, Date.now() - ageMs);
    return home;
  } catch (error) {
    await home.remove();
    throw error;
  }
}

const LOOK_MS = 50;

async function makeFirst(receiver: Receiver, home: Home): Promise<void> {
  const firstMark = await receiver.beginRun(1, 1);
  const engine = await startEngine({ receiver, home });
  try {
    await makeWebhooks(engine, receiver.host, ['/ok']);
    await engine.call('/v1/events', JSON.parse(new EventMaker(SEED).body(firstMark).toString('utf8')));
    while ((await engine.account(1))?.waiting !== 0) await sleep(LOOK_MS);
  } finally {
    await engine.stop();
  }
}

/** How a database writes what is different in a copy, and names the columns of a table. */
interface Copies {
  /** An id: UUIDv7 (RFC 9562 §5.7) of the millisecond `at` and the number `n` of a copy. */
  id(prefix: string): string;
  /** The time `at`. */
  readonly time: string;
  /** `$1`: the table. */
  readonly columns: string;
  /** After all is written. */
  readonly afterwards: readonly string[];
}

const COPIES: Readonly<Record<Database['name'], Copies>> = {
  SQLite: {
    id: (prefix) =>
      `printf('${prefix}_%08x-%04x-7%03x-8%03x-%012x', at >> 16, at & 65535, n & 4095, (n >> 12) & 4095, n)`,
    time: "strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch')",
    columns: 'select name from pragma_table_info($1)',
    afterwards: [],
  },
  PostgreSQL: {
    id: (prefix) =>
      `'${prefix}_' || ${hex('at >> 16', 8)} || '-' || ${hex('at & 65535', 4)} || '-7' || ${hex('n & 4095', 3)} || '-8' || ` +
      `${hex('(n >> 12) & 4095', 3)} || '-' || ${hex('n', 12)}`,
    time: `to_char(to_timestamp(at / 1000.0) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    columns: `select column_name as name from information_schema.columns
      where table_schema = current_schema() and table_name = $1`,
    // What autovacuum does within minutes of a history that has grown by itself.
    afterwards: ['vacuum (analyze)'],
  },
};

function hex(value: string, digits: number): string {
  return `lpad(to_hex(${value}), ${String(digits)}, '0')`;
}

interface Copied {
  readonly table: string;
  /** What of a copy is not as in the first row: ids by their prefix, times by name. */
  readonly ids: Readonly<Record<string, string>>;
  readonly times: readonly string[];
  readonly own?: Readonly<Record<string, string>>;
}

const TABLES: readonly Copied[] = [
  { table: 'events', ids: { id: 'evt' }, times: ['received_at'], own: { body: "'{}'" } },
  {
    table: 'deliveries',
    ids: { id: 'dlv', event_id: 'evt', message_id: 'dlv' },
    times: ['due_at', 'created_at', 'updated_at', 'finished_at'],
  },
  {
    table: 'invocations',
    ids: { id: 'inv', delivery_id: 'dlv', event_id: 'evt' },
    times: ['scheduled_at', 'started_at', 'finished_at'],
  },
];

const CHUNK = 50_000;
const MS_EACH = 10;

async function fill(home: Home, copies: Copies, count: number, endMs: number): Promise<void> {
  const start = endMs - (count + 1) * MS_EACH;
  const statements: string[] = [];
  for (const table of TABLES) statements.push(await statementFor(home, copies, table));
  for (let from = 0; from < count; from += CHUNK) {
    const until = Math.min(from + CHUNK, count);
    for (const statement of statements) await home.query(statement, [from, until, start]);
  }
  for (const statement of copies.afterwards) await home.query(statement);
}

async function statementFor(home: Home, copies: Copies, { table, ids, times, own = {} }: Copied): Promise<string> {
  const columns = (await home.query(copies.columns, [table])).map(({ name }) => String(name));
  const values = columns.map((column) => {
    const prefix = ids[column];
    if (prefix !== undefined) return copies.id(prefix);
    return times.includes(column) ? copies.time : (own[column] ?? `first.${column}`);
  });
  return `with recursive numbers(n) as (
      select cast($1 as bigint) union all select n + 1 from numbers where n + 1 < cast($2 as bigint)),
    copies as (select n, cast($3 as bigint) + n * ${String(MS_EACH)} as at from numbers),
    first as (select * from ${table} order by id desc limit 1)
    insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from copies, first`;
}
