import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonNumber } from '../../../src/domain/json.ts';
import { anyJson, anyNumber, anyText } from '../harness.ts';
import { RenderLimitError } from '../../../src/templates/output.ts';
import { BIG, callHelper, checkTable, HALF, PRICE, WARNED } from './calling.ts';

const FUNCTION = (): number => 1;
const MISSING = [undefined, null, Number.NaN, Number.POSITIVE_INFINITY, FUNCTION, Symbol('x')];

describe('the helper default', () => {
  checkTable('default', [
    [['a', 'b'], 'a'],
    [['', 'b'], 'b'],
    [[null, 'b'], 'b'],
    [[undefined, 'b'], 'b'],
    [[0, 'b'], 0],
    [[false, 'b'], false],
    [[' ', 'b'], ' '],
    [[[], 'b'], []],
    [[BIG, 'b'], BIG],
    [[undefined, ['x']], ['x']],
    [['', ''], ''],
    [[null, null], undefined],
    [['', undefined], undefined],
  ]);

  for (const value of MISSING) {
    it(`gives the second for ${String(value)}, and nothing where that is it, too`, () => {
      assert.equal(callHelper('default', [value, 'b']).result, 'b');
      assert.equal(callHelper('default', ['', value]).result, undefined);
    });
  }
});

describe('the helper coalesce', () => {
  checkTable('coalesce', [
    [['a', 'b'], 'a'],
    [[undefined, null, '', 'b'], ''],
    [[null, 0], 0],
    [[null, false], false],
    [[null, [null]], [null]],
    [[null, PRICE], PRICE],
    [[...MISSING, 'b'], 'b'],
    [MISSING, undefined],
    [[null], undefined],
  ]);
});

describe('the helper eq', () => {
  const SAME: readonly (readonly [unknown, unknown])[] = [
    ['a', 'a'],
    ['', ''],
    ['مرحبا', 'مرحبا'],
    [HALF, HALF],
    [1, new JsonNumber('1.0')],
    [PRICE, 1.1],
    [PRICE, new JsonNumber('11e-1')],
    [BIG, new JsonNumber('12345678901234567891')],
    [0, -0],
    [true, true],
    [null, undefined],
    [Number.NaN, null],
    [undefined, undefined],
    [[], []],
    [{}, {}],
    [
      [1, 'a', null],
      [1, 'a', null],
    ],
    [
      { a: 1, b: [{ c: PRICE }] },
      { b: [{ c: 1.1 }], a: 1 },
    ],
  ];
  const DIFFERENT: readonly (readonly [unknown, unknown])[] = [
    ['a', 'A'],
    ['a', 'a '],
    // The same to the eye, but composed otherwise.
    ['\u00e9', 'e\u0301'],
    ['1', 1],
    ['1.10', PRICE],
    ['true', true],
    [1, true],
    [0, false],
    [0, null],
    ['', null],
    [false, null],
    [[], null],
    [[], {}],
    [[], { length: 0 }],
    [{}, null],
    [[], ''],
    [['a'], 'a'],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 2]],
    [[null], []],
    [{ a: null }, {}],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: undefined }, { b: undefined }],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }],
    [{ 0: 'a' }, ['a']],
    [{ toString: 1 }, { a: 1 }],
  ];
  checkTable('eq', [
    ...SAME.map((pair) => [pair, true] as const),
    ...DIFFERENT.flatMap(([a, b]) => [[[a, b], false] as const, [[b, a], false] as const]),
  ]);

  it('says the opposite of ne', () => {
    for (const pair of [...SAME, ...DIFFERENT]) {
      assert.equal(callHelper('ne', pair).result, !callHelper('eq', pair).result);
    }
  });

  it('is true of every value and a copy of it, and does not depend on the order', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (a, b) => {
        assert.equal(callHelper('eq', [a, structuredCloneOf(a)]).result, true);
        assert.equal(callHelper('eq', [a, b]).result, callHelper('eq', [b, a]).result);
      }),
    );
  });

  it('comes to an end for what stands inside itself', () => {
    const [one, other]: [unknown[], unknown[]] = [[], []];
    one.push(one);
    other.push(other);
    assert.equal(callHelper('eq', [one, other]).result, false);
  });

  it('is stopped where it would have to look at too much', () => {
    let [one, other]: [unknown, unknown] = [1, 1];
    for (let depth = 0; depth < 40; depth += 1)
      [one, other] = [
        [one, one],
        [other, other],
      ];
    assert.throws(() => callHelper('eq', [one, other]), RenderLimitError);
  });

  it('pays for each item, member and long text that it compares', () => {
    const stepsOf = (a: unknown, b: unknown): number => callHelper('eq', [a, b]).steps;
    const list = Array.from({ length: 500 }, () => 1);
    const object = Object.fromEntries(list.map((item, index) => [`k${String(index)}`, item]));
    assert.ok(stepsOf(list, [...list]) >= 500);
    assert.ok(stepsOf([[list]], [[list]]) >= 500);
    assert.ok(stepsOf(object, { ...object }) >= 2000);
    assert.ok(stepsOf({ a: object }, { a: object }) >= 2000);
    assert.ok(stepsOf(['x'.repeat(6400)], ['x'.repeat(6400)]) >= 100);
    assert.ok(stepsOf('x'.repeat(6400), 'x'.repeat(6400)) < 200);
    // At the first difference it stops.
    assert.ok(stepsOf(['a', list], ['b', list]) < 50);
    assert.ok(stepsOf('x'.repeat(6400), 'y') < 50);
  });

  it('pays for long text in lists, whose own length is paid for alone', () => {
    const text = (): string[] => Array.from({ length: 1000 }, () => 'x'.repeat(200_000));
    assert.throws(() => callHelper('eq', [text(), text()]), RenderLimitError);
  });
});

