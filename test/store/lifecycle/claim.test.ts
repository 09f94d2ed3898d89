import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { DATABASES } from '../../support/databases.ts';
import type { Setup } from '../fixtures.ts';
import { after, claimAll, NOW, ORGANIZATION, seedDeliveries, setup, webhookWith } from '../fixtures.ts';
import { rowsOf } from '../../../src/store/dialect.ts';

for (const kind of DATABASES) {
  describe(`store.deliveries.claim on ${kind.name}`, () => {
    let test: Setup;

    beforeEach(async () => {
      test = await setup(kind);
    });

    afterEach(() => test.remove());

    it('takes the lease, counts the attempt and commits the invocation row', async () => {
      const { webhook, deliveries } = await seedDeliveries(test.store, 1, webhookWith({ timeoutInSec: 7 }), {
        reason: 'Retry 1 of 2',
        attempts: 1,
        dueAt: after(-5),
      });
      const [claimed, ...rest] = await claimAll(test.store);
      assert.deepEqual(rest, []);
      assert.deepEqual(claimed!.leaseUntil, after(7 + 15));
      assert.deepEqual(claimed!.delivery, {
        ...deliveries[0],
        state: 'sending',
        reason: undefined,
        attempts: 2,
        updatedAt: NOW,
      });
      assert.deepEqual(await test.store.deliveries.byId(ORGANIZATION, claimed!.delivery.id), claimed!.delivery);
      assert.deepEqual(await test.store.invocations.byId(ORGANIZATION, claimed!.invocation.id), {
        start: {
          id: claimed!.invocation.id,
          organizationId: ORGANIZATION,
          kind: 'delivery',
          deliveryId: deliveries[0]!.id,
          eventId: deliveries[0]!.eventId,
          webhookId: webhook.id,
          webhookVersion: 1,
          webhookName: webhook.settings.name,
          requestedBy: undefined,
          attempt: 2,
          maxAttempts: 3,
          scheduledAt: after(-5),
          startedAt: NOW,
        },
        end: undefined,
      });
    });

    it('takes nothing that is not due, held, of an inactive or deleted webhook, or of one without a free slot', async () => {
      await seedDeliveries(test.store, 1, webhookWith(), { dueAt: after(0.001) });
      await seedDeliveries(test.store, 1, webhookWith(), { state: 'held' });
      await seedDeliveries(test.store, 1, webhookWith({ active: false }));
      const deleted = await seedDeliveries(test.store, 1);
      await test.store.webhooks.remove(ORGANIZATION, deleted.webhook.id, 1, NOW);
      const full = await seedDeliveries(test.store, 1);
      assert.deepEqual(await claimAll(test.store, { freeSlots: (id) => (id === full.webhook.id ? 0 : 5) }), []);
      assert.equal((await claimAll(test.store)).length, 1);
    });

    it('uses the version that is current when it is claimed', async () => {
      const { webhook } = await seedDeliveries(test.store, 1);
      const settings = { ...webhook.settings, name: 'Renamed', retryPolicy: { delaysInSec: [], jitter: 0 } };
      await test.store.webhooks.saveVersion({ ...webhook, version: 2, settings }, 1);
      const [claimed] = await claimAll(test.store);
      const { webhookVersion, webhookName, maxAttempts } = claimed!.invocation;
      assert.deepEqual([webhookVersion, webhookName, maxAttempts], [2, 'Renamed', 1]);
    });

    it('takes the oldest first, and never more than the limit', async () => {
      const { deliveries } = await seedDeliveries(test.store, 10);
      const taken = await claimAll(test.store, { limit: 4 });
      assert.deepEqual(
        taken.map(({ delivery }) => delivery.id),
        deliveries.slice(0, 4).map(({ id }) => id),
      );
    });

    it('reaches a webhook that waits behind a thousand deliveries of another', async () => {
      const crowd = await seedDeliveries(test.store, 1000, webhookWith(), { dueAt: after(-60) });
      const single = await seedDeliveries(test.store, 1);
      const taken = await claimAll(test.store, { limit: 64, freeSlots: () => 16 });
      const of = (id: string): number => taken.filter(({ delivery }) => delivery.webhookId === id).length;
      assert.deepEqual([of(crowd.webhook.id), of(single.webhook.id)], [16, 1]);
    });

    it('gives the one slot that falls free to a webhook with nothing in flight, however old the backlog of others', async () => {
      const dead = await Promise.all(
        Array.from({ length: 3 }, () => seedDeliveries(test.store, 300, webhookWith(), { dueAt: after(-60) })),
      );
      const healthy = await seedDeliveries(test.store, 1);
      const isDead = (id: string): boolean => dead.some(({ webhook }) => webhook.id === id);
      const [taken] = await claimAll(test.store, { limit: 1, freeSlots: (id) => (isDead(id) ? 2 : 16) });
      assert.equal(taken?.delivery.id, healthy.deliveries[0]!.id);
    });

    it('gives single slots in turn to webhooks that have as much in flight', async () => {
      const crowds = await Promise.all(
        [-60, -50, 0].map((dueIn) => seedDeliveries(test.store, 10, webhookWith(), { dueAt: after(dueIn) })),
      );
      const turns = new Map<string, number>();
      for (let turn = 1; turn <= 6; turn += 1) {
        const [taken] = await claimAll(test.store, { limit: 1, lastTurn: (id) => turns.get(id) ?? 0 });
        turns.set(taken!.delivery.webhookId, turn);
      }
      assert.deepEqual(
        crowds.map(({ webhook }) => turns.get(webhook.id)),
        [4, 5, 6],
      );
    });

    it('takes none of a webhook without a free slot', async () => {
      const { webhook } = await seedDeliveries(test.store, 300);
      const other = await seedDeliveries(test.store, 1);
      const taken = await claimAll(test.store, { freeSlots: (id) => (id === webhook.id ? 0 : 5) });
      assert.deepEqual(
        taken.map(({ delivery }) => delivery.id),
        [other.deliveries[0]!.id],
      );
    });

    it('never gives a delivery to two claims that run at once', async () => {
      const { deliveries } = await seedDeliveries(test.store, 200);
      const batches = await Promise.all(Array.from({ length: 8 }, () => claimAll(test.store, { limit: 30 })));
      const ids = batches.flat().map(({ delivery }) => delivery.id);
      assert.equal(ids.length, deliveries.length);
      assert.equal(new Set(ids).size, ids.length);
      assert.equal(new Set(batches.flat().map(({ leaseToken }) => leaseToken)).size, ids.length);
    });

    it('takes nothing when its transaction fails', async () => {
      await seedDeliveries(test.store, 2);
      await assert.rejects(claimAll(test.store, { newInvocationId: () => 'inv_same' }));
      assert.equal((await test.store.deliveries.countByState()).pending, 2);
      assert.equal((await claimAll(test.store)).length, 2);
    });

    it('says when the next one is due that it could take', async () => {
      assert.equal(await test.store.deliveries.nextDueAt(NOW), undefined);
      await seedDeliveries(test.store, 1, webhookWith({ active: false }));
      const sooner = await seedDeliveries(test.store, 1, webhookWith(), { dueAt: after(60) });
      await seedDeliveries(test.store, 1, webhookWith(), { dueAt: after(600) });
      assert.deepEqual(await test.store.deliveries.nextDueAt(NOW), after(60));
      assert.deepEqual(await test.store.deliveries.nextDueAt(NOW, [sooner.webhook.id]), after(600));
    });
  });
}

