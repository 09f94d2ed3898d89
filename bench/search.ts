// The log with a million events: how fast its search index is built, how big it is, how long it holds SQLite's writer, and
// how long the first page takes, from the question to its text. `npm run bench:search` does both databases; `-- --events 100000 --only sqlite` less.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Event } from '../src/domain/event.ts';
import type { Facet } from '../src/domain/search-words.ts';
import { facetTerm, TermMaker } from '../src/domain/search-words.ts';
import { writeExact } from '../src/domain/json.ts';
import { eventView } from '../src/http/views/event.ts';
import { INDEX_BATCH, termsOfEvent } from '../src/services/index-events.ts';
import type { Clause } from '../src/services/log-source.ts';
import type { LogQuery, ReadLogDeps } from '../src/services/read-log.ts';
import { readLog } from '../src/services/read-log.ts';
import type { Database } from '../src/store/database.ts';
import { openDatabase } from '../src/store/database.ts';
import { rowsOf } from '../src/store/dialect.ts';
import { migrate } from '../src/store/migrate.ts';
import { openPostgres } from '../src/store/open-postgres.ts';
import type { Store } from '../src/store/index.ts';
import { createStore } from '../src/store/index.ts';
import type { Position } from '../src/store/search/index.ts';
import { createSecretBox } from '../src/store/secrets.ts';
import { startPostgres } from '../test/support/postgres-server.ts';
import { EventMaker } from './end-to-end/events.ts';
import { leaveOnSignals } from './end-to-end/leaving.ts';
import { machine } from './support/machine.ts';
import type { Row } from './support/table.ts';
import { toLines } from './support/table.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    only: { type: 'string' },
    runs: { type: 'string', default: '40' },
  },
});
const EVENTS = Number(values.events);
const RUNS = Number(values.runs);
const ORGANIZATION = 'org_01932000-0000-7000-8000-000000000001';
const SOME = 1000;
const PAGE = 200;
const WANTED_MS = 200;
const START = Date.UTC(2026, 0, 1);
const APART_MS = 20;
const FIRST = { id: ORGANIZATION, name: 'default', isFirst: true, maxWebhooks: 100, createdAt: new Date(START) };
const UNTIL = new Date(START + EVENTS * APART_MS + 1);

