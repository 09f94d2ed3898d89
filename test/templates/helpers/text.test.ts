import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RenderLimitError } from '../../../src/templates/output.ts';
import { anyText } from '../harness.ts';
import type { Case } from './calling.ts';
import { BIG, callHelper, checkTable, HALF, PRICE, WARNED } from './calling.ts';

/** What holds of each helper that takes a text first: nothing stays nothing, lists and objects are no text. */
function noText(...others: readonly unknown[]): Case[] {
  return [
    [[undefined, ...others], undefined],
    [[null, ...others], undefined],
    [[Number.NaN, ...others], undefined],
    [[['a'], ...others], WARNED],
    [[{ a: 1 }, ...others], WARNED],
  ];
}

// Whole characters only, as in every event.
const wholeText = anyText.map((text) => text.toWellFormed());

function points(text: string): string[] {
  return Array.from(text);
}

describe('the helpers upper and lower', () => {
  checkTable('upper', [
    [['abc'], 'ABC'],
    [[''], ''],
    [['straße'], 'STRASSE'],
    [['i'], 'I'],
    [['é😀ж'], 'É😀Ж'],
    [['שלום'], 'שלום'],
    [['\u0390'], '\u0399\u0308\u0301'],
    [[HALF], HALF],
    [[PRICE], '1.10'],
    [[BIG], '12345678901234567890'],
    [[1e21], '1E+21'],
    [[true], 'TRUE'],
    ...noText(),
  ]);
  checkTable('lower', [
    [['ABC'], 'abc'],
    [['I'], 'i'],
    [['\u0130'], 'i\u0307'],
    [['ΑΣ'], 'ας'],
    [['É😀Ж'], 'é😀ж'],
    [[true], 'true'],
    [[PRICE], '1.10'],
    ...noText(),
  ]);

  it('are stopped before they make more than there is room for', () => {
    assert.throws(() => callHelper('upper', ['x'.repeat(2_000_000)]), RenderLimitError);
    assert.throws(() => callHelper('lower', ['x'.repeat(2_000_000)]), RenderLimitError);
  });
});

describe('the helper capitalize', () => {
  checkTable('capitalize', [
    [['abc def'], 'Abc def'],
    [['aBC'], 'ABC'],
    [['Abc'], 'Abc'],
    [[''], ''],
    [['élan'], 'Élan'],
    [['𐐨x'], '𐐀x'],
    [['😀a'], '😀a'],
    [['ßa'], 'SSa'],
    [[`${HALF}a`], `${HALF}a`],
    [[PRICE], '1.10'],
    [[true], 'True'],
    ...noText(),
  ]);
});

describe('the helper trim', () => {
  checkTable('trim', [
    [[' a b\t\r\n'], 'a b'],
    [['\u00a0\u2003a\u3000\ufeff'], 'a'],
    [['  '], ''],
    [['\u200ba'], '\u200ba'],
    [[PRICE], '1.10'],
    ...noText(),
  ]);
});

describe('the helpers startsWith and endsWith', () => {
  const nothing: Case[] = [
    [[undefined, 'a'], false],
    [[null, ''], false],
    [['a', undefined], false],
    [['a', null], false],
    [['a', ['a']], WARNED],
    [[['a'], 'a'], WARNED],
    [[{}, undefined], WARNED],
  ];
  checkTable('startsWith', [
    [['abc', 'ab'], true],
    [['abc', 'bc'], false],
    [['abc', ''], true],
    [['abc', 'abcd'], false],
    [['abc', 'A'], false],
    [['😀a', '😀'], true],
    [['שלום', 'ש'], true],
    [['', ''], true],
    [['', 'a'], false],
    [[BIG, 123], true],
    [[PRICE, '1.10'], true],
    ...nothing,
  ]);
  checkTable('endsWith', [
    [['abc', 'bc'], true],
    [['abc', 'ab'], false],
    [['abc', ''], true],
    [['a😀', '😀'], true],
    [['שלום', 'ם'], true],
    [[PRICE, 0], true],
    ...nothing,
  ]);
});

