// Whether a delivery costs more where many invocations are stored.
import type { Row } from '../../support/table.ts';
import { makeHistory } from '../history.ts';
import type { Run } from '../run.ts';
import { atMost, inTurn, ratio } from '../run.ts';
import { hookwright, saturation, shapeOf } from '../shapes.ts';

const FEW = 10_000;
const MANY = 5_000_000;
const WANTED = 1.15;

/** Processor time of a delivery with 10,000 stored invocations and with 5,000,000. In the full run only. */
export async function benchHistory(run: Run): Promise<Row[]> {
  if (!run.scale.isFull) return [];
  const few = await makeHistory(run.bench.receiver, FEW);
  const many = await makeHistory(run.bench.receiver, MANY);
  try {
    const shape = { ...shapeOf('one-webhook'), isMade: true };
    const contestants = [
      { name: '10,000 stored', start: hookwright({ folder: few.folder }) },
      { name: '5,000,000 stored', start: hookwright({ folder: many.folder }) },
    ];
    const measurement = saturation(shape, run.scale.seconds);
    const rounds = await inTurn(run, 'Cost of a delivery by what is stored', shape, contestants, measurement);
    const cost = ratio(
      rounds,
      ['5,000,000 stored', '10,000 stored'],
      ({ cpuMicroseconds, rate }) => cpuMicroseconds ?? 1 / rate,
    );
    return [atMost('history: cost with 5,000,000 stored invocations to 10,000', cost, WANTED)];
  } finally {
    few.remove();
    many.remove();
  }
}
