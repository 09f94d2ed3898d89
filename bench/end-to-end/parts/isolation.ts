// What a receiver that never answers costs nine others of the same event.
import type { Row } from '../../support/table.ts';
import { enginesOn } from '../engines.ts';
import type { Database } from '../home.ts';
import { SQLITE } from '../home.ts';
import type { Measured } from '../measure.ts';
import { measurementLines } from '../report.ts';
import type { Run } from '../run.ts';
import { atMost, ratio } from '../run.ts';
import { atRate, runProgram, shapeOf } from '../shapes.ts';

const WANTED = 1.2;
// Where the part that measures capacity was left out.
const DEFAULT_RATE = 20;

/** On SQLite. */
export async function benchIsolation(run: Run): Promise<Row[]> {
  return isolationOn(run, SQLITE, run.scale.rounds);
}

/** The 99th percentile of the nine, from acknowledgement to first byte, with the dead one and without. */
export async function isolationOn(run: Run, database: Database, turns: number): Promise<Row[]> {
  const capacity = (run.found.get(`${database.engine}, ten-webhooks`) ?? DEFAULT_RATE * 20) / 10;
  const rate = Math.max(Math.floor(capacity / 2), 1);
  const rounds = new Map<string, Measured[]>();
  for (let round = 0; round < turns; round += 1) {
    for (const name of ['nine-webhooks', 'one-dead-of-ten']) {
      const load = atRate(shapeOf(name), rate, run.scale.seconds * 2);
      const measured = await runProgram(run.bench, enginesOn(database), shapeOf(name), [load]);
      const named = measured.map((one) => ({ ...one, program: name }));
      rounds.set(name, [...(rounds.get(name) ?? []), ...named]);
      run.note(named);
    }
  }
  const lines = measurementLines([...rounds.values()].flat());
  run.say(`\nNine healthy webhooks, and the same beside a dead one, ${database.name}\n${lines}`);
  const p99 = ratio(rounds, ['one-dead-of-ten', 'nine-webhooks'], ({ latencies }) => latencies.queue?.p99);
  return [atMost(`one dead of ten, ${database.name}: p99 of the healthy, with to without`, p99, WANTED)];
}
