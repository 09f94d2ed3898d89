// Lists of invocations where a million are stored: the first page and the thousandth.
import type { Row } from '../../support/table.ts';
import type { Engine } from '../engine.ts';
import { startEngine } from '../engine.ts';
import { quantiles } from '../figures.ts';
import { makeHistory } from '../history.ts';
import { three } from '../report.ts';
import type { Run } from '../run.ts';

const STORED = 1_000_000;
const DEEP = 1000;
const READS = 100;
const LIMIT = 50;

/** Milliseconds for a page of 50, at the front and 999 pages on, with a filter and without. */
export async function benchLists(run: Run): Promise<Row[]> {
  const history = await makeHistory(run.bench.receiver, STORED);
  try {
    const env = { HOOKWRIGHT_RATE_LIMIT: '1000000' };
    const engine = await startEngine({ receiver: run.bench.receiver, folder: history.folder, env });
    try {
      run.say(`\nLists of ${String(STORED)} invocations, ${String(LIMIT)} a page\n`);
      for (const filter of ['', '&outcome=success']) run.say(await linesFor(engine, filter));
    } finally {
      await engine.stop();
    }
  } finally {
    history.remove();
  }
  return [];
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
