// A backlog that is there after a restart: how fast it drains, and what memory that takes.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../../support/table.ts';
import { nowMs } from '../clock.ts';
import type { Engine } from '../engine.ts';
import { makeWebhooks, startEngine } from '../engine.ts';
import type { LoadResult } from '../generator-messages.ts';
import type { Database, Home } from '../home.ts';
import { SQLITE } from '../home.ts';
import { measure, settled } from '../measure.ts';
import { accountLine, measurementLines } from '../report.ts';
import type { Arrivals } from '../receiver-messages.ts';
import type { Reconciled } from '../reconcile.ts';
import { reconcile } from '../reconcile.ts';
import { recordsOf } from '../records.ts';
import type { Run } from '../run.ts';
import { atLeast } from '../run.ts';
import { saturation, SEED, shapeOf } from '../shapes.ts';
import type { Usage } from '../usage.ts';
import { measureUsage } from '../usage.ts';

const WANTED_OF_STEADY = 0.8;
const WANTED_MEGABYTES = 300;
const MEGABYTE = 1024 * 1024;
const BATCH = 100;
const CONNECTIONS = 16;
const HOLD_MS = 500;
const LONGEST_FILL_SEC = 1200;
const STALLED_MS = 30_000;
const LOOK_MS = 100;

interface Filled {
  readonly load: LoadResult;
  readonly usage: Usage;
}

interface Drained {
  /** Deliveries a second from the first arrival after the restart to the last. */
  readonly rate: number;
  readonly usage: Usage;
  readonly reconciled: Reconciled;
  readonly waited: number;
}

/** On SQLite. */
export async function benchBacklog(run: Run): Promise<Row[]> {
  return backlogOn(run, SQLITE);
}

/** Fills with an engine that hardly sends, restarts it with default settings, and watches it drain. */
export async function backlogOn(run: Run, database: Database): Promise<Row[]> {
  const home = await database.makeHome();
  try {
    const filled = await fill(run, home);
    const engine = await startEngine({ receiver: run.bench.receiver, home });
    try {
      const drained = await drain(run, engine, home, filled.load);
      const steady = await measure(run.bench, engine, saturation(shapeOf('one-webhook'), run.scale.seconds));
      const named = { ...steady, program: 'steady, afterwards' };
      run.note([named]);
      const { rate, waited, reconciled, usage } = drained;
      run.say(
        `\nBacklog of ${String(waited)} after a restart, ${database.name}: ${rate.toFixed(0)} deliveries/s, memory at most ` +
          `${shown(filled.usage)} while it came and ${shown(usage)} while it drained; ${accountLine(reconciled)}\n` +
          measurementLines([named]),
      );
      return rowsOf(database, rate / steady.rate, [filled.usage, usage]);
    } finally {
      await engine.stop();
    }
  } finally {
    await home.remove();
  }
}

function rowsOf({ name }: Database, ofSteady: number, usages: readonly Usage[]): Row[] {
  const peaks = usages.flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes / MEGABYTE]));
  return [
    atLeast(`backlog, ${name}: draining to the steady rate`, ofSteady, WANTED_OF_STEADY),
    {
      name: `backlog, ${name}: memory at most`,
      measured: usages.map(shown).join(', then '),
      wanted: `under ${String(WANTED_MEGABYTES)} MB`,
      met: peaks.every((peak) => peak < WANTED_MEGABYTES),
    },
  ];
}

function shown({ peakBytes }: Usage): string {
  return peakBytes === undefined ? '–' : `${(peakBytes / MEGABYTE).toFixed(0)} MB`;
}

// One request in flight, which takes half a second: what is posted meanwhile waits.
async function fill(run: Run, home: Home): Promise<Filled> {
  const { receiver, generator } = run.bench;
  const { backlog } = run.scale;
  const engine = await startEngine({ receiver, home, env: { HOOKWRIGHT_CONCURRENCY: '1' } });
  try {
    await receiver.hold(HOLD_MS);
    const firstMark = await receiver.beginRun(backlog, 1);
    await makeWebhooks(engine, receiver.host, ['/held']);
    const posting = { mode: 'saturate', rate: 0, seconds: LONGEST_FILL_SEC, connections: CONNECTIONS } as const;
    const load = { ...posting, firstMark, batch: BATCH, maxEvents: backlog, seed: SEED };
    const endUsage = measureUsage(engine.pids, []);
    return { load: await generator.run({ ...load, urls: engine.urls, key: engine.key }), usage: endUsage() };
  } finally {
    await engine.stop();
    await receiver.hold(0);
  }
}

async function drain(run: Run, engine: Engine, home: Home, load: LoadResult): Promise<Drained> {
  const { receiver } = run.bench;
  const startedAt = nowMs();
  const before = (await receiver.progress()).distinct;
  const endUsage = measureUsage(engine.pids, []);
  let [seen, changedAt] = [-1, nowMs()];
  while (seen < load.events && nowMs() - changedAt < STALLED_MS) {
    const { distinct } = await receiver.progress();
    if (distinct !== seen) [seen, changedAt] = [distinct, nowMs()];
    await sleep(LOOK_MS);
  }
  const usage = endUsage();
  await settled(engine, 1);
  const arrivals = await receiver.collect();
  const reconciled = await reconciledOf(engine, home, load, arrivals);
  run.bench.accounts.push(reconciled);
  const times = arrivals.completeAt.filter((at) => at > startedAt).sort();
  const seconds = ((times.at(-1) ?? 0) - (times.at(0) ?? 0)) / 1000;
  return { rate: times.length / seconds, usage, reconciled, waited: load.events - before };
}

// The home was empty: all that is on record and in the account is of this load.
async function reconciledOf(engine: Engine, home: Home, load: LoadResult, arrivals: Arrivals): Promise<Reconciled> {
  const account = await engine.account(1);
  const invocations = await recordsOf(home).countAfter('', 1);
  return reconcile(load, arrivals, account && { ...account, invocations }, 1);
}
