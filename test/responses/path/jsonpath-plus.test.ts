import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JSONPath } from 'jsonpath-plus';
import type { ExactJson } from '../../../src/domain/json.ts';
import { JsonNumber } from '../../../src/domain/json.ts';
import { isPlainPath, selectPlain } from '../../../src/responses/path/jsonpath-plus.ts';
import { evaluateQuery } from '../../../src/responses/path/evaluate.ts';
import { parseQuery } from '../../../src/responses/path/parser.ts';
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
    selectPlain(query, document),
    evaluateQuery(query, document),
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
      assert.deepEqual(selectPlain(parseQuery(path), { data }), []);
    });
  }

  it('leaves nothing behind in the cache of the library', () => {
    selectPlain(parseQuery('$.data.once'), { data: {} });
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
    '$[::2]',
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
