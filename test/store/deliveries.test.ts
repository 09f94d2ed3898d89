import assert from 'node:assert/strict';
import type { Following } from '../../src/store/lifecycle/follow.ts';
import { FOLLOWINGS } from '../../src/store/lifecycle/follow.ts';
import type { Health } from '../../src/domain/health.ts';
import { isBalanced } from '../../src/domain/reconciliation.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import {
  after,
  claimAll,
  deliveryWith,
  eventWith,
  NOW,
  ORGANIZATION,
  OTHER_ORGANIZATION,
  seedDeliveries,
  setup,
  webhookWith,
} from './fixtures.ts';

for (const kind of DATABASES) {
  describe(`store.deliveries on ${kind.name}`, () => {
    let test: Setup;

    beforeEach(async () => {
      test = await setup(kind);
    });

    afterEach(() => test.remove());

    it('gives back exactly what was inserted, to its organization only', async () => {
      const { deliveries } = await seedDeliveries(test.store, 1, webhookWith(), {
        state: 'exhausted',
        reason: 'server_error',
        attempts: 4,
        finishedAt: after(9),
      });
      const [delivery] = deliveries;
      assert.deepEqual(await test.store.deliveries.byId(ORGANIZATION, delivery!.id), delivery);
      assert.equal(await test.store.deliveries.byId(OTHER_ORGANIZATION, delivery!.id), undefined);
      assert.deepEqual(await test.store.deliveries.byEvent(ORGANIZATION, delivery!.eventId), [delivery]);
    });

    it('refuses to join the event of one organization with the webhook of another', async () => {
      const webhook = webhookWith({}, { organizationId: OTHER_ORGANIZATION });
      const event = eventWith();
      await test.store.webhooks.insert(webhook);
      await test.store.events.insertMany([event]);
      await assert.rejects(test.store.deliveries.insertMany([deliveryWith(event, webhook)]), /foreign key/i);
    });

    it('filters by webhook, event, state and time', async () => {
      const first = await seedDeliveries(test.store, 2);
      const second = await seedDeliveries(test.store, 1, webhookWith(), { state: 'delivered', createdAt: after(60) });
      const [a, b] = first.deliveries.map(({ id }) => id);
      const c = second.deliveries[0]!.id;
      const sending = { state: 'sending', createdAt: after(30) } as const;
      const d = (await seedDeliveries(test.store, 1, webhookWith(), sending)).deliveries[0]!.id;
      await seedDeliveries(test.store, 1, webhookWith({}, { organizationId: OTHER_ORGANIZATION }), sending);
      const cases = [
        [{}, [d, c, b, a]],
        [{ webhookId: first.webhook.id }, [b, a]],
        [{ eventId: first.deliveries[0]!.eventId }, [a]],
        [{ state: 'delivered' as const }, [c]],
        [{ state: 'pending' as const, webhookId: second.webhook.id }, []],
        [{ state: 'sending' as const }, [d]],
        [{ state: 'sending' as const, webhookId: first.webhook.id }, []],
        [{ createdAfter: after(60) }, [c]],
        [{ createdBefore: after(60) }, [d, b, a]],
      ] as const;
      for (const [filter, expected] of cases) {
        const page = await test.store.deliveries.list(ORGANIZATION, filter, { limit: 10, after: undefined });
        assert.deepEqual(
          page.items.map(({ id }) => id),
          expected,
          JSON.stringify(filter),
        );
      }
    });

    it('counts by state, for one organization and for all', async () => {
      await seedDeliveries(test.store, 3);
      await seedDeliveries(test.store, 1, webhookWith(), { state: 'sending' });
      const other = () => webhookWith({}, { organizationId: OTHER_ORGANIZATION });
      await seedDeliveries(test.store, 2, other(), { state: 'held' });
      await seedDeliveries(test.store, 1, other(), { state: 'sending' });
      const none = { pending: 0, sending: 0, held: 0, delivered: 0, exhausted: 0, rejected: 0, cancelled: 0 };
      assert.deepEqual(await test.store.deliveries.countByState(ORGANIZATION), { ...none, pending: 3, sending: 1 });
      assert.deepEqual(await test.store.deliveries.countByState(), { ...none, pending: 3, sending: 2, held: 2 });
    });

    it('reconciles: every delivery counts once, and the oldest waiting one is named', async () => {
      const empty = await test.store.reconciliation(ORGANIZATION);
      assert.deepEqual([empty.deliveries, empty.events, empty.webhooks, empty.oldestWaiting], [0, 0, [], undefined]);
      await test.store.events.insertMany([eventWith()]);
      const first = await seedDeliveries(test.store, 2, webhookWith(), { createdAt: after(5) });
      const second = await seedDeliveries(test.store, 1, webhookWith(), { state: 'delivered' });
      await seedDeliveries(test.store, 1, webhookWith({}, { organizationId: OTHER_ORGANIZATION }));
      const found = await test.store.reconciliation(ORGANIZATION);
      const { counts, oldestWaiting, webhooks, deliveries, events, eventsPlanned } = found;
      assert.deepEqual([counts.pending, counts.delivered, deliveries, events, eventsPlanned], [2, 1, 3, 4, 3]);
      const oldest = { id: first.deliveries[0]!.id, since: after(5) };
      assert.deepEqual(oldestWaiting, oldest);
      assert.ok(isBalanced(found));
      assert.deepEqual(
        webhooks.map((own) => [own.name, own.counts.pending, own.counts.delivered, own.oldestWaiting]),
        [
          [second.webhook.settings.name, 0, 1, undefined],
          [first.webhook.settings.name, 2, 0, oldest],
        ],
      );
    });

    it('cancels what is not over, once, and leaves to its lease what is being sent', async () => {
      const { webhook, deliveries } = await seedDeliveries(test.store, 1);
      const others = (['held', 'delivered', 'exhausted'] as const).map((state) =>
        deliveryWith(eventWith(), webhook, { state }),
      );
      await test.store.events.insertMany(others.map(({ eventId }) => eventWith({ id: eventId })));
      const cancel = (id: string, organization = ORGANIZATION) =>
        test.store.deliveries.cancel(organization, id, after(1));
      const read = async (id: string) => {
        const found = await test.store.deliveries.byId(ORGANIZATION, id);
        return [found?.state, found?.reason, found?.finishedAt, found?.cancelRequestedAt];
      };
      const [claimed] = await claimAll(test.store);
      assert.equal(await cancel(claimed!.delivery.id, OTHER_ORGANIZATION), false);
      assert.deepEqual([await cancel(claimed!.delivery.id), await cancel(claimed!.delivery.id)], [true, false]);
      assert.deepEqual(await read(deliveries[0]!.id), ['sending', undefined, undefined, after(1)]);
      const waiting = deliveryWith(eventWith(), webhook, { reason: 'Retry 1 of 2' });
      await test.store.events.insertMany([eventWith({ id: waiting.eventId })]);
      await test.store.deliveries.insertMany([waiting, ...others]);
      const done = await Promise.all([waiting, ...others].map(({ id }) => cancel(id)));
      assert.deepEqual(done, [true, true, false, false]);
      for (const { id } of [waiting, others[0]!]) {
        assert.deepEqual(await read(id), ['cancelled', 'cancelled_by_hand', after(1), after(1)]);
      }
      assert.deepEqual(await claimAll(test.store), []);
    });

    it('gives back who asked for a delivery and what it repeats, and lists by that', async () => {
      const { webhook, deliveries } = await seedDeliveries(test.store, 1);
      const asked = { by: 'key_1', repeats: deliveries[0]!.id, replayId: 'rpl_1', sameBytesOf: 'inv_1' };
      const again = deliveryWith(eventWith({ id: deliveries[0]!.eventId }), webhook, {
        asked,
        cancelRequestedAt: after(3),
      });
      await test.store.deliveries.insertMany([again]);
      const list = async (filter: { replayId?: string; repeats?: string }) =>
        (await test.store.deliveries.list(ORGANIZATION, filter, { limit: 10, after: undefined })).items;
      assert.deepEqual(await list({ replayId: 'rpl_1' }), [again]);
      assert.deepEqual(await list({ repeats: asked.repeats }), [again]);
      assert.deepEqual(await list({ replayId: 'rpl_2' }), []);
      const second = { ...again, id: `${again.id.slice(0, -4)}ffff` };
      await assert.rejects(test.store.deliveries.insertMany([second]), /already/i, 'once in a replay');
    });

    describe('followWebhooks', () => {
      const none = { held: 0, released: 0, cancelled: 0, exhausted: 0 };
      const follow = async (limit = 100, followings: readonly Following[] = FOLLOWINGS) => {
        const limits = Object.fromEntries(followings.map((following) => [following, limit]));
        const moved = await test.store.deliveries.followWebhooks({ now: after(100), limits });
        return Object.fromEntries(FOLLOWINGS.map((following) => [following, moved[following].count]));
      };
      const setHealth = (webhook: ReturnType<typeof webhookWith>, changes: Partial<Health>) =>
        test.store.webhookHealths.change(ORGANIZATION, webhook.id, (health) => ({
          health: { ...health, ...changes },
          changes: [],
        }));
      const switchTo = async (webhook: ReturnType<typeof webhookWith>, version: number, active: boolean) =>
        test.store.webhooks.saveVersion(
          { ...webhook, version, settings: { ...webhook.settings, active } },
          version - 1,
        );

      it('holds what waits for a webhook that is off, and releases it when it is on, due now at the earliest', async () => {
        const { webhook, deliveries } = await seedDeliveries(test.store, 2);
        const later = deliveryWith(eventWith(), webhook, { dueAt: after(500) });
        await test.store.events.insertMany([eventWith({ id: later.eventId })]);
        await test.store.deliveries.insertMany([later]);
        assert.deepEqual(await follow(), { ...none, held: 0 });

        await switchTo(webhook, 2, false);
        assert.deepEqual(await follow(), { ...none, held: 3 });
        const held = await test.store.deliveries.byId(ORGANIZATION, deliveries[0]!.id);
        assert.deepEqual(
          [held?.state, held?.reason, held?.finishedAt, held?.heldUntil],
          ['held', 'webhook_inactive', undefined, after(100 + 3600)],
        );

        await switchTo(webhook, 3, true);
        assert.deepEqual(await follow(), { ...none, released: 3 });
        const released = await test.store.deliveries.byId(ORGANIZATION, deliveries[0]!.id);
        assert.deepEqual(
          [released?.state, released?.reason, released?.dueAt, released?.heldUntil],
          ['pending', undefined, after(100), undefined],
        );
        assert.deepEqual((await test.store.deliveries.byId(ORGANIZATION, later.id))?.dueAt, after(500));
      });

      it('holds all that waits for a webhook that the engine has disabled, and releases it when that ends', async () => {
        const { webhook } = await seedDeliveries(test.store, 2, webhookWith(), { dueAt: after(500) });
        await setHealth(webhook, { state: 'disabled', reason: 'gone' });
        assert.deepEqual(await follow(), { ...none, held: 2 });
        const page = await test.store.deliveries.list(ORGANIZATION, {}, { limit: 9, after: undefined });
        assert.deepEqual(
          page.items.map(({ state, reason }) => [state, reason]),
          [
            ['held', 'webhook_disabled'],
            ['held', 'webhook_disabled'],
          ],
        );
        await setHealth(webhook, { state: 'healthy', reason: undefined });
        assert.deepEqual(await follow(), { ...none, released: 2 });
      });

      it('holds what is due while the receiver is failing, and leaves what is not', async () => {
        const { webhook } = await seedDeliveries(test.store, 3, webhookWith(), { dueAt: after(100) });
        const later = deliveryWith(eventWith(), webhook, { dueAt: after(101) });
        await test.store.events.insertMany([eventWith({ id: later.eventId })]);
        await test.store.deliveries.insertMany([later]);
        await setHealth(webhook, { state: 'failing', reason: 'timeout', probeAt: after(999) });
        assert.deepEqual(await follow(2), { ...none, held: 2 });
        assert.deepEqual(await follow(), { ...none, held: 1 });
        assert.equal((await test.store.deliveries.byId(ORGANIZATION, later.id))?.state, 'pending');
        const held = await test.store.deliveries.list(ORGANIZATION, { state: 'held' }, { limit: 9, after: undefined });
        assert.ok(held.items.every(({ reason }) => reason === 'breaker_open'));
      });

      it('gives up what has been held for too long, and says why', async () => {
        const changes = { state: 'held', reason: 'webhook_inactive' } as const;
        const off = webhookWith({ active: false });
        const { deliveries } = await seedDeliveries(test.store, 1, off, { ...changes, heldUntil: after(100) });
        await seedDeliveries(test.store, 1, webhookWith({ active: false }), { ...changes, heldUntil: after(100.001) });
        assert.deepEqual(await follow(), { ...none, exhausted: 1 });
        const given = await test.store.deliveries.byId(ORGANIZATION, deliveries[0]!.id);
        assert.deepEqual(
          [given?.state, given?.reason, given?.finishedAt, given?.heldUntil],
          ['exhausted', 'held_too_long', after(100), undefined],
        );
      });

      it('cancels what waits for a deleted webhook, and nothing that is under way or over', async () => {
        const { webhook, deliveries } = await seedDeliveries(test.store, 1);
        for (const state of ['held', 'sending', 'delivered'] as const) {
          const event = eventWith();
          await test.store.events.insertMany([event]);
          await test.store.deliveries.insertMany([deliveryWith(event, webhook, { state })]);
        }
        await test.store.webhooks.remove(ORGANIZATION, webhook.id, 1, NOW);
        assert.deepEqual(await follow(), { ...none, cancelled: 2 });
        const cancelled = await test.store.deliveries.byId(ORGANIZATION, deliveries[0]!.id);
        assert.deepEqual(
          [cancelled?.state, cancelled?.reason, cancelled?.finishedAt],
          ['cancelled', 'webhook_deleted', after(100)],
        );
        const counts = await test.store.deliveries.countByState();
        assert.deepEqual([counts.sending, counts.delivered], [1, 1]);
      });

      it('moves at most the limit of each at a time', async () => {
        await seedDeliveries(test.store, 5, webhookWith({ active: false }));
        assert.equal((await follow(2))['held'], 2);
        assert.equal((await follow(2))['held'], 2);
        assert.equal((await follow(2))['held'], 1);
      });

      it('gives each webhook a share, and says where there may be more', async () => {
        const [many, few] = [webhookWith(), webhookWith()];
        for (const [webhook, count] of [
          [many, 9],
          [few, 2],
        ] as const)
          await seedDeliveries(test.store, count, webhook, {
            state: 'held',
            reason: 'breaker_open',
            heldUntil: after(999),
          });
        const move = () => test.store.deliveries.followWebhooks({ now: after(100), limits: { released: 4 } });
        const heldFor = async (id: string) =>
          (
            await test.store.deliveries.list(
              ORGANIZATION,
              { state: 'held', webhookId: id },
              { limit: 50, after: undefined },
            )
          ).items.length;
        assert.deepEqual((await move()).released, { count: 4, mayBeMore: true });
        assert.deepEqual([await heldFor(many.id), await heldFor(few.id)], [7, 0]);
        assert.deepEqual((await move()).released, { count: 4, mayBeMore: true });
        assert.deepEqual((await move()).released, { count: 3, mayBeMore: false });
      });

      it('moves nothing but what it is asked for', async () => {
        await seedDeliveries(test.store, 1, webhookWith({ active: false }));
        assert.deepEqual(await follow(9, ['released', 'cancelled']), none);
        assert.deepEqual(await follow(9, ['held']), { ...none, held: 1 });
      });
    });
  });
}
