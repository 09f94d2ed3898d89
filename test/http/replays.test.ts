import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyText, startApp } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import { headerOf } from '../support/wire.ts';
import type { Engine } from './engine.ts';
import { startEngine, status } from './engine.ts';

const ONCE = { retry_policy: { delays_in_sec: [], jitter: 0 } };

onEachDatabase('replays', () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });
  after(() => engine.stop());

  const create = (body: Record<string, unknown>, query = '') => engine.call('POST', `/v1/replays${query}`, { body });
  const act = (id: string, name: string, body?: Record<string, unknown>) =>
    engine.call('POST', `/v1/replays/${id}/${name}`, body === undefined ? {} : { body });
  const read = (id: string) => engine.get(`/v1/replays/${id}`);
  /** A webhook whose receiver fails for as many events as are posted, and is mended then. */
  const failed = async (count: number) => {
    const receiver = engine.plan(...Array.from({ length: count }, () => status(500)), status(200));
    const { id, type } = await engine.webhook({ url: receiver.url, ...ONCE });
    const deliveries: string[] = [];
    for (let index = 0; index < count; index += 1) deliveries.push(await engine.deliver(type));
    return { receiver, id, type, deliveries };
  };

  describe('POST /v1/replays', () => {
    it('delivers again what failed, with the same webhook-id, and says so on record', async () => {
      const { receiver, id, type, deliveries } = await failed(3);
      await engine.deliver(type);
      await engine.later(1);
      const answer = await create({ webhook_id: id });
      assert.equal(answer.status, 201);
      assert.equal(answer.headers['location'], `/v1/replays/${answer.body.id as string}`);
      assert.deepEqual(
        [answer.body.state, answer.body.select, answer.body.rate_per_sec, answer.body.received_before],
        ['running', 'failed', 50, engine.now().toISOString()],
      );
      await engine.app.idle();
      const { state, progress } = await read(answer.body.id);
      assert.deepEqual([state, progress.planned, progress.skipped], ['finished', 3, 0]);
      assert.equal(progress.scanned, progress.total);
      const sent = receiver.seen();
      assert.deepEqual(
        sent
          .slice(-3)
          .map((one) => headerOf(one, 'webhook-id'))
          .sort(),
        [...deliveries].sort(),
      );
      const { data } = await engine.get(`/v1/deliveries?replay_id=${answer.body.id as string}`);
      assert.equal(data.length, 3);
      const detail = await engine.get(`/v1/deliveries/${data[0].id as string}`);
      assert.deepEqual([detail.state, detail.repeats], ['delivered', deliveries[2]]);
      assert.deepEqual(
        [detail.invocations[0].kind, detail.invocations[0].requested_by],
        ['replay', answer.body.created_by],
      );
    });

    it('delivers for the first time what came before the webhook existed', async () => {
      const events = [await engine.post('early.one'), await engine.post('early.two'), await engine.post('late.one')];
      await engine.later(1);
      const receiver = engine.plan(status(200));
      const { id } = await engine.webhook({ url: receiver.url, event_types: ['early.*'] });
      const none = await create({ webhook_id: id, select: 'planned' });
      const all = await create({ webhook_id: id, select: 'all', new_webhook_id: true });
      await engine.later(1);
      assert.equal((await read(none.body.id)).progress.planned, 0);
      assert.equal((await read(all.body.id)).progress.planned, 2);
      assert.deepEqual(
        receiver
          .seen()
          .map((one) => headerOf(one, 'hookwright-event'))
          .sort(),
        events.slice(0, 2),
      );
      const explained = await engine.get(`/v1/events/${events[0] ?? ''}`);
      assert.equal(explained.id, events[0]);
    });

    it('says with dry_run what it would do, and stores nothing', async () => {
      const { id } = await failed(2);
      await engine.later(1);
      const before = (await engine.get('/v1/replays?limit=200')).data.length;
      const answer = await create({ webhook_id: id }, '?dry_run=true');
      assert.equal(answer.status, 200);
      const { complete, progress } = answer.body;
      assert.deepEqual([complete, progress.planned, progress.skipped], [true, 2, 0]);
      assert.equal(progress.scanned, progress.total);
      assert.equal((await engine.get('/v1/replays?limit=200')).data.length, before);
    });

    it('is refused with every fault at once', async () => {
      const { status: code, body } = await create({
        webhook_id: 'whk_1',
        select: 'some',
        received_after: '2099-01-01T00:00:00Z',
        received_before: 'yesterday',
        event_types: ['a\u0007b'],
        filter: { $regex: 'x' },
        rate_per_sec: 0,
      });
      assert.equal(code, 422);
      const pointers: string[] = body.errors.map((one: { pointer: string }) => one.pointer);
      for (const name of ['webhook_id', 'select', 'received_after', 'received_before', 'event_types/0', 'rate_per_sec'])
        assert.ok(pointers.includes(`/${name}`), `${name} in ${pointers.join()}`);
      assert.ok(pointers.some((one) => one.startsWith('/filter')));
      for (const fault of body.errors) assert.ok(fault.hint, fault.pointer);
    });

    it('is refused for a webhook that is off or not there', async () => {
      const { id } = await engine.webhook({ url: engine.wire.url, active: false });
      const off = await create({ webhook_id: id });
      assert.deepEqual([off.status, off.body.code], [409, 'webhook_inactive']);
      const gone = await create({ webhook_id: 'whk_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d' }, '?dry_run=true');
      assert.equal(gone.status, 404);
    });
  });

  describe('while it runs', () => {
    it('is paused, resumed and cancelled, and what waits of it with it', async () => {
      const { id, receiver } = await failed(8);
      await engine.later(1);
      const { body } = await create({ webhook_id: id, rate_per_sec: 2 });
      await engine.app.idle();
      assert.deepEqual((await read(body.id)).progress.planned, 2);
      assert.equal((await act(body.id, 'pause')).body.state, 'paused');
      await engine.later(10);
      assert.equal((await read(body.id)).progress.planned, 2);
      const twice = await act(body.id, 'pause');
      assert.deepEqual([twice.status, twice.body.code], [409, 'replay_not_running']);
      assert.equal((await act(body.id, 'resume')).body.state, 'running');
      const running = await act(body.id, 'resume');
      assert.deepEqual([running.status, running.body.code], [409, 'replay_not_paused']);
      await engine.app.idle();
      assert.equal((await read(body.id)).progress.planned, 6, 'two seconds worth, however long it was paused');
      const cancelled = await act(body.id, 'cancel');
      assert.deepEqual([cancelled.body.state, cancelled.body.reason], ['cancelled', 'cancelled_by_hand']);
      await engine.later(10);
      assert.equal(receiver.seen().length, 8 + 6);
      const over = await act(body.id, 'cancel', { cancel_waiting: false });
      assert.deepEqual([over.status, over.body.code], [409, 'replay_over']);
      for (const refused of [twice, running, over]) assert.ok(refused.body.hint);
    });

    it('can have its waiting deliveries cancelled also when it has finished', async () => {
      const receiver = engine.plan(status(500));
      const { id, type } = await engine.webhook({
        url: receiver.url,
        retry_policy: { delays_in_sec: [60], jitter: 0 },
      });
      await engine.deliver(type);
      await engine.later(60);
      const { body } = await create({ webhook_id: id });
      await engine.app.idle();
      assert.equal((await read(body.id)).state, 'finished');
      const states = async () =>
        (await engine.get(`/v1/deliveries?replay_id=${body.id as string}`)).data.map(
          (one: { state: string }) => one.state,
        );
      assert.deepEqual(await states(), ['pending']);
      assert.equal((await act(body.id, 'cancel')).body.state, 'finished');
      await engine.app.idle();
      assert.deepEqual(await states(), ['cancelled']);
    });

    it('skips what waits, and counts it', async () => {
      const { id, type } = await engine.webhook({ url: engine.plan(status(500)).url });
      await engine.deliver(type);
      await engine.later(1);
      const { body } = await create({ webhook_id: id });
      await engine.app.idle();
      const { progress } = await read(body.id);
      assert.deepEqual([progress.planned, progress.skipped], [0, 1]);
    });
  });

  it('are listed, newest first, by webhook and state, and 404 where there is none', async () => {
    const { id } = await engine.webhook({ url: engine.wire.url });
    const [one, two] = [await create({ webhook_id: id }), await create({ webhook_id: id })];
    await engine.app.idle();
    const { data } = await engine.get(`/v1/replays?webhook_id=${id}&state=finished`);
    assert.deepEqual(
      data.map((replay: { id: string }) => replay.id),
      [two.body.id, one.body.id],
    );
    assert.deepEqual((await engine.get(`/v1/replays?webhook_id=${id}&state=running`)).data, []);
    const stranger = 'rpl_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d';
    assert.equal((await engine.call('GET', `/v1/replays/${stranger}`)).status, 404);
    for (const name of ['pause', 'resume', 'cancel']) assert.equal((await act(stranger, name)).status, 404);
  });

  it('are told as events of the engine', async () => {
    const { id } = await engine.webhook({ url: engine.wire.url });
    const { body } = await create({ webhook_id: id });
    await engine.app.idle();
    const { data } = await engine.get('/v1/events?origin=engine&limit=200');
    const own = data.filter((one: { body: { data: { target_id: string } } }) => one.body.data.target_id === body.id);
    assert.deepEqual(
      own.map((one: { event_type: string }) => one.event_type),
      ['replay.finished', 'replay.created'],
    );
    assert.equal(own[0].body.data.target_type, 'replay');
    assert.equal(own[0].body.data.actor_id, body.created_by);
  });
});

