import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Wire } from '../support/wire.ts';
import { headerOf, startWire } from '../support/wire.ts';

const SANDBOX = 'https://sandbox.hookwright.test';
const FULL = {
  name: 'Everything set',
  active: false,
  schema: 'audit',
  event_types: ['access_flow.*', 'bundle.created'],
  filter: { 'data.source': { $in: ['API', 'Terraform'] } },
  type: 'http',
  method: 'PUT',
  url: 'https://hooks.example.com/in?x=1',
  headers: { Authorization: 'Bearer canary-secret-value', 'X-Team': 'platform' },
  public_headers: ['x-team'],
  authentication: null,
  signing: null,
  body_template: '{"who":"{{data.actor_name}}"}',
  timeout_in_sec: 42,
  response_validators: [{ json_path: '$.data.ok', expected_values: [true, 'yes', 1, null] }],
  custom_validation_error_message: 'It did not say yes.',
  retry_policy: { delays_in_sec: [1, 2, 3], jitter: 0.5 },
  rate_limit: { requests_per_sec: 2.5, burst: 7 },
  max_held_in_sec: 600,
};

onEachDatabase('webhooks', () => {
  let engine: TestApp;
  let wire: Wire;
  let names = 0;
  const minimal = (extra: Record<string, unknown> = {}): Record<string, unknown> => {
    names += 1;
    return { name: `hook ${String(names)}`, url: 'https://hooks.example.com/in', ...extra };
  };
  const make = async (extra: Record<string, unknown> = {}) =>
    (await engine.call('POST', '/v1/webhooks', { body: minimal(extra) })).body;
  before(async () => {
    wire = await startWire();
    engine = await startApp(wire.env);
  });
  after(async () => {
    await engine.stop();
    await wire.close();
  });

  describe('POST /v1/webhooks', () => {
    it('makes a webhook from name and URL, with the documented defaults', async () => {
      const { status, body, headers } = await engine.call('POST', '/v1/webhooks', {
        body: { name: 'Plain', url: 'https://hooks.example.com/in' },
      });
      assert.equal(status, 201);
      assert.equal(headers['etag'], '"1"');
      assert.equal(headers['location'], `/v1/webhooks/${body.id as string}`);
      const { active, method, schema, timeout_in_sec, retry_policy, body_template, event_types, warnings } = body;
      assert.deepEqual(
        { active, method, schema, timeout_in_sec, retry_policy, body_template, event_types, warnings },
        {
          active: true,
          method: 'POST',
          schema: 'audit',
          timeout_in_sec: 10,
          retry_policy: { delays_in_sec: [60, 600, 3600], jitter: 0.2 },
          body_template: null,
          event_types: [],
          warnings: [],
        },
      );
    });

    it('keeps every field, and shows no secret', async () => {
      const { body } = await engine.call('POST', '/v1/webhooks', { body: FULL });
      const { id, version, created_at, updated_at, created_by, health, warnings, ...settings } = body;
      assert.deepEqual(settings, { ...FULL, headers: { Authorization: '***', 'X-Team': 'platform' } });
      const read = await engine.call('GET', `/v1/webhooks/${id as string}`);
      assert.deepEqual(read.body, { id, version, created_at, updated_at, created_by, health, ...settings });
      assert.deepEqual(warnings, []);
    });

    it('keeps secrets out of the database file and the log', async () => {
      for (const file of await readdir(engine.dataDir)) {
        assert.ok(!readFileSync(join(engine.dataDir, file)).includes('canary-secret-value'), file);
      }
      assert.ok(!engine.log.join('').includes('canary-secret-value'));
    });

    it('names every fault at once', async () => {
      const { status, body } = await engine.call('POST', '/v1/webhooks', {
        body: {
          name: 'no/slash',
          nmae: 1,
          url: 'http://localhost:8080/x',
          method: 'SEND',
          timeout_in_sec: 61,
          event_types: ['two\nlines'],
          filter: { $where: 'x' },
          headers: { Host: 'x' },
          body_template: '{"a":"{{data.action}}" "b":1}',
          response_validators: [{ json_path: '$.data.a-b', expected_values: ['x'] }],
          retry_policy: { delays_in_sec: ['soon'], jitter: 2 },
          schema: 'audti',
        },
      });
      assert.equal(status, 422);
      const places = new Set(body.errors.map((fault: { pointer: string }) => fault.pointer));
      for (const pointer of [
        '/name',
        '/nmae',
        '/url',
        '/method',
        '/timeout_in_sec',
        '/event_types/0',
        '/filter/$where',
        '/headers/Host',
        '/response_validators/0/json_path',
        '/retry_policy/delays_in_sec/0',
        '/retry_policy/jitter',
        '/schema',
      ]) {
        assert.ok(places.has(pointer), `${pointer} is not among ${[...places].join(' ')}`);
      }
      for (const fault of body.errors) assert.ok(fault.code && fault.detail && fault.hint, JSON.stringify(fault));
    });

    it('refuses a template that renders invalid JSON with a sample, and points into it', async () => {
      const { status, body } = await engine.call('POST', '/v1/webhooks', {
        body: minimal({ body_template: '{\n "a": "{{data.action}}"\n "b": 1}' }),
      });
      assert.equal(status, 422);
      assert.equal(body.errors[0].pointer, '/body_template');
      assert.equal(body.errors[0].position.line, 3);
    });

    it('refuses a name that is taken, whatever its case', async () => {
      const { name } = await make();
      const { status, body } = await engine.call('POST', '/v1/webhooks', {
        body: minimal({ name: String(name).toUpperCase() }),
      });
      assert.equal(status, 409);
      assert.equal(body.code, 'name_taken');
      assert.equal(body.errors[0].pointer, '/name');
    });

    it('refuses *** as a value, since nothing is stored yet', async () => {
      const { status, body } = await engine.call('POST', '/v1/webhooks', {
        body: minimal({ headers: { Authorization: '***' } }),
      });
      assert.equal(status, 422);
      assert.equal(body.errors[0].code, 'secret_required');
      assert.equal(body.errors[0].pointer, '/headers/Authorization');
    });

    it('checks all and stores nothing with dry_run', async () => {
      const draft = minimal();
      const dry = await engine.call('POST', '/v1/webhooks?dry_run=true', { body: draft });
      assert.equal(dry.status, 200);
      assert.equal((await engine.call('GET', `/v1/webhooks/${dry.body.id as string}`)).status, 404);
      assert.equal((await engine.call('POST', '/v1/webhooks', { body: draft })).status, 201);
      const taken = await engine.call('POST', '/v1/webhooks?dry_run=true', { body: draft });
      assert.equal(taken.status, 409, 'what only the database knows is found, too');
    });

    it('warns of a body on GET', async () => {
      const { warnings } = await make({ method: 'GET', body_template: '{}' });
      assert.equal(warnings[0].code, 'body_on_get');
    });
  });

  describe('PUT and PATCH /v1/webhooks/{webhook_id}', () => {
    it('replaces all settings: what is left out takes its default again', async () => {
      const { id, name } = await make({ timeout_in_sec: 30, event_types: ['a'] });
      const { status, body, headers } = await engine.call('PUT', `/v1/webhooks/${id as string}`, {
        body: { name, url: 'https://hooks.example.com/other' },
      });
      assert.equal(status, 200);
      assert.equal(headers['etag'], '"2"');
      assert.equal(body.timeout_in_sec, 10);
      assert.deepEqual(body.event_types, []);
    });

    it('merges a patch, and null resets a member', async () => {
      const { id } = await make({ timeout_in_sec: 30, headers: { A: 'secret-one', B: 'secret-two' } });
      const patched = await engine.call('PATCH', `/v1/webhooks/${id as string}`, {
        body: { timeout_in_sec: null, headers: { B: null, C: 'secret-three' } },
        headers: { 'content-type': 'application/merge-patch+json' },
      });
      assert.equal(patched.status, 200);
      assert.equal(patched.body.timeout_in_sec, 10);
      assert.deepEqual(patched.body.headers, { A: '***', C: '***' });
    });

    it('refuses a stale If-Match with 412, and changes nothing', async () => {
      const { id } = await make();
      const path = `/v1/webhooks/${id as string}`;
      const first = await engine.call('PATCH', path, { body: { active: false }, headers: { 'if-match': '"1"' } });
      assert.equal(first.status, 200);
      const stale = await engine.call('PATCH', path, { body: { active: true }, headers: { 'if-match': '"1"' } });
      assert.equal(stale.status, 412);
      assert.equal((await engine.call('GET', path)).body.active, false);
      assert.equal((await engine.call('DELETE', path, { headers: { 'if-match': '"1"' } })).status, 412);
      assert.equal((await engine.call('PATCH', path, { body: {}, headers: { 'if-match': 'W/"2"' } })).status, 412);
      assert.equal((await engine.call('PATCH', path, { body: {}, headers: { 'if-match': '*' } })).status, 200);
    });

    it('makes no version of a change that changes nothing', async () => {
      const { id, version } = await make();
      const { body, headers } = await engine.call('PATCH', `/v1/webhooks/${id as string}`, { body: { active: true } });
      assert.equal(body.version, version);
      assert.equal(headers['etag'], '"1"');
    });

    it('keeps a secret sent back as *** while the host stays, and asks for it when the host changes', async () => {
      const { id, name } = await make({ url: `${wire.url}/a`, headers: { Authorization: 'Bearer kept-secret-value' } });
      const path = `/v1/webhooks/${id as string}`;
      const body = { name, url: `${wire.url}/b`, headers: { Authorization: '***' } };
      assert.equal((await engine.call('PUT', path, { body })).status, 200);
      await engine.call('POST', `${path}/test`);
      assert.equal(headerOf(wire.seen.at(-1), 'authorization'), 'Bearer kept-secret-value');
      const moved = await engine.call('PATCH', path, { body: { url: 'https://hooks.example.com/elsewhere' } });
      assert.equal(moved.status, 422);
      assert.equal(moved.body.errors[0].code, 'secret_required');
    });

    it('answers GET with the whole webhook even when If-None-Match would fit', async () => {
      const { id } = await make();
      const { status } = await engine.call('GET', `/v1/webhooks/${id as string}`, {
        headers: { 'if-none-match': '"1"' },
      });
      assert.equal(status, 200);
    });
  });

  describe('versions', () => {
    it('keeps what it was, and goes back to it as a new version, secrets included', async () => {
      const { id } = await make({
        url: `${wire.url}/in`,
        headers: { Authorization: 'Bearer first-secret-value' },
        timeout_in_sec: 5,
      });
      const path = `/v1/webhooks/${id as string}`;
      await engine.call('PATCH', path, {
        body: { headers: { Authorization: 'Bearer second-secret-value' }, timeout_in_sec: 6 },
      });
      const list = await engine.call('GET', `${path}/versions`);
      assert.deepEqual(
        list.body.data.map((one: { version: number }) => one.version),
        [2, 1],
      );
      const old = await engine.call('GET', `${path}/versions/1`);
      assert.equal(old.body.timeout_in_sec, 5);
      const restored = await engine.call('POST', `${path}/versions/1/restore`);
      assert.equal(restored.body.version, 3);
      assert.equal(restored.body.timeout_in_sec, 5);
      await engine.call('POST', `${path}/test`);
      assert.equal(headerOf(wire.seen.at(-1), 'authorization'), 'Bearer first-secret-value');
      assert.equal((await engine.call('GET', `${path}/versions/9`)).status, 404);
    });
  });

  describe('DELETE /v1/webhooks/{webhook_id}', () => {
    it('removes it, frees its name, and cancels what waits', async () => {
      const { id, name } = await make({ url: `${SANDBOX}/status/500`, event_types: ['doomed'] });
      const body = { event_type: 'doomed', event_time: '1.0', data: {} };
      const posted = await engine.call('POST', '/v1/events', { body });
      await engine.app.idle();
      assert.equal((await engine.call('DELETE', `/v1/webhooks/${id as string}`)).status, 204);
      assert.equal((await engine.call('GET', `/v1/webhooks/${id as string}`)).status, 404);
      await engine.app.idle();
      const deliveries = await engine.call(
        'GET',
        `/v1/deliveries?webhook_id=${id as string}&event_id=${posted.body.events[0].id as string}`,
      );
      assert.deepEqual(
        deliveries.body.data.map((one: { state: string; reason: string }) => [one.state, one.reason]),
        [['cancelled', 'webhook_deleted']],
      );
      assert.equal((await engine.call('POST', '/v1/webhooks', { body: minimal({ name }) })).status, 201);
    });
  });

  describe('the engine’s own events', () => {
    it('tell of every change, with secrets masked, to the webhooks that name them and to no others', async () => {
      const listener = await make({
        url: `${SANDBOX}/echo`,
        event_types: ['webhook.*'],
        body_template:
          '{"type":"{{event_type}}","was":{{data.previous_target_object}},"is":{{data.current_target_object}}}',
      });
      const all = await make({ url: `${SANDBOX}/echo` });
      const { id } = await make({
        url: `${SANDBOX}/echo`,
        event_types: ['none'],
        headers: { 'X-Key': 'never-shown-secret' },
      });
      const path = `/v1/webhooks/${id as string}`;
      await engine.call('PATCH', path, { body: { timeout_in_sec: 11 } });
      await engine.call('POST', `${path}/test`);
      await engine.call('DELETE', path);
      await engine.app.idle();
      const { body } = await engine.call('GET', '/v1/events?origin=engine&limit=4');
      const mine = body.data.filter((one: { body: { data: { target_id: string } } }) => one.body.data.target_id === id);
      assert.deepEqual(
        mine.map((one: { event_type: string }) => one.event_type),
        ['webhook.deleted', 'webhook.tested', 'webhook.updated', 'webhook.created'],
      );
      assert.equal(mine[2].body.data.previous_target_object.timeout_in_sec, 10);
      assert.equal(mine[2].body.data.current_target_object.timeout_in_sec, 11);
      assert.equal(mine[3].body.data.current_target_object.headers['X-Key'], '***');
      const deliveries = await engine.call('GET', `/v1/deliveries?webhook_id=${listener.id as string}&limit=200`);
      const delivered = new Set(
        deliveries.body.data
          .filter((one: { state: string }) => one.state === 'delivered')
          .map((one: { event_id: string }) => one.event_id),
      );
      for (const { id: eventId } of mine) assert.ok(delivered.has(eventId));
      const others = await engine.call('GET', `/v1/deliveries?webhook_id=${all.id as string}`);
      assert.deepEqual(others.body.data, []);
    });
  });
});