describe('the helpers lt, lte, gt and gte', () => {
  const ORDERS: readonly (readonly [unknown, unknown, -1 | 0 | 1])[] = [
    [1, 2, -1],
    [10, 9, 1],
    [2, 2, 0],
    [-1, 0, -1],
    [PRICE, 1.1, 0],
    [PRICE, new JsonNumber('1.2'), -1],
    [BIG, 1, 1],
    ['a', 'b', -1],
    ['a', 'ab', -1],
    ['', 'a', -1],
    ['10', '9', -1],
    ['Z', 'a', -1],
    ['a', 'a', 0],
    // By UTF-16 units it would be the other way round.
    ['\uffee', '😀', -1],
    ['\ue000', '😀', -1],
    ['\ud7ff', '😀', -1],
    ['😀', '😁', -1],
    ['2024-11-20T12:00:00Z', '2024-11-20T12:00:01Z', -1],
  ];
  const HOLDS = { lt: [-1], lte: [-1, 0], gt: [1], gte: [0, 1] } as const;
  for (const [name, orders] of Object.entries(HOLDS)) {
    const holds = (order: number): boolean => orders.some((one) => one === order);
    checkTable(name, [
      ...ORDERS.flatMap(([a, b, order]) => [[[a, b], holds(order)] as const, [[b, a], holds(-order)] as const]),
      ...MISSING.flatMap((value) => [[[value, 1], false] as const, [['a', value], false] as const]),
      [[null, undefined], false],
      [[1, '2'], WARNED],
      [['1', 2], WARNED],
      [[true, false], WARNED],
      [[[1], [2]], WARNED],
      [[{}, 1], WARNED],
    ]);
  }

  it('orders text by code points', () => {
    const points = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) ?? 0);
    const before = (a: readonly number[], b: readonly number[]): boolean => {
      const index = a.findIndex((point, at) => point !== b[at]);
      return index === -1 ? a.length < b.length : (a[index] ?? 0) < (b[index] ?? -1);
    };
    const whole = fc.string({ unit: fc.constantFrom('a', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}') });
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        assert.equal(callHelper('lt', [a, b]).result, before(points(a), points(b)));
      }),
    );
  });

  it('orders long texts by the first difference, wherever it is', () => {
    const text = 'x'.repeat(3000);
    for (const at of [0, 1, 1023, 1024, 1025, 2047, 2048, 2999]) {
      const changed = `${text.slice(0, at)}y${text.slice(at + 1)}`;
      assert.equal(callHelper('lt', [text, changed]).result, true);
      assert.equal(callHelper('lt', [changed, text]).result, false);
      assert.equal(callHelper('lt', [text.slice(0, at), text]).result, true);
      assert.equal(callHelper('lte', [text, text.slice(0, at)]).result, false);
    }
  });

  it('orders any two numbers, and any two texts, in one way', () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(anyNumber, anyNumber), fc.tuple(anyText, anyText)), (pair) => {
        const answers = ['lt', 'eq', 'gt'].map((name) => callHelper(name, pair).result);
        assert.deepEqual(answers.filter(Boolean), [true]);
        assert.equal(callHelper('lte', pair).result, !answers[2]);
        assert.equal(callHelper('gte', pair).result, !answers[0]);
      }),
    );
  });
});

