import assert from 'node:assert/strict';
import fc from 'fast-check';
import { occurrences, SHORT_PART } from '../../src/domain/occurrences.ts';

// What it must equal, however slow.
function simply(text: string, part: string): number[] {
  const found: number[] = [];
  if (part === '') return found;
  for (let at = 0; at < text.length; at += 1) {
    if (!text.startsWith(part, at)) continue;
    found.push(at);
    at += part.length - 1;
  }
  return found;
}

// Few letters in long runs: parts that nearly fit everywhere.
const runs = (most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.constantFrom('a', 'b', '😀'), fc.integer({ min: 1, max: most })), { maxLength: 8 })
    .map((pieces) => pieces.map(([letter, count]) => letter.repeat(count)).join(''));

describe('occurrences', () => {
  it('finds every part from left to right, none over another', () => {
    assert.deepEqual(occurrences('aaaa', 'aa'), [0, 2]);
    assert.deepEqual(occurrences('abcabc', 'c'), [2, 5]);
    assert.deepEqual(occurrences('abc', 'x'), []);
    assert.deepEqual(occurrences('abc', 'abcd'), []);
    assert.deepEqual(occurrences('😀😀', '😀'), [0, 2]);
  });

  it('finds an empty part nowhere', () => {
    assert.deepEqual(occurrences('abc', ''), []);
    assert.deepEqual(occurrences('', ''), []);
  });

  it('stops after as many as are wanted', () => {
    assert.deepEqual(occurrences('aaaa', 'a', 2), [0, 1]);
    assert.deepEqual(occurrences('a'.repeat(400), 'a'.repeat(100), 2), [0, 100]);
    assert.deepEqual(occurrences('a', 'a', 0), []);
  });

  it('finds parts of about the length from which it searches by itself', () => {
    for (const length of [SHORT_PART - 1, SHORT_PART, SHORT_PART + 1, SHORT_PART + 2]) {
      for (const part of [
        'a'.repeat(length),
        `${'ab'.repeat(length)}a`.slice(0, length),
        `${'a'.repeat(length - 1)}b`,
      ]) {
        for (const text of [part, `a${part}`, `${part}${part}b${part}`, `${part.slice(1)}${part}`, part.slice(1)])
          assert.deepEqual(occurrences(text, part), simply(text, part), `${part} in ${text}`);
      }
    }
  });

  it('gives what a slow search gives, for short and for long parts', () => {
    fc.assert(
      fc.property(runs(60), runs(40), fc.nat({ max: 3 }), (around, part, times) => {
        const text = around + part.repeat(times) + around;
        assert.deepEqual(occurrences(text, part), simply(text, part));
      }),
      { numRuns: 500 },
    );
  });

  it('takes linear time for what makes other searches slow', () => {
    const text = 'a'.repeat(400_000);
    const half = 'a'.repeat(100_000);
    const started = performance.now();
    for (const part of [
      `${half}b${half}`,
      `b${half}`,
      `${half}b`,
      'a'.repeat(63),
      `${'a'.repeat(32)}b${'a'.repeat(31)}`,
    ])
      occurrences(text, part);
    // Some 20 ms; JavaScript's own search takes 8 s.
    assert.ok(performance.now() - started < 4000);
  });
});
