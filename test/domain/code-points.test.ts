import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countCodePoints, reverseCodePoints, sliceCodePoints } from '../../src/domain/code-points.ts';

const position = fc.integer({ min: -12, max: 12 });
const anyUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0xd83d, 0xdc4d, 0x61)))
  .map((units) => String.fromCharCode(...units));
const texts = fc.oneof(anyUnits, fc.string({ unit: 'binary' }), fc.string());

describe('countCodePoints', () => {
  it('counts as the iterator of strings does, whole pairs or halves', () => {
    fc.assert(fc.property(texts, (text) => assert.equal(countCodePoints(text), Array.from(text).length)));
    assert.deepEqual(
      ['', 'abc', '👍', 'a👍', '\ud83d', '\udc4d\ud83d', 'é', '👨‍👩‍👧'].map(countCodePoints),
      [0, 3, 1, 2, 1, 2, 1, 5],
    );
  });
});

describe('sliceCodePoints', () => {
  it('cuts as slice does in a list of the code points', () => {
    fc.assert(
      fc.property(texts, position, fc.option(position, { nil: undefined }), (text, start, end) => {
        assert.equal(sliceCodePoints(text, start, end), Array.from(text).slice(start, end).join(''));
      }),
    );
  });

  it('takes positions of any size', () => {
    for (const text of ['abc', 'a👍c']) {
      assert.equal(sliceCodePoints(text, -1e300, 1e300), text);
      assert.equal(sliceCodePoints(text, 1e300), '');
    }
  });
});

describe('reverseCodePoints', () => {
  it('turns whole text round, and back again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const reversed = reverseCodePoints(text);
        assert.equal(reverseCodePoints(reversed), text);
        assert.equal(sliceCodePoints(reversed, 0, 1), sliceCodePoints(text, -1));
      }),
    );
  });
});
