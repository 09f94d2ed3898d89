// What a receiver that never answers costs nine others of the same event.
import type { Row } from '../../support/table.ts';
import type { Measured } from '../measure.ts';
import { measurementLines } from '../report.ts';
import type { Run } from '../run.ts';
import { atMost, ratio } from '../run.ts';
import { atRate, hookwright, runProgram, shapeOf } from '../shapes.ts';

const WANTED = 1.2;
// Where the part that measures capacity was left out.
const DEFAULT_RATE = 20;

/** The 99th percentile of the nine, from acknowledgement to first byte, with the dead one and without. */
export async function benchIsolation(run: Run): Promise<Row[]> {
  const capacity = (run.found.get('hookwright, ten-webhooks') ?? DEFAULT_RATE * 20) / 10;
  const rate = Math.max(Math.floor(capacity / 2), 1);
  const rounds = new Map<string, Measured[]>();
  for (let round = 0; round < run.scale.rounds; round += 1) {
    for (const name of ['nine-webhooks', 'one-dead-of-ten']) {
      const shape = shapeOf(name);
      const measured = await runProgram(run.bench, hookwright(), shape, [atRate(shape, rate, run.scale.seconds * 2)]);
      const named = measured.map((one) => ({ ...one, program: name }));
      rounds.set(name, [...(rounds.get(name) ?? []), ...named]);
      run.note(named);
    }
  }
  run.say(`\nNine healthy webhooks, and the same beside a dead one\n${measurementLines([...rounds.values()].flat())}`);
  const p99 = ratio(rounds, ['one-dead-of-ten', 'nine-webhooks'], ({ latencies }) => latencies.queue?.p99);
  return [atMost('one dead of ten: p99 of the healthy, with to without', p99, WANTED)];
}
