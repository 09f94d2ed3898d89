import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExactJson } from '../../src/domain/json.ts';
import { JsonNumber } from '../../src/domain/json.ts';
import { createSchemas } from '../../src/services/json-schema.ts';

type Expected = readonly (readonly [pointer: string, code: string])[];

// Compiling takes longer than checking, most of all the rules of JSON Schema itself.
const compiled = new WeakMap<object, ReturnType<typeof createSchemas>>();

function faults(schema: object, value: unknown): ReturnType<ReturnType<typeof createSchemas>['faults']> {
  const schemas = compiled.get(schema) ?? createSchemas({ probe: schema });
  compiled.set(schema, schemas);
  return schemas.faults('probe', value as ExactJson);
}

function codes(schema: object, value: unknown): Expected {
  return faults(schema, value).map(({ pointer, code }) => [pointer, code] as const);
}

const person = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 5,
      pattern: '^[a-z]*$',
      description: 'Lower case.',
      examples: ['ada'],
    },
    'a/b~c': { type: 'integer' },
    role: { enum: ['admin', 'auditor'] },
    age: { type: 'number', minimum: 0, exclusiveMaximum: 200, multipleOf: 0.5 },
    tags: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 3, uniqueItems: true },
    kind: { const: 'person' },
    map: { type: 'object', propertyNames: { type: 'string', maxLength: 2 }, minProperties: 1, maxProperties: 2 },
    never: false,
  },
};

describe('createSchemas', () => {
  it('knows a document by its key and by its $id', () => {
    const schemas = createSchemas({ probe: { $id: 'urn:test:probe', type: 'string' } });
    assert.deepEqual(schemas.faults('probe', 'a'), []);
    assert.deepEqual(schemas.faults('urn:test:probe', 'a'), []);
    assert.throws(() => schemas.faults('other', 'a'), /no schema document "other"/);
  });

  it('throws for documents that are no schemas', () => {
    assert.throws(() => createSchemas({ probe: 'x' }), /"probe" is no object/);
    assert.throws(() => createSchemas({ probe: { type: 'strange' } }));
    assert.throws(() => createSchemas({ probe: { $ref: 'urn:test:nowhere' } }).faults('probe', 1));
    assert.throws(() => createSchemas({ probe: { type: 'object', propertys: {} } }).faults('probe', 1), /propertys/);
  });

  it('changes nothing in the value', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'number', default: 1 }, b: { type: 'number' } },
      additionalProperties: false,
    };
    const value = Object.freeze({ b: '5', c: true });
    assert.deepEqual(codes(schema, value), [
      ['/b', 'wrong_type'],
      ['/c', 'unknown_field'],
    ]);
    assert.deepEqual(value, { b: '5', c: true });
  });
});