describe('the helper truncate', () => {
  checkTable('truncate', [
    [['abcdef', 4], 'abc…'],
    [['abcd', 4], 'abcd'],
    [['abc', 4], 'abc'],
    [['abcdef', 1], '…'],
    [['abcdef', 0], ''],
    [['', 0], ''],
    [['abcdef', 4], 'abcd', { end: '' }],
    [['abcdef', 4], 'a...', { end: '...' }],
    [['abcdef', 2], '..', { end: '...' }],
    [['abcdef', 4], 'abc…', { end: null }],
    [['abcdef', 4], 'abc1', { end: 1 }],
    [['😀😀😀', 2], '😀…'],
    [['😀😀😀', 3], '😀😀😀'],
    [['abcd', 3], 'a😀😀', { end: '😀😀' }],
    [['abcd', 1], '😀', { end: '😀😀' }],
    [['שלום', 3], 'של…'],
    [[`${HALF}${HALF}${HALF}`, 2], `${HALF}…`],
    [[BIG, 5], '1234…'],
    [['abcdef', PRICE], WARNED],
    [['abcdef', 1e300], 'abcdef'],
    [['abcdef', BIG], 'abcdef'],
    [['abcdef', undefined], 'abcdef'],
    [['abcdef', null], 'abcdef'],
    [['abcdef', -1], WARNED],
    [['abcdef', 1.5], WARNED],
    [['abcdef', '3'], WARNED],
    [['abcdef', [3]], WARNED],
    [['abcdef', 3], WARNED, { end: ['…'] }],
    ...noText(3),
  ]);

  it('never gives more code points than wanted, and text that fits as it is', () => {
    fc.assert(
      fc.property(wholeText, fc.nat({ max: 12 }), wholeText, (text, most, end) => {
        const { result } = callHelper('truncate', [text, most], { end });
        assert.ok(typeof result === 'string' && result.isWellFormed());
        const fits = points(text).length <= most;
        if (fits) assert.equal(result, text);
        else assert.equal(points(result).length, most);
        if (!fits && points(end).length <= most) assert.ok(result.endsWith(end));
      }),
    );
  });
});

describe('the helper mask', () => {
  checkTable('mask', [
    [['abcdefgh'], '****efgh'],
    [['abcdefgh', 2], '******gh'],
    [['abcdefgh', 0], '********'],
    [['abcd'], '****'],
    [['abcde'], '*bcde'],
    [['abcd', 9], '****'],
    [[''], ''],
    [['abcdef', 2], 'xxxxef', { with: 'x' }],
    [['abcdef', 2], '😀😀😀😀ef', { with: '😀' }],
    [['abcdef', 2], '****ef', { with: null }],
    [['abcdef', 2], '0000ef', { with: 0 }],
    [['😀😀😀', 1], '**😀'],
    [['😀', 1], '*'],
    [['שלום', 1], '***ם'],
    [[BIG], '****************7890'],
    [['abcdefgh', null], '****efgh'],
    [['abcdefgh', undefined], '****efgh'],
    [['abcdefgh', 1e300], '********'],
    [['abcdefgh', -1], WARNED],
    [['abcdefgh', 1.5], WARNED],
    [['abcdefgh', '4'], WARNED],
    [['abcdefgh', {}], WARNED],
    [['abcdefgh'], WARNED, { with: '' }],
    [['abcdefgh'], WARNED, { with: '**' }],
    [['abcdefgh'], WARNED, { with: '*'.repeat(2_000_000) }],
    [['abcdefgh'], WARNED, { with: ['*'] }],
    ...noText(3),
  ]);

  it('keeps the length, and shows the last ones of longer text only', () => {
    fc.assert(
      fc.property(wholeText, fc.nat({ max: 8 }), (text, shown) => {
        const { result } = callHelper('mask', [text, shown], { with: '•' });
        const all = points(text);
        const covered = all.length <= shown ? all.length : all.length - shown;
        assert.deepEqual(
          points(String(result)),
          all.map((character, index) => (index < covered ? '•' : character)),
        );
      }),
    );
  });

  it('is stopped before it makes more than there is room for', () => {
    assert.throws(() => callHelper('mask', ['x'.repeat(2_000_000)], { with: '😀' }), RenderLimitError);
  });
});

