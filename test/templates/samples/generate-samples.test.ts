import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExactJson, ExactJsonObject, JsonObject } from '../../../src/domain/json.ts';
import { isList, isObject, JsonNumber, writeExact } from '../../../src/domain/json.ts';
import { readJson } from '../../../src/domain/json-read.ts';
import { createSchemas } from '../../../src/services/json-schema.ts';
import { standInEvent } from '../../../src/templates/context.ts';
import { checkPaths } from '../../../src/templates/paths/index.ts';
import { draftTemplate } from '../../../src/templates/plan.ts';
import { generateSamples } from '../../../src/templates/samples/index.ts';
import { AUDIT, fields, OWN, payloadOf } from '../paths/checking.ts';

function samplesOf(schema: JsonObject): Record<string, ExactJsonObject> {
  return Object.fromEntries(generateSamples(schema).map(({ name, event }) => [name, event]));
}

/** The data of the event of that name. */
function dataOf(schema: JsonObject, name: string): ExactJsonObject {
  return samplesOf(schema)[name]?.['data'] as ExactJsonObject;
}

/** Everything that an event holds: its values and its keys. */
function valuesIn(value: ExactJson): ExactJson[] {
  if (isList(value)) return [value, ...value.flatMap(valuesIn)];
  if (!isObject(value)) return [value];
  return [value, ...Object.entries(value).flatMap(([key, item]) => [key, ...valuesIn(item)])];
}

function depthOf(value: ExactJson): number {
  const items = isList(value) ? value : isObject(value) ? Object.values(value) : undefined;
  return items === undefined ? 0 : 1 + Math.max(0, ...items.map(depthOf));
}

/** What intake and the payload schema have against the events, by their names. */
function faultsOf(schema: JsonObject, samples: ReturnType<typeof generateSamples>): unknown[] {
  const payload = createSchemas({ payload: schema });
  return samples.flatMap(({ name, event }) => {
    const written = writeExact(event);
    const reading = readJson(written);
    assert.ok(reading.ok, written);
    assert.deepEqual(reading.documents[0]?.value, event, 'it is what intake reads');
    assert.ok(Buffer.byteLength(written) <= 256 * 1024, 'it is too long');
    standInEvent(event);
    const faults = [...reading.documents[0].faults, ...payload.faults('payload', event)];
    return faults.map((fault) => ({ name, ...fault }));
  });
}

/** A value, or whatever of one is shown in texts. */
function shown(value: ExactJson | undefined): string {
  return typeof value === 'string' ? value : writeExact(value ?? null);
}

const text = { type: 'string' };
const node = {
  type: 'object',
  required: ['name'],
  properties: {
    name: text,
    left: { $ref: '#/$defs/node' },
    right: { $ref: '#/$defs/node' },
    kids: { type: 'array', items: { $ref: '#/$defs/node' } },
  },
};

