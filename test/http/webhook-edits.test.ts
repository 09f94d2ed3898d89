import assert from 'node:assert/strict';
import type { TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Wire } from '../support/wire.ts';
import { startWire } from '../support/wire.ts';

const SANDBOX = 'https://sandbox.hookwright.test';
const SECRET = 'tok_live_1234567890';

onEachDatabase('editing webhooks', () => {
  let engine: TestApp;
  let names = 0;
  const make = async (extra: Record<string, unknown> = {}) => {
    names += 1;
    const body = { name: `edit ${String(names)}`, url: `${SANDBOX}/echo`, event_types: ['none'], ...extra };
    return (await engine.call('POST', '/v1/webhooks', { body })).body;
  };
  before(async () => {
    engine = await startApp();
  });
  after(() => engine.stop());

  it('never shows a stored secret by declaring its header public', async () => {
    const { id, name, url } = await make({ headers: { 'X-Api-Key': SECRET } });
    const path = `/v1/webhooks/${id as string}`;
    const put = { name, url, headers: { 'X-Api-Key': '***' }, public_headers: ['x-api-key'] };
    for (const refused of [
      await engine.call('PATCH', path, { body: { public_headers: ['X-Api-Key'] } }),
      await engine.call('PUT', path, { body: put }),
    ]) {
      assert.equal(refused.status, 422);
      assert.ok(!refused.text.includes(SECRET));
      assert.ok(
        refused.body.errors.some(
          (fault: { code: string; pointer: string }) =>
            fault.code === 'secret_required' && fault.pointer === '/headers/X-Api-Key',
        ),
      );
    }
    const anew = await engine.call('PATCH', path, {
      body: { public_headers: ['X-Api-Key'], headers: { 'X-Api-Key': 'not-secret-any-more' } },
    });
    assert.equal(anew.body.headers['X-Api-Key'], 'not-secret-any-more');
    const events = await engine.call('GET', '/v1/events?origin=engine');
    assert.ok(!events.text.includes(SECRET));
  });

  it('takes back what GET has given, and names read-only members that differ', async () => {
    const { id } = await make({ headers: { A: SECRET } });
    const path = `/v1/webhooks/${id as string}`;
    const { body } = await engine.call('GET', path);
    const same = await engine.call('PUT', path, { body });
    assert.equal(same.status, 200);
    assert.equal(same.body.version, 1);
    assert.equal((await engine.call('PATCH', path, { body })).body.version, 1);
    const other = await engine.call('PUT', path, { body: { ...body, version: 7, id: 'whk_x', timeout_in_sec: 20 } });
    assert.equal(other.status, 422);
    assert.deepEqual(
      other.body.errors.map((fault: { pointer: string; code: string }) => `${fault.pointer} ${fault.code}`).sort(),
      ['/id read_only', '/version read_only'],
    );
    const copied = await engine.call('POST', '/v1/webhooks', { body });
    assert.ok(copied.body.errors.some((fault: { code: string }) => fault.code === 'read_only'));
  });

  it('names a taken name among the other faults', async () => {
    const { name } = await make();
    const { id } = await make();
    const bad = { name: String(name).toUpperCase(), url: 'http://x', timeout_in_sec: 0 };
    for (const { status, body } of [
      await engine.call('POST', '/v1/webhooks', { body: bad }),
      await engine.call('PUT', `/v1/webhooks/${id as string}`, { body: bad }),
    ]) {
      assert.equal(status, 422);
      const codes = body.errors.map((fault: { code: string }) => fault.code);
      for (const code of ['name_taken', 'url_not_https', 'out_of_range'])
        assert.ok(codes.includes(code), `${code}: ${String(codes)}`);
    }
    const own = await engine.call('PUT', `/v1/webhooks/${id as string}`, {
      body: { ...bad, name: `edit ${String(names)}` },
    });
    assert.ok(
      !own.body.errors.some((fault: { code: string }) => fault.code === 'name_taken'),
      'its own name is not taken',
    );
  });

  it('patches a header whatever the case of its name', async () => {
    const { id } = await make({ headers: { Authorization: SECRET } });
    const path = `/v1/webhooks/${id as string}`;
    const changed = await engine.call('PATCH', path, { body: { headers: { AUTHORIZATION: 'another-secret' } } });
    assert.deepEqual(changed.body.headers, { Authorization: '***' });
    assert.equal(changed.body.version, 2);
    const removed = await engine.call('PATCH', path, { body: { headers: { authorization: null } } });
    assert.deepEqual(removed.body.headers, {});
    await engine.call('PATCH', path, { body: { headers: { 'X-A': 'one' } } });
    const twice = await engine.call('PATCH', path, { body: { headers: { 'X-A': 'two', 'x-a': 'three' } } });
    assert.equal(twice.status, 422);
    assert.ok(twice.body.errors.some((fault: { code: string }) => fault.code === 'header_repeated'));
  });

  it('applies patches that come at once and name no version, all of them', async () => {
    const { id } = await make();
    const path = `/v1/webhooks/${id as string}`;
    const patches = [
      { timeout_in_sec: 20 },
      { event_types: ['a'] },
      { method: 'PUT' },
      { custom_validation_error_message: 'm' },
    ];
    const answers = await Promise.all(patches.map((body) => engine.call('PATCH', path, { body })));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    const { body } = await engine.call('GET', path);
    assert.deepEqual(
      [body.version, body.timeout_in_sec, body.event_types, body.method, body.custom_validation_error_message],
      [5, 20, ['a'], 'PUT', 'm'],
    );
  });

  it('loses to no one a write that names no version, however many come at once', async () => {
    const { id, name, url } = await make();
    const path = `/v1/webhooks/${id as string}`;
    const patches = Array.from({ length: 20 }, (_, index) =>
      engine.call('PATCH', path, { body: { timeout_in_sec: index + 20 } }),
    );
    const puts = Array.from({ length: 5 }, (_, index) =>
      engine.call('PUT', path, { body: { name, url, event_types: ['none'], timeout_in_sec: index + 50 } }),
    );
    const restores = [
      engine.call('POST', `${path}/versions/1/restore`),
      engine.call('POST', `${path}/versions/1/restore`),
    ];
    const answers = await Promise.all([...patches, ...puts, ...restores]);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    // A restore of what is there already changes nothing.
    const { version } = (await engine.call('GET', path)).body;
    assert.ok(version >= 26 && version <= 28, String(version));
  });

  it('says once what is wrong with a *** that stands for nothing', async () => {
    const { id, name, url } = await make();
    const { body } = await engine.call('PUT', `/v1/webhooks/${id as string}`, {
      body: { name, url, headers: { accept: '***' } },
    });
    assert.deepEqual(
      body.errors.map((fault: { code: string }) => fault.code),
      ['secret_required'],
    );
  });

  it('lets a filter name the schema of an event that leaves it out', async () => {
    const { id } = await make({
      event_types: ['schemaless'],
      filter: { schema: 'audit' },
      url: `${SANDBOX}/status/200`,
    });
    const posted = await engine.call('POST', '/v1/events', {
      body: { event_type: 'schemaless', event_time: '1.0', data: {} },
    });
    assert.equal(posted.body.events[0].deliveries, 1);
    await engine.call('DELETE', `/v1/webhooks/${id as string}`);
  });

  it('shows the versions of a deleted webhook, since invocations name them', async () => {
    const { id } = await make();
    const path = `/v1/webhooks/${id as string}`;
    await engine.call('DELETE', path);
    assert.equal((await engine.call('GET', `${path}/versions`)).body.data.length, 1);
    assert.equal((await engine.call('GET', `${path}/versions/1`)).status, 200);
    assert.equal(
      (await engine.call('GET', '/v1/webhooks/whk_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d/versions')).status,
      404,
    );
  });

  it('lets a webhook name any event type that intake takes', async () => {
    for (const type of ['User Login', 'a/b', 'änderung', 'AccessRequestCreated']) {
      const { id } = await make({ event_types: [type], url: `${SANDBOX}/status/200` });
      const posted = await engine.call('POST', '/v1/events', {
        body: { event_type: type, event_time: '1.0', data: {} },
      });
      assert.equal(posted.body.events[0].deliveries, 1, type);
      await engine.call('DELETE', `/v1/webhooks/${id as string}`);
    }
    for (const event_type of ['', ' ', 'a\nb', 'a*']) {
      const refused = await engine.call('POST', '/v1/events', { body: { event_type, event_time: '1.0', data: {} } });
      assert.equal(refused.status, 422, JSON.stringify(event_type));
    }
  });

  it('tells with webhook.tested what was tested', async () => {
    const { id } = await make({ headers: { A: SECRET } });
    await engine.call('POST', `/v1/webhooks/${id as string}/test`);
    const draft = { name: 'a draft', url: `${SANDBOX}/echo`, headers: { A: SECRET } };
    await engine.call('POST', '/v1/webhooks/test', { body: { webhook: draft } });
    const { body, text } = await engine.call('GET', '/v1/events?event_type=webhook.tested&limit=2');
    const [ofDraft, ofSaved] = body.data.map(
      (event: { body: { data: { current_target_object: unknown } } }) => event.body.data.current_target_object,
    );
    assert.equal(ofSaved.id, id);
    assert.deepEqual(ofSaved.headers, { A: '***' });
    assert.equal(ofDraft.name, 'a draft');
    assert.ok(!text.includes(SECRET));
  });
});

onEachDatabase('a webhook whose way was closed by the operator', () => {
  let wire: Wire;
  before(async () => {
    wire = await startWire();
  });
  after(() => wire.close());

  it('can be switched off, but is given no other closed way', async () => {
    const first = await startApp({ ...wire.env, HOOKWRIGHT_EGRESS_ALLOW: 'hooks.corp.internal' });
    const dataDir = first.dataDir;
    try {
      const made = await first.call('POST', '/v1/webhooks', {
        body: { name: 'inside', url: 'https://hooks.corp.internal/in' },
      });
      await first.app.stop(0);
      const second = await startApp({ HOOKWRIGHT_DATA_DIR: dataDir, ...wire.env });
      const path = `/v1/webhooks/${made.body.id as string}`;
      const off = await second.call('PATCH', path, { body: { active: false }, key: first.key });
      assert.equal(off.status, 200);
      const elsewhere = await second.call('PATCH', path, {
        body: { url: 'https://hooks.corp.internal/other' },
        key: first.key,
      });
      assert.equal(elsewhere.status, 422);
      await second.stop();
    } finally {
      await first.stop();
    }
  });
});
