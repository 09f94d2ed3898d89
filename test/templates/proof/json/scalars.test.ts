import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Mode } from '../../../../src/templates/proof/json/configuration.ts';
import { isCompleteNumber, isInNumber } from '../../../../src/templates/proof/json/configuration.ts';
import {
  isInWord,
  nextInNumber,
  nextInWord,
  startOfScalar,
  wordFrom,
} from '../../../../src/templates/proof/json/scalars.ts';

// Where a number or word stands after all of a text; `undefined` where it cannot go on.
function through(text: string): Mode | undefined {
  let mode = startOfScalar(text.charAt(0));
  for (const char of text.slice(1)) {
    if (mode === undefined) return undefined;
    mode = isInNumber(mode) ? nextInNumber(mode, char) : nextInWord(mode, char);
  }
  return mode;
}

describe('the modes of numbers and words', () => {
  it('take every number of JSON, and no other text of its characters', () => {
    const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('0', '0', '1', '7', '-', '+', '.', 'e', 'E'), minLength: 1, maxLength: 9 }),
        (text) => {
          const mode = through(text);
          assert.equal(mode !== undefined && isCompleteNumber(mode), number.test(text), text);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('take true, false and null, and nothing that differs in a character', () => {
    for (const word of ['true', 'false', 'null']) {
      assert.equal(through(word), 'after');
      for (let at = 0; at < word.length; at += 1) {
        assert.equal(through(`${word.slice(0, at)}x${word.slice(at + 1)}`), undefined);
        if (at > 0) assert.equal(isInWord(through(word.slice(0, at)) ?? 'after'), true, word.slice(0, at));
      }
    }
  });

  it('start with a digit, a minus or the first letter of a word', () => {
    const starts = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter((char) =>
      startOfScalar(char),
    );
    assert.equal(starts.join(''), '-0123456789fnt');
    assert.equal(startOfScalar('5'), 'digits');
  });

  it('tell words from all else', () => {
    for (const mode of ['value', 'member', 'after', 'slotted', 'colon', 'string', 'digits'] as const) {
      assert.equal(isInWord(mode), false, mode);
    }
  });
});

describe('wordFrom', () => {
  const table: readonly (readonly [text: string, at: number, word: string])[] = [
    ['name: 1', 0, 'name'],
    ['a name', 2, 'name'],
    ['a,b', 0, 'a'],
    ['a:b', 0, 'a'],
    ['a[b', 0, 'a'],
    ['a]b', 0, 'a'],
    ['a{b', 0, 'a'],
    ['a}b', 0, 'a'],
    ['a"b', 0, 'a'],
    ['a\nb', 0, 'a'],
    ['a\u00a0b', 0, 'a'],
    ["'it, is' x", 0, "'it, is'"],
    ["a 'b c'", 2, "'b c'"],
    ["'open\nend'", 0, "'open"],
    ["'open\rend'", 0, "'open"],
    ["a'b'", 0, "a'b'"],
    [',', 0, ''],
    ['', 0, ''],
    ['ab', 2, ''],
  ];
  for (const [text, at, word] of table) {
    it(`finds ${JSON.stringify(word)} at ${String(at)} of ${JSON.stringify(text)}`, () => {
      assert.equal(wordFrom(text, at), word);
    });
  }
});
