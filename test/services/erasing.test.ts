import assert from 'node:assert/strict';
import type { Actor } from '../../src/domain/access.ts';
import { unavailable } from '../../src/domain/errors.ts';
import type { CleaningDeps, ErasingDeps, ErasureKey } from '../../src/services/erasing.ts';
import { cleanErasures, eraseEvent } from '../../src/services/erasing.ts';
import { eventWith, NOW, ORGANIZATION } from '../store/fixtures.ts';

const ACTOR: Actor = { keyId: 'key_1', keyName: 'k', organizationId: ORGANIZATION, role: 'admin' };
const COUNTS = { invocations: 2, deliveriesCancelled: 1 };

// A store that is busy as often as is said, and everything that is done besides, in order.
function setup({ busy = 0, emptied = true, failing = false } = {}) {
  const event = eventWith();
  const done: string[] = [];
  const unclean: ErasureKey[] = [];
  let left = busy;
  const erasures = {
    erase: async ({ id, organizationId }: typeof event) => {
      unclean.push({ organizationId, eventId: id });
      return COUNTS;
    },
    counts: async () => COUNTS,
    unclean: async () => [...unclean],
    markClean: async () => void (done.push('clean'), unclean.splice(0)),
    emptyLog: async () => {
      if (failing) throw new Error('disk');
      return emptied;
    },
  };
  const search = {
    replace: async ({ terms }: { terms: readonly string[] }) => void done.push(`index ${terms.join(' ')}`),
    forget: async (rest: () => Promise<void>) => {
      await rest();
      done.push('words');
    },
  };
  const inner = { events: { lock: async () => event, byId: async () => event }, erasures, search };
  const deps: ErasingDeps = {
    store: {
      transaction: async (work) => {
        left -= 1;
        if (left >= 0) throw unavailable('storage_busy', 'Busy.', 1);
        return work(inner);
      },
    },
    clock: () => NOW,
    ownEvents: async (_store, { type, metadata }) => void done.push(type, JSON.stringify(metadata)),
    termsOf: ({ body }) => [body.length < 200 ? 'short' : 'long'],
    sandbox: { forget: () => void done.push('sandbox') },
    pause: async (pauseMs) => void done.push(`pause ${String(pauseMs)}`),
    clean: () => void done.push('job'),
    wake: () => void done.push('wake'),
  };
  const cleaning: CleaningDeps = {
    store: inner,
    clock: () => NOW,
    rest: async () => void done.push('rest'),
    report: { jobFailed: ({ job }) => void done.push(`failed ${job}`) },
  };
  const erase = () => eraseEvent(deps, ACTOR, event.id, new AbortController().signal);
  return { cleaning, done, unclean, erase };
}

const TOLD = ['event.erased', '{"invocations":2,"deliveries_cancelled":1}'];

describe('eraseEvent', () => {
  it('does what belongs into the transaction in it, and has the rest done afterwards', async () => {
    const { done, erase } = setup();
    const { event, ...counts } = await erase();
    assert.deepEqual([event.erased, counts], [{ at: NOW, by: 'key_1' }, COUNTS]);
    assert.deepEqual(done, ['index short', ...TOLD, 'sandbox', 'job', 'wake']);
  });

  it('comes again while others are at its rows, and gives up in the end', async () => {
    const { done, erase } = setup({ busy: 2 });
    await erase();
    assert.deepEqual(done.slice(0, 2), ['pause 20', 'pause 40']);
    await assert.rejects(setup({ busy: 100 }).erase(), { code: 'storage_busy' });
  });
});

describe('cleanErasures', () => {
  it('lets go of words first, and of the log with them, and marks what was erased by then', async () => {
    const { cleaning, done, erase } = setup();
    await erase();
    done.splice(0);
    assert.equal(await cleanErasures(cleaning), 1);
    assert.deepEqual(done, ['rest', 'words', 'clean']);
    assert.equal(await cleanErasures(cleaning), 0);
    assert.deepEqual(done, ['rest', 'words', 'clean']);
  });

  for (const [why, how] of [
    ['the log cannot be emptied', { failing: true }],
    ['somebody reads the log', { emptied: false }],
  ] as const) {
    it(`leaves to the next run what cannot be cleaned, since ${why}`, async () => {
      const { cleaning, done, erase, unclean } = setup(how);
      await erase();
      await cleanErasures(cleaning);
      assert.equal(unclean.length, 1);
      assert.ok(!done.includes('clean'));
    });
  }
});
