import assert from 'node:assert/strict';
import { writeExact } from '../../../src/domain/json.ts';
import { schemaListView, schemaView } from '../../../src/http/views/schema.ts';
import { createCatalogue } from '../../../src/services/catalogue.ts';
import { exact, readText } from '../../schemas/contract.ts';
import { assertView } from './assert-view.ts';

const catalogue = createCatalogue({
  payloadSchemas: {
    audit: readText('schemas/payloads/audit.schema.json'),
    bare: '{ "type": "object", "properties": { "a": {} } }',
  },
  samples: { audit: readText('schemas/payloads/audit.samples.json'), bare: '[{ "name": "one", "event": {} }]' },
  templates: { audit: readText('templates/audit/default.hbs'), bare: '{}' },
});

describe('schemaView', () => {
  for (const schema of catalogue.list()) {
    it(`fits its schema for ${schema.name}, also after a trip over the wire`, () => {
      assertView('schema-view', schemaView(schema));
      assertView('schema-view', exact(writeExact(schemaView(schema))));
    });
  }

  it('shows fields with dotted paths, types and descriptions', () => {
    const schema = catalogue.schema('audit');
    const fields = schema === undefined ? [] : (schemaView(schema)['fields'] as readonly Record<string, unknown>[]);
    const actor = fields.find((field) => field['path'] === 'data.actor_name');
    assert.deepEqual(actor?.['type'], ['string']);
    assert.equal(actor['nullable'], true);
    assert.match(String(actor['description']), /\w+/);
  });
});

describe('schemaListView', () => {
  it('fits its schema', () => {
    const view = schemaListView(catalogue);
    assertView('schema-list', view);
    assert.equal((view['data'] as unknown[]).length, 2);
  });
});
