import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import type { RetentionPeriods } from '../../src/domain/retention.ts';
import { DEFAULT_RETENTION } from '../../src/domain/retention.ts';
import { removeExpired } from '../../src/services/remove-expired.ts';
import { POSTGRES } from '../../src/store/dialect/postgres.ts';
import { SQLITE } from '../../src/store/dialect/sqlite.ts';
import { createRetention } from '../../src/store/retention/index.ts';
import { createSecretBox } from '../../src/store/secrets.ts';
import { connectBelow } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Engine } from './engine.ts';
import { startEngine, status } from './engine.ts';

const DAY = { years: 0, months: 0, days: 1 };

onEachDatabase('retention', (kind) => {
  let engine: Engine;
  let below: Knex;
  before(async () => {
    engine = await startEngine();
    below = connectBelow(engine.dataDir);
  });
  after(async () => {
    await below.destroy();
    await engine.stop();
  });

  const put = (body: unknown) => engine.call('PUT', '/v1/retention', { body });
  const set = async (changes: Partial<RetentionPeriods>) => {
    const answer = await put({ ...DEFAULT_RETENTION, ...changes });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  /** A run, so many days from now. */
  const runAfter = async (days: number) => {
    const dialect = { ...(kind === 'SQLite' ? SQLITE : POSTGRES), leaseNow: async (_db: Knex, now: Date) => now };
    const database = { dialect, writer: below, reader: below, lookup: below };
    const secrets = createSecretBox({ keys: [{ id: 'test', key: Buffer.alloc(32, 7) }] });
    const run = await removeExpired({
      store: { retention: createRetention({ database, secrets }) },
      clock: () => new Date(Date.now() + days * 86_400_000),
      monotonicMs: () => 0,
      pause: () => Promise.resolve(),
      isStopping: () => false,
      report: { retentionRun: () => undefined, jobFailed: ({ error }) => assert.fail(String(error)) },
    });
    return run.removed;
  };
  const readStatus = async (path: string): Promise<number> => (await engine.call('GET', path)).status;

  describe('GET and PUT /v1/retention', () => {
    it('give the defaults first, and then what was set', async () => {
      assert.deepEqual(await engine.get('/v1/retention'), DEFAULT_RETENTION);
      const wanted = { ...DEFAULT_RETENTION, events: { years: 2, months: 6, days: 0 } };
      assert.deepEqual(await set({ events: { years: 2, months: 6, days: 0 } }), wanted);
      assert.deepEqual(await engine.get('/v1/retention'), wanted);
      const short = { events: { years: 3 }, deliveries: { months: 6 }, invocations: { days: 9 } };
      const answer = await put({ ...short, bodies: { days: 9 }, failures: { days: 9 } });
      assert.deepEqual(answer.body.deliveries, { years: 0, months: 6, days: 0 });
    });

    it('names everything that is wrong, and changes nothing', async () => {
      const before = await engine.get('/v1/retention');
      for (const [changes, expected] of [
        [
          { bodies: { days: 0 }, events: { years: 100, days: 1 } },
          ['/events period_too_long', '/bodies period_too_short'],
        ],
        [{ deliveries: { years: 11 } }, ['/deliveries period_out_of_order']],
        [{ bodies: { days: 100 } }, ['/bodies period_out_of_order', '/bodies period_out_of_order']],
        [{ failures: { days: 181 } }, ['/failures period_out_of_order']],
        [{ events: { days: -1, weeks: 2 }, failures: '3 days' }, ['/events/days', '/events/weeks', '/failures']],
        [{ events: undefined, notes: DAY }, ['/events', '/notes']],
        [
          { events: { days: 0 }, deliveries: { days: 3 }, invocations: { days: 4 }, bodies: { weeks: 1 } },
          [
            '/bodies/weeks',
            '/events period_too_short',
            '/invocations period_out_of_order',
            '/failures period_out_of_order',
          ],
        ],
      ] as const) {
        const answer = await put({ ...DEFAULT_RETENTION, ...changes });
        assert.equal(answer.status, 422);
        const found = answer.body.errors.map(
          ({ pointer, code }: Record<string, string>) => `${String(pointer)} ${String(code)}`,
        );
        assert.equal(found.length, expected.length, answer.text);
        for (const [index, one] of expected.entries()) assert.ok(found[index].startsWith(one), answer.text);
      }
      assert.deepEqual(await engine.get('/v1/retention'), before);
    });
  });

  describe('what has been removed', () => {
    it('leaves a record that says what is missing, and then nothing, with every sum right', async () => {
      const receiver = engine.plan(status(200, '{"ok":true}'));
      const { id: webhookId, type } = await engine.webhook({ url: receiver.url });
      const deliveryId = await engine.deliver(type);
      const { event_id: eventId, invocations } = await engine.get(`/v1/deliveries/${deliveryId}`);
      const invocationPath = `/v1/invocations/${invocations[0].id as string}`;
      const whole = await engine.get(invocationPath);
      assert.equal(whole.bodies, 'kept');

      await set({ bodies: DAY, failures: DAY });
      const { bodies, partitions } = await runAfter(20);
      assert.ok(bodies + partitions > 0);
      const bare = await engine.get(invocationPath);
      assert.deepEqual([bare.bodies, bare.request.body, bare.response.body], ['expired', null, '']);
      assert.deepEqual(bare.request.body_sha256, whole.request.body_sha256);
      assert.equal(bare.request.reconstructed, false);
      assert.match((await engine.call('GET', `${invocationPath}/curl`)).text, /older than bodies are kept/);
      assert.match((await engine.call('GET', `${invocationPath}/har`)).text, /older than bodies are kept/);
      const again = { body: { same_bytes: true } };
      assert.equal(
        (await engine.call('POST', `/v1/deliveries/${deliveryId}/redeliver`, again)).body.code,
        'bytes_not_kept',
      );

      await set({ deliveries: DAY, invocations: DAY, bodies: DAY, failures: DAY });
      await runAfter(20);
      assert.deepEqual(
        [await readStatus(`/v1/deliveries/${deliveryId}`), await readStatus(invocationPath)],
        [404, 404],
      );
      assert.equal((await engine.call('POST', `/v1/deliveries/${deliveryId}/redeliver`)).status, 404);
      await engine.later(200 * 86_400);
      const { webhooks } = await engine.get(`/v1/events/${eventId as string}`);
      const own = webhooks.find((one: Record<string, unknown>) => one['webhook_id'] === webhookId);
      assert.deepEqual([own.matched, own.delivery], [true, null]);
      assert.match(own.detail, /older than deliveries are kept/);

      const replayAll = async () => {
        const body = { webhook_id: webhookId, select: 'all', event_types: [type] };
        const { id } = (await engine.call('POST', '/v1/replays', { body })).body;
        await engine.later(5);
        const { state, progress } = await engine.get(`/v1/replays/${id as string}`);
        return [state, progress.planned];
      };
      assert.deepEqual(await replayAll(), ['finished', 1]);
      await set({ events: DAY, deliveries: DAY, invocations: DAY, bodies: DAY, failures: DAY });
      await runAfter(300);
      assert.deepEqual(await replayAll(), ['finished', 0]);
      assert.equal(await readStatus(`/v1/events/${eventId as string}`), 404);
      const { balanced, deliveries } = await engine.get('/v1/reconciliation');
      assert.deepEqual([balanced, deliveries.accepted], [true, 0]);
    });
  });
});
