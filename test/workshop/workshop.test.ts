import assert from 'node:assert/strict';
import { AppError } from '../../src/domain/errors.ts';
import { readProductFiles } from '../../src/product-files.ts';
import { createCatalogue } from '../../src/services/catalogue.ts';
import type { CheckTask } from '../../src/templates/index.ts';
import { createChecker, planTemplate } from '../../src/templates/index.ts';
import type { Workshop, WorkshopLimits } from '../../src/workshop/workshop.ts';
import { createWorkshop } from '../../src/workshop/workshop.ts';

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

describe('createWorkshop', () => {
  let open: Workshop[] = [];
  afterEach(async () => {
    await Promise.all(open.map((workshop) => workshop.stop()));
    open = [];
  });
  const start = (limits: Partial<WorkshopLimits> = {}): Workshop => {
    const workshop = createWorkshop({ ...LIMITS, ...limits });
    open.push(workshop);
    return workshop;
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
    assert.ok(!(broken.reason instanceof AppError), 'it is a fault of ours');
    assert.equal(next.status, 'fulfilled');
    assert.ok((await workshop.plan('[1]')).ok);
  });

  it('tells whoever waits when no thread can be started, instead of keeping them waiting', async () => {
    const workshop = start({ heapMb: 1 });
    const ends = await Promise.allSettled([workshop.check(TASK), workshop.check(TASK), workshop.plan('[1]')]);
    for (const { status } of ends) assert.equal(status, 'rejected');
    await assert.rejects(workshop.check(TASK));
  });

  it('gives up what should have ended long ago', async () => {
    await assert.rejects(start({ longestMs: 1 }).check(BOMB), { name: 'AbortError' });
  });

  it('takes nothing more when it is stopped, and rejects what is under way', async () => {
    const workshop = start();
    const check = assert.rejects(workshop.check(TASK));
    await workshop.stop();
    await check;
    await assert.rejects(workshop.plan('[1]'), /stopping/);
    await start().stop();
  });
});