describe('the helper replace', () => {
  checkTable('replace', [
    [['a-b-c', '-', '+'], 'a+b+c'],
    [['a-b-c', '-', ''], 'abc'],
    [['aaa', 'aa', 'b'], 'ba'],
    [['a.b', '.', '$&'], 'a$&b'],
    [['a.b', 'b|a', 'x'], 'a.b'],
    [['abc', 'x', 'y'], 'abc'],
    [['abc', '', 'y'], 'abc'],
    [['', '', 'y'], ''],
    [['abc', undefined, 'y'], 'abc'],
    [['abc', 'b', undefined], 'ac'],
    [['abc', 'b', null], 'ac'],
    [['😀a😀', '😀', 'שלום'], 'שלוםaשלום'],
    [[PRICE, '.', ','], '1,10'],
    [['x1.10', PRICE, BIG], 'x12345678901234567890'],
    [['a', 'a', true], 'true'],
    [['abc', ['b'], 'c'], WARNED],
    [['abc', 'b', {}], WARNED],
    ...noText('a', 'b'),
  ]);

  it('does what JavaScript does with any literal text but an empty one', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (a, from, to) => {
        const text = `${a}${from}${a}${from}`;
        assert.equal(
          callHelper('replace', [text, from, to]).result,
          from === '' ? text : text.replaceAll(from, () => to),
        );
      }),
    );
  });

  it('is stopped before it makes more than there is room for', () => {
    const text = 'a'.repeat(100_000);
    assert.throws(() => callHelper('replace', [text, 'a', text]), RenderLimitError);
  });
});

describe('the helper split', () => {
  checkTable('split', [
    [
      ['a,b,,c', ','],
      ['a', 'b', '', 'c'],
    ],
    [['abc', ','], ['abc']],
    [['', ','], ['']],
    [
      ['a, b', ', '],
      ['a', 'b'],
    ],
    [['ab|c', '|b'], ['ab|c']],
    [
      ['a😀b', '😀'],
      ['a', 'b'],
    ],
    [
      ['a😀b', ''],
      ['a', '😀', 'b'],
    ],
    [['', ''], []],
    [['abc', undefined], ['abc']],
    [['abc', null], ['abc']],
    [
      [PRICE, '.'],
      ['1', '10'],
    ],
    [['a', ['a']], WARNED],
    ...noText(','),
  ]);

  it('is undone by join', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, separator) => {
        const { result } = callHelper('split', [text, separator]);
        assert.equal(callHelper('join', [result, separator]).result, text);
      }),
    );
  });
});

describe('the helper join', () => {
  checkTable('join', [
    [[['a', 'b'], ', '], 'a, b'],
    [[['a'], ', '], 'a'],
    [[[], ', '], ''],
    [[['a', null, 'b'], ','], 'a,,b'],
    [[[1, PRICE, BIG, true, 'x'], ' '], '1 1.10 12345678901234567890 true x'],
    [[['a', 'b'], ''], 'ab'],
    [[['a', 'b'], undefined], 'ab'],
    [[['a', 'b'], null], 'ab'],
    [[['a', 'b'], 0], 'a0b'],
    [[['😀', 'שלום'], '·'], '😀·שלום'],
    [[undefined, ','], undefined],
    [[null, ','], undefined],
    [['abc', ','], WARNED],
    [[1, ','], WARNED],
    [[{ a: 1 }, ','], WARNED],
    [[['a', ['b']], ','], WARNED],
    [[['a', { b: 1 }], ','], WARNED],
    [[['a', 'b'], [',']], WARNED],
  ]);

  it('is stopped before it makes more than there is room for', () => {
    const separator = 'x'.repeat(100_000);
    assert.throws(() => callHelper('join', [Array.from({ length: 1000 }, () => ''), separator]), RenderLimitError);
  });
});

