import assert from 'node:assert/strict';
import { WindowCounts } from '../../src/domain/window-counts.ts';

describe('WindowCounts', () => {
  it('counts each name by itself, in a window that begins with its first', () => {
    const counts = new WindowCounts({ windowMs: 60_000, capacity: 10 });
    assert.deepEqual(counts.hit('a', 1000), { count: 1, leftMs: 60_000 });
    assert.deepEqual(counts.hit('a', 31_000), { count: 2, leftMs: 30_000 });
    assert.deepEqual(counts.hit('b', 31_000), { count: 1, leftMs: 60_000 });
    assert.deepEqual(counts.read('a', 60_999), { count: 2, leftMs: 1 });
    assert.deepEqual(counts.hit('a', 61_000), { count: 1, leftMs: 60_000 });
    assert.deepEqual(counts.read('b', 61_000), { count: 1, leftMs: 30_000 });
    assert.deepEqual(counts.read('c', 61_000), { count: 0, leftMs: 0 });
  });

  it('keeps no more names than it may, and forgets the oldest window first', () => {
    const counts = new WindowCounts({ windowMs: 60_000, capacity: 3 });
    for (let name = 0; name < 1000; name += 1) {
      counts.hit(`n${String(name)}`, name);
      assert.ok(counts.size <= 3);
    }
    assert.equal(counts.read('n999', 1000).count, 1);
    assert.equal(counts.read('n1', 1000).count, 0);
  });

  it('keeps the count of a name that is counted again while there is no room', () => {
    const counts = new WindowCounts({ windowMs: 60_000, capacity: 2 });
    counts.hit('first', 0);
    counts.hit('second', 1);
    assert.equal(counts.hit('first', 2).count, 2);
    assert.equal(counts.read('second', 3).count, 1, 'and reading forgets nobody');
    assert.equal(counts.hit('third', 4).count, 1);
    assert.deepEqual([counts.read('first', 5).count, counts.read('second', 5).count, counts.size], [0, 1, 2]);
  });
});