describe('the queries of the hot path on SQLite', () => {
  it('walk the partial indexes, whatever the history', async () => {
    const test = await setup(DATABASES[0]!);
    try {
      const statements: Pick<Knex.Sql, 'sql' | 'bindings'>[] = [];
      await seedDeliveries(test.store, 1);
      for (const db of [test.database.writer, test.database.lookup]) {
        db.on('query', (query: Knex.Sql) => statements.push(query));
      }
      await claimAll(test.store);
      await test.store.deliveries.nextDueAt(NOW);
      await test.store.deliveries.followWebhooks({
        now: NOW,
        limits: { cancelled: 10, held: 10, released: 10, exhausted: 10 },
      });
      await test.store.deliveries.rescue({
        now: NOW,
        all: false,
        isAlone: false,
        isUnderWay: () => false,
        settleFor: () => ({ state: 'delivered' }),
      });
      const plans: string[] = [];
      for (const { sql, bindings } of statements.filter(({ sql }) => /^\s*(select|update|with)/i.test(sql))) {
        const rows = rowsOf(await test.database.writer.raw(`explain query plan ${sql}`, [...bindings]));
        plans.push(rows.map((row) => String(row['detail'])).join('\n'));
      }
      assert.ok(plans.length >= 8);
      for (const plan of plans) assert.doesNotMatch(plan, /SCAN ((d|deliveries)\b|invocations$)/m, plan);
      const hot = plans.filter((plan) => /deliveries_(pending|held|sending)/.test(plan));
      assert.ok(hot.length >= 8, plans.join('\n--\n'));
      const probes = plans.filter((plan) => plan.includes('webhook_health_failing'));
      assert.equal(probes.length, 2, 'claims and looks ahead find failing webhooks through their own index');
      // The heads of all webhooks and the oldest of one: each step of them is one look into the index.
      for (const plan of plans
        .filter((one) => one.includes('RECURSIVE') || /^SEARCH deliveries/.test(one))
        .slice(0, 3)) {
        assert.match(plan, /deliveries_pending/);
        assert.doesNotMatch(plan, /TEMP B-TREE/, plan);
        for (const step of plan.split('\n'))
          assert.doesNotMatch(step, /SEARCH (d|deliveries) (?!.*deliveries_pending)/, plan);
      }
    } finally {
      await test.remove();
    }
  });
});
