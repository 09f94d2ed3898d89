import assert from 'node:assert/strict';
import type { Seen } from '../support/wire.ts';
import { headerOf } from '../support/wire.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Answer, Engine } from './engine.ts';
import { startEngine, status } from './engine.ts';

const MISSING_EVENT = 'evt_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d';

// What a receiver is promised to see alike in a test and in a delivery: everything that the webhook itself says.
function ownPart(seen: Seen | undefined) {
  const isOurs = /^(?:webhook-|hookwright-|connection$)/i;
  return {
    method: seen?.method,
    path: seen?.path,
    body: seen?.body,
    headers: seen?.headers.filter(([name]) => !isOurs.test(name)),
  };
}

onEachDatabase('testing a webhook', () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });
  after(() => engine.stop());

  const draftOf = (url: string, extra: Record<string, unknown> = {}) => ({ name: 'draft', url, ...extra });
  const testDraft = (body: unknown) => engine.call('POST', '/v1/webhooks/test', { body });
  const testSaved = (id: string, body?: unknown) =>
    engine.call('POST', `/v1/webhooks/${id}/test`, body === undefined ? {} : { body });
  const faultsOf = (answer: { body: { errors: { pointer: string; code: string }[] } }) =>
    answer.body.errors.map(({ pointer, code }) => `${pointer} ${code}`);

  it('sends the same method, URL, body and own headers for a draft, a saved webhook and a delivery', async () => {
    const receiver = engine.plan(status(200));
    const settings = {
      url: `${receiver.url}?b=2&a=1`,
      method: 'PATCH',
      headers: { 'X-Zeta': 'last first', Authorization: 'Bearer same-secret-value', 'x-alpha': 'a', 'X-Mid': 'm' },
      // Values of every kind, a comma that may be too many, and helpers.
      body_template:
        '{"é":"{{data.who}}","n":{{data.n}},"all":{{data}},"type":"{{event_type}}","at":"{{event_time}}",' +
        '"list":[{{#each data.list}}{{#if this}}"{{upper this}}",{{/if}}{{/each}}],' +
        '{{#if data.none}}"none":1,{{/if}}"text":"{{json data}}","or":{{default data.none "nothing"}}}',
    };
    const { id, type } = await engine.webhook(settings);
    const raw = `{"event_type":"${type}","event_time":1763640000.25,"data":{"who":"Ünï \\"q\\"","n":1.50,"big":12345678901234567890,"list":["a","","ß",0]}}`;
    const event = { raw: `{"event":${raw}}` };
    const posted = await engine.call('POST', '/v1/events', { raw });
    await engine.app.idle();
    const draft = await engine.call('POST', '/v1/webhooks/test', {
      raw: `{"webhook":${JSON.stringify(draftOf(settings.url, settings))},"event":${raw}}`,
    });
    const saved = await engine.call('POST', `/v1/webhooks/${id}/test`, event);
    const recorded = await testSaved(id, { event_id: posted.body.events[0].id });
    for (const { body } of [draft, saved, recorded]) assert.equal(body.message, 'Test successful');
    const [delivered, ...tests] = receiver.seen();
    assert.equal(tests.length, 3);
    const sent = delivered?.body ?? '';
    assert.ok(sent.includes('"n":1.50') && sent.includes('12345678901234567890'), sent);
    assert.ok(sent.includes('"list":["A","SS"],"text":') && sent.endsWith('"or":"nothing"}'), sent);
    for (const test of tests) assert.deepEqual(ownPart(test), ownPart(delivered));
  });

  it('marks the request as a test, whose webhook-id is its invocation', async () => {
    const receiver = engine.plan(status(200));
    const { id } = await engine.webhook({ url: receiver.url });
    const { body } = await testSaved(id);
    const [seen] = receiver.seen();
    assert.equal(headerOf(seen, 'hookwright-test'), 'true');
    assert.equal(headerOf(seen, 'hookwright-delivery'), undefined);
    assert.equal(headerOf(seen, 'webhook-id'), body.invocation.id);
    assert.match(headerOf(seen, 'hookwright-event') ?? '', /^evt_/);
    assert.equal(headerOf(seen, 'hookwright-attempt'), '1');
  });

  it('answers with the finished invocation and in two words, whatever the receiver said', async () => {
    const cases: readonly (readonly [Answer, string, string])[] = [
      [status(204, ''), 'Test successful', 'success'],
      [status(500), 'Test failed', 'server_error'],
      [status(410), 'Test failed', 'gone'],
      [status(301, '', { location: 'https://x.example.com/' }), 'Test failed', 'redirect_refused'],
      [(response) => response.socket?.destroy(), 'Test failed', 'connect_error'],
      [status(200, '{"ok":false}'), 'Test failed', 'validation_failed'],
    ];
    for (const [answer, message, outcome] of cases) {
      const receiver = engine.plan(answer);
      const rules = outcome === 'validation_failed' ? [{ json_path: '$.data.ok', expected_values: [true] }] : [];
      const { status: code, body } = await testDraft({
        webhook: draftOf(receiver.url, { response_validators: rules }),
      });
      assert.equal(code, 200);
      assert.deepEqual([body.message, body.invocation.outcome], [message, outcome]);
      assert.ok(body.invocation.finished_at);
      assert.equal(body.invocation.next_attempt_at, null, 'a test is never tried again');
      const stored = await engine.get(`/v1/invocations/${body.invocation.id as string}`);
      assert.deepEqual(stored, body.invocation);
    }
  });

  it('records who asked, and which version was tested', async () => {
    const receiver = engine.plan(status(200));
    const { id } = await engine.webhook({ url: receiver.url, name: 'asked' });
    const saved = (await testSaved(id)).body.invocation;
    const draft = (await testDraft({ webhook: draftOf(receiver.url) })).body.invocation;
    assert.equal(saved.kind, 'test');
    assert.match(saved.requested_by, /^key_/);
    assert.deepEqual(saved.attempt, { number: 1, max: 1 });
    assert.deepEqual(saved.webhook, { id, name: 'asked', version: 1 });
    assert.deepEqual(draft.webhook, { id: null, name: 'draft', version: null });
    assert.deepEqual([saved.delivery_id, draft.delivery_id], [null, null]);
  });

  it('works while the webhook is inactive, and leaves it so', async () => {
    const receiver = engine.plan(status(200));
    const { id } = await engine.webhook({ url: receiver.url, active: false });
    assert.equal((await testSaved(id)).body.message, 'Test successful');
    assert.equal((await engine.get(`/v1/webhooks/${id}`)).active, false);
    const draft = await testDraft({ webhook: draftOf(receiver.url, { active: false }) });
    assert.equal(draft.body.message, 'Test successful');
  });

  const isNoRead = ({ event_type }: { event_type: string }): boolean => event_type !== 'audit_log.searched';

  it('stores no event and no delivery, only the audit event that there was a test', async () => {
    const receiver = engine.plan(status(200));
    const { id, type } = await engine.webhook({ url: receiver.url });
    const all = async () => ({
      deliveries: (await engine.get('/v1/deliveries?limit=200')).data.length as number,
      events: (await engine.get('/v1/events?limit=200')).data.filter(isNoRead) as {
        event_type: string;
        body: { data: object };
      }[],
      webhooks: (await engine.get('/v1/webhooks?limit=200')).data.length as number,
    });
    const before = await all();
    const saved = await testSaved(id, { event: { event_type: type, event_time: '1.0', data: {} } });
    await testDraft({ webhook: draftOf(receiver.url, { event_types: [] }) });
    await engine.app.idle();
    const after = await all();
    assert.equal(after.deliveries, before.deliveries);
    assert.equal(after.webhooks, before.webhooks);
    const added = after.events.slice(0, after.events.length - before.events.length);
    assert.deepEqual(
      added.map((event) => event.event_type),
      ['webhook.tested', 'webhook.tested'],
    );
    const [ofDraft, ofSaved] = added.map((event) => event.body.data as Record<string, unknown>);
    assert.deepEqual([ofDraft?.['target_id'], ofSaved?.['target_id']], [null, id]);
    assert.deepEqual(ofSaved?.['metadata'], { invocation_id: saved.body.invocation.id, draft: false });
    assert.equal(receiver.seen().length, 2);
  });

  it('sends the first sample, one by its name, a given event or a recorded one', async () => {
    const receiver = engine.plan(status(200));
    const { id, type } = await engine.webhook({
      url: receiver.url,
      body_template: '{"type":"{{event_type}}","id":"{{id}}"}',
    });
    const { samples } = await engine.get('/v1/schemas/audit');
    const eventId = await engine.post(type);
    await engine.app.idle();
    await testSaved(id);
    await testSaved(id, {});
    await testSaved(id, { sample: samples[3].name });
    await testSaved(id, { event: { event_type: 'given', event_time: '1.0', data: {} } });
    const recorded = await testSaved(id, { event_id: eventId });
    const [, ...tests] = receiver.seen().map((seen) => JSON.parse(seen.body) as { type: string; id: string });
    assert.deepEqual(
      tests.map((one) => one.type),
      [samples[0].event.event_type, samples[0].event.event_type, samples[3].event.event_type, 'given', type],
    );
    assert.equal(tests.at(-1)?.id, eventId);
    assert.equal(recorded.body.invocation.event_id, eventId);
    for (const { name } of samples as { name: string }[]) {
      assert.equal((await testSaved(id, { sample: name })).body.message, 'Test successful');
    }
  });

  it('refuses what names no event, or more than one', async () => {
    const { id } = await engine.webhook({ url: engine.plan(status(200)).url });
    const { samples } = await engine.get('/v1/schemas/audit');
    const near = await testSaved(id, { sample: (samples[0].name as string).slice(1) });
    assert.deepEqual(faultsOf(near), ['/sample unknown_sample']);
    assert.match(near.body.errors[0].hint, new RegExp(`Did you mean "${samples[0].name as string}"`));
    assert.equal((await testSaved(id, { event_id: MISSING_EVENT })).status, 404);
    assert.equal((await testSaved(id, { event_id: MISSING_EVENT, sample: 'x' })).status, 422);
    const bad = await testSaved(id, { event: { event_type: 'x', event_time: 'soon' } });
    assert.deepEqual(faultsOf(bad), ['/event/data required', '/event/event_time format']);
    const odd = await testSaved(id, { event: { schema: 'audti', event_type: 'x', event_time: '1.0', data: {} } });
    assert.deepEqual(faultsOf(odd), ['/event/schema unknown_schema']);
    assert.equal(odd.body.errors[0].hint, 'Did you mean "audit"?');
    assert.equal((await testSaved('whk_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d')).status, 404);
  });

  it('refuses a draft with all its faults at once, below /webhook, and sends nothing', async () => {
    const before = engine.wire.seen.length;
    const invocations = (await engine.get('/v1/invocations?limit=200')).data.length as number;
    const answer = await testDraft({
      webhook: {
        name: 'no/slash',
        url: 'http://localhost/x',
        headers: { Authorization: '***', Host: 'x' },
        body_template: '{"a":{{}',
        response_validators: [{ json_path: '$.[', expected_values: [] }],
        timeout_in_sec: 0,
        bogus: 1,
      },
      evnt: {},
    });
    assert.equal(answer.status, 422);
    const pointers = new Set(answer.body.errors.map((fault: { pointer: string }) => fault.pointer));
    for (const pointer of [
      '/evnt',
      '/webhook/name',
      '/webhook/url',
      '/webhook/headers/Authorization',
      '/webhook/headers/Host',
      '/webhook/body_template',
      '/webhook/response_validators/0/json_path',
      '/webhook/timeout_in_sec',
      '/webhook/bogus',
    ]) {
      assert.ok(pointers.has(pointer), `${pointer} is not among ${[...pointers].join(' ')}`);
    }
    const told = answer.body.errors.map((fault: object) => JSON.stringify(fault));
    assert.equal(new Set(told).size, told.length, 'no fault is told twice');
    assert.equal(engine.wire.seen.length, before);
    assert.equal((await engine.get('/v1/invocations?limit=200')).data.length, invocations);
  });

  it('refuses *** in a draft: nothing is stored that it could stand for', async () => {
    const answer = await testDraft({ webhook: draftOf(engine.wire.url, { headers: { Authorization: '***' } }) });
    assert.equal(answer.status, 422);
    assert.deepEqual(faultsOf(answer), ['/webhook/headers/Authorization secret_required']);
  });

  it('refuses a draft that is missing or no object', async () => {
    assert.deepEqual(faultsOf(await testDraft({})), ['/webhook required']);
    assert.deepEqual(faultsOf(await testDraft({ webhook: [] })), ['/webhook wrong_type']);
  });

  it('is cut off, and on record, when nobody waits for it any more', async () => {
    let arrived: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (arrived = resolve));
    const receiver = engine.plan(() => arrived());
    const leaving = new AbortController();
    const asking = fetch(`${engine.url}/v1/webhooks/test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${engine.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ webhook: draftOf(receiver.url, { name: 'left alone', timeout_in_sec: 60 }) }),
      signal: leaving.signal,
    });
    await reached;
    leaving.abort();
    await assert.rejects(asking);
    for (;;) {
      const { data } = await engine.get('/v1/invocations?kind=test&limit=1');
      if (data[0].outcome === 'sending') continue;
      assert.equal(data[0].webhook.name, 'left alone');
      assert.equal(data[0].outcome, 'unknown');
      return;
    }
  });
});

onEachDatabase('POST /v1/validators/check', () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });
  after(() => engine.stop());

  it('says what each validator makes of a sample response', async () => {
    const { status: code, body } = await engine.call('POST', '/v1/validators/check', {
      body: {
        response: { status: 201, headers: { 'X-Thing': 'a' }, data: { ok: true, list: [1, 2] } },
        response_validators: [
          { json_path: '$.data.ok', expected_values: ['true'] },
          { json_path: "$.headers['x-thing']", expected_values: ['a'] },
          { json_path: '$.data.list[*]', expected_values: [1] },
          { json_path: '$.data.none', expected_values: [1] },
          { json_path: '$.status', expected_values: [201] },
        ],
      },
    });
    assert.equal(code, 200);
    assert.equal(body.passed, false);
    assert.deepEqual(
      body.validators.map((one: Record<string, unknown>) => [one['passed'], one['found']]),
      [
        [true, 'values'],
        [true, 'values'],
        [false, 'values'],
        [false, 'nothing'],
        [true, 'values'],
      ],
    );
  });

  it('reads the numbers of the sample as those of a receiver, and gives them back as they were', async () => {
    const rule = '{"json_path":"$.data.n","expected_values":["12345678901234567890"]}';
    const raw = `{"response":{"data":{"n":12345678901234567890}},"response_validators":[${rule}]}`;
    const { status: code, body, text } = await engine.call('POST', '/v1/validators/check', { raw });
    assert.deepEqual([code, body.passed], [200, true], text);
    assert.match(text, /"actual":\[12345678901234567890\]/);
  });

  it('refuses a path that RFC 9535 does not know, with its column', async () => {
    const { status: code, body } = await engine.call('POST', '/v1/validators/check', {
      body: {
        response: { data: {} },
        response_validators: [
          { json_path: '$.data.ok', expected_values: [1] },
          { json_path: '$.data.a-b', expected_values: [1] },
        ],
      },
    });
    assert.equal(code, 422);
    assert.equal(body.errors[0].pointer, '/response_validators/1/json_path');
    assert.equal(body.errors[0].position.column, 9);
  });
});