onEachDatabase('a replay whose engine is stopped', () => {
  it('goes on where it stopped, and loses and doubles nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hookwright-test-'));
    let now = Date.parse('2026-11-20T12:00:00Z');
    const key = keyText();
    const env = { HOOKWRIGHT_DATA_DIR: folder, HOOKWRIGHT_ADMIN_KEY: key };
    const start = () => startApp(env, { clock: () => new Date(now), chance: () => 0.5 });
    let app = await start();
    try {
      const webhook = { name: 'w', url: 'https://sandbox.hookwright.test/status/200' };
      const made = await app.call('POST', '/v1/webhooks', { body: webhook });
      const event = { event_type: 'a', event_time: '1763640000.5', data: {} };
      await app.call('POST', '/v1/events', { body: Array.from({ length: 10 }, () => event) });
      await app.app.idle();
      now += 1000;
      const input = { webhook_id: made.body.id, select: 'planned', rate_per_sec: 3 };
      const { body: replay } = await app.call('POST', '/v1/replays', { body: input });
      for (let turn = 0; turn < 4; turn += 1) {
        await app.app.idle();
        await app.stop();
        now += 1000;
        app = await start();
      }
      await app.app.idle();
      const { body: ended } = await app.call('GET', `/v1/replays/${replay.id as string}`);
      assert.equal(ended.state, 'finished');
      // The others are the engine's own, of the organization, its first key and the webhook: never planned.
      assert.deepEqual(ended.progress, { total: 13, scanned: 13, planned: 10, skipped: 0 });
      const { body: all } = await app.call('GET', `/v1/deliveries?replay_id=${replay.id as string}`);
      const events = all.data.map((one: { event_id: string; state: string }) => `${one.event_id} ${one.state}`);
      assert.equal(new Set(events).size, 10);
      assert.ok(events.every((one: string) => one.endsWith('delivered')));
    } finally {
      await app.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
