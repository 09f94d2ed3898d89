import assert from 'node:assert/strict';
import { HELPERS } from '../../../src/templates/helpers/index.ts';
import { missingWith, shapeOfCall } from '../../../src/templates/paths/helper-types.ts';
import { ANYTHING } from '../../../src/templates/paths/schema/shape.ts';
import { typeOf, typesOf, typeText } from '../../../src/templates/paths/schema/types.ts';
import type { CallExpression, Expression, PathExpression } from '../../../src/templates/syntax/tree.ts';
import { render } from '../harness.ts';
import { callHelper } from '../helpers/calling.ts';
import { AUDIT, check, fields, hintsOf, placeholdersOf, text, warningsOf } from './checking.ts';

function call(helper: string, ...args: readonly Expression[]): CallExpression {
  return { kind: 'call', helper, args, options: [], source: '' };
}

const typeOfCall = (helper: string): string => typeText(typesOf(shapeOfCall(call(helper), () => ANYTHING)));

const DATA = { text: 'a,b', count: 2, list: ['b', 'a'], objects: [{ a: 1 }], object: { a: 1, b: 2 }, other: { a: 2 } };

const CALLS: Readonly<Record<string, string>> = {
  in: 'in data.text "a" "b"',
  contains: 'contains data.list "a"',
  startsWith: 'startsWith data.text "a"',
  endsWith: 'endsWith data.text "b"',
  truncate: 'truncate data.text 1',
  replace: 'replace data.text "a" "c"',
  join: 'join data.list ", "',
  concat: 'concat data.text data.count',
  isoDate: 'isoDate event_time',
  formatDate: 'formatDate event_time "YYYY"',
  unixSeconds: 'unixSeconds event_time',
  unixMillis: 'unixMillis event_time',
  mask: 'mask data.text 1',
  length: 'length data.list',
  round: 'round data.count',
  split: 'split data.text ","',
  sort: 'sort data.list',
  unique: 'unique data.list',
  pluck: 'pluck data.objects "a"',
  keys: 'keys data.object',
  values: 'values data.object',
  entries: 'entries data.object',
  changes: 'changes data.object data.other',
  pick: 'pick data.object "a"',
  omit: 'omit data.object "a"',
};

const ONE_TEXT = ['upper', 'lower', 'capitalize', 'trim', 'base64', 'urlEncode', 'sha256'];
const TWO_NUMBERS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'and', 'or', 'add', 'subtract', 'multiply', 'divide'];

function callOf(helper: string): string {
  if (ONE_TEXT.includes(helper)) return `${helper} data.text`;
  return TWO_NUMBERS.includes(helper) ? `${helper} data.count 4` : (CALLS[helper] ?? `${helper} data.count`);
}

describe('shapeOfCall', () => {
  const foretold = [...HELPERS.keys()].filter((helper) => typeOfCall(helper) !== 'unknown');

  for (const helper of foretold) {
    it(`foretells what ${helper} gives`, () => {
      const value = JSON.parse(render(`{{${callOf(helper)}}}`, DATA));
      const type = typeOf(value);
      assert.equal(type === 'integer' ? 'number' : type, typeOfCall(helper));
    });
  }

  it('knows most helpers, and says nothing of those that give what they are given', () => {
    assert.ok(foretold.length > 40);
    for (const helper of ['default', 'coalesce', 'first', 'last', 'lookup', 'parseJson', 'json', 'reverse', 'slice']) {
      assert.equal(typeOfCall(helper), 'unknown', helper);
    }
  });
});

