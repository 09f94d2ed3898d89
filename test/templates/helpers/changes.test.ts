import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExactJson, ExactJsonObject } from '../../../src/domain/json.ts';
import { canonicalJson, isList, isObject, JsonNumber, writeExact } from '../../../src/domain/json.ts';
import { RenderLimitError } from '../../../src/templates/output.ts';
import { anyJson, render, tryRender } from '../harness.ts';
import { BIG, callHelper, checkTable, PRICE, WARNED } from './calling.ts';

interface Change {
  readonly path: string;
  readonly from: ExactJson;
  readonly to: ExactJson;
}

function changesOf(previous: unknown, current: unknown): readonly Change[] {
  return callHelper('changes', [previous, current]).result as readonly Change[];
}

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'a.b', 'a[0]', '["a"]', '', '.', '"', '\\', '0', '1', 'constructor', 'é'),
  fc.string(),
);
const json = fc.letrec<{ value: ExactJson }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(null, true, 0, 1, BIG, PRICE, new JsonNumber('1.1'), 'x', ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      name.filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;
const object = json.filter((value) => isObject(value));

describe('the helper changes', () => {
  checkTable('changes', [
    [[{ a: 1 }, { a: 1 }], []],
    [[{ a: 1 }, { a: 2 }], [{ path: 'a', from: 1, to: 2 }]],
    [[{}, { a: 1 }], [{ path: 'a', from: null, to: 1 }]],
    [[{ a: 1 }, {}], [{ path: 'a', from: 1, to: null }]],
    [[{ a: null }, {}], []],
    [[{}, { a: null }], []],
    [[{ a: 1 }, { a: '1' }], [{ path: 'a', from: 1, to: '1' }]],
    [[{ a: 1 }, { a: new JsonNumber('1.0') }], []],
    [[{ a: 1.1 }, { a: PRICE }], []],
    [
      [{ a: BIG }, { a: new JsonNumber('12345678901234567891') }],
      [{ path: 'a', from: BIG, to: new JsonNumber('12345678901234567891') }],
    ],
    [[{ a: {} }, { a: [] }], [{ path: 'a', from: {}, to: [] }]],
    [[{ a: { b: 1 } }, { a: 'x' }], [{ path: 'a', from: { b: 1 }, to: 'x' }]],
    [[{ a: { b: 1, c: { d: 2 } } }, { a: { b: 1, c: { d: 3 } } }], [{ path: 'a.c.d', from: 2, to: 3 }]],
    [
      [{ a: [1, 2] }, { a: [1, 3, 4] }],
      [
        { path: 'a[1]', from: 2, to: 3 },
        { path: 'a[2]', from: null, to: 4 },
      ],
    ],
    [[{ a: [1, 2] }, { a: [1] }], [{ path: 'a[1]', from: 2, to: null }]],
    [[{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }], [{ path: 'a[0].b', from: 1, to: 2 }]],
    [[{ 'a.b': 1 }, { 'a.b': 2 }], [{ path: '["a.b"]', from: 1, to: 2 }]],
    [[{ a: { 'b[0]': 1 } }, { a: {} }], [{ path: 'a["b[0]"]', from: 1, to: null }]],
    [[{ '': { 'x.': 1 } }, {}], [{ path: '[""]', from: { 'x.': 1 }, to: null }]],
    [[{ constructor: 1 }, {}], [{ path: 'constructor', from: 1, to: null }]],
    [[{}, { toString: 'x' }], [{ path: 'toString', from: null, to: 'x' }]],
    [[[1], [2]], [{ path: '[0]', from: 1, to: 2 }]],
    [[[{ a: 1 }], [{ a: 2 }]], [{ path: '[0].a', from: 1, to: 2 }]],
    [[null, { a: 1, b: null }], [{ path: 'a', from: null, to: 1 }]],
    [[{ a: 1 }, undefined], [{ path: 'a', from: 1, to: null }]],
    [[null, [1]], [{ path: '[0]', from: null, to: 1 }]],
    [[undefined, {}], []],
    [[null, undefined], undefined],
    [[{ a: undefined }, { a: null }], []],
    [[{}, []], WARNED],
    [[[], {}], WARNED],
    [['a', 'b'], WARNED],
    [[{}, 'b'], WARNED],
    [[1, {}], WARNED],
    [[BIG, null], WARNED],
  ]);

  it('goes in the order of the current object, and what was removed follows', () => {
    const previous = { gone: 1, z: 1, a: { gone: 1, y: 1 }, last: 1 };
    const current = { a: { y: 2, x: 1 }, z: 2 };
    const paths = changesOf(previous, current).map(({ path }) => path);
    assert.deepEqual(paths, ['a.y', 'a.x', 'a.gone', 'z', 'gone', 'last']);
  });

  it('finds nothing between a value and itself, and names nothing twice', () => {
    fc.assert(
      fc.property(object, object, (previous, current) => {
        assert.deepEqual(changesOf(previous, structuredCopy(previous)), []);
        const paths = changesOf(previous, current).map(({ path }) => path);
        assert.equal(new Set(paths).size, paths.length);
      }),
    );
  });

  it('says all that has to be done to the previous object to make it the current one', () => {
    fc.assert(
      fc.property(object, object, (previous, current) => {
        const before = [writeExact(previous), writeExact(current)];
        const changes = changesOf(previous, current);
        const applied = changes.reduce<ExactJson>((value, { path, to }) => put(value, stepsOf(path), to), previous);
        assert.equal(canonicalJson(withoutNull(applied)), canonicalJson(withoutNull(current)));
        assert.deepEqual([writeExact(previous), writeExact(current)], before);
      }),
    );
  });

  it('leaves out what is missing before the end of a list as if it were null', () => {
    const changes = changesOf({ a: [] }, { a: [null, []] });
    assert.deepEqual(changes, [{ path: 'a[1]', from: null, to: [] }]);
    assert.deepEqual(put({ a: [] }, stepsOf('a[1]'), []), { a: [null, []] });
  });

  it('says the same backwards', () => {
    fc.assert(
      fc.property(object, object, (previous, current) => {
        const key = ({ path, from, to }: Change): string => canonicalJson([path, from, to]);
        const forwards = changesOf(previous, current).map(key);
        const backwards = changesOf(current, previous).map(({ path, from, to }) => key({ path, from: to, to: from }));
        assert.deepEqual(forwards.sort(), backwards.sort());
      }),
    );
  });

  it('takes anything', () => {
    const anything = fc.oneof(anyJson, fc.anything());
    fc.assert(fc.property(anything, anything, (previous, current) => void changesOf(previous, current)));
    const round: Record<string, unknown> = {};
    round['self'] = round;
    assert.equal(changesOf(round, { self: 1 }).length, 1);
    assert.deepEqual(changesOf(round, { self: { ...round } }), []);
  });

  it('can be gone through', () => {
    const data = {
      before: { name: 'Orders', days: 1, tags: ['a'] },
      after: { name: 'Orders', days: 7, tags: ['a', 'b'] },
    };
    const source = '"{{#each (changes data.before data.after)}}{{path}}: {{default from "-"}} to {{to}}. {{/each}}"';
    assert.equal(render(source, data), '"days: 1 to 7. tags[1]: - to b. "');
  });

  it('pays for what it looks at, and for the length of paths', () => {
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${String(index)}`, [index]]));
    assert.throws(() => changesOf([wide, wide, wide], [{}, wide, structuredClone(wide)]), RenderLimitError);
    const under = (value: unknown): object => ({ ['x'.repeat(100_000)]: value });
    const many = Array.from({ length: 5000 }, (_, index) => index);
    assert.throws(() => changesOf(under([]), under(many)), RenderLimitError);
    const source = '{{changes data.a data.b}}';
    const result = tryRender(source, { a: { ['x'.repeat(100_000)]: [] }, b: { ['x'.repeat(100_000)]: many } });
    assert.equal(result.ok ? '' : result.outcome, 'render_too_large');
  });
});

function structuredCopy(value: ExactJson): ExactJson {
  if (value instanceof JsonNumber) return new JsonNumber(value.text);
  if (isList(value)) return value.map(structuredCopy);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structuredCopy(item)]));
}

// A reader of paths, independent of what writes them.
function stepsOf(path: string): (string | number)[] {
  const step = /(?:^|\.)([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/gy;
  const found = [...path.matchAll(step)];
  assert.equal(found.map(([text]) => text).join(''), path);
  return found.map(
    ([, plain, index, quoted]) => plain ?? (index === undefined ? JSON.parse(quoted ?? '') : Number(index)),
  );
}

function put(value: ExactJson, [step, ...rest]: readonly (string | number)[], to: ExactJson): ExactJson {
  if (step === undefined) return to;
  if (typeof step === 'number') {
    assert.ok(isList(value));
    const items = Array.from({ length: Math.max(value.length, step + 1) }, (_, index) => value[index] ?? null);
    items[step] = put(items[step] ?? null, rest, to);
    return items;
  }
  assert.ok(isObject(value));
  const members = new Map(Object.entries(value));
  members.set(step, put(members.get(step) ?? null, rest, to));
  return Object.fromEntries(members);
}

// Null and missing are the same: members that are null are not there, nor are nulls at the end of a list.
function withoutNull(value: ExactJson): ExactJson {
  if (isList(value)) {
    const items = value.map(withoutNull);
    return items.slice(0, items.findLastIndex((item) => item !== null) + 1);
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(members.map(([key, item]) => [key, withoutNull(item)])) satisfies ExactJsonObject;
}
