import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExactJson } from '../../../src/domain/json.ts';
import { canonicalJson, JsonNumber, writeExact } from '../../../src/domain/json.ts';
import { compareKeys, sortKeyOf } from '../../../src/domain/ordering.ts';
import { LIST_HELPERS } from '../../../src/templates/helpers/lists.ts';
import { RenderLimitError } from '../../../src/templates/output.ts';
import { anyJson, anyText, render, tryRender } from '../harness.ts';
import { BIG, callHelper, checkTable, PRICE, WARNED } from './calling.ts';

const MISSING = [undefined, null, Number.NaN, (): number => 1];
const LIST = ['a', 'b', 'c', 'd'];
const lists = fc.array(anyJson, { maxLength: 12 });
const number = (text: string): JsonNumber => new JsonNumber(text);

describe('the helper length', () => {
  checkTable('length', [
    [[[]], 0],
    [[[1, null]], 2],
    [[{}], 0],
    [[{ a: 1, b: null }], 2],
    [[''], 0],
    [['abc'], 3],
    [['a👍é'], 3],
    [['👨‍👩‍👧'], 5],
    [[BIG], 20],
    [[true], 4],
    ...MISSING.map((value) => [[value], undefined] as const),
  ]);
});

describe('the helper first', () => {
  checkTable('first', [
    [[LIST], 'a'],
    [[LIST, 1], ['a']],
    [
      [LIST, 2],
      ['a', 'b'],
    ],
    [
      [LIST, number('2.0')],
      ['a', 'b'],
    ],
    [[LIST, 0], []],
    [[LIST, 9], LIST],
    [[LIST, null], 'a'],
    [[[]], undefined],
    [[[], 2], []],
    [[[null]], null],
    [['👍b'], '👍'],
    [['👍bc', 2], '👍b'],
    [['', 2], ''],
    [[''], ''],
    [[BIG, 4], '1234'],
    [[LIST, -1], WARNED],
    [[LIST, 1.5], WARNED],
    [[LIST, '2'], WARNED],
    [[{ a: 1 }], WARNED],
    [[{ a: 1 }, 2], WARNED],
    ...MISSING.map((value) => [[value, 2], undefined] as const),
  ]);
});

describe('the helper last', () => {
  checkTable('last', [
    [[LIST], 'd'],
    [[LIST, 1], ['d']],
    [
      [LIST, 2],
      ['c', 'd'],
    ],
    [[LIST, 0], []],
    [[LIST, 9], LIST],
    [[[]], undefined],
    [['b👍'], '👍'],
    [['ab👍', 2], 'b👍'],
    [['abc', 0], ''],
    [[BIG, 4], '7890'],
    [[LIST, -1], WARNED],
    [[{}], WARNED],
    [[undefined], undefined],
  ]);
});

describe('the helper slice', () => {
  checkTable('slice', [
    [
      [LIST, 1],
      ['b', 'c', 'd'],
    ],
    [
      [LIST, 1, 3],
      ['b', 'c'],
    ],
    [
      [LIST, -2],
      ['c', 'd'],
    ],
    [
      [LIST, 0, -1],
      ['a', 'b', 'c'],
    ],
    [[LIST, 3, 1], []],
    [[LIST, -9, 9], LIST],
    [
      [LIST, 1, null],
      ['b', 'c', 'd'],
    ],
    [[LIST, number('1e300')], []],
    [['a👍cd', 1, 3], '👍c'],
    [['a👍cd', -3], '👍cd'],
    [['a👍cd', -1, 1], ''],
    [[BIG, 0, 4], '1234'],
    [[LIST, undefined, 2], undefined],
    [[LIST, 0.5], WARNED],
    [[LIST, 0, '1'], WARNED],
    [[LIST, []], WARNED],
    [[{}, 0], WARNED],
    [[null, 0], undefined],
  ]);
});

describe('the helper reverse', () => {
  checkTable('reverse', [
    [[LIST], ['d', 'c', 'b', 'a']],
    [[[]], []],
    [['a👍c'], 'c👍a'],
    [[''], ''],
    [[123], '321'],
    [[{}], WARNED],
    [[null], undefined],
  ]);
});