describe('missingWith', () => {
  const path: PathExpression = { kind: 'path', up: 0, start: 'this', keys: ['a'], source: 'a' };
  const foretold = [...HELPERS.keys()].filter((helper) => missingWith(call(helper, path)) !== undefined);

  it('is the path of the first argument, of most helpers', () => {
    assert.ok(foretold.length > 30);
    assert.equal(missingWith(path), path);
    assert.equal(missingWith(call('upper', call('trim', path))), path);
    assert.equal(missingWith(call('upper', call('default', path))), undefined);
    assert.equal(missingWith(call('upper', { kind: 'literal', value: 'x' })), undefined);
    assert.equal(missingWith(undefined), undefined);
  });

  for (const helper of foretold) {
    it(`is right about ${helper}`, () => {
      for (const more of [[], ['YYYY'], [1]]) {
        const { result } = callHelper(helper, [undefined, ...more]);
        assert.ok(result === undefined || (helper === 'json' && result === 'null'), `${helper} ${String(result)}`);
      }
    });
  }
});

describe('what is known of the results of helpers', () => {
  const schema = fields({
    list: { type: 'array', items: { type: 'object', required: ['n'], properties: { n: text } } },
  });
  const items = (list: string, body: string): string => `[{{#each (${list})}}${body},{{/each}}]`;

  it('goes on into what lists hold', () => {
    const changes = 'changes data.previous_target_object data.current_target_object';
    assert.deepEqual(warningsOf(AUDIT, items(changes, '"{{pth}} {{from}}"')), ['unknown_field @ pth']);
    assert.deepEqual(hintsOf(AUDIT, items(changes, '"{{pth}}"')), ['They have path, from, to.']);
    assert.match(check(AUDIT, items(changes, '"{{pth}}"')).warnings[0]?.detail ?? '', / have no field pth\.$/);
    assert.deepEqual(warningsOf(AUDIT, items('entries data.metadata', '"{{kye}} {{value}}"')), ['unknown_field @ kye']);
    for (const list of ['sort data.list', 'reverse data.list', 'slice data.list 1', 'unique (sort data.list)'])
      assert.deepEqual(warningsOf(schema, items(list, '"{{n}} {{m}}"')), ['unknown_field @ m'], list);
    assert.deepEqual(placeholdersOf(AUDIT, items('keys data.metadata', '"{{this}}"')), [
      '(keys data.metadata)[]: string string',
    ]);
  });

  it('is null as well where the first argument can be, and says how to avoid that', () => {
    assert.deepEqual(placeholdersOf(AUDIT, '[{{upper data.action}}]'), ['upper data.action: string|null value']);
    assert.deepEqual(warningsOf(AUDIT, '[{{upper data.action}}]'), ['may_be_null @ {{upper data.action}}']);
    const [hint = ''] = hintsOf(AUDIT, '[{{truncate data.action 5}}]');
    assert.match(
      hint,
      /write \{\{default \(truncate data\.action 5\) "none"\}\}, or "\{\{truncate data\.action 5\}\}"/,
    );
    assert.deepEqual(warningsOf(AUDIT, '[{{default (upper data.action) "none"}},{{upper event_type}}]'), []);
    assert.deepEqual(warningsOf(AUDIT, '[{{#if data.action}}{{upper data.action}}{{/if}}]'), []);
  });

  it('is there where a condition asks for what is made of it', () => {
    const guarded = (condition: string, value: string): string[] =>
      warningsOf(AUDIT, `{ {{#if ${condition}}}"a":{{${value}}}{{/if}} }`);
    for (const [condition, value] of [
      ['(values data.metadata)', 'values data.metadata'],
      ['(first (keys data.metadata) 3)', 'first (keys data.metadata) 3'],
      ['(gt (length data.target_id) 3)', 'data.target_id'],
      ['(keys data.metadata)', 'data.metadata'],
      ['(eq (lower data.action) "deleted")', 'data.action'],
    ] as const)
      assert.deepEqual(guarded(condition, value), [], condition);
    // The JSON of nothing is a text.
    assert.deepEqual(guarded('(json data.action)', 'data.action'), ['may_be_null @ {{data.action}}']);
    assert.deepEqual(guarded('(default data.action "x")', 'data.action'), ['may_be_null @ {{data.action}}']);
    assert.match(hintsOf(AUDIT, '[{{first (keys data.metadata) 3}}]')[0] ?? '', /\{\{else\}\}\[\]\{\{\/if\}\}\.$/);
  });
});
