import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_RETRY_AFTER_MS, nextDelay } from '../../src/domain/retry.ts';

const policy = { delaysInSec: [60, 600, 3600], jitter: 0.2 };
const chance = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const anyPolicy = fc.record({
  delaysInSec: fc.array(fc.nat(604_800), { minLength: 1, maxLength: 20 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('nextDelay', () => {
  const table: readonly (readonly [attempt: number, chance: number, delayMs: number, reason: string])[] = [
    [1, 0.5, 60_000, 'Retry 1 of 3: 60 s, jitter +0 %.'],
    [1, 0, 48_000, 'Retry 1 of 3: 60 s, jitter −20 %.'],
    [2, 0.75, 660_000, 'Retry 2 of 3: 600 s, jitter +10 %.'],
    [3, 0.5, 3_600_000, 'Retry 3 of 3: 3600 s, jitter +0 %.'],
  ];
  for (const [attempt, dice, delayMs, reason] of table) {
    it(`says "${reason}" after attempt ${String(attempt)}`, () => {
      assert.deepEqual(nextDelay(policy, attempt, dice), { delayMs, reason });
    });
  }

  it('has nothing left after the last retry', () => {
    assert.equal(nextDelay(policy, 4, 0.5), undefined);
    assert.equal(nextDelay({ delaysInSec: [], jitter: 0 }, 1, 0.5), undefined);
  });

  it('stays within the jitter around its step', () => {
    fc.assert(
      fc.property(anyPolicy, fc.nat(19), chance, (any, index, dice) => {
        const delay = nextDelay(any, index + 1, dice);
        const stepMs = (any.delaysInSec[index] ?? 0) * 1000;
        if (index >= any.delaysInSec.length) assert.equal(delay, undefined);
        else {
          assert.ok(delay && Number.isInteger(delay.delayMs));
          assert.ok(delay.delayMs >= Math.floor(stepMs * (1 - any.jitter)));
          assert.ok(delay.delayMs <= Math.ceil(stepMs * (1 + any.jitter)));
        }
      }),
    );
  });

  it('lets Retry-After move it to no less than the step and no more than 24 hours', () => {
    fc.assert(
      fc.property(anyPolicy, chance, fc.nat(10 * MAX_RETRY_AFTER_MS), (any, dice, retryAfterMs) => {
        const step = nextDelay(any, 1, dice)?.delayMs ?? 0;
        const moved = nextDelay(any, 1, dice, retryAfterMs)?.delayMs ?? 0;
        assert.ok(moved >= step);
        assert.ok(moved <= Math.max(step, MAX_RETRY_AFTER_MS));
        // Never sooner than it asks for, and spread to later by no more than the jitter of the step.
        const most = retryAfterMs + any.jitter * (any.delaysInSec[0] ?? 0) * 1000 + 1;
        if (retryAfterMs > step && retryAfterMs <= MAX_RETRY_AFTER_MS) {
          assert.ok(moved >= retryAfterMs && moved <= Math.max(most, step));
        }
      }),
    );
  });

  it('says what Retry-After moved it to', () => {
    assert.deepEqual(nextDelay(policy, 1, 0, 90_000), {
      delayMs: 90_000,
      reason: 'Retry 1 of 3: 60 s, jitter −20 %; Retry-After moves it to 90 s.',
    });
    assert.deepEqual(nextDelay(policy, 1, 0.5, 90_000), {
      delayMs: 96_000,
      reason: 'Retry 1 of 3: 60 s, jitter +0 %; Retry-After moves it to 96 s.',
    });
    assert.equal(
      nextDelay(policy, 1, 0.5, 5000)?.reason,
      'Retry 1 of 3: 60 s, jitter +0 %; Retry-After asks for less.',
    );
  });
});