describe('faults', () => {
  const table: readonly [what: string, value: unknown, expected: Expected][] = [
    ['nothing in what fits', { name: 'ada', age: 1.5, tags: ['a'], role: 'admin' }, []],
    ['what is missing, at the place where it should be', {}, [['/name', 'required']]],
    ['what is unknown, at the member itself', { name: 'ada', nam: 1 }, [['/nam', 'unknown_field']]],
    ['a wrong type', { name: 5 }, [['/name', 'wrong_type']]],
    ['one fault for an empty text that also misses its pattern', { name: '' }, [['/name', 'too_short']]],
    ['one fault for a text that is too long and misses its pattern', { name: 'ABCDEF' }, [['/name', 'too_long']]],
    ['a missed pattern', { name: 'ADA' }, [['/name', 'pattern']]],
    ['none of some values', { name: 'ada', role: 'amdin' }, [['/role', 'not_one_of']]],
    ['not the one value', { name: 'ada', kind: 5 }, [['/kind', 'not_one_of']]],
    ['too small', { name: 'ada', age: -1 }, [['/age', 'out_of_range']]],
    ['too large', { name: 'ada', age: 200 }, [['/age', 'out_of_range']]],
    ['no multiple', { name: 'ada', age: 0.3 }, [['/age', 'out_of_range']]],
    ['too few items', { name: 'ada', tags: [] }, [['/tags', 'too_few']]],
    ['too many items', { name: 'ada', tags: ['a', 'b', 'c', 'd'] }, [['/tags', 'too_many']]],
    ['a repeated item', { name: 'ada', tags: ['a', 'b', 'a'] }, [['/tags/2', 'not_unique']]],
    ['the name of a member', { name: 'ada', map: { long: 1 } }, [['/map/long', 'too_long']]],
    ['too few members', { name: 'ada', map: {} }, [['/map', 'too_few']]],
    ['too many members', { name: 'ada', map: { a: 1, b: 1, c: 1 } }, [['/map', 'too_many']]],
    ['what is never allowed', { name: 'ada', never: 1 }, [['/never', 'not_allowed']]],
    [
      'escaped steps in pointers',
      { name: 'ada', 'a/b~c': 'x', 'x/y~z': 1 },
      [
        ['/a~1b~0c', 'wrong_type'],
        ['/x~1y~0z', 'unknown_field'],
      ],
    ],
    ['an inherited name as unknown', { name: 'ada', constructor: 1 }, [['/constructor', 'unknown_field']]],
    [
      'everything at once, ordered by pointer',
      { tags: 'x', age: 'y', zip: 1 },
      [
        ['/age', 'wrong_type'],
        ['/name', 'required'],
        ['/tags', 'wrong_type'],
        ['/zip', 'unknown_field'],
      ],
    ],
  ];
  for (const [what, value, expected] of table) {
    it(`finds ${what}`, () => assert.deepEqual(codes(person, value), expected));
  }

  it('says each in one sentence with a hint', () => {
    for (const [, value] of table) {
      for (const { detail, hint, pointer } of faults(person, value)) {
        assert.match(detail, /^[A-Z"].*\.$/, pointer);
        assert.ok(hint !== undefined && hint !== '', pointer);
        assert.doesNotMatch(detail, /must NOT|undefined/);
      }
    }
  });

  it('suggests the name that was meant', () => {
    assert.equal(
      faults(person, { nmae: 'ada' }).find(({ code }) => code === 'unknown_field')?.hint,
      'Did you mean "name"?',
    );
    assert.equal(faults(person, { name: 'ada', role: 'admn' })[0]?.hint, 'Did you mean "admin"?');
    assert.match(faults(person, { name: 'ada', qwertzuiop: 1 })[0]?.hint ?? '', /^Known here: name, .*kind/);
  });

  it('explains a pattern by the description and the examples', () => {
    assert.equal(faults(person, { name: 'ADA' })[0]?.hint, 'Lower case. For example: "ada".');
    assert.match(faults({ type: 'string', pattern: '^x$' }, 'y')[0]?.hint ?? '', /\^x\$/);
  });

  it('puts the base pointer before each pointer', () => {
    const schemas = createSchemas({ probe: person });
    assert.deepEqual(
      schemas.faults('probe', { name: 1 }, '/webhook').map(({ pointer }) => pointer),
      ['/webhook/name'],
    );
  });

  it('orders indexes by number', () => {
    const schema = { type: 'array', items: { type: 'string' } };
    const pointers = faults(schema, new Array(12).fill(0)).map(({ pointer }) => pointer);
    assert.deepEqual(
      pointers,
      Array.from({ length: 12 }, (_, index) => `/${String(index)}`),
    );
  });

  it('gives at most a hundred', () => {
    assert.equal(faults({ type: 'array', items: { type: 'string' } }, new Array(5000).fill(0)).length, 100);
  });

  it('shortens what it quotes', () => {
    const [fault] = faults({ enum: ['a'] }, '😀'.repeat(10_000));
    assert.ok((fault?.detail.length ?? 1000) < 250);
    assert.ok(fault?.detail.isWellFormed());
  });

  it('never quotes a text that has to fit a pattern, a length or a type: it may be a secret', () => {
    const schema = { type: 'object', additionalProperties: { type: 'string', maxLength: 3, pattern: '^a$' } };
    for (const value of ['hunter2-hunter2', ['hunter2'], { a: 'hunter2' }, 'bbb']) {
      assert.doesNotMatch(JSON.stringify(faults(schema, { key: value })), /hunter2|bbb/);
    }
  });
});

describe('faults of alternatives', () => {
  const one = (schema: object, value: unknown): ReturnType<typeof faults>[number] => {
    const found = faults(schema, value);
    assert.equal(found.length, 1, JSON.stringify(found));
    return found[0]!;
  };

  it('names all types in one fault', () => {
    const fault = one({ anyOf: [{ type: 'string' }, { type: 'null' }] }, 5);
    assert.equal(fault.code, 'wrong_type');
    assert.equal(fault.detail, 'This is a number, but a string or null is expected.');
  });

  it('names all values in one fault', () => {
    const fault = one({ anyOf: [{ const: 'a' }, { enum: ['b', 'c'] }, { type: 'null' }] }, 'd');
    assert.equal(fault.code, 'not_one_of');
    assert.match(fault.detail, /"a", "b", "c" or null/);
  });

  it('keeps the faults of the one branch that was meant', () => {
    const schema = {
      type: 'object',
      properties: {
        x: {
          anyOf: [
            { type: 'null' },
            { type: 'object', required: ['a'], properties: { a: { type: 'string' }, b: { type: 'number' } } },
          ],
        },
      },
    };
    assert.deepEqual(codes(schema, { x: { b: 'x' } }), [
      ['/x/a', 'required'],
      ['/x/b', 'wrong_type'],
    ]);
    assert.deepEqual(codes(schema, { x: null }), []);
  });

  it('sees through a reference, and through alternatives inside alternatives', () => {
    const schemas = createSchemas({
      names: { $id: 'urn:test:names', $defs: { name: { description: 'A name.', type: 'string', maxLength: 2 } } },
      probe: { anyOf: [{ anyOf: [{ $ref: 'urn:test:names#/$defs/name' }, { type: 'boolean' }] }, { type: 'null' }] },
    });
    assert.deepEqual(
      schemas.faults('probe', 'abc').map(({ code }) => code),
      ['too_long'],
    );
    const [fault] = schemas.faults('probe', 5);
    assert.equal(fault?.detail, 'This is a number, but a string, a boolean or null is expected.');
    assert.match(fault.hint ?? '', /A name\./);
  });

  it('says that none of several forms fits, and which there are', () => {
    const schema = {
      oneOf: [
        { type: 'object', required: ['a'], properties: { a: {} } },
        { type: 'object', required: ['b'], properties: { b: {} } },
      ],
    };
    const none = one(schema, {});
    assert.equal(none.code, 'not_one_of');
    assert.match(none.hint ?? '', /with "a" \/ with "b"/);
    assert.equal(one(schema, { a: 1, b: 1 }).code, 'ambiguous');
  });

  it('leaves the faults of other members alone', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'string' },
        ab: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        b: { type: 'string' },
      },
    };
    assert.deepEqual(codes(schema, { a: 1, ab: 1, b: 1 }), [
      ['/a', 'wrong_type'],
      ['/ab', 'wrong_type'],
      ['/b', 'wrong_type'],
    ]);
  });
});

