import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JSONPath } from 'jsonpath-plus';
import type { ExactJson } from '../../../src/domain/json.ts';
import { JsonNumber } from '../../../src/domain/json.ts';
import { isPlainPath, selectPlain } from '../../../src/responses/path/jsonpath-plus.ts';
import { evaluateQuery } from '../../../src/responses/path/evaluate.ts';
import { parseQuery } from '../../../src/responses/path/parser.ts';
import { PathBudget, PathBudgetError } from '../../../src/responses/path/budget.ts';
import { anyDocument, anyPath, anySlice } from './arbitraries.ts';

const plainStep = fc.oneof(
  fc.constantFrom('.a', '.b', '.data', '.length', '.toString', "['a']", "['content-type']", '[0]', '[1]', '[2]'),
  anySlice().map((slice) => `[${slice}]`),
);
const plainPath = fc.array(plainStep, { maxLength: 5 }).map((steps) => `$${steps.join('')}`);

function agrees(path: string, document: ExactJson): void {
  const query = parseQuery(path);
  if (!isPlainPath(query)) return;
  assert.deepEqual(
    selectPlain(query, document, new PathBudget()),
    evaluateQuery(query, document, new PathBudget()),
    `${path} on ${JSON.stringify(document)}`,
  );
}

// The root of a response document is always an object.
const anyRoot = anyDocument().map((data): ExactJson => ({ data, a: data, status: 200, length: 3 }));

describe('selectPlain', () => {
  it('selects what RFC 9535 says, in its order, for every path that is given to it', () => {
    fc.assert(fc.property(plainPath, anyRoot, agrees), { numRuns: 6000 });
    fc.assert(fc.property(anyPath({ filters: 'none' }), anyRoot, agrees), { numRuns: 6000 });
  });

  for (const [path, data] of [
    ['$.data.length', 'text'],
    ['$.data.length', [1, 2]],
    ['$.data[0]', 'text'],
    ['$.data[0]', { 0: 'zero' }],
    ['$.data[0:1]', { '0:1:1': 'slice' }],
    ['$.data.text', new JsonNumber('1.10')],
    ['$.data[1:2]', 'text'],
  ] as const) {
    it(`selects nothing with ${path} in ${JSON.stringify(data)}`, () => {
      assert.deepEqual(selectPlain(parseQuery(path), { data }, new PathBudget()), []);
    });
  }

  it('selects 64 values at most, however long the lists are', () => {
    const list = Array.from({ length: 200 }, (_none, index) => index);
    fc.assert(
      fc.property(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -200, max: 200 }), (start, end) => {
        for (const slice of [`${String(start)}:${String(end)}`, `${String(start)}:`, `:${String(end)}`]) {
          const query = parseQuery(`$.data[${slice}]`);
          if (!isPlainPath(query)) continue;
          assert.ok(selectPlain(query, { data: list }, new PathBudget()).length <= 64, slice);
        }
      }),
    );
  });

  it('pays before it asks, for as many values as the path can select', () => {
    const select = (steps: number) => selectPlain(parseQuery('$.data[0:64]'), { data: [1] }, new PathBudget(steps));
    assert.throws(() => select(64), PathBudgetError);
    assert.deepEqual(select(64 * 2 * 25), [1]);
  });

  it('leaves nothing behind in the cache of the library', () => {
    selectPlain(parseQuery('$.data.once'), { data: {} }, new PathBudget());
    assert.deepEqual(JSONPath.cache, {});
  });
});

describe('isPlainPath', () => {
  for (const path of [
    '$',
    '$.data.ok',
    "$.headers['content-type']",
    '$.data[0].id',
    '$.data[1:3]',
    '$.data[-2:]',
    '$.data[:64]',
    '$.data[-64:]',
    '$.data[-70:-6]',
    '$.data[-70:64]',
    '$.data[0:8].list[2:10]',
  ]) {
    it(`takes ${path}`, () => assert.ok(isPlainPath(parseQuery(path))));
  }

  for (const path of [
    '$.*',
    '$..a',
    '$[?@.a]',
    "$['a','b']",
    '$[-1]',
    '$[0:0]',
    '$[::0]',
    '$[::-1]',
    '$.data[0:]',
    '$[::2]',
    '$.data[:-1]',
    '$.data[5:-1]',
    '$.data[:65]',
    '$.data[-65:]',
    '$.data[0:8].list[2:11]',
    ...[
      '^',
      '~',
      '*',
      '..',
      '$',
      '@',
      '`a',
      '0',
      '',
      'a.b',
      'a]b',
      "it\\'s",
      '@null()',
      '?(1)',
      '(1)',
      'a;b',
      '#0',
      '%@%',
      'ä',
    ].map((name) => `$.data['${name}']`),
  ]) {
    it(`leaves ${path} to the evaluator of RFC 9535`, () => assert.ok(!isPlainPath(parseQuery(path))));
  }
});
