import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExactJson } from '../../src/domain/json.ts';
import { JsonNumber } from '../../src/domain/json.ts';
import { compareKeys, LAST, sortKeyOf } from '../../src/domain/ordering.ts';
import { anyJson } from '../templates/harness.ts';

// Each value comes before the next one.
const ORDERED: readonly ExactJson[] = [
  false,
  true,
  new JsonNumber('-1e300'),
  -1,
  0,
  new JsonNumber('0.10'),
  2,
  10,
  new JsonNumber('12345678901234567890'),
  '',
  '10',
  '2',
  'B',
  'a',
  'ab',
  'é',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '😀',
  '😀a',
  '😁',
  ['a'],
  [1, 2],
  [2],
  [],
  { a: 1 },
  { a: 2 },
  { b: 0 },
  null,
];

function compare(a: ExactJson, b: ExactJson, isDescending = false): number {
  // There is a -0.
  return Math.sign(compareKeys(sortKeyOf(a), sortKeyOf(b), isDescending)) + 0;
}

describe('compareKeys', () => {
  it('knows the order of types, and of values within each', () => {
    for (const [i, a] of ORDERED.entries()) {
      for (const [j, b] of ORDERED.entries()) {
        assert.equal(compare(a, b), Math.sign(i - j), `${JSON.stringify(a)} and ${JSON.stringify(b)}`);
      }
    }
  });

  it('turns round, but for null, which stays last', () => {
    for (const [i, a] of ORDERED.entries()) {
      for (const [j, b] of ORDERED.entries()) {
        const hasNull = a === null || b === null;
        assert.equal(compare(a, b, true), Math.sign(hasNull ? i - j : j - i));
      }
    }
    assert.equal(sortKeyOf(null), LAST);
  });

  it('is a total order', () => {
    fc.assert(
      fc.property(anyJson, anyJson, anyJson, fc.boolean(), (a, b, c, isDescending) => {
        assert.equal(compare(a, b, isDescending), 0 - compare(b, a, isDescending));
        const [low, middle, high] = [a, b, c].sort((one, other) => compare(one, other, isDescending));
        assert.ok(compare(low ?? null, middle ?? null, isDescending) <= 0);
        assert.ok(compare(low ?? null, high ?? null, isDescending) <= 0);
      }),
    );
  });

  it('compares text as lists of code points', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\ud7ff', '\ue000', '\uffff', '😀', '😁') });
    fc.assert(
      fc.property(text, text, (a, b) => {
        // UTF-8 is made so that its bytes are in the order of the code points.
        assert.equal(compare(a, b), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('takes numbers as their doubles', () => {
    assert.equal(compare(new JsonNumber('1.0'), 1), 0);
    assert.equal(compare(new JsonNumber('12345678901234567890'), new JsonNumber('12345678901234567891')), 0);
  });
});
