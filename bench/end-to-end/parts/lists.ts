// Lists of invocations where a million are stored: the first page and the thousandth.
import type { Row } from '../../support/table.ts';
import type { Engine } from '../engine.ts';
import { startEngine } from '../engine.ts';
import { quantiles } from '../figures.ts';
import { makeHistory } from '../history.ts';
import type { Database, Home } from '../home.ts';
import { SQLITE } from '../home.ts';
import { three } from '../report.ts';
import type { Run } from '../run.ts';

/** Stored invocations. */
export const STORED = 1_000_000;
const DEEP = 1000;
const READS = 100;
const LIMIT = 50;

/** On SQLite. In the full run, and where it is asked for by name. */
export async function benchLists(run: Run): Promise<Row[]> {
  const home = await makeHistory(run.bench.receiver, SQLITE, STORED);
  try {
    await listsOn(run, SQLITE, home);
  } finally {
    await home.remove();
  }
  return [];
}

/** Milliseconds for a page of 50, at the front and 999 pages on, with a filter and without. */
export async function listsOn(run: Run, { name }: Database, home: Home): Promise<void> {
  const env = { HOOKWRIGHT_RATE_LIMIT: '1000000' };
  const engine = await startEngine({ receiver: run.bench.receiver, home, env });
  try {
    run.say(`\nLists of ${STORED.toLocaleString('en')} invocations, ${String(LIMIT)} a page, ${name}\n`);
    for (const filter of ['', '&outcome=success']) run.say(await linesFor(engine, filter));
  } finally {
    await engine.stop();
  }
}

async function linesFor(engine: Engine, filter: string): Promise<string> {
  const first = `/v1/invocations?limit=${String(LIMIT)}${filter}`;
  let deep = first;
  for (let page = 1; page < DEEP; page += 1) {
    const { next_cursor: cursor } = (await engine.call(deep)) as { readonly next_cursor: string };
    deep = `${first}&cursor=${encodeURIComponent(cursor)}`;
  }
  const name = filter === '' ? 'all' : 'with one outcome';
  return `  ${name}: first page ${await timesOf(engine, first)} ms, page ${String(DEEP)} ${await timesOf(engine, deep)} ms\n`;
}

async function timesOf(engine: Engine, path: string): Promise<string> {
  const times: number[] = [];
  for (let read = 0; read < READS; read += 1) {
    const startedAt = performance.now();
    await engine.call(path);
    times.push(performance.now() - startedAt);
  }
  return three(quantiles(times));
}
