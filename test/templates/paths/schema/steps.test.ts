import assert from 'node:assert/strict';
import type { Json } from '../../../../src/domain/json.ts';
import { createSchemaReader } from '../../../../src/templates/paths/schema/shape.ts';
import { namesOf, stepInto } from '../../../../src/templates/paths/schema/steps.ts';
import { typesOf, typeText } from '../../../../src/templates/paths/schema/types.ts';

const reader = createSchemaReader({});

function step(schema: Json, key: string): string {
  const { status, shape, certain } = stepInto(reader, reader.shapeOf(schema), key);
  return `${status} ${typeText(typesOf(shape))}${certain ? ' certain' : ''}`;
}

const text = { type: 'string' };
const object = { type: 'object', properties: { a: text, b: {} }, required: ['a'] };

describe('stepInto', () => {
  const cases: readonly (readonly [schema: Json, key: string, step: string])[] = [
    [object, 'a', 'declared string certain'],
    [object, 'b', 'declared unknown'],
    [object, 'c', 'undeclared unknown'],
    [object, 'constructor', 'undeclared unknown'],
    [object, '__proto__', 'undeclared unknown'],
    [{ ...object, type: ['object', 'null'] }, 'a', 'declared string certain'],
    [{ ...object, type: ['object', 'string'] }, 'a', 'declared string'],
    [{ ...object, additionalProperties: false }, 'c', 'forbidden unknown'],
    [{ ...object, additionalProperties: {} }, 'c', 'undeclared unknown'],
    [{ ...object, additionalProperties: { type: 'number' } }, 'c', 'declared number'],
    [{ ...object, additionalProperties: { type: 'number' }, required: ['c'] }, 'c', 'declared number certain'],
    [{ ...object, patternProperties: { '^x': text }, additionalProperties: false }, 'c', 'open unknown'],
    [{ ...object, unevaluatedProperties: false }, 'c', 'forbidden unknown'],
    [{ ...object, unevaluatedProperties: false, allOf: [{ additionalProperties: true }] }, 'c', 'undeclared unknown'],
    [{ properties: { a: text } }, 'a', 'declared string'],
    [{ type: 'object' }, 'a', 'open unknown'],
    [{}, 'length', 'open unknown'],
    [text, 'length', 'declared number certain'],
    [text, '0', 'declared string'],
    [text, 'a', 'nothing unknown'],
    [{ type: 'number' }, 'length', 'nothing unknown'],
    [{ type: 'null' }, 'a', 'nothing unknown'],
    [{ type: 'array', items: text }, '0', 'declared string'],
    [{ type: 'array', items: text, minItems: 1 }, '0', 'declared string certain'],
    [{ type: 'array', items: text, minItems: 1 }, '1', 'declared string'],
    [{ type: 'array', prefixItems: [{ type: 'number' }], items: text }, '0', 'declared number'],
    [{ type: 'array', prefixItems: [{ type: 'number' }], items: text }, '1', 'declared string'],
    [{ type: 'array', prefixItems: [text], items: false }, '1', 'nothing unknown'],
    [{ type: 'array' }, '0', 'declared unknown'],
    [{ type: 'array' }, 'length', 'declared number certain'],
    [{ type: 'array' }, '01', 'list unknown'],
    [{ items: text }, 'a', 'list unknown'],
    [{ anyOf: [object, { type: 'array' }] }, 'a', 'declared string'],
    [{ anyOf: [object, { type: 'array' }] }, 'c', 'undeclared unknown'],
    [{ anyOf: [object, { type: 'null' }] }, 'a', 'declared string certain'],
    [{ anyOf: [object, { type: 'object', properties: { a: { type: 'number' } } }] }, 'a', 'declared string|number'],
    [{ anyOf: [object, {}] }, 'c', 'open unknown'],
    [{ allOf: [object, { properties: { a: { type: ['string', 'null'] } } }] }, 'a', 'declared string certain'],
    [{ allOf: [object, { additionalProperties: false }] }, 'a', 'forbidden unknown'],
    [{ type: 'object', properties: 5, required: 'a', additionalProperties: 7 }, 'a', 'open unknown'],
  ];
  for (const [schema, key, expected] of cases) {
    it(`says of ${key} in ${JSON.stringify(schema)}: ${expected}`, () => {
      assert.equal(step(schema, key), expected);
    });
  }
});

describe('namesOf', () => {
  it('gives what is declared, once, without what is forbidden', () => {
    const schema = { anyOf: [object, { properties: { b: text, c: false, d: true } }] };
    assert.deepEqual(namesOf(reader.shapeOf(schema)), ['a', 'b', 'd']);
  });
});
