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
import { benchPostgres } from './parts/postgres.ts';
import { startGenerator, startReceiver } from './helpers.ts';
import { setUpLine } from './set-up.ts';
import type { Bench, Measured } from './measure.ts';
import type { Part, Run, Scale } from './run.ts';
import { verdict } from './verdict.ts';

/** In ten minutes, with the other benchmarks. */
export const SHORT: Scale = {
  name: 'short',
  rounds: 3,
  roundsOnPostgres: 1,
  seconds: 4,
  backlog: 20_000,
  processes: [1, 2],
  isFull: false,
};

/** In two minutes: whether it works at all. Its figures say little. */
export const QUICK: Scale = { ...SHORT, name: 'quick', rounds: 1, seconds: 1, backlog: 1000 };

/** In an hour: longer, with the peers, with four processes and with five million invocations. */
export const FULL: Scale = {
  name: 'full',
  rounds: 5,
  roundsOnPostgres: 3,
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
  ['postgres', benchPostgres],
  ['lists', benchLists],
  ['history', benchHistory],
];

const ONLY_FULL = ['delays', 'lists', 'history'];

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
  const bench: Bench = { receiver: await startReceiver(), generator: startGenerator(), accounts: [] };
  const measured: Measured[] = [];
  const rows: Row[] = [];
  const found = new Map<string, number>();
  const run: Run = { bench, scale, say, found, note: (all) => void measured.push(...all) };
  const setUp = await setUpLine();
  say(`${setUp}\n`);
  try {
    for (const [name, part] of PARTS.filter(([one]) => isAsked(one, only, scale))) {
      const own = await part(run).catch((error: unknown) => [broken(name, error)]);
      rows.push(...own);
      say(toLines(own));
    }
  } finally {
    await bench.generator.stop();
    await bench.receiver.stop();
  }
  rows.push(...verdict(bench.accounts));
  say(`\nEnd to end\n${toLines(rows)}`);
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify({ setUp, rows, measured }, null, 2)}\n`);
  return rows.every(({ met }) => met);
}

// What takes long and says the least is left out of the short run, unless it is asked for by name.
function isAsked(name: string, only: readonly string[], { isFull }: Scale): boolean {
  return only.length === 0 ? isFull || !ONLY_FULL.includes(name) : only.includes(name);
}

function broken(name: string, error: unknown): Row {
  const measured = inspect(error);
  return { name: `${name} could not be measured`, measured, wanted: 'a figure', met: false };
}
