import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { headerOf } from '../support/wire.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Engine } from './engine.ts';
import { startEngine, status } from './engine.ts';

const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

onEachDatabase('an accepted event', () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });
  after(() => engine.stop());

  const delivery = (id: string) => engine.get(`/v1/deliveries/${id}`);
  const invocation = (id: string) => engine.get(`/v1/invocations/${id}`);
  const lastInvocation = async (deliveryId: string) =>
    invocation((await delivery(deliveryId)).invocations.at(-1).id as string);

  describe('becomes a request', () => {
    it('goes over the wire with exactly the documented headers and the rendered body', async () => {
      const receiver = engine.plan(status(200));
      const { type } = await engine.webhook({
        url: `${receiver.url}?x=%20y&z`,
        method: 'PUT',
        headers: { 'X-Second': 'two words', Authorization: 'Bearer wire-secret-value' },
        body_template: '{"who":"{{data.actor_name}}","id":{{data.id}},"type":"{{event_type}}"}',
      });
      const eventId = await engine.post(type, { data: { actor_name: 'A "quoted"\nname é', id: 1 } });
      await engine.app.idle();
      const [deliveryView] = (await engine.get(`/v1/deliveries?event_id=${eventId}`)).data;
      const [seen] = receiver.seen();
      assert.equal(receiver.seen().length, 1);
      assert.equal(seen?.method, 'PUT');
      assert.equal(seen.path, `${receiver.path}?x=%20y&z`);
      const body = `{"who":"A \\"quoted\\"\\nname é","id":1,"type":"${type}"}`;
      assert.equal(seen.body, body);
      assert.deepEqual(seen.headers, [
        ['host', 'receiver.example.com'],
        ['connection', 'keep-alive'],
        ['content-type', 'application/json'],
        ['user-agent', `Hookwright/${VERSION}`],
        ['accept-encoding', 'identity'],
        ['webhook-id', deliveryView.id],
        ['webhook-timestamp', String(Math.floor(engine.now().getTime() / 1000))],
        ['hookwright-event', eventId],
        ['hookwright-delivery', deliveryView.id],
        ['hookwright-attempt', '1'],
        ['hookwright-hop', '1'],
        ['X-Second', 'two words'],
        ['Authorization', 'Bearer wire-secret-value'],
        ['content-length', String(Buffer.byteLength(body))],
      ]);
    });

    it('writes numbers as they were received, and nothing of a GET or DELETE without a template', async () => {
      const receiver = engine.plan(status(200));
      const exact = await engine.webhook({ url: receiver.url, body_template: '{"id":{{data.id}}}' });
      await engine.call('POST', '/v1/events', {
        raw: `{"event_type":"${exact.type}","event_time":"1.5","data":{"id":12345678901234567890}}`,
      });
      await engine.app.idle();
      assert.equal(receiver.seen()[0]?.body, '{"id":12345678901234567890}');
      for (const method of ['GET', 'DELETE']) {
        const bare = engine.plan(status(200));
        const { type } = await engine.webhook({ url: bare.url, method });
        const record = await lastInvocation(await engine.deliver(type));
        const [seen] = bare.seen();
        assert.equal(seen?.method, method);
        assert.equal(seen.body, '');
        assert.equal(headerOf(seen, 'content-type'), undefined);
        assert.deepEqual([record.request.body, record.request.body_sha256, record.request.body_bytes], [null, null, 0]);
      }
    });

    it('carries the default template of its payload schema where the webhook has none', async () => {
      const receiver = engine.plan(status(200));
      const { type } = await engine.webhook({ url: receiver.url });
      await engine.deliver(type, { data: { actor_name: 'Ada', action: 'created' } });
      const body = JSON.parse(receiver.seen()[0]?.body ?? '') as object;
      assert.ok(JSON.stringify(body).includes('"Ada"'), JSON.stringify(body));
    });

    it('sends a content type of its own, once, and counts the hops of its event', async () => {
      const receiver = engine.plan(status(200));
      const { type } = await engine.webhook({
        url: receiver.url,
        headers: { 'Content-Type': 'application/cloudevents+json' },
      });
      const event = { event_type: type, event_time: '1.0', data: {} };
      await engine.call('POST', '/v1/events', { body: event, headers: { 'hookwright-hop': '2' } });
      await engine.app.idle();
      const [seen] = receiver.seen();
      const types = seen?.headers.filter(([name]) => name.toLowerCase() === 'content-type');
      assert.deepEqual(types, [['Content-Type', 'application/cloudevents+json']]);
      assert.equal(headerOf(seen, 'hookwright-hop'), '3');
    });
  });

  describe('leaves an invocation', () => {
    it('records request, response, timings, peer, validators and what was sent to the last byte', async () => {
      const receiver = engine.plan(status(200, '{"ok":true,"n":7}', { 'x-answer': 'yes' }));
      const made = await engine.webhook({
        name: 'recorded',
        url: receiver.url,
        body_template: '{"text":"é{{data.action}}"}',
        response_validators: [
          { json_path: '$.data.ok', expected_values: ['true'] },
          { json_path: '$.data.n', expected_values: [7] },
          { json_path: '$.status', expected_values: [200] },
        ],
      });
      const deliveryId = await engine.deliver(made.type);
      const record = await lastInvocation(deliveryId);
      const { event_id: eventId } = await delivery(deliveryId);
      assert.equal(record.kind, 'delivery');
      assert.equal(record.delivery_id, deliveryId);
      assert.equal(record.event_id, eventId);
      assert.deepEqual(record.webhook, { id: made.id, name: 'recorded', version: 1 });
      assert.deepEqual(record.attempt, { number: 1, max: 4 });
      // What was read before is passed by a millisecond each time, since this clock stands still.
      const aheadMs = Date.parse(record.started_at) - engine.now().getTime();
      assert.ok(aheadMs >= 0 && aheadMs < 100, String(aheadMs));
      assert.equal(record.outcome, 'success');
      assert.equal(record.phase, 'validate');
      assert.ok(record.message && record.hint);
      assert.match(record.template_sha256, /^[0-9a-f]{64}$/);
      const [seen] = receiver.seen();
      const sent = Buffer.from(seen?.body ?? '', 'utf8');
      assert.equal(record.request.method, 'POST');
      assert.equal(record.request.url, receiver.url);
      assert.equal(record.request.body, seen?.body);
      assert.equal(record.request.body_bytes, sent.length);
      assert.equal(record.request.body_sha256, createHash('sha256').update(sent).digest('hex'));
      const added = ['host', 'connection', 'content-length'];
      assert.deepEqual(
        record.request.headers,
        seen?.headers.filter(([name]) => !added.includes(name)),
      );
      assert.equal(record.response.status, 200);
      assert.equal(record.response.http_version, '1.1');
      assert.equal(record.response.body, '{"ok":true,"n":7}');
      assert.equal(record.response.body_encoding, 'utf8');
      assert.equal(record.response.body_bytes, 17);
      assert.equal(record.response.truncated, false);
      assert.ok(
        record.response.headers.some(([name, value]: [string, string]) => name === 'x-answer' && value === 'yes'),
      );
      assert.deepEqual(
        record.validators.map((one: { passed: boolean; actual: unknown }) => [one.passed, one.actual]),
        [
          [true, [true]],
          [true, [7]],
          [true, [200]],
        ],
      );
      assert.equal(record.peer.address, '127.0.0.1');
      assert.match(record.peer.tls_version, /^TLSv1\.[23]$/);
    });

    it('says how long each phase took, by a clock of its own', async () => {
      const receiver = engine.plan(status(200));
      const { type } = await engine.webhook({ url: receiver.url });
      const { timings_ms: timings } = await lastInvocation(await engine.deliver(type));
      const { total, ...phases } = timings as Record<string, number>;
      assert.deepEqual(Object.keys(phases), ['blocked', 'dns', 'connect', 'ssl', 'send', 'wait', 'receive']);
      for (const phase of ['send', 'wait', 'receive']) assert.ok((phases[phase] ?? -1) >= 0, phase);
      const sum = Object.values(phases).reduce((all, ms) => all + Math.max(0, ms), 0);
      assert.ok((total ?? 0) > 0 && Math.abs(sum - (total ?? 0)) < 5, JSON.stringify(timings));
    });

    it('says what a failed validator expected and got, in the words of the webhook', async () => {
      const receiver = engine.plan(status(200, '{"ok":"no"}'));
      const { type } = await engine.webhook({
        url: receiver.url,
        response_validators: [
          { json_path: '$.data.ok', expected_values: ['yes'] },
          { json_path: '$.data.missing', expected_values: [null] },
        ],
        custom_validation_error_message: 'It did not say yes.',
      });
      const record = await lastInvocation(await engine.deliver(type));
      assert.equal(record.outcome, 'validation_failed');
      assert.ok(record.message.startsWith('It did not say yes.'), record.message);
      assert.deepEqual(
        record.validators.map((one: Record<string, unknown>) => [one['found'], one['actual'], one['passed']]),
        [
          ['values', ['no'], false],
          ['nothing', null, false],
        ],
      );
      assert.equal(record.next_attempt_at, new Date(engine.now().getTime() + 60_000).toISOString());
    });

    it('keeps a body that is cut off, and one that is no text', async () => {
      const long = engine.plan(status(200, 'x'.repeat(70_000)));
      const cut = await engine.webhook({ url: long.url });
      const record = await lastInvocation(await engine.deliver(cut.type));
      assert.equal(record.outcome, 'success', 'no validator reads the body, so the status decides');
      assert.equal(record.response.truncated, true);
      assert.equal(record.response.body.length, 65_536);
      const binary = engine.plan((response) => response.end(Buffer.from([0xff, 0xfe, 0x00, 0x01])));
      const { type } = await engine.webhook({ url: binary.url });
      const bytes = await lastInvocation(await engine.deliver(type));
      assert.deepEqual([bytes.response.body_encoding, bytes.response.body], ['base64', '//4AAQ==']);
    });

    it('is committed before the first byte leaves', async () => {
      const during: unknown[] = [];
      const receiver = engine.plan((response, seen) => {
        void engine
          .get(`/v1/deliveries/${headerOf(seen, 'hookwright-delivery') ?? ''}`)
          .then((body: unknown) => during.push(body))
          .finally(() => response.end());
      });
      const { type } = await engine.webhook({ url: receiver.url });
      await engine.deliver(type);
      const [seenThen] = during as { state: string; invocations: { outcome: string; finished_at: null }[] }[];
      assert.equal(seenThen?.state, 'sending');
      assert.deepEqual(
        seenThen.invocations.map((one) => [one.outcome, one.finished_at]),
        [['sending', null]],
      );
    });
  });

  describe('is tried again by the retry policy', () => {
    const policy = { retry_policy: { delays_in_sec: [10, 100], jitter: 0.5 } };

    it('waits for each delay, keeps its webhook-id, and is delivered by a later attempt', async () => {
      const receiver = engine.plan(status(500), status(503), status(200));
      const { type } = await engine.webhook({ url: receiver.url, ...policy });
      const id = await engine.deliver(type);
      const waiting = await delivery(id);
      assert.equal(waiting.state, 'pending');
      assert.equal(waiting.due_at, new Date(engine.now().getTime() + 10_000).toISOString());
      await engine.later(9);
      assert.equal(receiver.seen().length, 1, 'not before its time');
      await engine.later(1);
      assert.equal(receiver.seen().length, 2);
      await engine.later(100);
      const done = await delivery(id);
      assert.equal(done.state, 'delivered');
      assert.equal(done.attempts, 3);
      assert.equal(done.due_at, null);
      assert.deepEqual(
        done.invocations.map((one: { outcome: string; attempt: unknown }) => [one.outcome, one.attempt]),
        [
          ['server_error', { number: 1, max: 3 }],
          ['server_error', { number: 2, max: 3 }],
          ['success', { number: 3, max: 3 }],
        ],
      );
      const header = (name: string) => receiver.seen().map((seen) => headerOf(seen, name));
      assert.deepEqual(header('webhook-id'), [id, id, id]);
      assert.deepEqual(header('hookwright-attempt'), ['1', '2', '3']);
      assert.equal(new Set(header('webhook-timestamp')).size, 3, 'the timestamp is fresh at each attempt');
      assert.equal(new Set(receiver.seen().map((seen) => seen.body)).size, 1);
    });

    it('is exhausted after the last, and never tried again', async () => {
      const receiver = engine.plan(status(404));
      const { type } = await engine.webhook({ url: receiver.url, ...policy });
      const id = await engine.deliver(type);
      await engine.later(10);
      await engine.later(100);
      const done = await delivery(id);
      assert.deepEqual([done.state, done.reason, done.attempts], ['exhausted', 'client_error', 3]);
      assert.equal(done.finished_at, engine.now().toISOString());
      assert.equal(done.invocations.at(-1).next_attempt_at, null);
      await engine.later(100_000);
      assert.equal(receiver.seen().length, 3);
    });

    it('makes one attempt where the policy has no delays', async () => {
      const receiver = engine.plan(status(500));
      const { type } = await engine.webhook({ url: receiver.url, retry_policy: { delays_in_sec: [], jitter: 0 } });
      const done = await delivery(await engine.deliver(type));
      assert.deepEqual([done.state, done.attempts], ['exhausted', 1]);
    });

    it('honours Retry-After on 429 and 503, in seconds or as a date, and on nothing else', async () => {
      const at = new Date(engine.now().getTime() + 300_000).toUTCString();
      const cases: readonly (readonly [number, string, number])[] = [
        [429, '120', 120],
        [503, at, 299.75],
        [429, '3', 10],
        [429, '999999', 86_400],
        [500, '120', 10],
        [404, '120', 10],
      ];
      for (const [code, retryAfter, seconds] of cases) {
        const receiver = engine.plan(status(code, '{}', { 'retry-after': retryAfter }));
        const { type } = await engine.webhook({ url: receiver.url, retry_policy: { delays_in_sec: [10], jitter: 0 } });
        const waiting = await delivery(await engine.deliver(type));
        const due = new Date(engine.now().getTime() + seconds * 1000).toISOString();
        assert.equal(waiting.due_at, due, `${String(code)} ${retryAfter}`);
        assert.equal(waiting.invocations[0].next_attempt_at, due);
      }
    });
  });

  describe('ends where trying again cannot help', () => {
    it('is rejected by 410', async () => {
      const receiver = engine.plan(status(410));
      const { type } = await engine.webhook({ url: receiver.url });
      const done = await delivery(await engine.deliver(type));
      assert.deepEqual([done.state, done.reason], ['rejected', 'gone']);
    });

    it('is rejected where its body cannot be rendered', async () => {
      const receiver = engine.plan(status(200));
      const { type } = await engine.webhook({
        url: receiver.url,
        body_template: '{"all":[{{#each data.items}}"{{this}}{{this}}"{{#unless @last}},{{/unless}}{{/each}}]}',
      });
      const items = Array.from({ length: 25_000 }, () => 'x');
      const done = await delivery(await engine.deliver(type, { data: { items } }));
      assert.deepEqual([done.state, done.reason], ['rejected', 'render_too_large']);
      const record = await invocation(done.invocations[0].id as string);
      assert.equal(record.request, null);
      assert.equal(record.phase, 'render');
      assert.equal(receiver.seen().length, 0);
    });

    it('never follows a redirect, and records where it led', async () => {
      const target = engine.plan(status(200));
      const receiver = engine.plan(status(302, '', { location: target.url }));
      const { type } = await engine.webhook({ url: receiver.url });
      const id = await engine.deliver(type);
      const record = await lastInvocation(id);
      assert.equal(record.outcome, 'redirect_refused');
      assert.ok(record.message.includes(target.url), record.message);
      assert.equal((await delivery(id)).state, 'pending');
      assert.equal(target.seen().length, 0);
    });

    it('fails, and is tried again, where the receiver cuts the connection', async () => {
      const receiver = engine.plan((response) => response.socket?.destroy());
      const { type } = await engine.webhook({ url: receiver.url });
      const id = await engine.deliver(type);
      const record = await lastInvocation(id);
      assert.equal(record.outcome, 'connect_error');
      assert.ok(record.error_code);
      assert.equal(record.response, null);
      assert.equal((await delivery(id)).state, 'pending');
    });
  });

  describe('follows its webhook', () => {
    const policy = { retry_policy: { delays_in_sec: [50], jitter: 0 } };

    it('is held while the webhook is inactive, and goes on when it is active again', async () => {
      const receiver = engine.plan(status(500), status(200));
      const { id, type } = await engine.webhook({ url: receiver.url, ...policy });
      const deliveryId = await engine.deliver(type);
      await engine.call('PATCH', `/v1/webhooks/${id}`, { body: { active: false } });
      await engine.app.idle();
      const held = await delivery(deliveryId);
      assert.deepEqual([held.state, held.reason], ['held', 'webhook_inactive']);
      await engine.later(1000);
      assert.equal(receiver.seen().length, 1);
      assert.equal(
        (await engine.call('POST', '/v1/events', { body: { event_type: type, event_time: '1.0', data: {} } })).body
          .events[0].deliveries,
        0,
      );
      await engine.call('PATCH', `/v1/webhooks/${id}`, { body: { active: true } });
      await engine.app.idle();
      assert.equal((await delivery(deliveryId)).state, 'delivered');
      assert.equal(receiver.seen().length, 2);
    });

    it('is held when the webhook was switched off during the attempt, and cancelled when it was deleted', async () => {
      for (const [method, state] of [
        ['PATCH', 'held'],
        ['DELETE', 'cancelled'],
      ] as const) {
        const made: { id?: string } = {};
        const receiver = engine.plan((response) => {
          const options = method === 'PATCH' ? { body: { active: false } } : {};
          void engine
            .call(method, `/v1/webhooks/${made.id ?? ''}`, options)
            .finally(() => response.writeHead(500).end());
        });
        const { id, type } = await engine.webhook({ url: receiver.url, ...policy });
        made.id = id;
        assert.equal((await delivery(await engine.deliver(type))).state, state);
      }
    });

    it('is sent by the version of the moment: a mended URL heals what waits, and the invocation names it', async () => {
      const broken = engine.plan(status(500));
      const mended = engine.plan(status(200));
      const { id, type } = await engine.webhook({ url: broken.url, ...policy });
      const deliveryId = await engine.deliver(type);
      await engine.call('PATCH', `/v1/webhooks/${id}`, {
        body: { url: mended.url, body_template: '{"v":2}', headers: { 'X-New': 'value' } },
      });
      await engine.later(50);
      const done = await delivery(deliveryId);
      assert.equal(done.state, 'delivered');
      assert.deepEqual(
        done.invocations.map((one: { webhook: { version: number } }) => one.webhook.version),
        [1, 2],
      );
      assert.equal(mended.seen()[0]?.body, '{"v":2}');
      assert.equal(headerOf(mended.seen()[0], 'x-new'), 'value');
    });

    it('takes the retry policy of the moment: one that was made shorter ends it', async () => {
      const made: { id?: string } = {};
      const receiver = engine.plan((response) => {
        void engine
          .call('PATCH', `/v1/webhooks/${made.id ?? ''}`, { body: { retry_policy: { delays_in_sec: [], jitter: 0 } } })
          .finally(() => response.writeHead(500).end());
      });
      const { id, type } = await engine.webhook({ url: receiver.url, ...policy });
      made.id = id;
      assert.equal((await delivery(await engine.deliver(type))).state, 'exhausted');
    });
  });

  it('goes to every webhook that it is for, once each, whatever the others answer', async () => {
    const type = 'shared.event';
    const answers = [status(200), status(500), status(410)];
    const receivers = answers.map((answer) => engine.plan(answer));
    for (const { url } of receivers) await engine.webhook({ url, event_types: [type] });
    const eventId = await engine.post(type);
    await engine.app.idle();
    const { data } = await engine.get(`/v1/deliveries?event_id=${eventId}`);
    assert.deepEqual(data.map((one: { state: string }) => one.state).sort(), ['delivered', 'pending', 'rejected']);
    for (const receiver of receivers) {
      assert.equal(receiver.seen().length, 1);
      assert.equal(headerOf(receiver.seen()[0], 'hookwright-event'), eventId, 'the same for every webhook');
    }
    assert.equal(new Set(receivers.map((one) => headerOf(one.seen()[0], 'webhook-id'))).size, 3);
  });
});
