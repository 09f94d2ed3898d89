import assert from 'node:assert/strict';
import { Horizon } from '../../src/services/horizon.ts';

const at = (ms: number): Date => new Date(ms);

// A store whose floor goes up at each advance, unless something is open.
function setup({ indexedMs = 0, indexing = () => Promise.resolve(), advance = () => Promise.resolve() } = {}) {
  let [nowMs, monotonic, readable, open] = [1000, 0, 0, 0];
  let indexed = indexedMs;
  const calls: number[] = [];
  const raised: Date[] = [];
  const horizon = new Horizon({
    store: {
      acceptance: {
        readableUntil: () => Promise.resolve(at(readable)),
        isBehind: (organizationId) => Promise.resolve(organizationId === 'busy'),
        advance: async (now) => {
          await advance();
          calls.push(now.getTime());
          if (open > 0) {
            open -= 1;
            return { until: at(readable), isBehind: true };
          }
          readable = now.getTime() + 1;
          return { until: at(readable), isBehind: false };
        },
      },
      eventLog: { organizationsSince: async () => [] },
      search: { indexedUntil: async () => at(indexed) },
    },
    indexNow: async () => {
      await indexing();
      indexed = readable;
    },
    acceptance: { now: () => at(nowMs), raise: (floor) => void raised.push(floor) },
    monotonicMs: () => monotonic,
    pause: async (pauseMs) => {
      nowMs += pauseMs;
      monotonic += pauseMs;
    },
  });
  return { horizon, calls, raised, holdOpenFor: (times: number) => void (open = times) };
}

describe('the horizon of readers', () => {
  it('is moved on only where something was accepted that is behind it', async () => {
    const { horizon, calls } = setup();
    assert.deepEqual((await horizon.find('busy')).readableUntil, at(1001));
    assert.deepEqual((await horizon.find('quiet')).readableUntil, at(1001));
    assert.equal(calls.length, 1);
    assert.deepEqual((await horizon.find('busy')).readableUntil, at(1021));
  });

  it('is moved on once a second where nothing comes in, as long as the database can be written', async () => {
    const { horizon, calls } = setup();
    assert.deepEqual((await horizon.find('quiet')).readableUntil, at(1001), 'it was a second behind');
    assert.deepEqual((await horizon.find('quiet')).readableUntil, at(1001));
    assert.equal(calls.length, 1);
    const full = setup({ advance: () => Promise.reject(new Error('The disk is full.')) });
    assert.deepEqual((await full.horizon.find('quiet')).readableUntil, at(0));
    await assert.rejects(full.horizon.find('busy'), /full/);
  });

  it('is moved on once for all who ask while it is being moved, after they have asked', async () => {
    const { horizon, calls } = setup();
    const [first, second, third] = [horizon.advance(), horizon.advance(), horizon.advance()];
    assert.deepEqual(await Promise.all([first, second, third]), [at(1001), at(1021), at(1021)]);
    assert.equal(calls.length, 2);
    await horizon.advance();
    assert.equal(calls.length, 3);
  });

  it('waits a quarter of a second for what is undecided, and goes without it then', async () => {
    const { horizon, holdOpenFor, raised } = setup();
    holdOpenFor(3);
    assert.deepEqual((await horizon.find('busy')).readableUntil, at(1031));
    holdOpenFor(1000);
    assert.deepEqual((await horizon.find('busy')).readableUntil, at(1031));
    assert.deepEqual(raised, [at(1031), at(1031)]);
  });

  it('has the index brought up to it for who asks for words, and waits a second for that at most', async () => {
    const quick = setup();
    assert.deepEqual(await quick.horizon.find('busy'), { readableUntil: at(1001), indexedUntil: at(0) });
    assert.deepEqual(await quick.horizon.catchUp('busy'), { readableUntil: at(1021), indexedUntil: at(1021) });
    const slow = setup({ indexing: () => new Promise(() => undefined) });
    assert.deepEqual(await slow.horizon.catchUp('busy'), { readableUntil: at(1001), indexedUntil: at(0) });
  });

  it('is moved on to the end of what is asked for, where that is over or near', async () => {
    for (const [end, isIndexed, reached] of [
      [at(900), false, 1001],
      [at(1000), false, 1001],
      [at(1001), true, 1001],
      [at(1500), false, 1501],
      [at(3000), true, 4001],
    ] as const) {
      const { horizon } = setup();
      const found = await horizon.reach('quiet', { end, isIndexed });
      const until = isIndexed ? found.indexedUntil : found.readableUntil;
      assert.ok(until >= end && until.getTime() < reached + 40, `${String(end.getTime())}: ${String(until.getTime())}`);
    }
    const { horizon } = setup();
    assert.deepEqual((await horizon.reach('quiet', { end: at(3001), isIndexed: false })).readableUntil, at(1001));
  });

  it('is not taken for the end of what is asked for: after three seconds, nothing is answered', async () => {
    const open = setup();
    await open.horizon.advance();
    open.holdOpenFor(50);
    const end = at(1600);
    assert.ok((await open.horizon.reach('busy', { end, isIndexed: false })).readableUntil >= end);
    open.holdOpenFor(1000);
    const behind = { kind: 'unavailable', code: 'log_behind', retryAfterSec: 1 };
    await assert.rejects(open.horizon.reach('busy', { end: at(2500), isIndexed: false }), behind);
    const slow = setup({ indexing: () => new Promise(() => undefined) });
    await assert.rejects(slow.horizon.reach('quiet', { end: at(900), isIndexed: true }), behind);
    assert.ok(await slow.horizon.reach('quiet', { end: at(900), isIndexed: false }));
  });

  it('can be moved on after it could not', async () => {
    const { horizon } = setup();
    const broken = new Horizon({
      store: {
        acceptance: {
          readableUntil: () => Promise.resolve(at(0)),
          isBehind: () => Promise.resolve(true),
          advance: () => Promise.reject(new Error('away')),
        },
        eventLog: { organizationsSince: async () => [] },
        search: { indexedUntil: async () => at(0) },
      },
      indexNow: () => Promise.resolve(),
      acceptance: { now: () => at(0), raise: () => undefined },
      monotonicMs: () => 0,
      pause: () => Promise.resolve(),
    });
    await assert.rejects(broken.advance());
    await assert.rejects(broken.advance());
    assert.ok(await horizon.advance());
  });
});
