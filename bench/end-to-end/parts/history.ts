// Whether a delivery costs more where many invocations are stored.
import type { Row } from '../../support/table.ts';
import { makeHistory } from '../history.ts';
import type { Database, Home } from '../home.ts';
import { SQLITE } from '../home.ts';
import type { Run } from '../run.ts';
import { atMost, inTurn, ratio } from '../run.ts';
import { hookwright, saturation, shapeOf } from '../shapes.ts';

const FEW = 10_000;
const MANY = 5_000_000;
const WANTED = 1.15;

/** On SQLite, with 5,000,000. In the full run only. */
export async function benchHistory(run: Run): Promise<Row[]> {
  if (!run.scale.isFull) {
    run.say('\nCost of a delivery by what is stored: in the full run only\n');
    return [];
  }
  const many = await makeHistory(run.bench.receiver, SQLITE, MANY);
  try {
    return await historyOn(run, SQLITE, { home: many, invocations: MANY });
  } finally {
    await many.remove();
  }
}

/** A home with many stored invocations. */
export interface Many {
  readonly home: Home;
  readonly invocations: number;
}

/**
 * Processor time of a delivery with 10,000 stored invocations, made anew for each round, and with many, to which a round
 * adds little.
 */
export async function historyOn(run: Run, database: Database, { home, invocations }: Many): Promise<Row[]> {
  const [few, many] = [FEW, invocations].map((count) => `${count.toLocaleString('en')} stored`);
  if (few === undefined || many === undefined) throw new Error('Both have a name.');
  const kept: Home = { ...home, remove: () => Promise.resolve() };
  const contestants = [
    { name: few, start: hookwright({}, (receiver) => makeHistory(receiver, database, FEW)) },
    { name: many, start: hookwright({}, () => Promise.resolve(kept)) },
  ];
  const shape = { ...shapeOf('one-webhook'), isMade: true };
  const title = `Cost of a delivery by what is stored, ${database.name}`;
  const rounds = await inTurn(run, title, shape, contestants, saturation(shape, run.scale.seconds));
  const cost = ratio(
    rounds,
    [many, few],
    (one) => costOf(one.cpuMicroseconds, one.serverCpuMicroseconds) ?? 1 / one.rate,
  );
  return [atMost(`history, ${database.name}: cost with ${many} to ${few}`, cost, WANTED)];
}

function costOf(own: number | undefined, server: number | undefined): number | undefined {
  return own === undefined ? undefined : own + (server ?? 0);
}
