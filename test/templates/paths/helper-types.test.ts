import assert from 'node:assert/strict';
import { HELPERS } from '../../../src/templates/helpers/index.ts';
import { shapeOfCall } from '../../../src/templates/paths/helper-types.ts';
import { typeOf, typesOf, typeText } from '../../../src/templates/paths/schema/types.ts';
import { render } from '../harness.ts';

const typeOfCall = (helper: string): string =>
  typeText(typesOf(shapeOfCall({ kind: 'call', helper, args: [], options: [], source: '' })));

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
