import assert from 'node:assert/strict';
import { createShelf } from '../../src/sender/shelf.ts';

function setup(capacity: number) {
  let slots = 0;
  const shelf = createShelf<{ readonly size: number }>({ capacity, sizeOf: ({ size }) => size }, () => (slots += 1));
  const ask = (key: string, size = 1): number => shelf.slot(key, () => ({ size }));
  return { shelf, ask };
}

describe('createShelf', () => {
  it('sends a thing once, and names it afterwards', () => {
    const { shelf, ask } = setup(10);
    assert.deepEqual([ask('a'), ask('b'), ask('a')], [1, 2, 1]);
    assert.deepEqual(shelf.take(), {
      kept: [
        [1, { size: 1 }],
        [2, { size: 1 }],
      ],
      dropped: [],
    });
    assert.equal(ask('b'), 2);
    assert.deepEqual(shelf.take(), { kept: [], dropped: [] });
  });

  it('drops what was asked for longest ago, and sends it anew under another number', () => {
    const { shelf, ask } = setup(2);
    ask('a');
    ask('b');
    ask('a');
    ask('c');
    assert.deepEqual(shelf.take().dropped, [2]);
    assert.equal(ask('b'), 4);
    assert.deepEqual(shelf.take(), { kept: [[4, { size: 1 }]], dropped: [1] });
  });

  it('keeps one thing that is too large for it by itself', () => {
    const { shelf, ask } = setup(10);
    ask('a');
    assert.equal(ask('large', 50), 2);
    assert.equal(ask('large', 50), 2);
    assert.deepEqual(shelf.take().dropped, [1]);
  });
});
