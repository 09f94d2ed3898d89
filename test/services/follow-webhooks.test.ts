import assert from 'node:assert/strict';
import type { FollowDeps } from '../../src/services/follow-webhooks.ts';
import { followWebhooks } from '../../src/services/follow-webhooks.ts';
import type { Followed, Following, FollowRequest } from '../../src/store/lifecycle/follow.ts';
import { FOLLOWINGS } from '../../src/store/lifecycle/follow.ts';

const PASS_MS = 2;

// A store in which so many deliveries of each kind have to be moved, and in which a pass takes 2 ms.
function setup(waiting: Partial<Record<Following, number>>) {
  const left = { cancelled: 0, held: 0, released: 0, exhausted: 0, ...waiting };
  const asked: FollowRequest['limits'][] = [];
  const pauses: number[] = [];
  let [nowMs, wakes, stopAfter] = [0, 0, Infinity];
  const deps: FollowDeps = {
    store: {
      deliveries: {
        followWebhooks: async ({ limits }) => {
          nowMs += PASS_MS;
          asked.push(limits);
          const moved = FOLLOWINGS.map((following) => {
            const limit = limits[following] ?? 0;
            const count = Math.min(left[following], limit);
            left[following] -= count;
            return [following, { count, mayBeMore: limit > 0 && count === limit }];
          });
          return Object.fromEntries(moved) as Followed;
        },
      },
    },
    clock: () => new Date(0),
    monotonicMs: () => nowMs,
    pause: async (pauseMs) => void pauses.push(pauseMs),
    wake: () => void (wakes += 1),
    isStopping: () => asked.length >= stopAfter,
  };
  const add = (more: Partial<typeof left>): void => void Object.assign(left, more);
  return {
    deps,
    left,
    add,
    asked,
    pauses,
    wakes: () => wakes,
    stopAfter: (passes: number) => void (stopAfter = passes),
  };
}

describe('followWebhooks', () => {
  it('moves all, and asks again only for what there may be more of', async () => {
    const { deps, left, asked } = setup({ cancelled: 3, held: 60, released: 126 });
    assert.equal(await followWebhooks(deps), 189);
    assert.deepEqual(left, { cancelled: 0, held: 0, released: 0, exhausted: 0 });
    const held = { held: 25, released: 100 };
    assert.deepEqual(asked, [{ ...held, cancelled: 100, exhausted: 100 }, held, held]);
  });

  it('sets free at once what may be sent meanwhile, however much is to be held for another one', async () => {
    const { deps, left, add } = setup({ held: 1000 });
    const pause = deps.pause.bind(deps);
    const seen: number[] = [];
    deps.pause = async (pauseMs) => {
      seen.push(left.released);
      if (seen.length === 3) add({ released: 50 });
      await pause(pauseMs);
    };
    await followWebhooks(deps);
    assert.deepEqual(seen.slice(2, 5), [0, 0, 0]);
    assert.equal(left.released, 0);
  });

  it('leaves the database to others for three times as long as each pass took that has held something', async () => {
    const { deps, pauses } = setup({ held: 60, released: 1000 });
    await followWebhooks(deps);
    assert.deepEqual(pauses, [3 * PASS_MS, 3 * PASS_MS, 3 * PASS_MS]);
  });

  it('has what is set free sent pass by pass', async () => {
    const { deps, wakes } = setup({ held: 60, released: 140 });
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
