import assert from 'node:assert/strict';
import { Surroundings } from '../../../../src/templates/proof/report/surroundings.ts';

function wordsOf(
  ...turns: readonly (readonly [first: boolean | undefined, last: boolean | undefined, later?: boolean])[]
): string[] {
  return turns
    .reduce((around, [first, last, later = false], index) => {
      const source = `list${String(index)}`;
      return around.within({ loop: '#1', first, last, later, source });
    }, new Surroundings([]))
    .words();
}

describe('Surroundings', () => {
  it('say which turn is meant, where that is known', () => {
    assert.deepEqual(wordsOf(), []);
    assert.deepEqual(wordsOf([undefined, undefined]), []);
    assert.deepEqual(wordsOf([true, true]), []);
    assert.deepEqual(wordsOf([true, false]), ['in the first turn of {{#each list0}}']);
    assert.deepEqual(wordsOf([true, undefined]), ['in the first turn of {{#each list0}}']);
    assert.deepEqual(wordsOf([false, true]), ['in the last turn of {{#each list0}}']);
    assert.deepEqual(wordsOf([undefined, true]), ['in the last turn of {{#each list0}}']);
    assert.deepEqual(wordsOf([false, false, true]), ['in a middle turn of {{#each list0}}']);
    assert.deepEqual(wordsOf([undefined, false, true]), ['in a middle turn of {{#each list0}}']);
    assert.deepEqual(wordsOf([false, undefined, true]), ['in a later turn of {{#each list0}}']);
    assert.deepEqual(wordsOf([undefined, undefined, true]), ['in a later turn of {{#each list0}}']);
    assert.deepEqual(wordsOf([undefined, false]), ['in an earlier turn of {{#each list0}}']);
  });

  it('name the loops from the outermost in, and leave themselves as they are', () => {
    assert.deepEqual(wordsOf([true, false], [undefined, undefined], [false, true]), [
      'in the first turn of {{#each list0}}',
      'in the last turn of {{#each list2}}',
    ]);
    const around = new Surroundings([]);
    around.within({ loop: '#1', first: true, last: false, later: false, source: 'xs' });
    assert.deepEqual(around.turns, []);
  });
});
