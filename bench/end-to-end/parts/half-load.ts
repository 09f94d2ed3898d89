// How long events take at half of what goes through.
import type { Row } from '../../support/table.ts';
import { enginesOn } from '../engines.ts';
import type { Database } from '../home.ts';
import { measurementLines } from '../report.ts';
import type { Run } from '../run.ts';
import { atRate, runProgram, shapeOf } from '../shapes.ts';

const WANTED_MS = { p50: 2, p99: 50 };

/** One webhook, one process, at half of the rate that was found before. */
export async function halfLoadOn(run: Run, database: Database): Promise<Row[]> {
  const shape = shapeOf('one-webhook');
  const rate = Math.max(Math.floor((run.found.get(`${database.engine}, ${shape.name}`) ?? 0) / 2), 1);
  const measured = await runProgram(run.bench, enginesOn(database), shape, [
    atRate(shape, rate, run.scale.seconds * 2),
  ]);
  run.note(measured);
  run.say(`\nHalf load, one webhook, ${database.name}\n${measurementLines(measured)}`);
  const queue = measured[0]?.latencies.queue;
  return (['p50', 'p99'] as const).map((which) => {
    const ms = queue?.[which] ?? Number.NaN;
    const wanted = WANTED_MS[which];
    const name = `half load, ${database.name}: acknowledgement to first byte, ${which}`;
    return { name, measured: `${ms.toFixed(1)} ms`, wanted: `under ${String(wanted)} ms`, met: ms < wanted };
  });
}