describe('the helper concat', () => {
  checkTable('concat', [
    [['a', 'b', 'c'], 'abc'],
    [['a'], 'a'],
    [['a', 1, PRICE, BIG, true], 'a11.1012345678901234567890true'],
    [['a', null, undefined, 'b'], 'ab'],
    [['', null], ''],
    [[null, undefined], undefined],
    [[undefined], undefined],
    [
      [[1], [2, [3]]],
      [1, 2, [3]],
    ],
    [
      [[1], null, [], [PRICE]],
      [1, PRICE],
    ],
    [[[], []], []],
    [['😀', 'שלום'], '😀שלום'],
    [[['a'], 'b'], WARNED],
    [['a', { b: 1 }], WARNED],
    [[{ a: 1 }, { b: 1 }], WARNED],
  ]);

  it('is stopped before it makes more than there is room for', () => {
    const text = 'x'.repeat(500_000);
    assert.throws(
      () =>
        callHelper(
          'concat',
          Array.from({ length: 20 }, () => text),
        ),
      RenderLimitError,
    );
  });
});

describe('text helpers', () => {
  it('say what they wanted and what they were given', () => {
    const said = (name: string, ...args: unknown[]): unknown => callHelper(name, args).warnings[0];
    assert.equal(said('upper', ['a']), 'upper takes text, a number or a boolean; it was given a list.');
    assert.equal(said('join', 'a', ','), 'join takes a list; it was given text.');
    assert.equal(said('join', true, ','), 'join takes a list; it was given a boolean.');
    assert.equal(said('join', [{}], ','), 'join takes a list of text, numbers or booleans; it was given an object.');
    assert.equal(said('concat', 'a', []), 'concat takes either text or only lists; it was given a list.');
  });

  it('ask for the room that their text takes, before they make it', () => {
    const calls: readonly (readonly [string, fc.Arbitrary<readonly unknown[]>])[] = [
      ['upper', fc.tuple(anyText)],
      ['lower', fc.tuple(anyText)],
      ['capitalize', fc.tuple(anyText)],
      ['truncate', fc.tuple(anyText, fc.nat({ max: 9 }))],
      ['mask', fc.tuple(anyText)],
      ['replace', fc.tuple(anyText, fc.constantFrom('a', '1', '"'), anyText)],
      ['join', fc.tuple(fc.array(anyText), anyText)],
      ['concat', fc.tuple(anyText, anyText)],
      ['base64', fc.tuple(anyText)],
      ['urlEncode', fc.tuple(anyText)],
      ['sha256', fc.tuple(anyText)],
    ];
    for (const [name, anyArguments] of calls) {
      fc.assert(
        fc.property(anyArguments, fc.constantFrom('*', '😀'), (args, cover) => {
          const { result, room } = callHelper(name, args, { end: cover, with: cover });
          assert.ok(typeof result === 'string' && (room >= result.length || args.includes(result)), name);
        }),
      );
    }
  });

  it('ask for no more room than they need, where that can be known', () => {
    const roomFor = (name: string, ...args: unknown[]): number => callHelper(name, args).room;
    assert.equal(roomFor('replace', 'aXbXc', 'X', 'yy'), 'ayybyyc'.length);
    assert.equal(roomFor('replace', 'aXXbXXc', 'XX', 'y'), 'aybyc'.length);
    assert.equal(roomFor('base64', 'foobar'), 'Zm9vYmFy'.length);
    assert.equal(roomFor('concat', 'ab', 'c', 1), 'abc1'.length);
    assert.equal(roomFor('sha256', 'a'), 64);
    assert.equal(roomFor('truncate', 'abcdef', 4), 4);
    assert.equal(roomFor('capitalize', 'abc'), 'abc'.length + 3);
  });

  it('do not look at more of a text than they keep', () => {
    const text = '😀'.repeat(500_000);
    const started = performance.now();
    for (let times = 0; times < 5000; times += 1) {
      callHelper('truncate', [text, 3], { end: text });
      callHelper('capitalize', [text.slice(0, 10)]);
      callHelper('mask', ['abc'], { with: text });
    }
    // Some 20 ms; counting all of it 5,000 times takes half a minute.
    assert.ok(performance.now() - started < 4000);
  });

  it('stay quick for texts that are made to be slow', () => {
    const text = 'a'.repeat(400_000);
    const part = `${'a'.repeat(100_000)}b${'a'.repeat(100_000)}`;
    const started = performance.now();
    callHelper('replace', [text, part, 'x']);
    callHelper('split', [text, part]);
    callHelper('contains', [text, part]);
    // Some 20 ms; with JavaScript's own search 25 s.
    assert.ok(performance.now() - started < 4000);
  });
});
