import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import { patchBetween } from '../../../src/templates/checking/compare.ts';

const patch = (from: string, to: string): unknown => JSON.parse(patchBetween(from, to));

describe('patchBetween', () => {
  const table: readonly (readonly [from: string, to: string, patch: string])[] = [
    ['{"a":1,"b":[1,2]}', '{ "b": [1, 2], "a": 1 }', '[]'],
    ['{"a":1}', '{"a":2}', '[{"op":"replace","path":"/a","value":2}]'],
    ['{"a":1}', '{"b":1}', '[{"op":"remove","path":"/a"},{"op":"add","path":"/b","value":1}]'],
    ['[1,2,3]', '[1,3]', '[{"op":"remove","path":"/1"}]'],
    ['{"a/b":{"~":1}}', '{"a/b":{"~":null}}', '[{"op":"replace","path":"/a~1b/~0","value":null}]'],
    ['1', '"1"', '[{"op":"replace","path":"","value":"1"}]'],
    ['{"a":{"__proto__":1}}', '{"a":{"__proto__":2}}', '[{"op":"replace","path":"","value":{"a":{"__proto__":2}}}]'],
    ['{"a":{"__proto__":1}}', '{"a":{"__proto__":1}}', '[]'],
    ['{}', '{ "\\u005f_proto__": 1.0 }', '[{"op":"replace","path":"","value":{ "\\u005f_proto__": 1.0 }}]'],
  ];
  for (const [from, to, expected] of table) {
    it(`gives ${expected} from ${from} to ${to}`, () => assert.equal(patchBetween(from, to), expected));
  }

  it('compares numbers by their spelling, and keeps it', () => {
    const [from, to] = ['{"n":12345678901234567890,"m":1.0}', '{"n":12345678901234567891,"m":1.0}'];
    assert.equal(patchBetween(from, to), '[{"op":"replace","path":"/n","value":12345678901234567891}]');
    assert.equal(patchBetween('[1.0]', '[1.00]'), '[{"op":"replace","path":"/0","value":1.00}]');
    assert.equal(patchBetween('[1.0]', '[{"text":"1.0"}]'), '[{"op":"replace","path":"/0","value":{"text":"1.0"}}]');
  });

  it('always leads from the one to the other', () => {
    const json = fc.json({ maxDepth: 4 });
    fc.assert(
      fc.property(json, json, (from, to) => {
        const box = { value: JSON.parse(from) as unknown };
        const steps = patch(from, to) as { op: string; path: string; value?: unknown }[];
        // The library applies no value with a key __proto__; such a one stands in a patch as a whole only.
        if (steps[0]?.path === '') box.value = steps[0].value;
        else applyPatch(box, steps.map((step) => ({ ...step, path: `/value${step.path}` })) as never);
        // A patch of JSON cannot tell -0 from 0.
        assert.deepEqual(JSON.parse(JSON.stringify(box.value)), JSON.parse(JSON.stringify(JSON.parse(to))));
      }),
      { numRuns: 300 },
    );
  });

  const list = (length: number, item: (index: number) => unknown): string =>
    JSON.stringify(Array.from({ length }, (_, index) => item(index)));
  const bombs: readonly (readonly [name: string, from: string, to: string])[] = [
    ['long lists', list(20_000, (i) => i), list(20_000, (i) => i + 1)],
    [
      'lists of lists',
      list(100, (i) => [i, ...Array.from({ length: 100 }, (_, j) => j)]),
      list(100, (i) => [-i - 1, ...Array.from({ length: 100 }, (_, j) => 2 * j + 1)]),
    ],
    [
      'long names around many members',
      `{"${'k'.repeat(30_000)}":${JSON.stringify(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [i, 1])))}}`,
      `{"${'k'.repeat(30_000)}":{}}`,
    ],
    ['deep nesting', `${'['.repeat(150)}1${']'.repeat(150)}`, `${'['.repeat(150)}2${']'.repeat(150)}`],
  ];
  for (const [name, from, to] of bombs) {
    it(`stays small for ${name}`, () => {
      const text = patchBetween(from, to);
      assert.ok(text.length < 2 * (from.length + to.length), String(text.length));
      assert.notEqual(text, '[]');
    });
  }
});