describe('the format event-time', () => {
  const schema = {
    type: 'object',
    properties: { at: { type: ['string', 'number', 'null'], format: 'event-time', description: 'When.' } },
  };

  it('judges texts, and numbers by their spelling', () => {
    assert.deepEqual(codes(schema, { at: '1732104000.5' }), []);
    assert.deepEqual(codes(schema, { at: null }), []);
    assert.deepEqual(codes(schema, { at: new JsonNumber('1732104000.123456789') }), []);
    assert.deepEqual(codes(schema, { at: 'soon' }), [['/at', 'format']]);
    assert.deepEqual(codes(schema, { at: new JsonNumber('1e3') }), [['/at', 'format']]);
    assert.deepEqual(codes(schema, { at: 1e21 }), [['/at', 'format']]);
    assert.match(faults(schema, { at: 'soon' })[0]?.hint ?? '', /\{seconds\}\.\{nanos\}/);
  });
});

describe('faults, for any value', () => {
  it('are none exactly where the validator finds none, and always point into or next to the value', () => {
    const schemas = createSchemas({ probe: person });
    const name = fc.constantFrom('name', 'role', 'age', 'tags', 'kind', 'map', 'other');
    const anything = fc.jsonValue({ maxDepth: 2 });
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(anything, fc.constantFrom('ada', 'admin', 5, 'person'))), (value) => {
        const found = schemas.faults('probe', value as ExactJson);
        const fits = Object.hasOwn(value, 'name') && value['name'] === 'ada' && Object.keys(value).length === 1;
        if (fits) assert.deepEqual(found, []);
        if (!Object.hasOwn(value, 'name') || Object.hasOwn(value, 'other')) assert.notEqual(found.length, 0);
        const keys = found.map(({ pointer, code }) => `${pointer} ${code}`);
        assert.equal(new Set(keys).size, keys.length);
        for (const { pointer } of found) assert.match(pointer, /^\/(name|role|age|tags|kind|map|other)/);
      }),
    );
  });
});
