import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { writeExact } from '../../src/domain/json.ts';
import { exact, readText } from '../schemas/contract.ts';
import type { Answer, TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';
import { code, section, tableRows } from '../support/markdown.ts';

const NAMES = readdirSync(new URL('../../templates/gallery/', import.meta.url)).sort();

describe('the gallery', () => {
  let engine: TestApp;

  before(async () => {
    engine = await startApp();
  });

  after(async () => {
    await engine.stop();
  });

  const read = async (name: string): Promise<Answer['body']> =>
    (await engine.call('GET', `/v1/templates/${name}`)).body;

  describe('GET /v1/templates', () => {
    it('lists all entries on one page', async () => {
      const { status, body } = await engine.call('GET', '/v1/templates');
      assert.equal(status, 200);
      assert.equal(body.next_cursor, null);
      assert.deepEqual(
        body.data.map((entry: { name: string }) => entry.name),
        NAMES,
      );
      assert.ok(NAMES.length >= 14);
    });

    it('is listed in docs/api.md by name and title', async () => {
      const { body } = await engine.call('GET', '/v1/templates');
      const documented = tableRows(section(readText('docs/api.md'), '## The gallery'));
      assert.deepEqual(
        documented.map(([name, title]) => [code(name), title]),
        body.data.map((entry: { name: string; title: string }) => [entry.name, entry.title]),
      );
    });

    it('asks for a key, and takes no parameters', async () => {
      assert.equal((await engine.call('GET', '/v1/templates', { key: null })).status, 401);
      assert.equal((await engine.call('GET', '/v1/templates?limit=1')).status, 422);
    });
  });

  describe('GET /v1/templates/{name}', () => {
    it('gives an entry as it stands in the list, its files as they are', async () => {
      const { data } = (await engine.call('GET', '/v1/templates')).body;
      for (const [index, name] of NAMES.entries()) {
        const entry = await read(name);
        assert.deepEqual(entry, data[index]);
        assert.equal(entry.body_template, readText(`templates/gallery/${name}/template.hbs`));
        assert.equal(entry.expected_body, readText(`templates/gallery/${name}/expected.json`));
      }
    });

    it('keeps the spelling of numbers in samples', async () => {
      const { text } = await engine.call('GET', '/v1/templates/cloudevents');
      assert.match(text, /"change_id":90071992547409931234/);
    });

    it('leaves the name check to another route', async () => {
      const { status, headers } = await engine.call('GET', '/v1/templates/check');
      assert.equal(status, 405);
      assert.equal(headers['allow'], 'POST');
    });

    it('answers 404 for a name that is none', async () => {
      for (const name of ['slack', 'Cloudevents', '__proto__', '..%2fdefault']) {
        const { status, body } = await engine.call('GET', `/v1/templates/${name}`);
        assert.equal(status, 404, name);
        assert.equal(body.code, 'not_found');
      }
    });
  });

  for (const name of NAMES) {
    it(`${name} makes a webhook that is accepted without a warning, and says what to know`, async () => {
      const entry = await read(name);
      const headers = entry.headers.map((header: { name: string; example: string }) => [header.name, header.example]);
      const draft = {
        name: `Gallery ${name}`,
        schema: entry.schema,
        method: entry.method,
        url: entry.url,
        headers: Object.fromEntries(headers),
        body_template: entry.body_template,
        response_validators: entry.response_validators,
      };
      const { status, text, body } = await engine.call('POST', '/v1/webhooks?dry_run=true', { body: draft });
      assert.equal(status, 200, text);
      assert.deepEqual(body.warnings, []);
      for (const said of [entry.title, entry.description, ...entry.notes]) assert.match(said, /^\S.+\S$/);
    });

    it(`${name} renders its expected body for its sample event where it is checked, to the byte`, async () => {
      const { text } = await engine.call('GET', `/v1/templates/${name}`);
      const { schema = null, body_template: template = null, sample_event: event = null, ...entry } = exact(text);
      const raw = writeExact({ schema, body_template: template, event });
      const { status, text: answer, body } = await engine.call('POST', '/v1/templates/check', { raw });
      assert.equal(status, 200, answer);
      assert.deepEqual([body.samples[0].name, body.samples[0].body], ['event', entry['expected_body']]);
    });

    it(`${name} tells a good answer of its receiver from a bad one`, async () => {
      const { response_validators } = await read(name);
      const about = JSON.parse(readText(`templates/gallery/${name}/about.json`)) as Record<string, unknown>;
      const passes = async (response: unknown): Promise<boolean> => {
        const body = { response_validators, response };
        const answer = await engine.call('POST', '/v1/validators/check', { body });
        assert.equal(answer.status, 200, answer.text);
        return answer.body.passed as boolean;
      };
      assert.equal(await passes(about['good_response']), true);
      assert.equal(await passes(about['bad_response']), false);
    });
  }
});
