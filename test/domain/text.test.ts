import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  createPositionFinder,
  editDistance,
  excerptAt,
  nearestName,
  pointerTo,
  positionAt,
} from '../../src/domain/text.ts';

const lines = fc.string({ unit: fc.constantFrom('a', '😀', '\r', '\n', ' '), maxLength: 30 });

describe('positionAt', () => {
  const table: readonly (readonly [text: string, offset: number, line: number, column: number])[] = [
    ['', 0, 1, 1],
    ['abc', 2, 1, 3],
    ['a\nb', 2, 2, 1],
    ['a\r\nb', 3, 2, 1],
    ['a\rb', 2, 2, 1],
    ['\n\n', 2, 3, 1],
    ['😀x', 2, 1, 3],
    ['abc', 3, 1, 4],
  ];
  for (const [text, offset, line, column] of table) {
    it(`finds ${String(offset)} of ${JSON.stringify(text)} at ${String(line)}:${String(column)}`, () => {
      assert.deepEqual(positionAt(text, offset), { line, column, offset });
    });
  }
});

describe('createPositionFinder', () => {
  it('finds the same places in any order as a fresh reading of the text', () => {
    fc.assert(
      fc.property(lines, fc.array(fc.nat(30)), (text, offsets) => {
        const find = createPositionFinder(text);
        for (const wanted of offsets) {
          const offset = Math.min(wanted, text.length);
          const before = text.slice(0, offset);
          // A line break that the offset cuts in two has not ended its line yet.
          const cutBreak = before.endsWith('\r') && text[offset] === '\n';
          const ended = (cutBreak ? before.slice(0, -1) : before).split(/\r\n|\r|\n/);
          const column = (ended.at(-1)?.length ?? 0) + (cutBreak ? 2 : 1);
          assert.deepEqual(find(offset), { line: ended.length, column, offset });
        }
      }),
    );
  });
});

describe('excerptAt', () => {
  it('shows the line around the place', () => {
    assert.equal(excerptAt('one\ntwo three\nfour', 8), 'two three');
    assert.equal(excerptAt('one\r\ntwo\r\n', 6), 'two');
  });

  it('is at most 80 characters of one line, and whole characters only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(200), (text, wanted) => {
        const excerpt = excerptAt(text, Math.min(wanted, text.length));
        assert.ok(excerpt.length <= 80 && !/[\r\n]/.test(excerpt) && excerpt.isWellFormed());
      }),
    );
  });
});

describe('pointerTo', () => {
  it('escapes tilde and slash (RFC 6901 §3)', () => {
    assert.equal(pointerTo('/a', 'b/c~d'), '/a/b~1c~0d');
    assert.equal(pointerTo('', 0), '/0');
    assert.equal(pointerTo('', '~1'), '/~01');
  });
});

describe('editDistance', () => {
  it('counts the edits between two words', () => {
    assert.equal(editDistance('kitten', 'sitting'), 3);
    assert.equal(editDistance('', 'abc'), 3);
  });

  it('is a distance: zero only for equals, the same both ways, never longer by a detour', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        assert.equal(editDistance(a, b) === 0, a === b);
        assert.equal(editDistance(a, b), editDistance(b, a));
        assert.ok(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

describe('nearestName', () => {
  const known = ['event_types', 'headers', 'timeout_in_sec'];
  it('finds what was meant', () => {
    assert.equal(nearestName('event_type', known), 'event_types');
    assert.equal(nearestName('Headers', known), 'headers');
  });

  it('does not guess where nothing is near', () => {
    assert.equal(nearestName('colour', known), undefined);
    assert.equal(nearestName('x', []), undefined);
  });
});
