// The end-to-end benchmark as a whole: its parts one after the other, what each found, and whether that is what is
// wanted. `npm run bench` runs it short, `npm run bench:full` whole.
import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import type { Row } from '../support/table.ts';
import { toLines } from '../support/table.ts';
import { benchBacklog } from './parts/backlog.ts';
import { benchCapacity } from './parts/capacity.ts';
import { benchDelays } from './parts/delays.ts';
import { benchHistory } from './parts/history.ts';
import { benchIsolation } from './parts/isolation.ts';
import { benchLists } from './parts/lists.ts';
import { benchProcesses } from './parts/processes.ts';
import { startGenerator, startReceiver } from './helpers.ts';
import { setUpLine } from './set-up.ts';
import type { Measured } from './measure.ts';
import type { Part, Run, Scale } from './run.ts';

/** In ten minutes, with the other benchmarks. */
export const SHORT: Scale = { name: 'short', rounds: 3, seconds: 4, backlog: 20_000, processes: [1, 2], isFull: false };

/** In two minutes: whether it works at all. Its figures say little. */
export const QUICK: Scale = { name: 'quick', rounds: 1, seconds: 1, backlog: 1000, processes: [1, 2], isFull: false };

/** In an hour: longer, with the peers, with four processes and with five million invocations. */
export const FULL: Scale = {
  name: 'full',
  rounds: 5,
  seconds: 10,
  backlog: 100_000,
  processes: [1, 2, 4],
  isFull: true,
};

const PARTS: readonly (readonly [name: string, part: Part])[] = [
  ['capacity', benchCapacity],
  ['delays', benchDelays],
  ['isolation', benchIsolation],
  ['backlog', benchBacklog],
  ['processes', benchProcesses],
  ['lists', benchLists],
  ['history', benchHistory],
];

/** Names of the parts, in their order. */
export const PART_NAMES = PARTS.map(([name]) => name);

/** What is asked for. */
export interface SuiteOptions {
  readonly scale: Scale;
  /** Empty: all. */
  readonly only: readonly string[];
  readonly jsonFile: string | undefined;
  readonly say: (text: string) => void;
}

/** Runs it; gives whether everything was met and nothing was lost. A part that breaks is told of, and the next one runs. */
export async function runSuite({ scale, only, jsonFile, say }: SuiteOptions): Promise<boolean> {
  const bench = { receiver: await startReceiver(), generator: startGenerator() };
  const measured: Measured[] = [];
  const rows: Row[] = [];
  const found = new Map<string, number>();
  const run: Run = { bench, scale, say, found, note: (all) => void measured.push(...all) };
  const setUp = await setUpLine();
  say(`${setUp}\n`);
  try {
    for (const [name, part] of PARTS.filter(([one]) => only.length === 0 || only.includes(one))) {
      const own = await part(run).catch((error: unknown) => [broken(name, error)]);
      rows.push(...own);
      say(toLines(own));
    }
  } finally {
    await bench.generator.stop();
    await bench.receiver.stop();
  }
  rows.push(nothingLost(measured));
  say(`\nEnd to end\n${toLines(rows)}`);
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify({ setUp, rows, measured }, null, 2)}\n`);
  return rows.every(({ met }) => met);
}

function broken(name: string, error: unknown): Row {
  const measured = inspect(error);
  return { name: `${name} could not be measured`, measured, wanted: 'a figure', met: false };
}

function nothingLost(measured: readonly Measured[]): Row {
  const sum = (of: (one: Measured) => number): number => measured.reduce((total, one) => total + of(one), 0);
  const lost = sum(({ reconciled }) => Math.abs(reconciled.lost));
  const delivered = sum(({ reconciled }) => reconciled.delivered);
  const published = sum(({ reconciled }) => reconciled.published);
  const text = `${String(lost)} of ${String(delivered)} deliveries of ${String(published)} events`;
  return { name: 'lost', measured: text, wanted: '0', met: lost === 0 };
}
