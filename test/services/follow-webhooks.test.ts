import assert from 'node:assert/strict';
import type { FollowDeps } from '../../src/services/follow-webhooks.ts';
import { followWebhooks } from '../../src/services/follow-webhooks.ts';
import type { Followed, Following } from '../../src/store/lifecycle/follow.ts';
import { FOLLOWINGS } from '../../src/store/lifecycle/follow.ts';

const PASS_MS = 2;

// A store in which so many deliveries of each kind have to be moved, and in which a pass takes 2 ms.
function setup(waiting: Partial<Followed>) {
  const left = { cancelled: 0, held: 0, released: 0, exhausted: 0, ...waiting };
  const asked: (readonly Following[])[] = [];
  const pauses: number[] = [];
  let [nowMs, wakes, stopAfter] = [0, 0, Infinity];
  const deps: FollowDeps = {
    store: {
      deliveries: {
        followWebhooks: async ({ limit, only = FOLLOWINGS }) => {
          nowMs += PASS_MS;
          asked.push(only);
          const moved = { cancelled: 0, held: 0, released: 0, exhausted: 0 };
          for (const following of only) {
            moved[following] = Math.min(left[following], limit);
            left[following] -= moved[following];
          }
          return moved;
        },
      },
    },
    clock: () => new Date(0),
    monotonicMs: () => nowMs,
    pause: async (pauseMs) => void pauses.push(pauseMs),
    wake: () => void (wakes += 1),
    isStopping: () => asked.length >= stopAfter,
  };
  return { deps, left, asked, pauses, wakes: () => wakes, stopAfter: (passes: number) => void (stopAfter = passes) };
}

describe('followWebhooks', () => {
  it('moves all, and asks again only for what there may be more of', async () => {
    const { deps, left, asked } = setup({ cancelled: 3, held: 60, released: 26 });
    assert.equal(await followWebhooks(deps), 89);
    assert.deepEqual(left, { cancelled: 0, held: 0, released: 0, exhausted: 0 });
    assert.deepEqual(asked, [FOLLOWINGS, ['held', 'released'], ['held']]);
  });

  it('leaves the database to others for three times as long as each pass took', async () => {
    const { deps, pauses } = setup({ held: 60 });
    await followWebhooks(deps);
    assert.deepEqual(pauses, [3 * PASS_MS, 3 * PASS_MS]);
  });

  it('has what is set free sent pass by pass', async () => {
    const { deps, wakes } = setup({ held: 60, released: 40 });
    await followWebhooks(deps);
    assert.equal(wakes(), 2);
  });

  it('stops between two passes', async () => {
    const { deps, left, stopAfter } = setup({ held: 60 });
    stopAfter(2);
    assert.equal(await followWebhooks(deps), 50);
    assert.equal(left.held, 10);
  });
});
