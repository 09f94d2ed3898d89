// PostgreSQL with one, two and more processes.
import { availableParallelism } from 'node:os';
import type { Row } from '../../support/table.ts';
import { onPostgres } from '../engines.ts';
import { startBenchPostgres } from '../postgres.ts';
import { measurementLines } from '../report.ts';
import type { Run } from '../run.ts';
import { atLeast, inTurn, ratio } from '../run.ts';
import { atRate, runProgram, saturation, shapeOf } from '../shapes.ts';

const WANTED = 1.5;
// Two engines, the server, the generator and the receiver share them.
const CORES_FOR_TWO = 4;

/** One webhook (in the full run also ten an event), as fast as it goes; then one process at half of that. */
export async function benchProcesses(run: Run): Promise<Row[]> {
  const postgres = await startBenchPostgres();
  run.say(`\n${postgres.about}\n`);
  try {
    const contestants = run.scale.processes.map((count) => ({
      name: `PostgreSQL × ${String(count)}`,
      start: onPostgres(postgres, count),
    }));
    const rows: Row[] = [];
    for (const name of run.scale.isFull ? (['one-webhook', 'ten-webhooks'] as const) : (['one-webhook'] as const)) {
      const shape = shapeOf(name);
      const rounds = await inTurn(run, `${name}, PostgreSQL`, shape, contestants, saturation(shape, run.scale.seconds));
      const two = ratio(rounds, ['PostgreSQL × 2', 'PostgreSQL × 1']);
      const row = atLeast(`${name}: two PostgreSQL processes to one`, two, WANTED);
      const hasCores = availableParallelism() >= CORES_FOR_TWO;
      rows.push(hasCores ? row : { ...row, wanted: `${row.wanted} with ${String(CORES_FOR_TWO)} cores`, met: true });
    }
    const shape = shapeOf('one-webhook');
    const rate = Math.max(Math.floor((run.found.get('PostgreSQL × 1, one-webhook') ?? 0) / 2), 1);
    const half = await runProgram(run.bench, onPostgres(postgres, 1), shape, [
      atRate(shape, rate, run.scale.seconds * 2),
    ]);
    run.note(half);
    run.say(`\nHalf load, one webhook, PostgreSQL\n${measurementLines(half)}`);
    return rows;
  } finally {
    await postgres.stop();
  }
}
