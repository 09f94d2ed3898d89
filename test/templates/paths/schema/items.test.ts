import assert from 'node:assert/strict';
import type { Json } from '../../../../src/domain/json.ts';
import { itemsOf } from '../../../../src/templates/paths/schema/items.ts';
import { createSchemaReader } from '../../../../src/templates/paths/schema/shape.ts';
import { typesOf, typeText } from '../../../../src/templates/paths/schema/types.ts';

const reader = createSchemaReader({});

function items(schema: Json): string {
  const { shape, keys, kind, iterable } = itemsOf(reader, reader.shapeOf(schema));
  return iterable ? `${kind}: ${typeText(typesOf(keys))} → ${typeText(typesOf(shape))}` : 'nothing';
}

const text = { type: 'string' };
const number = { type: 'number' };

describe('itemsOf', () => {
  const cases: readonly (readonly [schema: Json, items: string])[] = [
    [{ type: 'array', items: text }, 'list: number → string'],
    [{ type: ['array', 'null'], prefixItems: [text], items: number }, 'list: number → string|number'],
    [{ type: 'array', prefixItems: [text], items: false }, 'list: number → string'],
    [{ type: 'array', prefixItems: [text] }, 'list: number → unknown'],
    [{ type: 'array' }, 'list: number → unknown'],
    [{ items: text }, 'list: number → string'],
    [{ type: 'object', properties: { a: text }, additionalProperties: number }, 'object: string → string|number'],
    [{ type: 'object', properties: { a: text }, additionalProperties: false }, 'object: string → string'],
    [{ type: 'object', properties: { a: text } }, 'object: string → unknown'],
    [{ type: 'object', patternProperties: { x: text }, unevaluatedProperties: false }, 'object: string → string'],
    [{ type: ['array', 'object'], items: text, additionalProperties: number }, 'either: string|number → string|number'],
    [{}, 'either: string|number → unknown'],
    [{ anyOf: [text, { type: 'array', items: text }] }, 'list: number → string'],
    [text, 'nothing'],
    [{ type: ['number', 'null'] }, 'nothing'],
    [{ type: 'null' }, 'nothing'],
  ];
  for (const [schema, expected] of cases) {
    it(`goes through ${JSON.stringify(schema)} as ${expected}`, () => {
      assert.equal(items(schema), expected);
    });
  }
});
