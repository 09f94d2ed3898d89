// PostgreSQL: with one, two and more processes, and then with one what the other parts measure on SQLite.
import { availableParallelism } from 'node:os';
import type { Row } from '../../support/table.ts';
import { enginesOn } from '../engines.ts';
import { makeHistory } from '../history.ts';
import type { Database } from '../home.ts';
import { withPostgres } from '../postgres.ts';
import type { Run } from '../run.ts';
import { atLeast, inTurn, ratio } from '../run.ts';
import { saturation, shapeOf } from '../shapes.ts';
import { backlogOn } from './backlog.ts';
import { delaysOn } from './delays.ts';
import { halfLoadOn } from './half-load.ts';
import { historyOn } from './history.ts';
import { isolationOn } from './isolation.ts';
import { listsOn, STORED } from './lists.ts';

const WANTED = 1.5;
// Two engines, the server, the generator and the receiver share them.
const CORES_FOR_TWO = 4;

/** One webhook and ten an event, half load, a dead one, a backlog; in the full run all shapes. */
export async function benchPostgres(run: Run): Promise<Row[]> {
  const { isFull, roundsOnPostgres, processes } = run.scale;
  return withPostgres(run.say, async (postgres) => [
    ...(await capacityOn(run, postgres, 'one-webhook', processes)),
    ...(await capacityOn(run, postgres, 'ten-webhooks', isFull ? processes : [1])),
    ...(isFull ? await capacityOn(run, postgres, 'batch', [1]) : []),
    ...(await halfLoadOn(run, postgres)),
    ...(isFull ? await delaysOn(run, postgres) : []),
    ...(await isolationOn(run, postgres, roundsOnPostgres)),
    ...(await backlogOn(run, postgres)),
    ...(isFull ? await storedOn(run, postgres) : []),
  ]);
}

async function capacityOn(run: Run, postgres: Database, name: string, processes: readonly number[]): Promise<Row[]> {
  const contestants = processes.map((count) => ({
    name: `PostgreSQL × ${String(count)}`,
    start: enginesOn(postgres, count),
  }));
  const shape = shapeOf(name);
  const load = saturation(shape, run.scale.seconds);
  const rounds = await inTurn(run, `${name}, PostgreSQL`, shape, contestants, load, run.scale.roundsOnPostgres);
  if (!processes.includes(2)) return [];
  const two = ratio(rounds, ['PostgreSQL × 2', 'PostgreSQL × 1']);
  const row = atLeast(`${name}: two PostgreSQL processes to one`, two, WANTED);
  if (availableParallelism() >= CORES_FOR_TWO) return [row];
  return [{ ...row, wanted: `${row.wanted} with ${String(CORES_FOR_TWO)} cores`, met: !Number.isNaN(two) }];
}

// A million: five would take longer to make than all else takes.
async function storedOn(run: Run, postgres: Database): Promise<Row[]> {
  const home = await makeHistory(run.bench.receiver, postgres, STORED);
  try {
    await listsOn(run, postgres, home);
    return await historyOn(run, postgres, { home, invocations: STORED });
  } finally {
    await home.remove();
  }
}
