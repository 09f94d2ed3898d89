import assert from 'node:assert/strict';
import { onEachDatabase } from '../support/databases.ts';
import { headerOf } from '../support/wire.ts';
import type { Answer, Engine } from './engine.ts';
import { startEngine, status } from './engine.ts';

const TEMPLATE = '{"action":"{{data.action}}"}';

/** An answer that is not given before `release`; `arrived` resolves when the request is there. */
function waiting(answer: Answer): { answer: Answer; arrived: Promise<void>; release: () => void } {
  let release: () => void = () => undefined;
  let arrive: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  return {
    answer: (response, seen) => {
      arrive();
      void released.then(() => answer(response, seen));
    },
    arrived,
    release: () => release(),
  };
}

onEachDatabase('acts on deliveries', () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });
  after(() => engine.stop());

  const detail = async (id: string) => engine.get(`/v1/deliveries/${id}`);
  const redeliver = async (id: string, body?: Record<string, unknown>) =>
    engine.call('POST', `/v1/deliveries/${id}/redeliver`, body === undefined ? {} : { body });
  const cancel = async (id: string) => engine.call('POST', `/v1/deliveries/${id}/cancel`);
  const noRetries = { retry_policy: { delays_in_sec: [], jitter: 0 } };
  const invocationsOf = async (id: string) =>
    (await detail(id)).invocations as { kind: string; requested_by: string }[];

  describe('POST /v1/deliveries/{delivery_id}/redeliver', () => {
    it('makes a new delivery with the same webhook-id, rendered by the current version', async () => {
      const receiver = engine.plan(status(500), status(200));
      const { id: webhookId, type } = await engine.webhook({
        url: receiver.url,
        body_template: TEMPLATE,
        ...noRetries,
      });
      const first = await engine.deliver(type);
      await engine.call('PATCH', `/v1/webhooks/${webhookId}`, {
        body: { body_template: '{"now":"{{data.action}}"}', headers: { 'X-New': 'yes' } },
      });
      const answer = await redeliver(first);
      assert.equal(answer.status, 201);
      assert.equal(answer.headers['location'], `/v1/deliveries/${answer.body.id as string}`);
      assert.deepEqual(
        [answer.body.state, answer.body.repeats, answer.body.message_id, answer.body.replay_id],
        ['pending', first, first, null],
      );
      await engine.app.idle();
      const [before, again] = receiver.seen();
      assert.equal(headerOf(again, 'webhook-id'), headerOf(before, 'webhook-id'));
      assert.equal(headerOf(again, 'hookwright-delivery'), answer.body.id);
      assert.equal(headerOf(again, 'x-new'), 'yes');
      assert.equal(again?.body, '{"now":"updated"}');
      const made = await detail(answer.body.id);
      assert.equal(made.state, 'delivered');
      assert.deepEqual(
        made.invocations.map((one: { kind: string; requested_by: string }) => [one.kind, one.requested_by]),
        [['redelivery', made.requested_by]],
      );
      assert.match(made.requested_by, /^key_/);
      assert.equal((await detail(first)).state, 'exhausted', 'final is final');
      const { data } = await engine.get(`/v1/deliveries?repeats=${first}`);
      assert.deepEqual(
        data.map((one: { id: string }) => one.id),
        [made.id],
      );
    });

    it('sends the same bytes where they are asked for, whatever the webhook has become', async () => {
      const receiver = engine.plan(status(200));
      const { id: webhookId, type } = await engine.webhook({ url: receiver.url, body_template: TEMPLATE });
      const first = await engine.deliver(type, { data: { action: 'Grüße 🎉' } });
      await engine.call('PATCH', `/v1/webhooks/${webhookId}`, { body: { body_template: '{"other":1}' } });
      const { body } = await redeliver(first, { same_bytes: true, new_webhook_id: true });
      await engine.app.idle();
      const [before, again] = receiver.seen();
      assert.equal(again?.body, before?.body);
      assert.equal(headerOf(again, 'webhook-id'), body.id, 'a webhook-id of its own');
      assert.equal(body.same_bytes_of, (await detail(first)).invocations[0].id);
    });

    it('repeats a request without a body, too', async () => {
      const receiver = engine.plan(status(200));
      const { type } = await engine.webhook({ url: receiver.url, method: 'DELETE' });
      const { status: code } = await redeliver(await engine.deliver(type), { same_bytes: true });
      assert.equal(code, 201);
      await engine.app.idle();
      assert.deepEqual(
        receiver.seen().map(({ method, body }) => [method, body]),
        [
          ['DELETE', ''],
          ['DELETE', ''],
        ],
      );
    });

    it('is refused where a secret in the body was masked, or nothing was sent', async () => {
      const secret = 'a-secret-that-is-echoed';
      const receiver = engine.plan(status(200));
      const { type } = await engine.webhook({
        url: receiver.url,
        body_template: `{"copy":"${secret}"}`,
        headers: { Authorization: secret },
      });
      const masked = await engine.deliver(type);
      const broken = await engine.webhook({
        url: engine.wire.url,
        body_template: '{"a":[{{#each data.l}}{{@index}},{{/each}}0]}',
      });
      const unrendered = await engine.deliver(broken.type, { data: { l: Array.from({ length: 25_000 }, () => 1) } });
      for (const id of [masked, unrendered]) {
        const { status: code, body } = await redeliver(id, { same_bytes: true });
        assert.deepEqual([code, body.code], [409, 'bytes_not_kept']);
        assert.ok(body.hint);
      }
      assert.equal((await redeliver(masked)).status, 201, 'rendered anew, it can be sent');
      await engine.app.idle();
      assert.equal(receiver.seen().at(-1)?.body, `{"copy":"${secret}"}`);
    });

    it('goes under the retry policy', async () => {
      const receiver = engine.plan(status(200), status(503), status(200));
      const { type } = await engine.webhook({ url: receiver.url, retry_policy: { delays_in_sec: [60], jitter: 0 } });
      const { body } = await redeliver(await engine.deliver(type));
      await engine.app.idle();
      assert.equal((await detail(body.id)).state, 'pending');
      await engine.later(60);
      assert.equal((await detail(body.id)).state, 'delivered');
      assert.deepEqual(
        (await invocationsOf(body.id)).map(({ kind }) => kind),
        ['redelivery', 'redelivery'],
      );
    });

    it('makes two where it is asked twice, and the answer to a repeated post stays what it was', async () => {
      const { type } = await engine.webhook({ url: engine.plan(status(200)).url });
      const id = await engine.deliver(type, { idempotency_key: `twice-${type}` });
      const [one, two] = [await redeliver(id), await redeliver(id, {})];
      assert.notEqual(one.body.id, two.body.id);
      await engine.app.idle();
      const event = { event_type: type, event_time: '1763640000.5', data: { action: 'updated' } };
      const again = await engine.call('POST', '/v1/events', { body: { ...event, idempotency_key: `twice-${type}` } });
      assert.deepEqual([again.body.events[0].duplicate, again.body.events[0].deliveries], [true, 1]);
    });

    it('is refused while the delivery is not over, and to a webhook that is off or gone', async () => {
      const receiver = engine.plan(status(503), status(200));
      const { id: webhookId, type } = await engine.webhook({ url: receiver.url });
      const id = await engine.deliver(type);
      const refused = async (code: string) => {
        const answer = await redeliver(id);
        assert.deepEqual([answer.status, answer.body.code], [409, code]);
        assert.ok(answer.body.hint);
      };
      await refused('delivery_not_final');
      await engine.later(60);
      await engine.call('PATCH', `/v1/webhooks/${webhookId}`, { body: { active: false } });
      await refused('webhook_inactive');
      await engine.call('DELETE', `/v1/webhooks/${webhookId}`);
      await refused('webhook_deleted');
    });

    it('is refused with every fault of its body, and where there is no such delivery', async () => {
      const { type } = await engine.webhook({ url: engine.plan(status(200)).url });
      const id = await engine.deliver(type);
      const { status: code, body } = await redeliver(id, { same_byte: true, new_webhook_id: 'yes' });
      assert.equal(code, 422);
      assert.deepEqual(body.errors.map((one: { pointer: string }) => one.pointer).sort(), [
        '/new_webhook_id',
        '/same_byte',
      ]);
      for (const act of [redeliver, cancel])
        assert.equal((await act('dlv_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d')).status, 404);
    });
  });

  describe('POST /v1/deliveries/{delivery_id}/cancel', () => {
    it('cancels what waits, for good', async () => {
      const receiver = engine.plan(status(503), status(200));
      const { type } = await engine.webhook({ url: receiver.url });
      const id = await engine.deliver(type);
      const { status: code, body } = await cancel(id);
      assert.deepEqual([code, body.state, body.reason], [200, 'cancelled', 'cancelled_by_hand']);
      assert.equal(body.finished_at, engine.now().toISOString());
      await engine.later(3600);
      assert.equal(receiver.seen().length, 1);
      const again = await cancel(id);
      assert.deepEqual([again.status, again.body.code], [409, 'delivery_final']);
      assert.equal((await redeliver(id)).status, 201, 'a new one can be made of it');
      await engine.app.idle();
      assert.equal(receiver.seen().length, 2);
    });

    it('cancels what is held', async () => {
      const { id: webhookId, type } = await engine.webhook({ url: engine.plan(status(503)).url });
      const id = await engine.deliver(type);
      await engine.call('PATCH', `/v1/webhooks/${webhookId}`, { body: { active: false } });
      await engine.app.idle();
      assert.equal((await detail(id)).state, 'held');
      assert.equal((await cancel(id)).body.state, 'cancelled');
    });

    for (const [name, code, expected] of [
      ['fails', 503, 'cancelled'],
      ['succeeds', 200, 'delivered'],
    ] as const) {
      it(`lets an attempt that is under way finish; where it ${name}, the delivery ends ${expected}`, async () => {
        const { answer, arrived, release } = waiting(status(code));
        const { type } = await engine.webhook({ url: engine.plan(answer).url });
        const eventId = await engine.post(type);
        await arrived;
        const [{ id }] = (await engine.get(`/v1/deliveries?event_id=${eventId}`)).data;
        for (const time of ['first', 'second']) {
          const { status: accepted, body } = await cancel(id);
          assert.deepEqual([accepted, body.state], [202, 'sending'], time);
          assert.equal(body.cancel_requested_at, engine.now().toISOString());
        }
        release();
        await engine.app.idle();
        const ended = await detail(id);
        assert.deepEqual([ended.state, ended.due_at], [expected, null]);
        assert.equal(ended.reason, expected === 'cancelled' ? 'cancelled_by_hand' : null);
        assert.equal(ended.invocations[0].next_attempt_at, null);
        assert.equal(ended.invocations[0].response.status, code);
      });
    }
  });

  it('are events of the engine, for webhooks that name them', async () => {
    const audit = engine.plan(status(200));
    await engine.webhook({ url: audit.url, event_types: ['delivery.*'], body_template: '{"type":"{{event_type}}"}' });
    const { type } = await engine.webhook({ url: engine.plan(status(503)).url, ...noRetries });
    const id = await engine.deliver(type);
    const { body: made } = await redeliver(id);
    await engine.app.idle();
    const open = await engine.webhook({ url: engine.plan(status(503)).url });
    const cancelled = await engine.deliver(open.type);
    await cancel(cancelled);
    await cancel(cancelled);
    await engine.app.idle();
    const { data } = await engine.get('/v1/events?origin=engine&limit=200');
    const own = data.map((one: { body: { event_type: string; data: Record<string, unknown> } }) => one.body);
    const [second, first] = own.filter((one: { event_type: string }) => one.event_type.startsWith('delivery.'));
    assert.deepEqual(
      [first.event_type, first.data.target_id, first.data.target_type, first.data.metadata.new_delivery_id],
      ['delivery.redelivered', id, 'delivery', made.id],
    );
    assert.deepEqual([second.event_type, second.data.target_id], ['delivery.cancelled', cancelled]);
    assert.equal(audit.seen().length, 2);
  });

  describe('GET /v1/reconciliation', () => {
    it('says what became of everything: accepted = delivered + waiting + ended', async () => {
      const { id, type } = await engine.webhook({ name: 'counted', url: engine.plan(status(200), status(503)).url });
      await engine.deliver(type);
      const oldest = await engine.deliver(type);
      const cancelled = await engine.deliver(type);
      await cancel(cancelled);
      await engine.post('nobody.takes.this');
      await engine.later(30);
      const found = await engine.get('/v1/reconciliation');
      assert.equal(found.balanced, true);
      assert.equal(found.at, engine.now().toISOString());
      const { accepted, ...parts } = found.deliveries as Record<'accepted' | 'delivered' | 'waiting' | 'ended', number>;
      assert.equal(accepted, parts.delivered + parts.waiting + parts.ended);
      assert.ok(found.events.without_deliveries >= 1);
      const own = found.webhooks.find((one: { id: string }) => one.id === id);
      assert.deepEqual([own.name, own.accepted, own.delivered, own.waiting, own.ended], ['counted', 3, 1, 1, 1]);
      assert.equal(own.oldest_waiting.delivery_id, oldest);
      // Accepted some milliseconds after what this clock says, since it was read meanwhile.
      assert.ok([29, 30].includes(own.oldest_waiting.age_in_sec), String(own.oldest_waiting.age_in_sec));
    });
  });
});
