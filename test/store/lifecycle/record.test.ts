import assert from 'node:assert/strict';
import type { Settlement } from '../../../src/domain/delivery.ts';
import { settle } from '../../../src/domain/delivery.ts';
import type { LostAttempt, RescueRequest } from '../../../src/store/lifecycle/rescue.ts';
import { DATABASES } from '../../support/databases.ts';
import type { Setup } from '../fixtures.ts';
import {
  after,
  claimAll,
  endWith,
  NOW,
  ORGANIZATION,
  seedDeliveries,
  setup,
  startWith,
  webhookWith,
} from '../fixtures.ts';

const settleLost = (attempt: LostAttempt): Settlement => settle({ kind: 'unknown' }, { ...attempt, chance: 0 });

for (const kind of DATABASES) {
  describe(`store.record on ${kind.name}`, () => {
    let test: Setup;

    beforeEach(async () => {
      test = await setup(kind);
    });

    afterEach(() => test.remove());

    const claimOne = async () => {
      await seedDeliveries(test.store, 1);
      const [claimed] = await claimAll(test.store);
      assert.ok(claimed !== undefined);
      return {
        claimed,
        finish: (settlement: Settlement, leaseToken = claimed.leaseToken) => ({
          invocationId: claimed.invocation.id,
          end: endWith(),
          fence: { deliveryId: claimed.delivery.id, leaseToken, settlement, now: after(2) },
        }),
        delivery: () => test.store.deliveries.byId(ORGANIZATION, claimed.delivery.id),
      };
    };

    for (const [settlement, state, reason] of [
      [{ state: 'pending', dueAt: after(60), reason: 'Retry', counts: true }, 'cancelled', 'cancelled_by_hand'],
      [
        {
          state: 'held',
          reason: 'webhook_inactive',
          until: after(9),
          dueAt: after(5),
          delay: 'Retry 1.',
          counts: true,
        },
        'cancelled',
        'cancelled_by_hand',
      ],
      [{ state: 'exhausted', reason: 'timeout' }, 'exhausted', 'timeout'],
      [{ state: 'delivered' }, 'delivered', undefined],
    ] as const) {
      it(`ends what was cancelled after ${settlement.state} was decided as ${state}`, async () => {
        const { claimed, finish, delivery } = await claimOne();
        assert.equal(await test.store.deliveries.cancel(ORGANIZATION, claimed.delivery.id, after(1)), true);
        assert.deepEqual(await test.store.record([finish(settlement)]), [{ settled: true, changed: [] }]);
        const ended = await delivery();
        assert.deepEqual(
          [ended?.state, ended?.reason, ended?.finishedAt, ended?.cancelRequestedAt],
          [state, reason, after(2), after(1)],
        );
      });
    }

    it('completes the invocation and settles the delivery', async () => {
      const { claimed, finish, delivery } = await claimOne();
      assert.deepEqual(await test.store.record([finish({ state: 'delivered' })]), [{ settled: true, changed: [] }]);
      assert.deepEqual(await delivery(), {
        ...claimed.delivery,
        state: 'delivered',
        updatedAt: after(2),
        finishedAt: after(2),
      });
      assert.deepEqual(await test.store.invocations.byId(ORGANIZATION, claimed.invocation.id), {
        start: claimed.invocation,
        end: endWith(),
      });
    });

    const settlements: [Settlement, string | undefined, Date, number, boolean][] = [
      [{ state: 'pending', dueAt: after(60), reason: 'Retry 1', counts: true }, 'Retry 1', after(60), 1, false],
      [{ state: 'pending', dueAt: after(3), reason: 'not_sent', counts: false }, 'not_sent', after(3), 0, false],
      [
        {
          state: 'held',
          reason: 'webhook_inactive',
          until: after(99),
          dueAt: after(60),
          delay: 'Retry 1.',
          counts: true,
        },
        'webhook_inactive',
        after(60),
        1,
        false,
      ],
      [
        { state: 'held', reason: 'webhook_inactive', until: after(99), dueAt: NOW, delay: 'New token.', counts: false },
        'webhook_inactive',
        NOW,
        0,
        false,
      ],
      [{ state: 'exhausted', reason: 'timeout' }, 'timeout', NOW, 1, true],
      [{ state: 'rejected', reason: 'gone' }, 'gone', NOW, 1, true],
      [{ state: 'cancelled', reason: 'webhook_deleted' }, 'webhook_deleted', NOW, 1, true],
    ];
    for (const [settlement, reason, dueAt, attempts, isFinal] of settlements) {
      it(`writes ${settlement.state} with ${String(attempts)} attempts`, async () => {
        const { finish, delivery } = await claimOne();
        await test.store.record([finish(settlement)]);
        const now = await delivery();
        assert.deepEqual(
          [now?.state, now?.reason, now?.dueAt, now?.attempts, now?.finishedAt],
          [settlement.state, reason, dueAt, attempts, isFinal ? after(2) : undefined],
        );
      });
    }

    it('keeps when the access token was last refused, where the lease still holds', async () => {
      const { claimed, finish, delivery } = await claimOne();
      const refused = finish({ state: 'pending', dueAt: after(2), reason: 'New token.', counts: false });
      const fence = { ...refused.fence, tokenRefused: true };
      await test.store.record([{ ...refused, fence: { ...fence, leaseToken: 'of somebody else' } }]);
      assert.equal((await delivery())?.tokenRefusedAt, undefined);
      await test.store.record([{ ...refused, fence }]);
      assert.deepEqual((await delivery())?.tokenRefusedAt, after(2));
      const [again] = await claimAll(test.store, { now: after(3) });
      assert.deepEqual([again?.delivery.id, again?.delivery.tokenRefusedAt], [claimed.delivery.id, after(2)]);
      assert.equal(again?.invocation.attempt, 1);
      const last = { ...fence, leaseToken: again.leaseToken, settlement: { state: 'delivered' } as const };
      await test.store.record([{ ...refused, fence: { ...last, tokenRefused: false } }]);
      assert.deepEqual((await delivery())?.tokenRefusedAt, after(2));
    });

    it('leaves a delivery alone whose lease was lost, and completes the invocation', async () => {
      const { claimed, finish, delivery } = await claimOne();
      assert.deepEqual(await test.store.record([finish({ state: 'delivered' }, 'another')]), [
        { settled: false, changed: [] },
      ]);
      assert.equal((await delivery())?.state, 'sending');
      const invocation = await test.store.invocations.byId(ORGANIZATION, claimed.invocation.id);
      assert.equal(invocation?.end?.outcome, 'success');
    });

    it('settles once: a repetition changes nothing', async () => {
      const { finish, delivery } = await claimOne();
      await test.store.record([finish({ state: 'delivered' })]);
      assert.deepEqual(await test.store.record([finish({ state: 'exhausted', reason: 'x' })]), [
        { settled: false, changed: [] },
      ]);
      assert.equal((await delivery())?.state, 'delivered');
    });

    it('records a whole list, each with its own answer', async () => {
      await seedDeliveries(test.store, 64);
      const claimed = await claimAll(test.store);
      const draft = startWith();
      await test.store.invocations.insertStart(draft);
      const finishes = claimed.map(({ delivery, invocation, leaseToken }, index) => ({
        invocationId: invocation.id,
        end: endWith({ message: `number ${String(index)}` }),
        fence: {
          deliveryId: delivery.id,
          leaseToken: index === 5 ? 'lost' : leaseToken,
          settlement: { state: 'delivered' } as const,
          now: NOW,
        },
      }));
      const recorded = await test.store.record([...finishes, { invocationId: draft.id, end: endWith() }]);
      assert.deepEqual(
        recorded.map(({ settled }, index) => (settled ? -1 : index)).filter((index) => index >= 0),
        [5, 64],
      );
      const last = await test.store.invocations.byId(ORGANIZATION, claimed[40]!.invocation.id);
      assert.equal(last?.end?.message, 'number 40');
      assert.deepEqual(await test.store.record([]), []);
    });

    it('keeps nothing of a list when one of it cannot be stored', async () => {
      const { claimed, finish, delivery } = await claimOne();
      const broken = finish({ state: null as never, reason: 'the column refuses it' });
      await assert.rejects(test.store.record([broken]), /not[ -]null/i);
      assert.equal((await delivery())?.state, 'sending');
      const invocation = await test.store.invocations.byId(ORGANIZATION, claimed.invocation.id);
      assert.equal(invocation?.end, undefined);
    });

    describe('rescue', () => {
      const rescue = (now: Date, all: boolean, changes: Partial<RescueRequest> = {}) =>
        test.store.deliveries.rescue({
          now,
          all,
          isAlone: false,
          isUnderWay: () => false,
          settleFor: settleLost,
          ...changes,
        });

      it('leaves alone what is under way here, and takes all else where nobody else can be sending, whatever the clock says', async () => {
        await seedDeliveries(test.store, 2);
        const [own, lost] = await claimAll(test.store);
        const isUnderWay = (id: string): boolean => id === own!.delivery.id;
        assert.equal(await rescue(after(9999), false, { isUnderWay: () => true }), 0);
        assert.equal(await rescue(after(-9999), false, { isUnderWay, isAlone: true }), 1);
        assert.equal((await test.store.deliveries.byId(ORGANIZATION, own!.delivery.id))?.state, 'sending');
        assert.equal((await test.store.deliveries.byId(ORGANIZATION, lost!.delivery.id))?.state, 'pending');
      });

      it('frees what is past its lease and nothing sooner', async () => {
        const { claimed, delivery } = await claimOne();
        assert.equal(await rescue(after(24.999), false), 0);
        assert.equal(await rescue(after(25), false), 1);
        assert.deepEqual(await delivery(), {
          ...claimed.delivery,
          state: 'pending',
          reason: 'What became of the attempt is not known: due again at once.',
          dueAt: after(25),
          updatedAt: after(25),
        });
        const { end } = (await test.store.invocations.byId(ORGANIZATION, claimed.invocation.id))!;
        assert.deepEqual([end?.outcome, end?.finishedAt, end?.nextAttemptAt], ['unknown', after(25), after(25)]);
        assert.equal(await rescue(after(26), true), 0);
      });

      it('lets an attempt that kills the process run out of attempts', async () => {
        await seedDeliveries(test.store, 1, webhookWith({ retryPolicy: { delaysInSec: [1, 1], jitter: 0 } }));
        for (const attempt of [1, 2, 3]) {
          const [claimed] = await claimAll(test.store, { now: after(attempt * 100) });
          assert.equal(claimed?.invocation.attempt, attempt);
          assert.equal(await rescue(after(attempt * 100), true), 1);
        }
        assert.equal((await test.store.deliveries.countByState()).exhausted, 1);
        assert.deepEqual(await claimAll(test.store, { now: after(9999) }), []);
      });

      it('lets a late finisher complete its invocation but not the delivery, which others may hold', async () => {
        const { claimed, finish, delivery } = await claimOne();
        await rescue(after(60), false);
        const [second] = await claimAll(test.store, { now: after(60) });
        assert.deepEqual(await test.store.record([finish({ state: 'delivered' })]), [{ settled: false, changed: [] }]);
        const late = await test.store.invocations.byId(ORGANIZATION, claimed.invocation.id);
        assert.deepEqual(late?.end, endWith());
        assert.deepEqual(await delivery(), second?.delivery);
      });

      it('says of each whether somebody has cancelled it', async () => {
        const { deliveries } = await seedDeliveries(test.store, 1);
        await claimAll(test.store);
        await test.store.deliveries.cancel(ORGANIZATION, deliveries[0]!.id, NOW);
        const settleFor = (attempt: LostAttempt): Settlement => {
          assert.equal(attempt.cancelRequested, true);
          return settleLost(attempt);
        };
        assert.equal(await rescue(NOW, true, { settleFor }), 1);
        const ended = await test.store.deliveries.byId(ORGANIZATION, deliveries[0]!.id);
        assert.deepEqual([ended?.state, ended?.reason], ['cancelled', 'cancelled_by_hand']);
      });

      it('asks where to go with the attempt, the current policy and what became of the webhook', async () => {
        const webhooks = [webhookWith(), webhookWith(), webhookWith()];
        for (const webhook of webhooks) await seedDeliveries(test.store, 1, webhook);
        await claimAll(test.store);
        const [active, inactive, deleted] = webhooks;
        const off = { ...inactive!.settings, active: false, retryPolicy: { delaysInSec: [5], jitter: 0 } };
        await test.store.webhooks.saveVersion({ ...inactive!, version: 2, settings: off }, 1);
        await test.store.webhooks.remove(ORGANIZATION, deleted!.id, 1, NOW);
        const asked: LostAttempt[] = [];
        const settleFor = (attempt: LostAttempt): Settlement => {
          asked.push(attempt);
          return { state: 'cancelled', reason: 'x' };
        };
        assert.equal(await rescue(NOW, true, { settleFor }), 3);
        const { retryPolicy } = active!.settings;
        const common = { attempt: 1, now: NOW, maxHeldInSec: 3600, cancelRequested: false, eventErased: false };
        assert.deepEqual(
          asked.toSorted((a, b) => a.standing.localeCompare(b.standing)),
          [
            { ...common, standing: 'active', policy: retryPolicy },
            { ...common, standing: 'deleted', policy: retryPolicy },
            { ...common, standing: 'inactive', policy: off.retryPolicy },
          ],
        );
      });

      it('ends tests that were left open: all at the start, later only those that must be over', async () => {
        const [old, young] = [startWith({ startedAt: after(-76) }), startWith({ startedAt: after(-70) })];
        for (const start of [old, young]) await test.store.invocations.insertStart(start);
        const outcomeOf = async (id: string) =>
          (await test.store.invocations.byId(ORGANIZATION, id))?.end?.outcome ?? 'sending';
        await rescue(NOW, false);
        assert.deepEqual([await outcomeOf(old.id), await outcomeOf(young.id)], ['unknown', 'sending']);
        await rescue(NOW, true);
        assert.equal(await outcomeOf(young.id), 'unknown');
      });
    });
  });
}
