import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { ExactJsonObject } from '../../src/domain/json.ts';
import { isObject, toPlain } from '../../src/domain/json.ts';
import { createCatalogue } from '../../src/services/catalogue.ts';
import { compileTemplate, contextOf, renderTemplate, standInEvent } from '../../src/templates/index.ts';
import { exact, readText, schemas } from '../schemas/contract.ts';

const ROOT = new URL('../../templates/', import.meta.url);

interface Shipped {
  readonly schema: string;
  readonly name: string;
}

const shipped: readonly Shipped[] = readdirSync(ROOT).flatMap((schema) =>
  readdirSync(new URL(`${schema}/`, ROOT))
    .filter((file) => file.endsWith('.hbs'))
    .map((file) => ({ schema, name: file.replace(/\.hbs$/, '') })),
);

function render(source: string, event: ExactJsonObject): string {
  const compiled = compileTemplate(source);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  const rendered = renderTemplate(compiled.template, contextOf(standInEvent(event)));
  assert.ok(rendered.ok, JSON.stringify(rendered));
  assert.deepEqual(rendered.warnings, []);
  return rendered.body;
}

describe('templates/', () => {
  for (const { schema, name } of shipped) {
    const read = (ending: string): string => readText(`templates/${schema}/${name}.${ending}`);

    it(`${schema}/${name} renders exactly the body that stands beside it`, () => {
      const sample = exact(read('sample.json'));
      assert.deepEqual(schemas.faults(schema, sample), []);
      assert.equal(render(read('hbs'), sample), read('expected.json'));
    });
  }

  it('has a default for each payload schema', () => {
    for (const file of readdirSync(new URL('../schemas/payloads/', ROOT))) {
      const schema = /^(.+)\.schema\.json$/.exec(file)?.[1];
      if (schema !== undefined)
        assert.ok(
          shipped.some((one) => one.schema === schema && one.name === 'default'),
          schema,
        );
    }
  });
});

describe('the default template of audit', () => {
  const source = readText('templates/audit/default.hbs');
  const catalogue = createCatalogue({
    payloadSchemas: { audit: readText('schemas/payloads/audit.schema.json') },
    samples: { audit: readText('schemas/payloads/audit.samples.json') },
    templates: { audit: source },
  });

  it('names every field that a sender writes but the envelope, and no other', () => {
    const named = [...source.matchAll(/\{\{([\w.]+)\}\}/g)].map(([, path = '']) => path);
    const fields = catalogue.schema('audit')?.fields.map(({ path }) => path) ?? [];
    assert.deepEqual(
      named,
      fields.filter((path) => !['id', 'received_at', 'schema', 'data'].includes(path)),
    );
  });

  for (const { name, event } of catalogue.schema('audit')?.samples ?? []) {
    it(`renders JSON for the sample "${name}", each field as text`, () => {
      const body = toPlain(exact(render(source, event)));
      assert.ok(isObject(body) && isObject(body['data']));
      for (const value of Object.values(body['data'])) assert.equal(typeof value, 'string');
      const given = isObject(event['data']) ? event['data'] : {};
      assert.equal(body['event_type'], event['event_type']);
      assert.equal(body['data']['actor_name'], given['actor_name']);
      assert.equal(body['data']['target_name'], given['target_name'] ?? '');
    });
  }
});
