import assert from 'node:assert/strict';
import type { Job, JobDeps } from '../../src/jobs/index.ts';
import { Scheduler } from '../../src/jobs/scheduler.ts';

const NEVER = '0 0 0 1 1 *';
const NO_DEPS: JobDeps = {
  rescue: async () => 0,
  followWebhooks: async () => 0,
  makePartitions: async () => 0,
  indexEvents: async () => 0,
  runReplays: async () => 0,
  removeExpired: async () => undefined,
  cleanErasures: async () => 0,
  wake: () => undefined,
};

// A job whose runs end when the test says so.
function setup(jobs: Partial<JobDeps> = {}, claimRun: () => Promise<boolean> = async () => true) {
  const failures: { job: string; error: unknown }[] = [];
  const ends: ((error?: Error) => void)[] = [];
  let running = 0;
  let most = 0;
  const job: Job = {
    name: 'slow',
    schedule: NEVER,
    run: () => {
      running += 1;
      most = Math.max(most, running);
      return new Promise<void>((resolve, reject) => {
        ends.push((error) => {
          running -= 1;
          if (error === undefined) resolve();
          else reject(error);
        });
      });
    },
  };
  const thrower: Job = {
    name: 'thrower',
    schedule: NEVER,
    run: () => {
      throw new Error('not even a promise');
    },
  };
  const deps = {
    jobs: { ...NO_DEPS, ...jobs },
    claimRun,
    report: { jobFailed: (fact: (typeof failures)[0]) => failures.push(fact) },
  };
  const scheduler = new Scheduler(deps, [job, thrower]);
  return { scheduler, ends, failures, runs: () => ends.length, most: () => most };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('Scheduler', () => {
  it('does a scheduled run only where no other process has taken it', async () => {
    for (const isOurs of [true, false]) {
      const { scheduler, ends, runs } = setup({}, async () => isOurs);
      const run = scheduler.runScheduled('slow', new Date(0));
      await turns();
      assert.equal(runs(), isOurs ? 1 : 0);
      ends[0]?.();
      await run;
    }
  });

  it('reports a run that cannot be taken, and does not do it', async () => {
    const { scheduler, failures, runs } = setup({}, () => Promise.reject(new Error('away')));
    await scheduler.runScheduled('slow', new Date(0));
    assert.deepEqual([failures.map(({ job }) => job), runs()], [['slow'], 0]);
  });

  it('never runs the same job twice at once, and runs it once more for all who asked meanwhile', async () => {
    const { scheduler, ends, runs, most } = setup();
    const first = scheduler.runNow('slow');
    const others = [scheduler.runNow('slow'), scheduler.runNow('slow'), scheduler.runNow('slow')];
    await turns();
    assert.equal(runs(), 1);
    ends[0]?.();
    await first;
    await turns();
    assert.equal(runs(), 2, 'what was there to see after the first run began is seen by the second');
    ends[1]?.();
    await Promise.all(others);
    await turns();
    assert.equal(runs(), 2);
    assert.equal(most(), 1);
  });

  it('runs it anew when it is asked after the end', async () => {
    const { scheduler, ends, runs } = setup();
    for (const number of [0, 1]) {
      const run = scheduler.runNow('slow');
      await turns();
      ends[number]?.();
      await run;
    }
    assert.equal(runs(), 2);
  });

  it('reports a job that fails, and runs it again the next time', async () => {
    const { scheduler, ends, failures, runs } = setup();
    const failing = scheduler.runNow('slow');
    ends[0]?.(new Error('away'));
    await failing;
    assert.deepEqual(
      failures.map(({ job, error }) => [job, (error as Error).message]),
      [['slow', 'away']],
    );
    const again = scheduler.runNow('slow');
    ends[1]?.();
    await again;
    assert.equal(runs(), 2);
  });

  it('reports a job that throws before its first await, too', async () => {
    const { scheduler, failures } = setup();
    await scheduler.runNow('thrower');
    assert.equal(failures.length, 1);
  });

  it('rejects a name that no job has', async () => {
    await assert.rejects(setup().scheduler.runNow('slwo'), /no job slwo/);
  });

  it('starts nothing more after stop, and waits for what is running', async () => {
    const { scheduler, ends, runs } = setup();
    await scheduler.start();
    const running = scheduler.runNow('slow');
    const queued = scheduler.runNow('slow');
    let isStopped = false;
    const stopped = scheduler.stop().then(() => (isStopped = true));
    await turns();
    assert.equal(isStopped, false);
    ends[0]?.();
    await Promise.all([stopped, running, queued]);
    await scheduler.runNow('slow');
    assert.equal(runs(), 1);
  });
});
