import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { ExactJsonObject } from '../../src/domain/json.ts';
import { compileTemplate, contextOf, renderTemplate, standInEvent } from '../../src/templates/index.ts';
import { exact, readText, schemas } from '../schemas/contract.ts';

const NAMES = readdirSync(new URL('../../templates/gallery/', import.meta.url));

const SAMPLES = JSON.parse(readText('schemas/payloads/audit.samples.json')) as readonly {
  readonly name: string;
  readonly event: ExactJsonObject;
}[];

/** The body of a template that must be accepted and rendered without a word of warning. */
function render(source: string, event: ExactJsonObject): string {
  const compiled = compileTemplate(source);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  assert.deepEqual(compiled.template.warnings, []);
  const rendered = renderTemplate(compiled.template, contextOf(standInEvent(event)));
  assert.ok(rendered.ok, JSON.stringify(rendered));
  assert.deepEqual(rendered.warnings, []);
  return rendered.body;
}

describe('templates/gallery', () => {
  for (const name of NAMES) {
    const read = (file: string): string => readText(`templates/gallery/${name}/${file}`);

    it(`${name} renders exactly the body that stands beside it`, () => {
      const sample = exact(read('sample.json'));
      assert.deepEqual(schemas.faults('audit', sample), []);
      assert.equal(render(read('template.hbs'), sample), read('expected.json'));
    });

    it(`${name} renders every sample of its payload schema, too`, () => {
      for (const sample of SAMPLES) assert.doesNotThrow(() => render(read('template.hbs'), sample.event), sample.name);
    });
  }

  for (const receiver of [
    'slack-incoming',
    'slack-chat',
    'teams',
    'pagerduty',
    'splunk',
    'datadog',
    'elasticsearch',
    'sentinel',
    'servicenow-incident',
    'jira',
    'opsgenie',
    'discord',
    'google-chat',
    'cloudevents',
    'json-in-json',
  ]) {
    it(`has an entry for ${receiver}`, () => {
      assert.ok(NAMES.some((name) => name.includes(receiver)));
    });
  }
});