const SCHEMAS: Readonly<Record<string, JsonObject>> = {
  audit: AUDIT,
  'a field of each kind': OWN,
  'no data at all': { type: 'object' },
  'any data': payloadOf({}),
  formats: fields(
    Object.fromEntries(
      [
        'date-time',
        'date',
        'time',
        'duration',
        'email',
        'hostname',
        'ipv4',
        'ipv6',
        'uri',
        'uri-reference',
        'uuid',
        'json-pointer',
        'byte',
        'regex',
        'event-time',
      ].map((format) => [format, { type: 'string', format }]),
    ),
  ),
  texts: fields({
    short: { type: 'string', maxLength: 3 },
    none: { type: 'string', maxLength: 0 },
    long: { type: 'string', minLength: 300 },
    exact: { type: 'string', minLength: 4, maxLength: 4 },
    pattern: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,63}$' },
    shown: { type: 'string', pattern: '^x{7}$', examples: ['xxxxxxx'] },
    line: { type: 'string', pattern: '^[^\\p{Cc}]*$' },
    chosen: { enum: ['a', 'b'] },
    fixed: { const: 'c' },
  }),
  numbers: fields({
    positive: { type: 'number', exclusiveMinimum: 0 },
    small: { type: 'number', minimum: 0, maximum: 1 },
    inside: { type: 'number', exclusiveMinimum: 0.25, exclusiveMaximum: 0.5 },
    percent: { type: 'integer', minimum: 0, maximum: 100 },
    negative: { type: 'integer', maximum: -7 },
    even: { type: 'integer', multipleOf: 2, minimum: 3 },
    any: { type: 'integer' },
  }),
  lists: fields({
    two: { type: 'array', items: text, minItems: 2 },
    one: { type: 'array', items: text, maxItems: 1 },
    five: { type: 'array', items: { type: 'object' }, minItems: 5 },
    set: { type: 'array', items: text, uniqueItems: true, minItems: 3 },
    pair: { type: 'array', prefixItems: [text, { type: 'integer' }], items: false, minItems: 2 },
    nested: { type: 'array', items: { type: 'array', items: { type: 'array', items: text } } },
  }),
  objects: fields({
    closed: { type: 'object', properties: { a: text }, additionalProperties: false },
    map: { type: 'object', additionalProperties: { type: 'integer' } },
    few: { type: 'object', maxProperties: 1 },
    some: { type: 'object', minProperties: 3 },
    named: { type: 'object', propertyNames: { pattern: '^[a-z]+$' } },
    patterned: { type: 'object', patternProperties: { '^x': { type: 'integer' } }, additionalProperties: false },
  }),
  alternatives: fields({
    nullable: { anyOf: [{ type: 'null' }, { type: 'object', required: ['a'], properties: { a: text } }] },
    kind: {
      oneOf: [
        { type: 'object', required: ['type'], properties: { type: { const: 'a' }, a: text } },
        { type: 'object', required: ['type'], properties: { type: { const: 'b' }, b: text } },
      ],
    },
    all: {
      type: 'object',
      allOf: [{ properties: { a: text }, required: ['a'] }, { properties: { a: { type: 'string', maxLength: 5 } } }],
    },
    nothing: { type: 'null' },
  }),
  circles: fields({ tree: { $ref: '#/$defs/node' }, after: text }, { node }),
  closed: {
    type: 'object',
    required: ['event_type', 'event_time', 'data'],
    additionalProperties: false,
    properties: {
      event_type: { enum: ['x.y'] },
      event_time: { type: 'number' },
      data: { type: 'object', additionalProperties: false, properties: { a: text } },
    },
  },
};

