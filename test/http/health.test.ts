import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onEachDatabase } from '../support/databases.ts';
import { headerOf } from '../support/wire.ts';
import type { Engine } from './engine.ts';
import { startEngine, status } from './engine.ts';

const NO_RETRIES = { delays_in_sec: [], jitter: 0 };
const MINUTE = 60;
const DAY = 86_400;

onEachDatabase('the health of a webhook', () => {
  let engine: Engine;
  let isUp = false;

  before(async () => {
    engine = await startEngine();
  });

  after(() => engine.stop());

  beforeEach(() => {
    isUp = false;
  });

  /** A receiver that answers 503 until `isUp`, and a webhook for it. */
  const flaky = async (settings: Record<string, unknown> = {}) => {
    const receiver = engine.plan((response, seen) => status(isUp ? 200 : 503)(response, seen));
    const { id, type } = await engine.webhook({ url: receiver.url, retry_policy: NO_RETRIES, ...settings });
    const health = async () => (await engine.get(`/v1/webhooks/${id}`)).health;
    const deliveries = async (state: string) =>
      (await engine.get(`/v1/deliveries?webhook_id=${id}&state=${state}`)).data as { id: string; reason: string }[];
    const fail = async (count: number): Promise<void> => {
      const event = { event_type: type, event_time: '1763640000.5', data: {} };
      const posted = await engine.call('POST', '/v1/events', { body: Array.from({ length: count }, () => event) });
      assert.equal(posted.status, 202);
      await engine.app.idle();
    };
    const told = async () =>
      (
        (await engine.get('/v1/events?origin=engine&limit=200')).data as {
          event_type: string;
          body: { data: { target_id: string } };
        }[]
      )
        .filter(({ body }) => body.data.target_id === id)
        .map(({ event_type }) => event_type);
    return { id, type, receiver, health, deliveries, fail, told };
  };

  it('is healthy at first, and shown wherever the webhook is', async () => {
    const { id, health } = await flaky();
    const expected = {
      state: 'healthy',
      reason: null,
      since: engine.now().toISOString(),
      failures: 0,
      first_failure_at: null,
      last_success_at: null,
      last_failure_at: null,
      next_probe_at: null,
      disable_at: null,
    };
    assert.deepEqual(await health(), expected);
    const [listed] = (await engine.get('/v1/webhooks?limit=1')).data;
    assert.deepEqual([listed.id, listed.health], [id, expected]);
    const { body, status: code } = await engine.call('PUT', `/v1/webhooks/${id}`, {
      body: { ...listed, health: { state: 'disabled' }, name: 'sent back' },
    });
    assert.deepEqual([code, body.version, body.health], [200, 2, expected]);
  });

  it('is failing after ten failures: what comes is held, a probe goes out now and then, and all goes on by itself', async () => {
    const { id, type, receiver, health, deliveries, fail, told } = await flaky();
    await fail(10);
    const opened = await health();
    assert.deepEqual([opened.state, opened.reason, opened.failures], ['failing', 'server_error', 10]);
    assert.equal(Date.parse(opened.next_probe_at), engine.now().getTime() + MINUTE * 1000);

    await fail(3);
    const held = await deliveries('held');
    assert.deepEqual(
      [receiver.seen().length, held.map(({ reason }) => reason)],
      [10, ['breaker_open', 'breaker_open', 'breaker_open']],
    );
    await engine.later(MINUTE);
    assert.equal(receiver.seen().length, 11);
    const probe = (await engine.get(`/v1/invocations?webhook_id=${id}&kind=probe`)).data[0];
    assert.equal(probe.delivery_id, held.at(-1)?.id, 'the one that waits longest');
    await engine.later(MINUTE);
    assert.equal(receiver.seen().length, 11);

    isUp = true;
    await engine.later(MINUTE);
    assert.equal((await health()).state, 'healthy');
    const [delivered, exhausted] = [await deliveries('delivered'), await deliveries('exhausted')];
    assert.deepEqual([delivered.length, exhausted.length, (await deliveries('held')).length], [2, 11, 0]);
    assert.deepEqual((await told()).toReversed(), ['webhook.created', 'webhook.failing', 'webhook.recovered']);
    await engine.deliver(type);
    assert.equal((await deliveries('delivered')).length, 3);
  });

  it('is told to webhooks that ask for it, with the engine as the one who did it', async () => {
    const listener = engine.plan(status(200));
    await engine.webhook({
      url: listener.url,
      event_types: ['webhook.failing', 'webhook.disabled'],
      body_template: '{"type":"{{event_type}}","who":"{{data.actor_type}}","health":{{data.metadata.health}}}',
    });
    const { fail } = await flaky();
    await fail(10);
    await engine.app.idle();
    const told = JSON.parse(listener.seen()[0]?.body ?? '{}');
    assert.deepEqual([told.type, told.who, told.health.reason], ['webhook.failing', 'engine', 'server_error']);
  });

  it('warns after a day, and ends disabled after five; PATCH active sets all free that was held', async () => {
    const { id, type, deliveries, fail, health, told } = await flaky({ max_held_in_sec: 30 * DAY });
    await fail(10);
    await fail(15);
    for (let hours = 0; hours < 125; hours += 12) {
      // As many probes as there are waiting ones: each takes an attempt of one.
      await engine.later(12 * 3600);
      await engine.deliver(type);
    }
    const disabled = await health();
    assert.deepEqual([disabled.state, disabled.reason, disabled.next_probe_at], ['disabled', 'failing_too_long', null]);
    assert.deepEqual((await told()).filter((one) => one !== 'webhook.created').toReversed(), [
      'webhook.failing',
      'webhook.warning',
      'webhook.disabled',
    ]);
    const before = (await deliveries('held')).length;
    await engine.deliver(type);
    assert.equal((await deliveries('held')).length, before + 1);
    assert.equal((await deliveries('held'))[0]?.reason, 'webhook_disabled');

    isUp = true;
    const { body } = await engine.call('PATCH', `/v1/webhooks/${id}`, { body: { active: true } });
    assert.deepEqual([body.version, body.health.state], [1, 'healthy'], 'no new version: nothing was changed');
    await engine.app.idle();
    assert.deepEqual([(await deliveries('held')).length, (await deliveries('delivered')).length], [0, before + 1]);
    assert.ok((await told()).includes('webhook.recovered'));
  });

  it('ends disabled at once with 410, and a successful test ends that', async () => {
    const receiver = engine.plan(status(410), status(200));
    const { id, type } = await engine.webhook({ url: receiver.url });
    const first = await engine.deliver(type);
    assert.equal((await engine.get(`/v1/deliveries/${first}`)).state, 'rejected');
    const { health } = await engine.get(`/v1/webhooks/${id}`);
    assert.deepEqual([health.state, health.reason], ['disabled', 'gone']);
    const held = await engine.get(`/v1/deliveries/${await engine.deliver(type)}`);
    assert.deepEqual([held.state, held.reason], ['held', 'webhook_disabled']);
    // From its acceptance, which this clock, standing still, may be some milliseconds behind.
    const aheadMs = Date.parse(held.held_until) - engine.now().getTime() - 14 * DAY * 1000;
    assert.ok(aheadMs >= 0 && aheadMs < 100, String(aheadMs));

    const dry = await engine.call('PATCH', `/v1/webhooks/${id}?dry_run=true`, { body: { active: true } });
    assert.equal(dry.body.health.state, 'disabled');
    const tested = await engine.call('POST', `/v1/webhooks/${id}/test`);
    assert.equal(tested.body.message, 'Test successful');
    await engine.app.idle();
    assert.equal((await engine.get(`/v1/webhooks/${id}`)).health.state, 'healthy');
    assert.equal((await engine.get(`/v1/deliveries/${held.id as string}`)).state, 'delivered');
  });

  it('stays as it is when 410 answers a test', async () => {
    const { id } = await engine.webhook({ url: engine.plan(status(410)).url });
    const tested = await engine.call('POST', `/v1/webhooks/${id}/test`);
    assert.equal(tested.body.invocation.outcome, 'gone');
    assert.equal((await engine.get(`/v1/webhooks/${id}`)).health.state, 'healthy');
  });

  it('is probed at once when somebody changes the webhook', async () => {
    const { id, fail, deliveries } = await flaky();
    await fail(10);
    await fail(2);
    assert.equal((await deliveries('held')).length, 2);
    const other = engine.plan(status(200));
    await engine.call('PATCH', `/v1/webhooks/${id}`, { body: { url: other.url } });
    await engine.app.idle();
    assert.equal((await deliveries('delivered')).length, 2);
    assert.equal(other.seen().length, 2);
  });

  it('does not listen to what an earlier version was told', async () => {
    let late: ((code: number) => void) | undefined;
    const arrived = new Promise<void>((resolve) => {
      const old = engine.plan((response, seen) => {
        late = (code) => status(code)(response, seen);
        resolve();
      });
      void engine.webhook({ url: old.url, timeout_in_sec: 60 }).then(async ({ id, type }) => {
        mended = { id, type };
        await engine.post(type);
      });
    });
    let mended: { id: string; type: string } | undefined;
    await arrived;
    const { id, type } = mended ?? assert.fail();
    const good = engine.plan(status(200));
    await engine.call('PATCH', `/v1/webhooks/${id}`, { body: { url: good.url, active: true } });
    late?.(410);
    await engine.app.idle();
    assert.equal((await engine.get(`/v1/webhooks/${id}`)).health.state, 'healthy');
    await engine.deliver(type);
    assert.equal(good.seen().length, 1);
  });

  it('is probed in time although the clock was set back', async () => {
    const { type, fail, deliveries } = await flaky();
    await fail(10);
    await engine.later(-DAY);
    isUp = true;
    await engine.deliver(type);
    assert.equal((await deliveries('delivered')).length, 1);
    await engine.later(DAY);
  });

  it('recovers with a probe that is read and refused: this event is at fault, and not the receiver', async () => {
    const receiver = engine.plan(...new Array(10).fill(status(503)), status(422), status(200));
    const { id, type } = await engine.webhook({ url: receiver.url, retry_policy: NO_RETRIES });
    const event = { event_type: type, event_time: '1763640000.5', data: {} };
    await engine.call('POST', '/v1/events', { body: Array.from({ length: 10 }, () => event) });
    await engine.app.idle();
    await engine.deliver(type);
    await engine.deliver(type);
    await engine.later(MINUTE);
    assert.equal((await engine.get(`/v1/webhooks/${id}`)).health.state, 'healthy');
    assert.equal(receiver.seen().length, 12);
  });

  it('gives up what was held for longer than the webhook allows', async () => {
    const { fail, deliveries } = await flaky({ max_held_in_sec: 60, active: true });
    await fail(10);
    await fail(1);
    const [held] = await deliveries('held');
    // Its probe is due as well, and comes first.
    isUp = false;
    await engine.later(61);
    const { state, reason } = await engine.get(`/v1/deliveries/${held?.id ?? ''}`);
    assert.equal(state, 'exhausted');
    assert.ok(['held_too_long', 'server_error'].includes(reason as string));
  });

  it('counts no answer that one kind of event alone may have', async () => {
    const receiver = engine.plan(status(422));
    const { id, type } = await engine.webhook({ url: receiver.url, retry_policy: NO_RETRIES });
    for (let turn = 0; turn < 11; turn += 1) await engine.deliver(type);
    assert.equal((await engine.get(`/v1/webhooks/${id}`)).health.state, 'healthy');
    assert.equal(receiver.seen().length, 11);
  });

  it('survives a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hookwright-health-'));
    const first = await startEngine({ HOOKWRIGHT_DATA_DIR: dataDir });
    try {
      const receiver = first.plan(status(503));
      const { id, type } = await first.webhook({ url: receiver.url, retry_policy: NO_RETRIES });
      for (let turn = 0; turn < 11; turn += 1) await first.deliver(type);
      const before = (await first.get(`/v1/webhooks/${id}`)).health;
      await first.stop();
      const second = await startEngine({ HOOKWRIGHT_DATA_DIR: dataDir, HOOKWRIGHT_ADMIN_KEY: first.key });
      try {
        await second.app.idle();
        assert.deepEqual((await second.get(`/v1/webhooks/${id}`)).health, before);
        assert.equal(second.wire.seen.length, 0);
      } finally {
        await second.stop();
      }
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

onEachDatabase('how fast a webhook is served', () => {
  let engine: Engine;

  before(async () => {
    engine = await startEngine();
  });

  after(() => engine.stop());

  it('is its rate_limit, whatever waits', async () => {
    const receiver = engine.plan(status(200));
    const { type } = await engine.webhook({ url: receiver.url, rate_limit: { requests_per_sec: 2, burst: 3 } });
    for (let turn = 0; turn < 12; turn += 1) await engine.deliver(type);
    const counts = [receiver.seen().length];
    for (const seconds of [0.5, 1, 0.2, 60]) {
      await engine.later(seconds);
      counts.push(receiver.seen().length);
    }
    assert.deepEqual(counts, [3, 4, 6, 6, 9]);
    await engine.later(60);
    assert.equal(receiver.seen().length, 12);
  });

  it('is that of the new limit at once when it is raised, whatever the old one had spent', async () => {
    const receiver = engine.plan(status(200));
    const { id, type } = await engine.webhook({ url: receiver.url, rate_limit: { requests_per_sec: 0.01, burst: 9 } });
    for (let turn = 0; turn < 12; turn += 1) await engine.deliver(type);
    assert.equal(receiver.seen().length, 9);
    await engine.call('PATCH', `/v1/webhooks/${id}`, { body: { rate_limit: { requests_per_sec: 10, burst: 2 } } });
    await engine.later(1);
    await engine.later(1);
    assert.equal(receiver.seen().length, 12);
  });

  it('can be changed, and its faults are named', async () => {
    const { id } = await engine.webhook({
      url: engine.plan(status(200)).url,
      rate_limit: { requests_per_sec: 5 },
      retry_policy: 'standard-webhooks',
    });
    const made = await engine.get(`/v1/webhooks/${id}`);
    assert.deepEqual(made.rate_limit, { requests_per_sec: 5, burst: 5 });
    assert.deepEqual(made.retry_policy.delays_in_sec, [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]);
    const changed = await engine.call('PATCH', `/v1/webhooks/${id}`, {
      body: { rate_limit: { burst: 9 }, retry_policy: 'atlassian', max_held_in_sec: 3600 },
    });
    assert.deepEqual(changed.body.rate_limit, { requests_per_sec: 5, burst: 9 });
    assert.deepEqual(changed.body.retry_policy, { delays_in_sec: [60, 600, 3600], jitter: 0.2 });
    const none = await engine.call('PATCH', `/v1/webhooks/${id}`, { body: { rate_limit: null } });
    assert.equal(none.body.rate_limit, null);
    const bad = await engine.call('PATCH', `/v1/webhooks/${id}`, {
      body: { rate_limit: { requests_per_sec: 0, burst: 0 }, retry_policy: 'atlasian', max_held_in_sec: 7776001 },
    });
    assert.equal(bad.status, 422);
    assert.deepEqual(
      bad.body.errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code]).sort(),
      [
        ['/max_held_in_sec', 'out_of_range'],
        ['/rate_limit/burst', 'out_of_range'],
        ['/rate_limit/requests_per_sec', 'out_of_range'],
        ['/retry_policy', 'not_one_of'],
      ],
    );
  });

  it('shows the time and the reason of the next attempt on the invocation', async () => {
    const receiver = engine.plan(status(503, '{}', { 'retry-after': '120' }), status(200));
    const { type } = await engine.webhook({ url: receiver.url, retry_policy: 'standard-webhooks' });
    const id = await engine.deliver(type);
    const [failed] = (await engine.get(`/v1/deliveries/${id}`)).invocations;
    assert.equal(failed.next_attempt_reason, 'Retry 1 of 9: 5 s, jitter +0 %; Retry-After moves it to 121 s.');
    await engine.later(121);
    assert.equal((await engine.get(`/v1/deliveries/${id}`)).state, 'delivered');
    assert.equal(headerOf(receiver.seen()[1], 'webhook-id'), id);
  });
});
