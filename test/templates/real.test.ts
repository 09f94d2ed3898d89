// Templates as people write them: pretty and minified, with loops, optional members, and commas where they do no harm.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { ExactJsonObject } from '../../src/domain/json.ts';
import { isObject, toPlain } from '../../src/domain/json.ts';
import { compileTemplate, contextOf, renderTemplate, standInEvent } from '../../src/templates/index.ts';
import { exact, readText, schemas } from '../schemas/contract.ts';

const NAMES = readdirSync(new URL('real/', import.meta.url))
  .filter((file) => file.endsWith('.hbs'))
  .map((file) => file.replace(/\.hbs$/, ''));

const SAMPLES = JSON.parse(readText('schemas/payloads/audit.samples.json')) as readonly {
  readonly name: string;
  readonly event: ExactJsonObject;
}[];

const RECEIVED = { id: 'evt_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d', received_at: '2026-11-20T12:00:00.000Z' };

/** The body as a value. */
function render(source: string, event: ExactJsonObject): unknown {
  const compiled = compileTemplate(source);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  const rendered = renderTemplate(compiled.template, { ...contextOf(standInEvent(event)), ...RECEIVED });
  assert.ok(rendered.ok, JSON.stringify(rendered));
  assert.deepEqual(rendered.warnings, []);
  return JSON.parse(rendered.body);
}

describe('templates that people really write', () => {
  it('are many', () => {
    assert.ok(NAMES.length >= 40);
  });

  for (const name of NAMES) {
    const source = readText(`test/templates/real/${name}.hbs`);

    it(`${name} gives the body that was meant`, () => {
      const { event, body = null } = exact(readText(`test/templates/real/${name}.json`));
      assert.ok(event !== undefined && isObject(event));
      assert.deepEqual(schemas.faults('audit', event), []);
      assert.deepEqual(render(source, event), toPlain(body));
    });

    it(`${name} gives JSON for every sample event`, () => {
      for (const sample of SAMPLES) assert.doesNotThrow(() => render(source, sample.event), sample.name);
    });
  }
});
