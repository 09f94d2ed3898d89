import assert from 'node:assert/strict';
import fc from 'fast-check';
import { changedValuesOf, statesOf } from '../../../src/domain/audit/changes.ts';
import type { ExactJson } from '../../../src/domain/json.ts';
import { canonicalJson } from '../../../src/domain/json.ts';
import { anyJson, exact, withData } from './support.ts';

type Change = readonly [key: string, from: string | undefined, to: string | undefined];

function changes(data: ExactJson): Change[] {
  return changedValuesOf(statesOf(withData(data))).items.map(({ key, from, to }) => [key, from, to]);
}

function between(from: string, to: string): Change[] {
  return changes({ previous_target_object: exact(from), current_target_object: exact(to) });
}

describe('changedValuesOf', () => {
  const rows: readonly (readonly [from: string, to: string, changed: readonly Change[]])[] = [
    ['{"a":1,"b":2}', '{"b":2,"a":1}', []],
    ['{"a":1}', '{"a":2}', [['a', '1', '2']]],
    ['{"a":1}', '{"a":1.0}', []],
    ['{"a":1}', '{"a":"1"}', [['a', '1', '1']]],
    [
      '{"a":1}',
      '{"b":true}',
      [
        ['b', undefined, 'true'],
        ['a', '1', undefined],
      ],
    ],
    ['{"a":{"b":{"c":1,"d":2}}}', '{"a":{"b":{"c":3,"d":2}}}', [['a.b.c', '1', '3']]],
    ['{"a":null}', '{"a":""}', [['a', '', '']]],
    ['{"a":null}', '{"a":{"b":1}}', [['a', '', '{"b":1}']]],
    [
      '{}',
      '{"a":{"b":1,"c":[]}}',
      [
        ['a.b', undefined, '1'],
        ['a.c', undefined, '[]'],
      ],
    ],
    ['{"a":{"b":1}}', '{"a":{}}', [['a.b', '1', undefined]]],
    ['{"a":{}}', '{}', [['a', '{}', undefined]]],
    ['{"a":[1,2]}', '{"a":[2,1]}', [['a', '[1,2]', '[2,1]']]],
    ['{"a":[{"x":1,"y":1}]}', '{"a":[{"y":1,"x":1}]}', []],
    [
      '{"a.b":1,"":{"c":1}}',
      '{"a.b":2,"":{"c":2}}',
      [
        ['["a.b"]', '1', '2'],
        ['[""].c', '1', '2'],
      ],
    ],
    [
      '{"a":12345678901234567890}',
      '{"a":12345678901234567891}',
      [['a', '12345678901234567890', '12345678901234567891']],
    ],
    ['null', '{"a":1}', [['a', undefined, '1']]],
    ['{"a":1}', 'null', [['a', '1', undefined]]],
    ['null', 'null', []],
    ['[1]', '[2]', [['object', '[1]', '[2]']]],
    ['null', '{}', [['object', undefined, '{}']]],
    [
      '{"constructor":1}',
      '{"toString":1}',
      [
        ['toString', undefined, '1'],
        ['constructor', '1', undefined],
      ],
    ],
  ];
  for (const [from, to, changed] of rows) {
    it(`finds ${JSON.stringify(changed)} between ${from} and ${to}`, () => {
      assert.deepEqual(between(from, to), changed);
    });
  }

  it('takes other names of before and after, in one place', () => {
    assert.deepEqual(changes({ before: { a: 1 }, after: { a: 2 } }), [['a', '1', '2']]);
    assert.deepEqual(changes({ attributes: { previous: 1, current: 2 } }), [['object', '1', '2']]);
    assert.deepEqual(changes({ previous: { a: 1 }, after: { a: 2 } }), [['a', '1', undefined]]);
  });

  it('finds nothing between a value and itself, and something between values that differ', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (from, to) => {
        assert.deepEqual(changes({ before: { from }, after: { from } }), []);
        const differ = canonicalJson(from) !== canonicalJson(to);
        assert.equal(changes({ before: { x: from }, after: { x: to } }).length > 0, differ);
      }),
    );
  });
});
