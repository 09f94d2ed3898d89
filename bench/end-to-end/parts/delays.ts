// Receivers that take their time: what it does to the rest of the way.
import type { Row } from '../../support/table.ts';
import { enginesOn } from '../engines.ts';
import type { Database } from '../home.ts';
import { SQLITE } from '../home.ts';
import type { Measured } from '../measure.ts';
import { measurementLines } from '../report.ts';
import type { Run } from '../run.ts';
import { atRate, runProgram, shapeOf } from '../shapes.ts';

// Half of what 16 requests in flight, the default for one webhook, let through: 320 and 32 a second.
const RATES = [
  ['delay-50', 160],
  ['delay-500', 16],
] as const;

/** On SQLite. */
export async function benchDelays(run: Run): Promise<Row[]> {
  return delaysOn(run, SQLITE);
}

/** 50 and 500 ms. Nothing is wanted of them but that nothing is lost. */
export async function delaysOn(run: Run, database: Database): Promise<Row[]> {
  const all: Measured[] = [];
  for (const [name, rate] of RATES) {
    const load = atRate(shapeOf(name), rate, run.scale.seconds * 2);
    const measured = await runProgram(run.bench, enginesOn(database), shapeOf(name), [load]);
    all.push(...measured.map((one) => ({ ...one, program: name })));
  }
  run.note(all);
  run.say(`\nReceivers that answer after 50 and 500 ms, ${database.name}\n${measurementLines(all)}`);
  return [];
}
