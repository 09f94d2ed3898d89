import assert from 'node:assert/strict';
import { AppError } from '../../src/domain/errors.ts';
import { describeError } from '../../src/observe/error-text.ts';
import { readProductFiles } from '../../src/product-files.ts';
import { createCatalogue } from '../../src/services/catalogue.ts';
import type { CheckTask } from '../../src/templates/index.ts';
import { createChecker, planTemplate } from '../../src/templates/index.ts';
import type { Workshop, WorkshopLimits } from '../../src/workshop/workshop.ts';
import { createWorkshop } from '../../src/workshop/workshop.ts';
import { fakeThreads } from './threads.ts';

const audit = createCatalogue(readProductFiles().payloads).schema('audit');
assert.ok(audit);
const PAYLOAD = { schema: audit.text, samples: audit.samples.map(({ name, text }) => ({ name, text })) };
const TASK: CheckTask = {
  source: '{"a":"{{data.actor_name}}","n":{{data.metadata}}}',
  payload: PAYLOAD,
  wants: 'details',
};
const LIMITS: WorkshopLimits = { checks: 3, heapMb: 192, longestMs: 60_000 };

// More than the smallest heap below can hold.
const BOMB: CheckTask = {
  ...TASK,
  payload: { schema: `{"a":[${Array.from({ length: 1_500_000 }, () => '{}').join()}]}`, samples: [] },
};

function isBusy(error: unknown): boolean {
  return error instanceof AppError && error.kind === 'unavailable' && error.code === 'templates_busy';
}