describe('the helper sort', () => {
  const people = [{ name: 'b', n: 2 }, { name: 'a', n: 2 }, { n: 1 }, { name: null, n: 3 }];
  const [b, a, nameless, empty] = people;
  checkTable('sort', [
    [[['b', 'a', 'B']], ['B', 'a', 'b']],
    [[[10, 9, number('9.50'), BIG]], [9, number('9.50'), 10, BIG]],
    [[[null, [1], 'a', {}, 2, true, false]], [false, true, 2, 'a', [1], {}, null]],
    [[[null, 1, 2]], [2, 1, null], { descending: true }],
    [[[2, 1]], [1, 2], { descending: null }],
    [[[2, 1]], WARNED, { descending: 'true' }],
    [[people], [a, b, nameless, empty], { by: 'name' }],
    [[people], [b, a, nameless, empty], { by: 'name', descending: true }],
    [[people], [nameless, b, a, empty], { by: 'n' }],
    [[people], [empty, b, a, nameless], { by: 'n', descending: true }],
    [[people], people, { by: 'constructor' }],
    [[[[2], [1]]], [[1], [2]], { by: 0 }],
    [[[2, 1]], [1, 2], { by: null }],
    [[[2, 1]], WARNED, { by: ['name'] }],
    [[[]], []],
    [['ba'], WARNED],
    [[{}], WARNED],
    [[undefined], undefined],
  ]);

  it('gives the same items in order, and leaves equal ones where they are', () => {
    fc.assert(
      fc.property(lists, fc.boolean(), (list, descending) => {
        const marked = list.map((value, index) => ({ value, index }));
        const { result } = callHelper('sort', [marked], { by: 'value', descending });
        const sorted = result as typeof marked;
        assert.deepEqual(
          sorted.map(({ index }) => index).sort((one, other) => one - other),
          [...list.keys()],
        );
        for (const [index, next] of sorted.slice(1).entries()) {
          const before = sorted[index] as (typeof marked)[number];
          const order = compareKeys(sortKeyOf(before.value), sortKeyOf(next.value), descending);
          assert.ok(order < 0 || (order === 0 && before.index < next.index));
        }
      }),
    );
  });
});

describe('the helper unique', () => {
  checkTable('unique', [
    [[['b', 'a', 'b']], ['b', 'a']],
    [[[1, number('1.0'), '1', true, 'true']], [1, '1', true, 'true']],
    [[[BIG, number('12345678901234567891'), BIG]], [BIG, number('12345678901234567891')]],
    [
      [
        [
          { a: 1, b: [2] },
          { b: [2], a: number('1.0') },
        ],
      ],
      [{ a: 1, b: [2] }],
    ],
    [[[null, undefined, null]], [null]],
    [[[]], []],
    [['aa'], WARNED],
    [[null], undefined],
  ]);

  it('keeps the first of each value, as canonical JSON text tells them apart', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const twice = [...list, ...list];
        const texts = list.map(canonicalJson);
        const expected = list.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
        assert.deepEqual(callHelper('unique', [twice]).result, expected);
      }),
    );
  });
});

describe('the helper pluck', () => {
  checkTable('pluck', [
    [
      [[{ a: 1 }, { a: PRICE }], 'a'],
      [1, PRICE],
    ],
    [
      [[{ a: 1 }, {}, 2, null, 'x', { a: null }], 'a'],
      [1, null, null, null, null, null],
    ],
    [
      [[['x', 'y'], ['z']], 1],
      ['y', null],
    ],
    [
      [[{}, []], 'constructor'],
      [null, null],
    ],
    [[[{}], '__proto__'], [null]],
    [[[], 'a'], []],
    [[{ a: 1 }, 'a'], WARNED],
    [['abc', 'a'], WARNED],
    [[[{ a: 1 }], ['a']], WARNED],
    [[[{ a: 1 }], 1.5], WARNED],
    [[[{ a: 1 }], null], undefined],
    [[null, 'a'], undefined],
  ]);
});

describe('the helpers for lists', () => {
  it('never change what they are given', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LIST_HELPERS), lists, (helper, list) => {
        const before = writeExact(list);
        callHelper(helper.name, [list, 1], { by: 'a' });
        assert.equal(writeExact(list), before);
      }),
    );
  });

  it('give JSON for anything', () => {
    const anything = fc.oneof(anyJson, fc.anything());
    fc.assert(
      fc.property(
        fc.constantFrom(...LIST_HELPERS),
        fc.array(anything, { maxLength: 3 }),
        anything,
        (helper, args, by) => {
          callHelper(helper.name, args, { by });
        },
      ),
    );
  });

  it('stand a list inside itself', () => {
    const round: unknown[] = [1];
    round.push(round);
    for (const name of ['sort', 'unique']) assert.equal((callHelper(name, [round]).result as unknown[]).length, 2);
  });

  it('cut text where length counts it', () => {
    fc.assert(
      fc.property(anyText, fc.nat(20), (text, at) => {
        const [head, tail] = [callHelper('first', [text, at]).result, callHelper('slice', [text, at]).result];
        assert.equal(String(head) + String(tail), text);
        assert.ok(Number(callHelper('length', [head]).result) <= at);
      }),
    );
  });

  it('write what they give', () => {
    const data = { list: ['b', 'a', 'b'] };
    assert.equal(
      render('{"a": {{sort (unique data.list)}}, "b": "{{first (reverse data.list)}}"}', data),
      '{"a": ["a","b"], "b": "b"}',
    );
  });

  it('pay for what they look at below the first level, and for long text', () => {
    const deep: ExactJson = [Array.from({ length: 50_000 }, () => ['x'])];
    const long = Array.from({ length: 200 }, (_, index) => 'x'.repeat(20_000) + String(index));
    for (const [name, value] of [
      ['sort', deep],
      ['unique', deep],
      ['sort', long],
      ['unique', long],
    ] as const) {
      assert.throws(() => {
        callHelper(name, [Array.from({ length: 40 }, () => value)]);
      }, RenderLimitError);
    }
    const result = tryRender('"{{#each data.a}}{{reverse @root.data.b}}{{/each}}"', { a: long, b: 'x'.repeat(20_000) });
    assert.equal(result.ok ? '' : result.outcome, 'render_too_large');
  });
});
