import assert from 'node:assert/strict';
import type { Json } from '../../../../src/domain/json.ts';
import { createSchemaReader } from '../../../../src/templates/paths/schema/shape.ts';
import { isOnly, typesOf, typeText } from '../../../../src/templates/paths/schema/types.ts';

const typesIn = (schema: Json) => typesOf(createSchemaReader({}).shapeOf(schema));

describe('typesOf', () => {
  const cases: readonly (readonly [schema: Json, text: string])[] = [
    [{}, 'unknown'],
    [true, 'unknown'],
    [false, 'unknown'],
    [{ type: 'string' }, 'string'],
    [{ type: ['null', 'object'] }, 'object|null'],
    [{ type: 'nonsense' }, 'unknown'],
    [{ type: {} }, 'unknown'],
    [{ const: null }, 'null'],
    [{ const: 'a' }, 'string'],
    [{ enum: ['a', 1, 1.5, true, [], {}] }, 'object|array|string|integer|number|boolean'],
    [{ type: 'string', enum: ['a', 1] }, 'string'],
    [{ allOf: [{ type: ['string', 'number'] }, { type: ['integer', 'null'] }] }, 'integer'],
    [{ allOf: [{ type: 'number' }, { type: 'number' }] }, 'number'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string|null'],
    [{ anyOf: [{ type: 'string' }, {}] }, 'unknown'],
    [{ type: 'object', anyOf: [{ type: 'string' }, { required: ['a'] }] }, 'object'],
    [{ properties: {} }, 'unknown'],
  ];
  for (const [schema, text] of cases) {
    it(`of ${JSON.stringify(schema)} is ${text}`, () => {
      assert.equal(typeText(typesIn(schema)), text);
    });
  }
});

describe('isOnly', () => {
  it('looks past null, and is false where nothing is known', () => {
    assert.equal(isOnly(typesIn({ type: ['object', 'null'] }), ['object', 'array']), true);
    assert.equal(isOnly(typesIn({ type: ['object', 'string'] }), ['object', 'array']), false);
    assert.equal(isOnly(typesIn({ type: 'null' }), ['object']), false);
    assert.equal(isOnly(typesIn({}), ['object']), false);
  });
});