describe('generateSamples', () => {
  for (const [what, schema] of Object.entries(SCHEMAS)) {
    it(`gives events that are accepted: ${what}`, () => {
      const samples = generateSamples(schema);
      assert.deepEqual(
        samples.map(({ name }) => name),
        ['minimal', 'maximal', 'empty lists', 'hostile', 'absent'],
      );
      assert.deepEqual(faultsOf(schema, samples), []);
    });

    it(`gives the same events each time: ${what}`, () => {
      assert.deepEqual(generateSamples(schema), generateSamples(structuredClone(schema)));
    });
  }

  it('gives no more than is required in the minimal one', () => {
    assert.deepEqual(dataOf(AUDIT, 'minimal'), {});
    assert.deepEqual(Object.keys(samplesOf(AUDIT)['minimal'] ?? {}).sort(), ['data', 'event_time', 'event_type']);
    assert.deepEqual(dataOf(OWN, 'minimal'), {
      name: 'text',
      count: 0,
      issues: [],
      actor: { name: 'text' },
      labels: {},
      any: 'text',
      active: true,
    });
  });

  it('gives every declared field in the maximal one, with items in each list', () => {
    const declared = Object.keys(
      ((AUDIT['properties'] as JsonObject)['data'] as JsonObject)['properties'] as JsonObject,
    );
    const data = dataOf(AUDIT, 'maximal');
    assert.deepEqual(Object.keys(data).sort(), declared.sort());
    assert.ok(valuesIn(data).every((value) => value !== null && !(isObject(value) && Object.keys(value).length === 0)));
    const { issues, tags, labels, actor } = dataOf(OWN, 'maximal');
    for (const list of [issues, tags]) assert.ok(isList(list) && list.length >= 2 && list.length <= 3);
    assert.deepEqual(Object.keys((issues as ExactJsonObject[])[0] ?? {}).sort(), ['message', 'note', 'status']);
    assert.equal(Object.keys(labels ?? {}).length, 2);
    assert.deepEqual(actor, { name: 'text', email: 'text' });
  });

  it('gives every field behind one that goes in circles', () => {
    assert.equal(dataOf(SCHEMAS['circles'] ?? {}, 'maximal')['after'], 'text');
  });

  it('empties lists and open objects, and nothing else', () => {
    const data = dataOf(AUDIT, 'empty lists');
    assert.deepEqual([data['metadata'], data['current_target_object']], [{}, {}]);
    assert.equal(data['actor_name'], 'Mara Lindqvist');
    const { issues, tags, labels, actor } = dataOf(OWN, 'empty lists');
    assert.deepEqual([issues, tags, labels, actor], [[], [], {}, { name: 'text', email: 'text' }]);
  });

  it('makes optional fields null, or leaves them out where null is not allowed', () => {
    assert.ok(Object.values(dataOf(AUDIT, 'absent')).every((value) => value === null));
    const { title, score, tags, name } = dataOf(OWN, 'absent');
    assert.deepEqual([title, score, tags, name], [undefined, null, undefined, 'text']);
  });

  it('puts all that is difficult into the hostile one', () => {
    const values = valuesIn(dataOf(AUDIT, 'hostile'));
    const texts = values.filter((value) => typeof value === 'string');
    for (const part of ['"', '\\', '\n', '\u0001', '\u2028', '\u{1f600}', '\u202e', '{{x}}', '</script>', '\\u00']) {
      assert.ok(
        texts.some((one) => one.includes(part)),
        JSON.stringify(part),
      );
    }
    assert.ok(texts.every((one) => !one.includes('\u0000') && one.isWellFormed()));
    assert.ok(
      texts.some((one) => one.length > 19_000 && one.length < 25_000),
      'a long text',
    );
    const numbers = values.filter((value) => value instanceof JsonNumber || typeof value === 'number').map(String);
    for (const number of ['1e21', '12345678901234567890', '-0', '1e-7']) assert.ok(numbers.includes(number), number);
    assert.ok(depthOf(dataOf(AUDIT, 'hostile')) > 20);
    for (const field of ['actor_name', 'action', 'source', 'target_id']) {
      const value = shown(dataOf(AUDIT, 'hostile')[field]);
      assert.ok(value.includes('"quotes" \\') && value.includes('\n'), field);
    }
  });

  it('is hostile within the rules of each field, and where no object is open', () => {
    const { short, line, pattern, exact } = dataOf(SCHEMAS['texts'] ?? {}, 'hostile');
    assert.ok(shown(short) !== 'text' && shown(short).length > 0);
    assert.match(shown(line), /"quotes" \\/);
    assert.match(shown(pattern), /^[a-z]/);
    assert.equal(Array.from(shown(exact)).length, 4);
    const closed = dataOf(SCHEMAS['closed'] ?? {}, 'hostile');
    assert.ok(shown(closed['a']).length > 19_000);
    const { any, positive } = dataOf(SCHEMAS['numbers'] ?? {}, 'hostile');
    assert.ok(
      [any, positive].every((value) => ['1e21', '12345678901234567890', '-0', '1e-7', '1.10'].includes(shown(value))),
    );
  });

  it('gives an event with type and time whatever the schema says of them', () => {
    const schema = fields({});
    const odd = {
      ...schema,
      properties: { event_type: { type: 'number' }, event_time: { type: 'string', const: 'never' } },
    };
    for (const one of [schema, odd, {}]) {
      for (const { event } of generateSamples(one))
        assert.equal(standInEvent(event).eventTimeExact, '1732104000.123456789');
    }
  });

  it('never throws and stays small, whatever the schema holds', () => {
    const endless = {
      type: 'object',
      required: ['a', 'b'],
      properties: { a: { $ref: '#/$defs/endless' }, b: { $ref: '#/$defs/endless' } },
    };
    const wide = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`f${String(index)}`, { type: 'string' }]),
    );
    const odd: readonly JsonObject[] = [
      fields({ endless: { $ref: '#/$defs/endless' } }, { endless }),
      fields(
        { list: { $ref: '#/$defs/list' } },
        { list: { type: 'array', minItems: 2, items: { $ref: '#/$defs/list' } } },
      ),
      payloadOf({ type: 'object', properties: wide }),
      fields({
        a: { type: 'string', pattern: '(', minLength: -1 },
        b: { type: 'array', minItems: 1e9 },
        c: { enum: [] },
        d: { minLength: 1e9 },
      }),
      payloadOf({ type: 'object', required: ['secret'] }),
      fields({ __proto__x: text, ['__proto__']: text }),
      { type: 'object', required: 5, properties: [], $ref: 7, examples: {} },
    ];
    for (const schema of odd) {
      for (const { event } of generateSamples(schema)) {
        assert.ok(Buffer.byteLength(writeExact(event)) < 512 * 1024);
        assert.ok(depthOf(event) <= 64);
      }
    }
  });
});

