import assert from 'node:assert/strict';
import type { Delivery } from '../../src/domain/delivery.ts';
import type { Health } from '../../src/domain/health.ts';
import { newHealth } from '../../src/domain/health.ts';
import type { Outcome } from '../../src/domain/outcomes.ts';
import type { Webhook } from '../../src/domain/webhook.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import {
  after,
  claimAll,
  deliveryWith,
  endWith,
  eventWith,
  NOW,
  ORGANIZATION,
  OTHER_ORGANIZATION,
  seedDeliveries,
  setup,
  startWith,
  webhookWith,
} from './fixtures.ts';

for (const kind of DATABASES) {
  describe(`the health of webhooks on ${kind.name}`, () => {
    let test: Setup;

    beforeEach(async () => {
      test = await setup(kind);
    });

    afterEach(() => test.remove());

    const healthOf = async (webhook: Webhook): Promise<Health | undefined> =>
      (await test.store.webhookHealths.byWebhooks(webhook.organizationId, [webhook.id])).get(webhook.id);

    const setHealth = (webhook: Webhook, changes: Partial<Health>) =>
      test.store.webhookHealths.change(webhook.organizationId, webhook.id, (health) => ({
        health: { ...health, ...changes },
        changes: [],
      }));

    const failing = { state: 'failing', reason: 'timeout', probeAt: after(60) } as const;

    /** Claims everything that is due and records that outcome for it. */
    const attemptAll = async (outcome: Outcome, now = NOW) => {
      const claimed = await claimAll(test.store, { now });
      const recorded = await test.store.record(
        claimed.map(({ invocation, delivery, leaseToken }) => ({
          invocationId: invocation.id,
          start: invocation,
          end: endWith({ outcome, finishedAt: now }),
          fence: { deliveryId: delivery.id, leaseToken, settlement: { state: 'delivered' }, now },
        })),
      );
      return { claimed, changed: recorded.flatMap(({ changed }) => changed) };
    };

    it('is that of a new webhook at first, and belongs to its organization', async () => {
      const webhook = webhookWith();
      await test.store.webhooks.insert(webhook);
      assert.deepEqual(await healthOf(webhook), newHealth(NOW));
      const others = await test.store.webhookHealths.byWebhooks(OTHER_ORGANIZATION, [webhook.id]);
      assert.equal(others.size, 0);
    });

    it('is written with everything it has, and read back', async () => {
      const webhook = webhookWith();
      await test.store.webhooks.insert(webhook);
      const health: Health = {
        state: 'failing',
        reason: 'timeout',
        since: after(1),
        recent: '++--',
        firstFailureAt: after(2),
        failures: 2,
        lastSuccessAt: after(3),
        lastFailureAt: after(4),
        probeAt: after(5),
        failedProbes: 6,
        warnedAt: after(7),
      };
      await setHealth(webhook, health);
      assert.deepEqual(await healthOf(webhook), health);
    });

    it('opens the breaker when ten attempts have failed, in one batch or one by one, and says so once', async () => {
      const { webhook } = await seedDeliveries(test.store, 12);
      const { changed } = await attemptAll('connect_error');
      assert.deepEqual(
        changed.map(({ webhookId, organizationId, change, health }) => [
          webhookId,
          organizationId,
          change,
          health.reason,
          health.failures,
        ]),
        [[webhook.id, ORGANIZATION, 'failing', 'connect_error', 12]],
      );
      assert.equal((await healthOf(webhook))?.state, 'failing');
    });

    it('writes nothing for one success after the other', async () => {
      const { webhook } = await seedDeliveries(test.store, 1);
      await setHealth(webhook, { recent: '+'.repeat(20), lastSuccessAt: NOW });
      const statements: string[] = [];
      test.database.writer.on('query', (query: { sql: string }) => statements.push(query.sql));
      await attemptAll('success', after(1));
      assert.ok(statements.some((sql) => /select .*webhook_health/.test(sql)));
      assert.ok(!statements.some((sql) => /update .?webhook_health/.test(sql)));
    });

    it('is not touched by the test of a draft', async () => {
      const start = startWith();
      await test.store.invocations.insertStart(start);
      const [recorded] = await test.store.record([{ invocationId: start.id, start, end: endWith() }]);
      assert.deepEqual(recorded?.changed, []);
    });

    describe('claims', () => {
      it('take nothing of a webhook that is disabled', async () => {
        const { webhook } = await seedDeliveries(test.store, 1);
        await setHealth(webhook, { state: 'disabled', reason: 'gone' });
        assert.deepEqual(await claimAll(test.store), []);
        assert.equal(await test.store.deliveries.nextDueAt(NOW), undefined);
      });

      it('take of a failing one the delivery that waits longest, as a probe, when that is due and not again', async () => {
        const { webhook } = await seedDeliveries(test.store, 3, webhookWith(), { dueAt: after(-5) });
        const oldest = await addDelivery(test, webhook, { state: 'held', reason: 'breaker_open', dueAt: after(-9) });
        await setHealth(webhook, { ...failing, failedProbes: 1 });
        assert.deepEqual(await test.store.deliveries.nextDueAt(NOW), after(60));
        assert.deepEqual(await claimAll(test.store, { now: after(59) }), []);
        const [probe, ...more] = await claimAll(test.store, { now: after(60) });
        assert.deepEqual([probe?.delivery.id, probe?.invocation.kind, more], [oldest.id, 'probe', []]);
        assert.deepEqual([probe?.delivery.state, probe?.delivery.attempts], ['sending', 1]);
        assert.deepEqual(await claimAll(test.store, { now: after(61) }), []);
        assert.deepEqual((await healthOf(webhook))?.probeAt, after(60 + 120));
        assert.deepEqual(await test.store.deliveries.nextDueAt(after(61)), after(180));
      });

      it('probe with what is pending and due, too, and wait where nothing is', async () => {
        const { webhook, deliveries } = await seedDeliveries(test.store, 1, webhookWith(), { dueAt: after(70) });
        await setHealth(webhook, failing);
        assert.deepEqual(await test.store.deliveries.nextDueAt(NOW), after(70));
        assert.deepEqual(await claimAll(test.store, { now: after(69) }), []);
        const [probe] = await claimAll(test.store, { now: after(70) });
        assert.equal(probe?.delivery.id, deliveries[0]!.id);
      });

      it('probe nobody who has no slot free, is inactive or deleted, and never more than the limit', async () => {
        const full = await seedDeliveries(test.store, 1);
        const off = await seedDeliveries(test.store, 1, webhookWith({ active: false }));
        const gone = await seedDeliveries(test.store, 1);
        await test.store.webhooks.remove(ORGANIZATION, gone.webhook.id, 1, NOW);
        for (const { webhook } of [full, off, gone]) await setHealth(webhook, failing);
        const now = after(60);
        const freeSlots = (id: string): number => (id === full.webhook.id ? 0 : 5);
        assert.deepEqual(await claimAll(test.store, { now, freeSlots }), []);
        assert.deepEqual(await claimAll(test.store, { now, limit: 0 }), []);
        assert.equal((await claimAll(test.store, { now })).length, 1);
      });

      it('never make two probes at once, however many claim at the same time', async () => {
        const { webhook } = await seedDeliveries(test.store, 8);
        await setHealth(webhook, failing);
        const batches = await Promise.all(Array.from({ length: 6 }, () => claimAll(test.store, { now: after(60) })));
        assert.equal(batches.flat().length, 1);
      });

      it('make no more probes than they may, and each spends from the rate of its webhook', async () => {
        const slow = webhookWith({ rateLimit: { requestsPerSec: 0.01, burst: 1 } });
        for (const webhook of [slow, webhookWith(), webhookWith()]) {
          await seedDeliveries(test.store, 2, webhook);
          await setHealth(webhook, failing);
        }
        const probe = async (now: Date, probeLimit: number) => (await claimAll(test.store, { now, probeLimit })).length;
        assert.deepEqual([await probe(after(60), 0), await probe(after(60), 2), await probe(after(60), 9)], [0, 2, 1]);
        await setHealth(slow, { probeAt: after(61) });
        assert.equal(await probe(after(61), 9), 0, 'its rate allows one in a hundred seconds');
        assert.equal(await probe(after(160), 9), 3);
      });

      it('take a probe that was planned before the clock was set back', async () => {
        const { webhook } = await seedDeliveries(test.store, 1);
        await setHealth(webhook, { ...failing, probeAt: after(90_000) });
        assert.equal((await claimAll(test.store)).length, 1);
      });

      it('go on with everything after a probe that came through', async () => {
        const { webhook } = await seedDeliveries(test.store, 4);
        await setHealth(webhook, failing);
        const { claimed, changed } = await attemptAll('success', after(60));
        assert.deepEqual([claimed.length, changed.map(({ change }) => change)], [1, ['recovered']]);
        assert.equal((await claimAll(test.store, { now: after(60) })).length, 3);
      });

      it('are no faster than the rate of the webhook, which all claimers share', async () => {
        const { webhook } = await seedDeliveries(
          test.store,
          20,
          webhookWith({ rateLimit: { requestsPerSec: 2, burst: 3 } }),
        );
        await seedDeliveries(test.store, 4);
        const count = async (seconds: number): Promise<number> =>
          (await claimAll(test.store, { now: after(seconds) })).filter(
            ({ delivery }) => delivery.webhookId === webhook.id,
          ).length;
        const first = await Promise.all([count(0), count(0), count(0)]);
        assert.equal(
          first.reduce((sum, one) => sum + one, 0),
          3,
        );
        assert.deepEqual(await test.store.deliveries.nextDueAt(NOW), after(0.5));
        assert.deepEqual([await count(0.4), await count(0.5), await count(0.9), await count(9)], [0, 1, 0, 3]);
      });
    });
  });
}

async function addDelivery({ store }: Setup, webhook: Webhook, changes: Partial<Delivery>): Promise<Delivery> {
  const event = eventWith();
  const delivery = deliveryWith(event, webhook, changes);
  await store.events.insertMany([event]);
  await store.deliveries.insertMany([delivery]);
  return delivery;
}
