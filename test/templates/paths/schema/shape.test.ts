import assert from 'node:assert/strict';
import type { Json, JsonObject } from '../../../../src/domain/json.ts';
import { ANYTHING, createSchemaReader } from '../../../../src/templates/paths/schema/shape.ts';

const read = (schema: Json, document: JsonObject = {}) => createSchemaReader(document).shapeOf(schema);

describe('shapeOf', () => {
  it('knows nothing of what is no schema, and allows nothing by false', () => {
    for (const schema of [true, 5, 'x', null, []]) assert.deepEqual(read(schema), ANYTHING);
    assert.deepEqual(read(false), []);
  });

  it('puts together what holds together, and tells alternatives apart', () => {
    const [a, b, c] = [{ title: 'a' }, { title: 'b' }, { title: 'c' }];
    const titles = (schema: Json): unknown =>
      read(schema).map(({ schemas }) => schemas.map((one) => one['title']).filter((title) => title !== undefined));
    assert.deepEqual(titles({ allOf: [a, b] }), [['a', 'b']]);
    assert.deepEqual(titles({ anyOf: [a, b] }), [['a'], ['b']]);
    assert.deepEqual(titles({ ...c, oneOf: [a, false, b] }), [
      ['c', 'a'],
      ['c', 'b'],
    ]);
    assert.deepEqual(titles({ if: a, then: b, else: c }), [['a', 'b'], ['c']]);
    assert.deepEqual(titles({ allOf: [a, false] }), []);
  });

  const named = { title: 'named' };
  const references: readonly (readonly [string, boolean])[] = [
    ['#/$defs/named', true],
    ['#/$defs/a~1b', true],
    ['#/$defs/with%20blank', true],
    ['urn:own#/$defs/named', true],
    ['urn:other#/$defs/named', false],
    ['#named', false],
    ['#/$defs/constructor', false],
    ['#/$defs/list/0', true],
    ['#/$defs/%', false],
  ];
  for (const [reference, isFound] of references) {
    it(`${isFound ? 'follows' : 'does not follow'} ${reference}`, () => {
      const document = { $id: 'urn:own', $defs: { named, 'a/b': named, 'with blank': named, list: [named] } };
      const [variant] = read({ $ref: reference }, document);
      assert.equal(variant?.schemas.includes(named), isFound);
      assert.equal(variant.opaque, !isFound);
    });
  }

  it('ends where a reference leads back to itself', () => {
    const document: JsonObject = {
      $ref: '#',
      $defs: { a: { $ref: '#/$defs/b' }, b: { allOf: [{ $ref: '#/$defs/a' }], anyOf: [{ $ref: '#/$defs/b' }] } },
    };
    assert.equal(read(document, document).length, 1);
    assert.equal(read({ $ref: '#/$defs/a' }, document)[0]?.opaque, true);
  });

  it('is bounded, however many alternatives and references there are', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => {
        const next = { $ref: `#/$defs/d${String(index + 1)}` };
        return [`d${String(index)}`, { anyOf: [next, next], allOf: [next, next], title: String(index) }];
      }),
    );
    assert.ok(read({ $ref: '#/$defs/d0' }, { $defs: doubling }).length <= 32);
    const wide = { anyOf: Array.from({ length: 10_000 }, (_, index) => ({ title: String(index) })) };
    assert.equal(read(wide)[0]?.opaque, true);
    const product = { allOf: Array.from({ length: 30 }, () => ({ anyOf: [{ title: 'a' }, { title: 'b' }] })) };
    assert.deepEqual(read(product).length, 1);
    const deep = Array.from({ length: 5000 }).reduce<Json>((schema) => ({ allOf: [schema] }), {});
    assert.equal(read(deep)[0]?.opaque, true);
  });

  it('gives the same shape for the same schema', () => {
    const schema = { anyOf: [{}, { type: 'string' }] };
    const reader = createSchemaReader({});
    assert.equal(reader.shapeOf(schema), reader.shapeOf(schema));
  });
});
