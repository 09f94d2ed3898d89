import assert from 'node:assert/strict';
import type { TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';
import type { Wire } from '../support/wire.ts';
import { startWire } from '../support/wire.ts';

describe('an engine that sends from a thread', () => {
  let wire: Wire;
  let app: TestApp;
  before(async () => {
    wire = await startWire();
    app = await startApp({ ...wire.env, HOOKWRIGHT_SENDER_THREADS: '1' });
  });
  after(async () => {
    await wire.close();
    await app.stop();
  });

  it('delivers, tests a draft and reaches its sandbox, and records all of it', async () => {
    const request = { url: wire.url, headers: { 'X-Key': 'canary-secret-value' } };
    const { body: webhook } = await app.call('POST', '/v1/webhooks', {
      body: { ...request, name: 'w', event_types: ['sent'], body_template: '{"who":"{{data.actor_name}}"}' },
    });
    const event = { event_type: 'sent', event_time: '1763640000.0', data: { actor_name: 'A', action: 'x' } };
    const events = Array.from({ length: 20 }, () => event);
    await app.call('POST', '/v1/events', { body: events });
    await app.app.idle();
    const { body: invocations } = await app.call('GET', `/v1/invocations?webhook_id=${String(webhook.id)}`);
    assert.equal(invocations.data.length, 20);
    for (const { outcome } of invocations.data) assert.equal(outcome, 'success');
    const { body: one } = await app.call('GET', `/v1/invocations/${String(invocations.data[0].id)}`);
    assert.equal(one.request.body, '{"who":"A"}');
    assert.ok(!JSON.stringify(one).includes('canary-secret-value'));
    assert.equal(wire.seen.filter(({ body }) => body === '{"who":"A"}').length, 20);
    for (const url of [wire.url, 'https://sandbox.hookwright.test/status/200']) {
      const draft = { webhook: { ...request, url, name: 'draft' } };
      const { body: tested } = await app.call('POST', '/v1/webhooks/test', { body: draft });
      assert.equal(tested.invocation.outcome, 'success', url);
    }
  });
});
