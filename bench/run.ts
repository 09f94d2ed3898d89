// `npm run bench`: all benchmarks, one after the other, with what each is wanted to reach. Ends with 1 where one does not.
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

process.stdout.write(`${machine()}\n`);
for (const [name, run] of BENCHMARKS) {
  const rows = await run();
  process.stdout.write(`\n${name}\n${toLines(rows)}`);
  if (rows.some(({ met }) => !met)) process.exitCode = 1;
}
