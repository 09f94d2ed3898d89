import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonNumber, writeExact } from '../../../src/domain/json.ts';
import { OBJECT_HELPERS } from '../../../src/templates/helpers/objects.ts';
import { anyJson, anyText, render, tryRender } from '../harness.ts';
import { BIG, callHelper, checkTable, HALF, WARNED } from './calling.ts';

const MISSING = [undefined, null, Number.NaN, (): number => 1];
const INHERITED = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];
const objects = fc
  .array(
    fc.tuple(
      anyText.filter((name) => name !== '__proto__'),
      anyJson,
    ),
    { maxLength: 8 },
  )
  .map((members) => Object.fromEntries(members));

describe('the helper lookup', () => {
  checkTable('lookup', [
    [[{ a: 1 }, 'a'], 1],
    [[{ a: null }, 'a'], null],
    [[{ a: 1 }, 'b'], undefined],
    [[{ 7: 'x' }, 7], 'x'],
    [[{ '12345678901234567890': 'x' }, BIG], 'x'],
    [[{ '': 1 }, ''], 1],
    [[['x', 'y'], 1], 'y'],
    [[['x', 'y'], '1'], 'y'],
    [[['x', 'y'], 2], undefined],
    [[['x', 'y'], -1], undefined],
    [[['x', 'y'], 'length'], 2],
    [['abc', 1], 'b'],
    [['👍', 0], HALF],
    ...INHERITED.flatMap((name) => [{}, [], 'a'].map((value) => [[value, name], undefined] as const)),
    ...MISSING.flatMap((value) => [[[value, 'a'], undefined] as const, [[{}, value], undefined] as const]),
    [[5, 'a'], WARNED],
    [[BIG, 'text'], WARNED],
    [[true, 'a'], WARNED],
    [[{}, ['a']], WARNED],
    [[{}, true], WARNED],
    [[{}, 1.5], WARNED],
    [[{}, new JsonNumber('1.0')], WARNED],
  ]);

  it('looks up what a loop stands on', () => {
    const data = { names: { a: 'Ada', b: 'Bob' }, order: ['b', 'a', 'c'] };
    assert.equal(
      render('[{{#each data.order}}{{lookup ../data.names this}},{{/each}}0]', data),
      '["Bob","Ada",null,0]',
    );
  });
});

describe('the helper pick', () => {
  checkTable('pick', [
    [[{ a: 1, b: null, c: 3 }, 'c', 'b'], { c: 3, b: null }],
    [[{ a: 1 }, 'b'], {}],
    [[{ a: 1 }, 'a', 'a', null], { a: 1 }],
    [[{ a: 1 }, null], {}],
    [[{ 1: 'x' }, 1], { 1: 'x' }],
    [[{}, ...INHERITED], {}],
    [[['a'], 0], WARNED],
    [['abc', 'length'], WARNED],
    [[['a'], ['b']], WARNED],
    [[{ a: 1 }, ['a']], WARNED],
    [[null, 'a'], undefined],
  ]);

  it('keeps the order of the names', () => {
    assert.equal(render('{{pick data "c" "a"}}', { a: 1, b: 2, c: 3 }), '{"c":3,"a":1}');
  });
});

describe('the helper omit', () => {
  checkTable('omit', [
    [[{ a: 1, b: null, c: 3 }, 'c', 'x'], { a: 1, b: null }],
    [[{ a: 1 }, 'a'], {}],
    [[{ a: 1 }, null], { a: 1 }],
    [[{ 1: 'x', a: 1 }, 1], { a: 1 }],
    [[{ constructor: 1, a: 2 }, 'constructor'], { a: 2 }],
    [[['a'], 0], WARNED],
    [[{ a: 1 }, {}], WARNED],
    [[undefined, 'a'], undefined],
  ]);

  it('leaves what pick does not take', () => {
    fc.assert(
      fc.property(objects, fc.array(anyText, { minLength: 1, maxLength: 3 }), (object, extra) => {
        const names = [...extra, ...Object.keys(object).slice(0, 3)];
        const picked = callHelper('pick', [object, ...names]).result as object;
        const left = callHelper('omit', [object, ...names]).result as object;
        assert.deepEqual({ ...left, ...picked }, object);
        assert.equal(Object.keys(left).length + Object.keys(picked).length, Object.keys(object).length);
      }),
    );
  });
});

describe('the helper keys', () => {
  checkTable('keys', [
    [[{ b: 1, a: null }], ['b', 'a']],
    [[{}], []],
    [[['a']], WARNED],
    [['abc'], WARNED],
    [[BIG], WARNED],
    [[null], undefined],
  ]);
});

describe('the helper values', () => {
  checkTable('values', [
    [[{ b: 1, a: null }], [1, null]],
    [[{}], []],
    [[['a']], WARNED],
    [[null], undefined],
  ]);
});

describe('the helper entries', () => {
  checkTable('entries', [
    [
      [{ b: 1, a: [BIG] }],
      [
        { key: 'b', value: 1 },
        { key: 'a', value: [BIG] },
      ],
    ],
    [[{}], []],
    [[['a']], WARNED],
    [[null], undefined],
  ]);
});

describe('the helpers for objects', () => {
  it('agree with each other', () => {
    fc.assert(
      fc.property(objects, (object) => {
        const result = (name: string): unknown[] => callHelper(name, [object]).result as unknown[];
        assert.deepEqual(result('keys'), Object.keys(object));
        assert.deepEqual(
          result('values'),
          result('keys').map((key) => callHelper('lookup', [object, key]).result),
        );
        assert.deepEqual(
          result('entries'),
          result('keys').map((key, index) => ({ key, value: result('values')[index] })),
        );
        assert.equal(callHelper('length', [object]).result, result('keys').length);
      }),
    );
  });

  it('take anything, and change nothing', () => {
    const anything = fc.oneof(objects, anyJson, fc.anything());
    fc.assert(
      fc.property(fc.constantFrom(...OBJECT_HELPERS), fc.array(anything), objects, ({ name }, args, object) => {
        const before = writeExact(object);
        callHelper(name, args);
        callHelper(name, [object, ...args]);
        assert.equal(writeExact(object), before);
      }),
    );
  });

  it('pay for what they copy', () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${String(index)}`, index]));
    for (const call of ['keys @root.data.many', 'values @root.data.many', 'omit @root.data.many "k1"']) {
      const source = `"{{#each data.turns}}{{#if (${call})}}x{{/if}}{{/each}}"`;
      assert.equal(render(source, { many, turns: [1] }), '"x"');
      const result = tryRender(source, { many, turns: Array.from({ length: 20 }, () => 1) });
      assert.equal(result.ok ? '' : result.outcome, 'render_too_large', call);
    }
  });
});
