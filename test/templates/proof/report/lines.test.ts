import assert from 'node:assert/strict';
import { lineOf, lineOfInkBefore } from '../../../../src/templates/proof/report/lines.ts';

describe('lineOf', () => {
  it('counts from 1', () => {
    const text = 'a\nb\r\nc';
    assert.deepEqual(
      [0, 1, 2, 5].map((offset) => lineOf(text, offset)),
      [1, 1, 2, 3],
    );
  });
});

describe('lineOfInkBefore', () => {
  // `^` stands where the question is asked.
  const table: readonly (readonly [text: string, line: number])[] = [
    ['^', 1],
    ['a^', 1],
    ['\n\n^', 1],
    ['a\nb\n^c', 2],
    ['a\nb\n\n \t^c', 2],
    ['a\n{{#if x}}\n^c', 1],
    ['a\n{{~#if x}}\n^c', 1],
    ['a\n{{/if}}^c', 1],
    ['a\n{{~/if}}^c', 1],
    ['a\n{{^}}^c', 1],
    ['a\n{{! note }}^c', 1],
    ['a\n{{else}}^c', 1],
    ['a\n{{ else if x }}\n^c', 1],
    ['a\n{{~else}}\n^c', 1],
    ['a\n{{/if}}\n{{else}}\n{{#if x}}\n^c', 1],
    // What writes something stays.
    ['a\n{{x}}\n^c', 2],
    ['a\n{{#if x}}b\n^c', 2],
    ['a\n{{elsewhere}}\n^c', 2],
    ['a\n"{{#if x}}"\n^c', 2],
    ['a\n{}}\n^c', 2],
    ['a\n}}\n^c', 2],
    ['{{#if x}}\n^c', 1],
  ];
  for (const [text, line] of table) {
    it(`finds line ${String(line)} in ${JSON.stringify(text)}`, () => {
      const offset = text.lastIndexOf('^');
      assert.equal(lineOfInkBefore(text.slice(0, offset) + text.slice(offset + 1), offset), line);
    });
  }
});
