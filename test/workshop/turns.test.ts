import assert from 'node:assert/strict';
import { createTurns } from '../../src/workshop/turns.ts';

describe('createTurns', () => {
  it('runs one at a time, what is urgent first, each kind in the order of its coming', async () => {
    const turn = createTurns();
    const order: string[] = [];
    let running = 0;
    const work = (name: string) => async () => {
      running += 1;
      assert.equal(running, 1);
      order.push(name);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    const all = [turn(false, work('a')), turn(false, work('b')), turn(false, work('c'))];
    all.push(turn(true, work('A')), turn(true, work('B')));
    await Promise.all(all);
    assert.deepEqual(order, ['a', 'A', 'B', 'b', 'c']);
  });

  it('goes on after what failed', async () => {
    const turn = createTurns();
    const failed = turn(false, () => Promise.reject(new Error('no')));
    const next = turn(false, async () => 'yes');
    await assert.rejects(failed, /no/);
    assert.equal(await next, 'yes');
    assert.equal(await turn(true, async () => 'later'), 'later');
  });
});
