import assert from 'node:assert/strict';
import type { RemoveExpiredDeps, RetentionRun } from '../../src/services/remove-expired.ts';
import { nextLimit, removeExpired } from '../../src/services/remove-expired.ts';
import type { Batch, Dropped, Pass } from '../../src/store/retention/index.ts';

const batch = (events: number, next?: string): Batch => ({ removed: { events }, expired: 1, next });

/** A database that answers as given, and a clock that goes on by `batchMs` with each batch. */
function setup({ batchMs = 0, stopAfter = Number.POSITIVE_INFINITY } = {}) {
  const seen: string[] = [];
  const pauses: number[] = [];
  const runs: RetentionRun[] = [];
  const failures: unknown[] = [];
  let [nowMs, batches] = [0, 0];
  const pass = (name: string, answers: readonly (Batch | Error)[]): Pass => {
    let index = 0;
    return async ({ after = 'start' }) => {
      seen.push(`${name} ${after}`);
      [nowMs, batches] = [nowMs + batchMs, batches + 1];
      const answer = answers[index++];
      assert.ok(answer);
      if (answer instanceof Error) throw answer;
      return answer;
    };
  };
  const run = async (passes: readonly Pass[], drops: readonly Dropped[] = [{ partitions: 0, inTheWay: false }]) => {
    let dropped = 0;
    const deps: RemoveExpiredDeps = {
      store: {
        retention: {
          due: async () => [],
          dropPartitions: async () => drops[Math.min(dropped++, drops.length - 1)]!,
          passes: () => passes,
        },
      },
      clock: () => new Date(0),
      monotonicMs: () => nowMs,
      pause: async (pauseMs) => void pauses.push(pauseMs),
      isStopping: () => batches >= stopAfter,
      report: { retentionRun: (fact) => void runs.push(fact), jobFailed: ({ error }) => void failures.push(error) },
    };
    return { ...(await removeExpired(deps)), dropped };
  };
  return { pass, run, seen, pauses, runs, failures };
}

describe('removeExpired', () => {
  it('goes through all passes by turns, rests after each batch, and reports once', async () => {
    const { pass, run, seen, pauses, runs } = setup({ batchMs: 4 });
    const ran = await run([pass('a', [batch(1, 'x'), batch(2)]), pass('b', [batch(5)])]);
    assert.deepEqual(seen, ['a start', 'b start', 'a x']);
    assert.deepEqual(pauses, [24, 24, 24]);
    assert.deepEqual([ran.removed.events, ran.expired, ran.durationMs, ran.finished], [8, 3, 12, true]);
    assert.equal(runs.length, 1);
  });

  it('stops at once where the process does, and says that it is not through', async () => {
    const { pass, run, seen } = setup({ stopAfter: 1 });
    assert.equal((await run([pass('a', [batch(1, 'x')]), pass('b', [batch(1)])])).finished, false);
    assert.deepEqual(seen, ['a start']);
  });

  it('ends before the next run is due', async () => {
    const { pass, run, seen } = setup({ batchMs: 200_000 });
    assert.equal((await run([pass('a', [batch(1, 'x'), batch(1, 'y')])])).finished, false);
    assert.deepEqual(seen, ['a start', 'a x']);
  });

  it('reports a pass that fails, and goes on with the others', async () => {
    const { pass, run, failures, seen } = setup();
    const error = new Error('of this pass');
    await run([pass('a', [error]), pass('b', [batch(1, 'x'), batch(1)])]);
    assert.deepEqual(failures, [error]);
    assert.deepEqual(seen, ['a start', 'b start', 'b x']);
  });

  it('tries again to drop what somebody is in the way of, and not for ever', async () => {
    const { run, pauses } = setup();
    const inTheWay = { partitions: 0, inTheWay: true };
    const ran = await run([], [inTheWay, { partitions: 3, inTheWay: false }]);
    assert.deepEqual([ran.dropped, ran.removed.partitions, pauses], [2, 3, [1000]]);
    assert.equal((await run([], [inTheWay])).dropped, 5);
  });
});

describe('nextLimit', () => {
  it('makes batches that take ten milliseconds, by and by and within bounds', () => {
    assert.equal(nextLimit(100, 10), 100);
    assert.equal(nextLimit(100, 12), 83);
    assert.equal(nextLimit(100, 500), 50);
    assert.equal(nextLimit(100, 0), 200);
    assert.equal(nextLimit(400, 1), 500);
    assert.equal(nextLimit(12, 200), 10);
  });
});