describe('the warnings of helpers', () => {
  it('say what was wanted and what was given, and repeat no value', () => {
    const pairs = [
      ['a', 1],
      [1, 'a'],
      [true, 1],
      [[1], 'a'],
      [{ a: 1 }, PRICE],
    ] as const;
    assert.deepEqual(
      pairs.flatMap((pair) => callHelper('lt', pair).warnings),
      ['text and a number', 'a number and text', 'a boolean', 'a list', 'an object'].map(
        (given) => `lt compares two numbers or two texts; it was given ${given}.`,
      ),
    );
    assert.deepEqual(callHelper('contains', [{}, 'a']).warnings, [
      'contains takes text, a number or a boolean; it was given an object.',
    ]);
  });
});

describe('the helpers and, or and not', () => {
  const TRUE = [true, 'a', ' ', 'false', 1, -1, PRICE, BIG, {}, { a: 1 }, [0]];
  const FALSE = [false, '', 0, new JsonNumber('0.0'), [], ...MISSING];
  checkTable('not', [...TRUE.map((one) => [[one], false] as const), ...FALSE.map((one) => [[one], true] as const)]);
  checkTable('and', [
    ...TRUE.map((one) => [[true, one], true] as const),
    ...FALSE.map((one) => [[true, one, true], false] as const),
    [['a'], true],
    [[''], false],
  ]);
  checkTable('or', [
    ...TRUE.map((one) => [[false, one], true] as const),
    ...FALSE.map((one) => [['', one], false] as const),
    [['', 0, 'a'], true],
  ]);
});

describe('the helper in', () => {
  checkTable('in', [
    [['a', ['b', 'a']], true],
    [['a', ['b']], false],
    [['a', []], false],
    [['a', 'b', 'a'], true],
    [['a', 'b', 'c'], false],
    [['a', 'a'], true],
    [['a', 'abc'], false],
    [[1, [PRICE, new JsonNumber('1.0')]], true],
    [['1', [1]], false],
    [[{ a: 1 }, [{ a: 1 }]], true],
    [[['a'], ['a']], false],
    [[['a'], [['a']]], true],
    // Of several values, a list is one of them.
    [['a', ['a'], 'b'], false],
    [[['a'], ['a'], 'b'], true],
    [['a', undefined], false],
    [[undefined, undefined], false],
    [[null, null], false],
    [[null, [null]], true],
    [[null, 'a', null], true],
    [['a', { a: 1 }], false],
    [['😀', ['😀']], true],
  ]);
});

describe('the helper contains', () => {
  checkTable('contains', [
    [[['b', 'a'], 'a'], true],
    [[['b'], 'a'], false],
    [[[{ a: [PRICE] }], { a: [1.1] }], true],
    [[[null], undefined], true],
    [[[], undefined], false],
    [[['abc'], 'b'], false],
    [['abc', 'b'], true],
    [['abc', 'B'], false],
    [['abc', ''], true],
    [['', ''], true],
    [['', 'a'], false],
    [['a😀b', '😀'], true],
    [['مرحبا بك', 'بك'], true],
    [[BIG, '567'], true],
    [['v1.10', PRICE], true],
    [[true, 'ru'], true],
    [[undefined, 'a'], false],
    [[null, undefined], false],
    [['a', null], false],
    [[{ a: 1 }, 'a'], WARNED],
    [['a', ['a']], WARNED],
    [['a', { a: 1 }], WARNED],
  ]);

  it('pays for looking through text, and more where the part is long', () => {
    const steps = (text: string, part: string): number => callHelper('contains', [text, part]).steps;
    const text = 'x'.repeat(64_000);
    const short = steps(text, 'y');
    assert.ok(short >= 4000 && short < 12_000, String(short));
    assert.ok(steps(text, 'y'.repeat(65)) >= 20_000);
    assert.ok(steps('x', 'y'.repeat(64_000)) >= 20_000);
  });

  it('says what JavaScript says of any two texts', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.boolean(), (a, b, isPart) => {
        const whole = isPart ? `${a}${b}${a}` : a;
        assert.equal(callHelper('contains', [whole, b]).result, whole.includes(b));
      }),
    );
  });
});

/** A copy that shares nothing and keeps spellings. */
function structuredCloneOf(value: unknown): unknown {
  if (value instanceof JsonNumber) return new JsonNumber(value.text);
  if (Array.isArray(value)) return value.map(structuredCloneOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structuredCloneOf(item)]));
}
