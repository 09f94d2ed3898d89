import assert from 'node:assert/strict';
import { JsonNumber } from '../../src/domain/json.ts';
import type { CatalogueFiles } from '../../src/services/catalogue.ts';
import { createCatalogue } from '../../src/services/catalogue.ts';
import { readText } from '../schemas/contract.ts';

const shipped = createCatalogue({
  payloadSchemas: { audit: readText('schemas/payloads/audit.schema.json') },
  samples: { audit: readText('schemas/payloads/audit.samples.json') },
  templates: { audit: readText('templates/audit/default.hbs') },
});

const DATA = {
  title: 'Data',
  description: 'What happened.',
  type: 'object',
  required: ['a', 'list'],
  properties: {
    a: {
      title: 'A',
      description: 'An object.',
      type: 'object',
      required: ['b'],
      properties: { b: { type: ['string', 'null'], format: 'date' } },
    },
    list: { type: 'array', items: { type: 'object', required: ['c'], properties: { c: { enum: ['x', 1, null] } } } },
    maybe: { type: ['object', 'null'], required: ['d'], properties: { d: { const: true, examples: [true] } } },
  },
};

const SCHEMA = {
  title: 'Probe',
  description: 'For tests.',
  type: 'object',
  required: ['data'],
  properties: { data: DATA, beside: { type: 'string' } },
};

function filesWith(change: Partial<CatalogueFiles>): CatalogueFiles {
  return {
    payloadSchemas: { probe: JSON.stringify(SCHEMA) },
    samples: { probe: '[{ "name": "one", "event": { "id": 12345678901234567890, "share": 0.10 } }]' },
    templates: { probe: '{}' },
    ...change,
  };
}

describe('createCatalogue', () => {
  it('lists the payload schemas with title, description and default template', () => {
    assert.deepEqual(shipped.names, ['audit']);
    assert.deepEqual(shipped.list(), [shipped.schema('audit')]);
    assert.equal(shipped.schema('other'), undefined);
    const audit = shipped.schema('audit');
    assert.equal(audit?.title, 'Audit event');
    assert.match(audit.description, /audit log/);
    assert.match(audit.defaultTemplate, /"\{\{data\.previous_target_object\}\}"/);
    assert.equal(audit.jsonSchema['$id'], 'urn:hookwright:payloads:audit');
  });

  it('flattens the fields of audit in the order of the schema, each with its description', () => {
    const fields = shipped.schema('audit')?.fields ?? [];
    assert.deepEqual(
      fields.map(({ path }) => path).filter((path) => path.startsWith('data')),
      [
        'data',
        ...[
          'timestamp',
          'action',
          'actor_id',
          'actor_name',
          'actor_type',
          'source',
          'target_id',
          'target_type',
          'target_name',
          'metadata',
          'current_target_object',
          'previous_target_object',
        ].map((name) => `data.${name}`),
      ],
    );
    for (const { path, title, description, types } of fields) {
      assert.ok(title !== '' && title !== path && description !== '' && types.length > 0, path);
    }
    const byPath = new Map(fields.map((field) => [field.path, field]));
    assert.deepEqual(byPath.get('event_time')?.types, ['string', 'number']);
    assert.equal(byPath.get('event_time')?.format, 'event-time');
    assert.deepEqual(
      fields.filter(({ required }) => required).map(({ path }) => path),
      ['id', 'received_at', 'event_type', 'event_time', 'data'],
    );
    assert.equal(byPath.get('data.metadata')?.nullable, true);
  });

  it('knows types, nullability and certainty at every depth of what a template can name', () => {
    const fields = createCatalogue(filesWith({})).schema('probe')?.fields ?? [];
    assert.deepEqual(
      fields.map(({ path, types, required, nullable, format }) => [path, types, required, nullable, format]),
      [
        ['id', ['string'], true, false, undefined],
        ['received_at', ['string'], true, false, 'date-time'],
        ['data', ['object'], true, false, undefined],
        ['data.a', ['object'], true, false, undefined],
        ['data.a.b', ['string'], true, true, 'date'],
        ['data.list', ['array'], true, false, undefined],
        ['data.list[].c', ['string', 'number'], false, true, undefined],
        ['data.maybe', ['object'], false, true, undefined],
        ['data.maybe.d', ['boolean'], false, false, undefined],
      ],
    );
  });

  it('keeps the spelling of numbers in samples', () => {
    const [sample] = createCatalogue(filesWith({})).schema('probe')?.samples ?? [];
    assert.equal(sample?.text, '{"id":12345678901234567890,"share":0.10}');
    assert.deepEqual(sample.event['id'], new JsonNumber('12345678901234567890'));
  });

  const broken: readonly [string, Partial<CatalogueFiles>, RegExp][] = [
    ['a schema that is no JSON', { payloadSchemas: { probe: '{' } }, /payload schema "probe" is unreadable/],
    ['a schema that is no object', { payloadSchemas: { probe: '[]' } }, /payload schema "probe" is no object/],
    ['a missing template', { templates: {} }, /"probe" has no default template/],
    ['missing samples', { samples: {} }, /sample file of "probe" is missing/],
    ['an empty list of samples', { samples: { probe: '[]' } }, /no list of events/],
    ['a sample without a name', { samples: { probe: '[{ "event": {} }]' } }, /lacks its name or event/],
    [
      'a sample with a key that stands twice',
      { samples: { probe: '[{ "name": "a", "name": "b", "event": {} }]' } },
      /not acceptable/,
    ],
  ];
  for (const [what, change, message] of broken) {
    it(`throws for ${what}`, () => {
      assert.throws(() => createCatalogue(filesWith(change)), message);
    });
  }
});
