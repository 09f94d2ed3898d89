// What the removal of a large history does to deliveries: `npm run bench:retention` measures how long intake and delivery
// take at half load, first while nothing is removed and then while it is, on both databases; `-- --only postgres` on one. The job begins half a minute after each five minutes of the clock, and the benchmark waits for that.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startEngine } from './end-to-end/engine.ts';
import { startGenerator, startReceiver } from './end-to-end/helpers.ts';
import { makeHistory } from './end-to-end/history.ts';
import type { Database, Home } from './end-to-end/home.ts';
import { SQLITE } from './end-to-end/home.ts';
import { leaveOnSignals } from './end-to-end/leaving.ts';
import type { Bench, Measured } from './end-to-end/measure.ts';
import { measure } from './end-to-end/measure.ts';
import { withPostgres } from './end-to-end/postgres.ts';
import { measurementLines } from './end-to-end/report.ts';
import { atRate, saturation, shapeOf } from './end-to-end/shapes.ts';
import { machine } from './support/machine.ts';
import type { Row } from './support/table.ts';
import { toLines } from './support/table.ts';

const { values } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '250000' },
    seconds: { type: 'string', default: '60' },
    only: { type: 'string' },
  },
});
const DELIVERIES = Number(values.deliveries);
const SECONDS = Number(values.seconds);
// Older than deliveries and invocations are kept by default.
const AGE_MS = 200 * 86_400_000;
const SATURATION_SECONDS = 5;
const JOB_EVERY_MS = 300_000;
const JOB_AT_MS = 30_000;
const PAST_THE_JOB_MS = 3000;
const WANTED = 2;

// Where there is room, an event's deliveries are claimed in the transaction that accepts it: then the time until the
// acknowledgement is that of the claim. Otherwise it is part of what follows.
const SPANS: readonly (readonly [about: string, span: 'intake' | 'queue' | 'endToEnd'])[] = [
  ['posting to acknowledgement', 'intake'],
  ['acknowledgement to first byte', 'queue'],
  ['posting to the end', 'endToEnd'],
];

const SHAPE = { ...shapeOf('one-webhook'), isMade: true };
const say = (text: string): void => void process.stdout.write(text);

leaveOnSignals();
say(`${machine()}\n`);
const bench: Bench = { receiver: await startReceiver(), generator: startGenerator(), accounts: [] };
try {
  const rows: Row[] = [];
  if (values.only !== 'postgres') rows.push(...(await retentionOn(bench, SQLITE)));
  if (values.only !== 'sqlite') rows.push(...(await withPostgres(say, (postgres) => retentionOn(bench, postgres))));
  say(toLines(rows));
  if (rows.some(({ met }) => !met)) process.exitCode = 1;
} finally {
  await bench.generator.stop();
  await bench.receiver.stop();
}

async function retentionOn({ receiver, ...others }: Bench, database: Database): Promise<Row[]> {
  const all = { receiver, ...others };
  const home = await makeHistory(receiver, database, DELIVERIES, AGE_MS);
  await untilQuiet();
  const engine = await startEngine({ receiver, home });
  try {
    const most = await measure(all, engine, saturation(SHAPE, SATURATION_SECONDS));
    const load = atRate(SHAPE, Math.max(Math.floor(most.rate / 2), 1), SECONDS);
    const without = await measure(all, engine, load);
    const before = await oldDeliveries(home);
    await untilTheJob();
    const during = await measure(all, engine, load);
    const removed = before - (await oldDeliveries(home));
    const named = [
      { ...without, program: `${database.engine}, nothing removed` },
      { ...during, program: `${database.engine}, ${String(removed)} removed` },
    ];
    say(`\n${database.name}\n${measurementLines(named)}`);
    return rowsOf(database, { without, during, removed });
  } finally {
    await engine.stop();
    await home.remove();
  }
}

// What is measured without the job ends before the job begins. An engine that starts after its time waits for the next.
async function untilQuiet(): Promise<void> {
  if (msUntilTheJob() > (SATURATION_SECONDS + SECONDS + 30) * 1000) return;
  await untilTheJob();
  await sleep(PAST_THE_JOB_MS);
}

async function untilTheJob(): Promise<void> {
  say(`waiting for ${String(Math.ceil(msUntilTheJob() / 1000))} s\n`);
  await sleep(msUntilTheJob());
}

function msUntilTheJob(): number {
  const sinceMs = (Date.now() - JOB_AT_MS) % JOB_EVERY_MS;
  return JOB_EVERY_MS - sinceMs;
}

async function oldDeliveries(home: Home): Promise<number> {
  const before = new Date(Date.now() - AGE_MS + JOB_EVERY_MS).toISOString();
  const [row] = await home.query('select count(*) as count from deliveries where created_at < $1', [before]);
  return Number(row?.['count']);
}

interface Both {
  readonly without: Measured;
  readonly during: Measured;
  readonly removed: number;
}

function rowsOf({ name }: Database, { without, during, removed }: Both): Row[] {
  return SPANS.map(([about, span]) => {
    const p99 = ({ latencies }: Measured): number => latencies[span]?.p99 ?? Number.NaN;
    const ratio = p99(during) / p99(without);
    return {
      name: `${name}: ${about}, p99 while ${String(removed)} deliveries were removed to without`,
      measured: `${ratio.toFixed(2)} (${p99(during).toFixed(1)} to ${p99(without).toFixed(1)} ms)`,
      wanted: `under ${String(WANTED)}`,
      met: removed > 0 && ratio < WANTED,
    };
  });
}