describe('createWorkshop', () => {
  let open: Workshop[] = [];
  afterEach(async () => {
    await Promise.all(open.map((workshop) => workshop.stop()));
    open = [];
  });
  let reported: string[] = [];
  beforeEach(() => {
    reported = [];
  });
  const report = {
    jobFailed: (fact: { job: string; error: unknown }) =>
      reported.push(`${fact.job} ${JSON.stringify(describeError(fact.error))}`),
  };
  const start = (limits: Partial<WorkshopLimits> = {}): Workshop => {
    const workshop = createWorkshop({ report }, { ...LIMITS, ...limits });
    open.push(workshop);
    return workshop;
  };
  const startWithout = (limits: Partial<WorkshopLimits> = {}) => {
    const { startThread, threads } = fakeThreads();
    return { workshop: createWorkshop({ report, startThread }, { ...LIMITS, ...limits }), threads };
  };

  it('gives what the same check gives here, with all its details', async () => {
    const workshop = start();
    const local = createChecker();
    for (const source of [TASK.source, '{"a" 1 "b"}', '{{#if x}}', '[{{#each data.metadata}}{{this}},{{/each}}]']) {
      for (const wants of ['details', 'plan'] as const) {
        const task = { ...TASK, source, wants };
        assert.deepEqual(await workshop.check(task), local(task));
      }
    }
  });

  it('gives the plan that is made here, or the same faults', async () => {
    const workshop = start();
    for (const source of ['{"a":{{x}}}', '{"a":{{x}']) {
      const [there, here] = [await workshop.plan(source), planTemplate(source)];
      assert.deepEqual(there, here);
    }
  });

  it('turns away checks beyond its limit for the moment, and never a plan', async () => {
    const workshop = start();
    const checks = Array.from({ length: 5 }, () => workshop.check(TASK));
    const plans = Array.from({ length: 20 }, () => workshop.plan(TASK.source));
    const ends = await Promise.allSettled(checks);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
    );
    const [refused] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    assert.ok(refused instanceof AppError);
    assert.deepEqual([refused.kind, refused.code, refused.retryAfterSec], ['unavailable', 'templates_busy', 2]);
    for (const plan of await Promise.all(plans)) assert.ok(plan.ok);
    assert.equal((await workshop.check(TASK)).errors.length, 0);
  });

  it('loses one check when its thread breaks, and goes on with the others in a new one', async () => {
    const workshop = start({ heapMb: 48 });
    await workshop.check(TASK);
    const [broken, next] = await Promise.allSettled([workshop.check(BOMB), workshop.check(TASK)]);
    assert.equal(broken.status, 'rejected');
    assert.ok(isBusy(broken.reason), 'it is told apart from a bug');
    assert.equal(reported.length, 1);
    assert.match(reported[0] ?? '', /^template-workshop .*ERR_WORKER_OUT_OF_MEMORY/);
    assert.ok(!reported[0]?.includes('actor_name'), 'the template stays out of the log');
    assert.equal(next.status, 'fulfilled');
    assert.ok((await workshop.plan('[1]')).ok);
  });

  it('tells whoever waits when no thread can be started, instead of keeping them waiting', async () => {
    const workshop = start({ heapMb: 1 });
    const ends = await Promise.allSettled([workshop.check(TASK), workshop.check(TASK), workshop.plan('[1]')]);
    for (const end of ends) assert.ok(end.status === 'rejected' && isBusy(end.reason));
    await assert.rejects(workshop.check(TASK), isBusy);
    assert.ok(reported.length > 0);
  });

  it('gives up what should have ended long ago', async () => {
    await assert.rejects(start({ longestMs: 1 }).check(BOMB), isBusy);
    assert.match(reported.join(), /AbortError/);
  });

  it('lets a plan go before all checks that wait', async () => {
    const { workshop, threads } = startWithout();
    const checks = ['1', '2', '3'].map((source) => workshop.check({ ...TASK, source }));
    const plan = workshop.plan('4');
    const order: string[] = [];
    for (let count = 1; count <= 4; count += 1) {
      const { tasks } = threads[0] ?? assert.fail();
      assert.equal(tasks.length, count, 'one at a time');
      order.push(tasks[count - 1]?.task.source ?? '');
      tasks[count - 1]?.end({ errors: [] });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all([...checks, plan]);
    assert.deepEqual(order, ['1', '4', '2', '3']);
  });

  it('counts the time of a task from when it begins, not from when it is asked for', async () => {
    const { workshop, threads } = startWithout({ longestMs: 1 });
    const [first, second] = [workshop.check(TASK), workshop.check(TASK)];
    second.catch(() => undefined);
    await assert.rejects(first, isBusy);
    const [, next, ...others] = threads[0]?.tasks ?? [];
    assert.ok(next && others.length === 0);
    assert.equal(next.signal.aborted, false);
    next.end({ errors: [] });
    await second;
  });

  it('says of every failure of a plan that it is one of the workshop', async () => {
    const { workshop, threads } = startWithout();
    for (const error of [new Error('worker exited with code: 1'), new TypeError('a bug')]) {
      const plan = workshop.plan('[1]');
      await new Promise((resolve) => setImmediate(resolve));
      threads[0]?.tasks.at(-1)?.fail(error);
      await assert.rejects(plan, isBusy);
      assert.ok(reported.at(-1)?.includes(error.message));
    }
  });

  it('keeps the thread that took the place of a broken one, whatever the broken one still says', async () => {
    const { workshop, threads } = startWithout();
    const checkOnce = async (index: number) => {
      const check = workshop.check(TASK);
      await new Promise((resolve) => setImmediate(resolve));
      threads[index]?.tasks.at(-1)?.end({ errors: [] });
      await check;
    };
    await checkOnce(0);
    threads[0]?.break(new Error('no memory'));
    await checkOnce(1);
    threads[0]?.break(new Error('no memory, once more'));
    await checkOnce(1);
    await workshop.stop();
    assert.deepEqual(
      threads.map(({ isDestroyed }) => isDestroyed),
      [true, true],
    );
    assert.equal(threads.length, 2);
  });

  it('takes nothing more when it is stopped, and rejects what is under way', async () => {
    const workshop = start();
    const checks = [workshop.check(TASK), workshop.check(TASK)].map((check) => assert.rejects(check, isBusy));
    await workshop.stop();
    await Promise.all(checks);
    assert.deepEqual(reported, [], 'that is no failure');
    await assert.rejects(workshop.plan('[1]'), /stopping/);
    await start().stop();
  });
});