async function onSqlite(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hookwright-bench-'));
  const database = await openDatabase({ path: join(folder, 'hookwright.sqlite') });
  try {
    await measure('SQLite', database, [
      "select sum(pgsize) as bytes from dbstat where name like 'event_search%'",
      "select sum(pgsize) as bytes from dbstat where name like 'event_search_entries%'",
    ]);
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onPostgres(): Promise<void> {
  const server = await startPostgres({ durable: true });
  const database = await openPostgres({ url: server.url });
  try {
    await measure('PostgreSQL', database, [
      "select sum(pg_total_relation_size(oid)) as bytes from pg_class where relname ~ '^event_search_' and relkind = 'r'",
      "select sum(pg_relation_size(oid)) as bytes from pg_class where relname ~ '^event_search_.*_terms_idx' and relkind = 'i'",
    ]);
  } finally {
    await database.close();
    await server.stop();
  }
}

async function measure(name: string, database: Database, sizes: readonly [string, string]): Promise<void> {
  await migrate(database);
  const secrets = createSecretBox({ keys: [{ id: 'bench', key: Buffer.alloc(32) }] });
  const store = createStore({ database, secrets });
  process.stdout.write(`\n${name}: ${await build(store)}\n`);
  const bytes: number[] = [];
  for (const sql of sizes) bytes.push(Number(rowsOf(await database.writer.raw(sql))[0]?.['bytes']) / EVENTS);
  const part = name === 'SQLite' ? 'table of entries' : 'index of terms';
  process.stdout.write(
    `on disk: ${String(bytes[0]?.toFixed(0))} bytes an event, ${part} ${String(bytes[1]?.toFixed(0))}\n`,
  );
  const rows: Row[] = [];
  for (const [about, clauses, window] of SEARCHES) {
    const { found, spent } = await ask(store, { clauses, ...window });
    rows.push({
      name: `${name}: ${about}`,
      measured: `${quantiles(spent)} (${String(found)})`,
      wanted: `${String(WANTED_MS)} ms`,
      met: quantile(spent, 0.99) <= WANTED_MS,
    });
  }
  process.stdout.write(toLines(rows));
  if (!rows.every(({ met }) => met)) process.exitCode = 1;
}

// In batches, as the job does, but without rests and without reading the events from the database.
async function build(store: Store): Promise<string> {
  await store.organizations.insert(FIRST);
  const maker = new EventMaker(1);
  const words = new TermMaker();
  const [reading, storing]: [number[], number[]] = [[], []];
  let position: Position = { seq: 0, place: ['', ''], changes: 0 };
  const startedAt = performance.now();
  for (let first = 0; first < EVENTS; first += INDEX_BATCH) {
    const length = Math.min(INDEX_BATCH, EVENTS - first);
    const events = Array.from({ length }, (_, index) => eventAt(maker, first + index));
    await store.events.insertMany(events);
    const readAt = performance.now();
    const terms = events.map((event) => termsOfEvent({ facetsOf, terms: words }, event));
    const addAt = performance.now();
    if (!(await store.search.append({ position, events }, terms))) throw new Error('Somebody else writes this index.');
    storing.push(performance.now() - addAt);
    reading.push(addAt - readAt);
    const last = events.at(-1);
    if (last === undefined) break;
    position = { ...position, seq: position.seq + length, place: [last.receivedAt.toISOString(), last.id] };
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const each = (list: readonly number[]): string => `${((sum(list) * 1000) / EVENTS).toFixed(1)} µs`;
  return `filled in ${seconds.toFixed(0)} s; an event: terms ${each(reading)}, storing ${each(storing)}
a batch of ${String(INDEX_BATCH)}: ${quantiles(storing)}, p99.9 ${quantile(storing, 0.999).toFixed(1)} ms, at most ${quantile(storing, 1).toFixed(1)} ms`;
}

async function ask(store: Store, asked: Asked) {
  const query: LogQuery = { from: undefined, to: undefined, before: undefined, offset: 0, limit: PAGE, ...asked };
  const deps: ReadLogDeps = { store, horizon: { reach: everything } };
  let found = 0;
  const spent: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const from = performance.now();
    const events: Event[] = [];
    for await (const batch of (await readLog(deps, ORGANIZATION, query)).batches) events.push(...batch);
    writeExact({ data: events.map(eventView) });
    spent.push(performance.now() - from);
    found = events.length;
  }
  return { found, spent };
}

const everything: ReadLogDeps['horizon']['reach'] = () =>
  Promise.resolve({ readableUntil: UNTIL, indexedUntil: UNTIL });

function eventAt(maker: EventMaker, index: number): Event {
  const body = maker.body(index).toString('utf8');
  return {
    id: `evt_01932000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`,
    organizationId: ORGANIZATION,
    schema: 'audit',
    eventType: 'user.created',
    eventTime: '1763640000.0',
    eventTimeExact: '1763640000',
    receivedAt: new Date(START + index * APART_MS),
    origin: 'api',
    idempotencyKey: undefined,
    valueSha256: undefined,
    hop: 0,
    body: `{"note":"${groupsOf(index).join(' ')}",${body.slice(1)}`,
  };
}

// In which events something occurs: spread, only in the oldest or only before the newest, by a share of them.
function groupsOf(index: number): string[] {
  const groups: readonly (readonly [string, boolean])[] = [
    ['inall', true],
    ['inspread', index % Math.max(1, EVENTS / SOME) === 0],
    ['inoldest', index < SOME],
    ['notinnewest', index < EVENTS * 0.97],
    ['intenth', index % 10 === 0],
    ['inhundredth', index % 100 === 0],
    ['inodd', index % 2 === 1],
    ['ineven', index % 2 === 0],
  ];
  return groups.filter(([, has]) => has).map(([name]) => name);
}

function facetsOf({ receivedAt, id }: Event): readonly Facet[] {
  const index = (receivedAt.getTime() - START) / APART_MS;
  return [
    ...groupsOf(index).map((value): Facet => ({ name: 'category', value })),
    { name: 'user', value: `user ${String(index % 5000)}` },
    { name: 'action', value: `action ${String(index % 40)}` },
    { name: 'action', value: `key ${String(index % 40)}` },
    { name: 'object', value: `target,${id}` },
  ];
}

type Asked = Pick<LogQuery, 'clauses'> & Partial<LogQuery>;

const word = (...words: string[]): readonly Clause[] => words.map((one) => [one]);
const facet = (value: string): string => facetTerm({ name: 'category', value });
const middle = { from: new Date(START + EVENTS * APART_MS * 0.4), to: new Date(START + EVENTS * APART_MS * 0.5) };
const GROUPS = ['innone', 'inspread', 'inoldest', 'inall', 'notinnewest', 'intenth', 'inhundredth'];
const users = Array.from({ length: 50 }, (_, index) => facetTerm({ name: 'user', value: `user ${String(index)}` }));
const SEARCHES: readonly (readonly [about: string, clauses: readonly Clause[], window?: Partial<Asked>])[] = [
  ['everything', []],
  ...GROUPS.map((group) => [`word ${group}`, word(group)] as const),
  ...GROUPS.map((group) => [`facet ${group}`, [[facet(group)]]] as const),
  ['word inspread and facet inall', [['inspread'], [facet('inall')]]],
  ['word inall and facet inoldest', [['inall'], [facet('inoldest')]]],
  ['words inodd and ineven', word('inodd', 'ineven')],
  ['one of 50 users', [users]],
  ['one of inspread, inoldest and innone, and inall', [['inspread', 'inoldest', 'innone'], ['inall']]],
  ...GROUPS.map((group) => [`word ${group}, a time in the middle`, word(group), middle] as const),
  ['word inall, page 50', word('inall'), { offset: 49 * PAGE }],
];

function sum(list: readonly number[]): number {
  return list.reduce((total, value) => total + value, 0);
}

function quantile(list: readonly number[], share: number): number {
  return list.toSorted((a, b) => a - b)[Math.ceil((list.length - 1) * share)] ?? Number.NaN;
}

function quantiles(list: readonly number[]): string {
  return `p50 ${quantile(list, 0.5).toFixed(1)} ms, p99 ${quantile(list, 0.99).toFixed(1)} ms`;
}

leaveOnSignals();
process.stdout.write(`${machine()}; ${String(EVENTS)} events of ${String(new EventMaker(1).meanBytes)} bytes\n`);
if (values.only !== 'postgres') await onSqlite();
if (values.only !== 'sqlite') await onPostgres();
