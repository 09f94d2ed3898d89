// A backlog that is there after a restart: how fast it drains, and what memory that takes.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../../support/table.ts';
import { nowMs } from '../clock.ts';
import type { Engine } from '../engine.ts';
import { makeWebhooks, startEngine } from '../engine.ts';
import { reconcile } from '../figures.ts';
import type { LoadResult } from '../generator-messages.ts';
import { temporaryFolder } from '../leaving.ts';
import { measure } from '../measure.ts';
import { measurementLines } from '../report.ts';
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

interface Drained {
  /** Deliveries a second from the first arrival after the restart to the last. */
  readonly rate: number;
  readonly usage: Usage;
  readonly lost: number;
  readonly waited: number;
}

/** Fills with an engine that hardly sends, restarts it with default settings, and watches it drain. */
export async function benchBacklog(run: Run): Promise<Row[]> {
  const { folder, remove } = temporaryFolder();
  try {
    const load = await fill(run, folder);
    const engine = await startEngine({ receiver: run.bench.receiver, folder });
    try {
      const drained = await drain(run, engine, load);
      const shape = shapeOf('one-webhook');
      const steady = await measure(run.bench, engine, saturation(shape, run.scale.seconds));
      run.note([steady]);
      return rowsOf(run, drained, { ...steady, program: 'steady, afterwards' });
    } finally {
      await engine.stop();
    }
  } finally {
    remove();
  }
}

function rowsOf(run: Run, drained: Drained, steady: Parameters<typeof measurementLines>[0][number]): Row[] {
  const { rate, usage, waited, lost } = drained;
  const peak = usage.peakBytes === undefined ? undefined : usage.peakBytes / MEGABYTE;
  run.say(
    `\nBacklog of ${String(waited)} after a restart: ${rate.toFixed(0)} deliveries/s, ` +
      `memory at most ${peak?.toFixed(0) ?? '–'} MB, lost ${String(lost)}\n${measurementLines([steady])}`,
  );
  return [
    atLeast('backlog: draining to the steady rate', rate / steady.rate, WANTED_OF_STEADY),
    {
      name: 'backlog: memory at most',
      measured: peak === undefined ? '–' : `${peak.toFixed(0)} MB`,
      wanted: `under ${String(WANTED_MEGABYTES)} MB`,
      met: peak === undefined || peak < WANTED_MEGABYTES,
    },
    { name: 'backlog: lost', measured: String(lost), wanted: '0', met: lost === 0 },
  ];
}

// One request in flight, which takes half a second: what is posted meanwhile waits.
async function fill(run: Run, folder: string): Promise<LoadResult> {
  const { receiver, generator } = run.bench;
  const { backlog } = run.scale;
  const engine = await startEngine({ receiver, folder, env: { HOOKWRIGHT_CONCURRENCY: '1' } });
  try {
    await receiver.hold(HOLD_MS);
    await receiver.reset(backlog, 1);
    await makeWebhooks(engine, receiver.host, ['/held']);
    const posting = { mode: 'saturate', rate: 0, seconds: LONGEST_FILL_SEC, connections: CONNECTIONS } as const;
    const load = { ...posting, batch: BATCH, maxEvents: backlog, seed: SEED };
    return await generator.run({ ...load, urls: engine.urls, key: engine.key });
  } finally {
    await engine.stop();
    await receiver.hold(0);
  }
}

async function drain(run: Run, engine: Engine, load: LoadResult): Promise<Drained> {
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
  const arrivals = await receiver.collect();
  const times = arrivals.completeAt.filter((at) => at > startedAt).sort();
  const seconds = ((times.at(-1) ?? 0) - (times.at(0) ?? 0)) / 1000;
  const { dead = 0 } = (await engine.account(1)) ?? {};
  const { lost } = reconcile(load, arrivals, { dead, dueWebhooks: 1 });
  return { rate: times.length / seconds, usage, lost, waited: load.events - before };
}