// Well-formed schemas without patterns, in which fields refer to each other freely.
const leaf = fc.oneof(
  fc.record(
    {
      type: fc.constantFrom<unknown>('string', ['string', 'null']),
      minLength: fc.nat(5),
      maxLength: fc.integer({ min: 5, max: 40 }),
    },
    { requiredKeys: ['type'] },
  ),
  fc.record(
    {
      type: fc.constantFrom<unknown>('number', 'integer', ['null', 'integer']),
      minimum: fc.integer({ min: -9, max: 3 }),
      maximum: fc.integer({ min: 3, max: 1e6 }),
    },
    { requiredKeys: ['type'] },
  ),
  fc.constantFrom<unknown>({ type: 'boolean' }, { enum: ['a', 'b', null] }, { const: 3 }, {}, { type: 'string' }),
);

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const schemas = fc.letrec<{ any: unknown; object: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('object'),
    fc.constantFrom<unknown>({ $ref: '#/$defs/x' }, { $ref: '#/$defs/y' }),
    fc.record(
      { type: fc.constant('array'), items: tie('any'), minItems: fc.nat(1), maxItems: fc.integer({ min: 1, max: 4 }) },
      { requiredKeys: ['type'] },
    ),
    tie('any').map((schema) => ({ anyOf: [{ type: 'null' }, schema] })),
  ),
  object: fc
    .tuple(
      fc.constantFrom<unknown>('object', ['object', 'null']),
      fc.dictionary(keys, tie('any'), { maxKeys: 4 }),
      fc.subarray(['a', 'b', 'c', 'd']),
      fc.constantFrom<unknown>(false, true, { type: 'string' }, undefined),
    )
    .map(([type, properties, wanted, others]) => ({
      type,
      properties,
      // What is required goes in no circles: such a schema has no events.
      required: wanted.filter((name) => name in properties && !/\$ref/.test(JSON.stringify(properties[name]))),
      ...(others === undefined ? {} : { additionalProperties: others }),
    })),
}));

const payloads = fc
  .tuple(schemas.object, schemas.any, schemas.any)
  .map(([data, x, y]) =>
    payloadOf(data, { x: { type: 'object', properties: { x } }, y: { type: 'object', properties: { y } } }),
  )
  .map((payload) => ({
    ...payload,
    properties: { data: { ...((payload['properties'] as JsonObject)['data'] as JsonObject), type: 'object' } },
  }));

/** The paths to all that an event holds, as far as templates can name it plainly. */
function pathsIn(value: ExactJson, path: string): { path: string; value: ExactJson }[] {
  const members = isList(value)
    ? value.map((item, index) => [`[${String(index)}]`, item] as const)
    : Object.entries(isObject(value) ? value : {}).filter(([key]) => /^[a-z]\w*$/.test(key));
  return [{ path, value }, ...members.flatMap(([key, item]) => pathsIn(item, `${path}.${key}`))];
}

function typesOfValue(value: ExactJson): string[] {
  if (value === null) return ['null'];
  if (value instanceof JsonNumber || typeof value === 'number') return ['number', 'integer'];
  return [isList(value) ? 'array' : typeof value];
}

describe('generateSamples and checkPaths, together', () => {
  it('agree: events are valid, each value has the type that was foretold, and what may be null was told', () => {
    let judged = 0;
    fc.assert(
      fc.property(payloads, (schema) => {
        const samples = generateSamples(schema);
        assert.deepEqual(faultsOf(schema, samples), []);
        for (const { name, event } of samples) {
          const held = pathsIn(event['data'] ?? null, 'data').slice(0, 200);
          const drafted = draftTemplate(`[${held.map(({ path }) => `{{${path}}}`).join(',')}]`);
          assert.ok(drafted.ok && drafted.draft.findings.length === 0);
          const { findings, warnings, placeholders } = checkPaths(
            drafted.draft.text,
            drafted.draft.nodes,
            drafted.draft.slots,
            schema,
          );
          assert.deepEqual(findings, [], 'nothing is forbidden that is there');
          const nullable = new Set(warnings.filter(({ code }) => code === 'may_be_null').map(({ offset }) => offset));
          const told = new Set(placeholders.filter(({ offset }) => nullable.has(offset)).map(({ path }) => path));
          for (const [index, { path, value }] of held.entries()) {
            const { type = '', path: known = '' } = placeholders[index] ?? {};
            if (type === 'unknown') continue;
            judged += 1;
            assert.ok(
              typesOfValue(value).some((one) => type.split('|').includes(one)),
              `${name} ${path}: ${type}`,
            );
            if (value === null) assert.ok(told.has(known), `${path} is null, and it was not told`);
          }
        }
      }),
      { numRuns: 60 },
    );
    assert.ok(judged > 1000, String(judged));
  });
});
