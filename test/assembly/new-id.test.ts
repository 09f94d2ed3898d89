import assert from 'node:assert/strict';
import { createNewId } from '../../src/assembly/new-id.ts';
import { isId, leastId } from '../../src/domain/ids.ts';

describe('createNewId', () => {
  it('makes identifiers that ascend, whatever the clock does', () => {
    let now = Date.parse('2026-11-20T12:00:00.000Z');
    const newId = createNewId(() => now);
    const ids = Array.from({ length: 2000 }, (_none, index) => {
      now += [0, 0, 0, 1, -5][index % 5] ?? 0;
      return newId('evt');
    });
    assert.ok(ids.every((id) => isId('evt', id)));
    assert.deepEqual([...ids].sort(), ids);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok((ids[0] ?? '') >= leastId('evt', new Date('2026-11-20T12:00:00.000Z')));
  });

  it('leaves 42 bits of each to chance', () => {
    const newId = createNewId(() => 0);
    const tails = new Set(Array.from({ length: 1000 }, () => newId('req').slice(-10)));
    assert.equal(tails.size, 1000);
  });
});
