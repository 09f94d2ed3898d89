// `npm run bench`: all benchmarks, one after the other, with what each is wanted to reach. Ends with 1 where one does not.
// `--full` takes an hour and has the peers; `--quick` only tries whether it works; `--only capacity,lists` takes parts of the end-to-end benchmark alone;
// `--json FILE` writes its raw figures.
import { parseArgs } from 'node:util';
import { leaveOnSignals } from './end-to-end/leaving.ts';
import { FULL, PART_NAMES, QUICK, runSuite, SHORT } from './end-to-end/suite.ts';
import { benchFairness } from './fairness.ts';
import { machine } from './support/machine.ts';
import type { Row } from './support/table.ts';
import { toLines } from './support/table.ts';
import { benchProof, benchRendering } from './templates.ts';

const BENCHMARKS: readonly (readonly [name: string, run: () => Row[] | Promise<Row[]>])[] = [
  ['Rendering: how many times as fast as stock Handlebars and JSON.parse, same output', benchRendering],
  ['Proof of a template', benchProof],
  ['Fairness: acknowledgement to arrival, p50 / p95 / p99, alone and beside a receiver that hangs', benchFairness],
];

const FLAG = { type: 'boolean', default: false } as const;
const { values } = parseArgs({
  options: { full: FLAG, quick: FLAG, only: { type: 'string' }, json: { type: 'string' } },
});
const only = values.only?.split(',') ?? [];
const unknown = only.filter((name) => !PART_NAMES.includes(name));
if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(', ')}. Known: ${PART_NAMES.join(', ')}.`);

leaveOnSignals();
process.stdout.write(`${machine()}\n`);
for (const [name, run] of only.length === 0 ? BENCHMARKS : []) {
  const rows = await run();
  process.stdout.write(`\n${name}\n${toLines(rows)}`);
  if (rows.some(({ met }) => !met)) process.exitCode = 1;
}
const isMet = await runSuite({
  scale: values.full ? FULL : values.quick ? QUICK : SHORT,
  only,
  jsonFile: values.json,
  say: (text) => void process.stdout.write(text),
});
if (!isMet) process.exitCode = 1;
