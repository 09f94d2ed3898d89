import assert from 'node:assert/strict';
import fc from 'fast-check';
import { allowance, allowedAt, spend } from '../../src/domain/rate.ts';

const START = Date.UTC(2026, 10, 20, 12);
const at = (ms: number): Date => new Date(START + ms);

const limits = fc.record({
  requestsPerSec: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0.01, max: 1000, noNaN: true })),
  burst: fc.integer({ min: 1, max: 100 }),
});

describe('a rate limit', () => {
  it('allows a burst at first, and then one for each interval', () => {
    const limit = { requestsPerSec: 10, burst: 3 };
    assert.equal(allowance(limit, 0, at(0)), 3);
    const spent = spend(limit, 0, at(0), 3);
    assert.equal(allowance(limit, spent, at(99)), 0);
    assert.deepEqual(allowedAt(limit, spent, at(0)), at(100));
    assert.equal(allowance(limit, spent, at(100)), 1);
    assert.equal(allowance(limit, spent, at(10_000)), 3);
  });

  it('never lets more through in any span of time than its burst and what the span earns', () => {
    fc.assert(
      fc.property(
        limits,
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: 50 })), { maxLength: 60 }),
        (limit, steps) => {
          let [now, state] = [0, 0];
          const made: { readonly now: number; readonly count: number }[] = [];
          for (const [pause, wanted] of steps) {
            now += pause;
            const count = Math.min(wanted, allowance(limit, state, at(now)));
            state = spend(limit, state, at(now), count);
            made.push({ now, count });
          }
          for (const [first, from] of made.entries()) {
            const span = made.slice(first);
            for (const [length, to] of span.entries()) {
              const total = span.slice(0, length + 1).reduce((sum, { count }) => sum + count, 0);
              const most = limit.burst + ((to.now - from.now) / 1000) * limit.requestsPerSec;
              assert.ok(total <= most + 0.02, `${String(total)} of ${String(most)}`);
            }
          }
        },
      ),
    );
  });

  it('allows one at the instant it names, and none a millisecond sooner', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 200 }), (limit, count) => {
        const state = spend(limit, 0, at(0), Math.min(count, limit.burst));
        const next = allowedAt(limit, state, at(0));
        assert.ok(allowance(limit, state, next) >= 1);
        if (next > at(0)) assert.equal(allowance(limit, state, new Date(next.getTime() - 1)), 0);
      }),
    );
  });

  it('allows one at once, and goes on as usual, when the clock was set back or the limit was changed', () => {
    fc.assert(
      fc.property(limits, limits, fc.integer({ min: 0, max: 7_200_000 }), (before, limit, backMs) => {
        const now = at(-backMs);
        let state = spend(before, 0, at(0), before.burst);
        let next = allowedAt(limit, state, now);
        for (let turn = 0; turn < 3; turn += 1) {
          assert.ok(allowance(limit, state, next) >= 1, 'what was promised is kept');
          state = spend(limit, state, next, 1);
          const later = allowedAt(limit, state, next);
          assert.ok(later.getTime() - next.getTime() <= 1000 / limit.requestsPerSec + 1);
          next = later;
        }
      }),
    );
  });
});
