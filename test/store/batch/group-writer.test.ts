import assert from 'node:assert/strict';
import type { ApiKey } from '../../../src/domain/api-key.ts';
import type { Finish } from '../../../src/domain/lease.ts';
import type { Webhook } from '../../../src/domain/webhook.ts';
import { groupValues } from '../../../src/store/batch/parts.ts';
import type { PlannedGroup } from '../../../src/store/batch/group-writer.ts';
import type { PlannedHealth, PlannedIntakes } from '../../../src/store/batch/planned.ts';
import { DATABASES } from '../../support/databases.ts';
import type { Setup } from '../fixtures.ts';
import {
  after as secondsAfter,
  endWith,
  eventWith,
  keyWith,
  newId,
  NOW,
  ORGANIZATION,
  setup,
  webhookWith,
} from '../fixtures.ts';
import { dump, finishOf, holding, lease, reservation } from './arbitraries.ts';

const writeTo = (test: Setup, group: PlannedGroup): Promise<boolean> => {
  assert.ok(test.store.groups);
  return test.store.groups.write(() => group);
};

for (const kind of DATABASES) {
  describe(`a group on ${kind.name}`, () => {
    let test: Setup;
    let key: ApiKey;
    let webhook: Webhook;
    before(async () => {
      test = await setup(kind);
    });
    after(() => test.remove());
    beforeEach(async () => {
      key = keyWith();
      webhook = webhookWith();
      await test.store.apiKeys.insert(key);
      await test.store.webhooks.insert(webhook);
    });

    // One request with an event that has a key, and the end of an attempt that was leased before.
    const groupWith = async (intakes: Partial<PlannedIntakes> = {}, finishes?: readonly Finish[]) => {
      const [earlier, event] = [eventWith(), eventWith({ idempotencyKey: newId('req') })];
      const underWay = lease(earlier, webhook);
      await test.store.events.insertMany([earlier]);
      await test.store.deliveries.insertPlanned([], [underWay], NOW);
      const planned: PlannedIntakes = {
        ...(await holding(test.store, key.id)),
        now: NOW,
        acceptedAt: NOW,
        reservations: [reservation(event, String(event.idempotencyKey))],
        unclaimed: [],
        events: [event],
        waiting: [],
        leased: [lease(event, webhook)],
        ...intakes,
      };
      return { underWay, group: { intakes: planned, finishes: finishes ?? [finishOf(underWay)] } };
    };
    const isStored = async ({ intakes }: PlannedGroup): Promise<boolean> =>
      (await test.store.events.byIds(intakes.events.map(({ id }) => id))).size === intakes.events.length;

    const refuses = async (write: () => Promise<boolean>): Promise<void> => {
      const found = await dump(test.database);
      assert.equal(await write(), false);
      assert.deepEqual(await dump(test.database), found);
    };

    it('stores what holds', async () => {
      const { group } = await groupWith();
      assert.equal(await writeTo(test, group), true);
      assert.ok(await isStored(group));
    });

    it('takes no key of what is not kept', async () => {
      const { group } = await groupWith();
      const asked = { organizationId: ORGANIZATION, key: newId('req') };
      assert.equal(await writeTo(test, { ...group, intakes: { ...group.intakes, unclaimed: [asked] } }), true);
      assert.deepEqual(await test.store.events.keyHolders(ORGANIZATION, [asked.key]), new Map());
    });

    it('needs no part of it', async () => {
      const { group } = await groupWith();
      const none: PlannedIntakes = {
        ...group.intakes,
        keyIds: [],
        stamps: [],
        reservations: [],
        events: [],
        leased: [],
      };
      assert.equal(await writeTo(test, { intakes: none, finishes: [] }), true);
      assert.equal(await writeTo(test, { intakes: none, finishes: group.finishes }), true);
      assert.equal(await writeTo(test, { intakes: group.intakes, finishes: [] }), true);
    });

    const PLANNED: readonly [what: string, change: () => Promise<PlannedGroup>][] = [
      [
        'a key that was revoked',
        async () => {
          await test.store.apiKeys.update({ ...key, revokedAt: NOW });
          return (await groupWith()).group;
        },
      ],
      [
        'a key that has ended',
        async () => {
          await test.store.apiKeys.update({ ...key, expiresAt: NOW });
          return (await groupWith()).group;
        },
      ],
      ['a key that there is not', async () => (await groupWith({ keyIds: [newId('key')] })).group],
      [
        'webhooks that have become others',
        async () => {
          const { group } = await groupWith();
          await test.store.webhooks.insert(webhookWith());
          return group;
        },
      ],
      [
        'audit settings that have become others',
        async () => {
          const { group } = await groupWith();
          const settings = await test.store.auditSettings.of(ORGANIZATION);
          assert.ok(await test.store.auditSettings.save({ ...settings, deniedActions: [newId('req')] }, key.id, NOW));
          return group;
        },
      ],
      [
        'a key of something that is not kept, which another event has',
        async () => {
          const { group } = await groupWith();
          const [one] = group.intakes.reservations;
          return { ...group, intakes: { ...group.intakes, unclaimed: one === undefined ? [] : [one] } };
        },
      ],
      [
        'an idempotency key that somebody has',
        async () => {
          const { group } = await groupWith();
          const [first] = group.intakes.reservations;
          const other = eventWith();
          await test.store.transaction(async (store) => {
            await store.events.reserveKeys([reservation(other, String(first?.key))]);
            await store.events.insertMany([other]);
          });
          return group;
        },
      ],
      [
        'an idempotency key twice',
        async () => {
          const { group } = await groupWith();
          const { reservations } = group.intakes;
          return { ...group, intakes: { ...group.intakes, reservations: [...reservations, ...reservations] } };
        },
      ],
      [
        'an event that is there',
        async () => {
          const { group } = await groupWith();
          await test.store.events.insertMany(group.intakes.events);
          return group;
        },
      ],
      [
        'the token of another lease',
        async () => {
          const { group, underWay } = await groupWith();
          return { ...group, finishes: [finishOf(underWay, {}, { leaseToken: newId('req') })] };
        },
      ],
      [
        'a delivery that is not leased any more',
        async () => {
          const { group, underWay } = await groupWith();
          await test.database.writer('deliveries').where('id', underWay.delivery.id).update({ state: 'pending' });
          return group;
        },
      ],
      [
        'a delivery that there is not',
        async () => {
          const { group, underWay } = await groupWith();
          return { ...group, finishes: [finishOf(underWay, {}, { deliveryId: newId('dlv') })] };
        },
      ],
      [
        'an invocation that has ended',
        async () => {
          const { group, underWay } = await groupWith();
          await test.store.record([{ invocationId: underWay.invocation.id, end: endWith() }]);
          return group;
        },
      ],
      [
        'an end without a delivery',
        async () => {
          const { group, underWay } = await groupWith();
          const { invocationId, end } = finishOf(underWay);
          return { ...group, finishes: [{ invocationId, end }] };
        },
      ],
      [
        'a change of health that others are told of',
        async () => {
          const { group, underWay } = await groupWith();
          return { ...group, finishes: [finishOf(underWay, { end: endWith({ outcome: 'gone' }) })] };
        },
      ],
    ];
    for (const [what, change] of PLANNED) {
      it(`stores nothing for ${what}`, async () => {
        const group = await change();
        await refuses(() => writeTo(test, group));
      });
    }

    const HEALTHS: readonly [what: string, change: (found: PlannedHealth) => PlannedHealth][] = [
      ['another health than was found', (one) => ({ ...one, found: `${one.found}!`, next: undefined })],
      ['another health than was found, which it changes', (one) => ({ ...one, found: `${one.found}!` })],
      ['another version of the webhook', (one) => ({ ...one, version: 2 })],
      ['a webhook that there is not', (one) => ({ ...one, webhookId: newId('whk') })],
    ];
    for (const [what, change] of HEALTHS) {
      it(`stores nothing for ${what}`, async () => {
        const { groups, dialect } = test.database;
        assert.ok(groups);
        const { group, underWay } = await groupWith();
        const [row] = await test.database.writer('webhook_health').where('webhook_id', webhook.id).select('*');
        const health = (await test.store.webhookHealths.byWebhooks(ORGANIZATION, [webhook.id])).get(webhook.id);
        assert.ok(health && row);
        const found = ['healthy', '', row.since, '', '', 0, '', '', '', 0, ''].join('|');
        const planned: PlannedHealth = { webhookId: webhook.id, version: 1, found, next: { ...health, recent: '+' } };
        const write = (one: PlannedHealth, finishes = group.finishes) =>
          groups.run(async () => groupValues(dialect, group.intakes, { finishes, healths: [one] }));
        await refuses(() => write(change(planned)));
        assert.equal(await write(planned, [finishOf(underWay)]), true, 'it was for that alone');
      });
    }

    it('looks at the health of a webhook again where it was not what is remembered', async () => {
      const steady = '+'.repeat(20);
      const [one, two, three] = [await groupWith(), await groupWith(), await groupWith()];
      await test.store.webhookHealths.change(ORGANIZATION, webhook.id, (health) => ({
        health: { ...health, recent: steady, lastSuccessAt: secondsAfter(1) },
        changes: [],
      }));
      assert.equal(await writeTo(test, one.group), true);
      await test.store.webhookHealths.change(ORGANIZATION, webhook.id, (health) => ({
        health: { ...health, recent: `-${steady}`.slice(0, 20) },
        changes: [],
      }));
      await refuses(() => writeTo(test, two.group));
      assert.equal(await writeTo(test, three.group), true);
    });

    it('looks at it again after a change that others are told of, which is written step by step', async () => {
      const become = (state: 'failing' | 'healthy') =>
        test.store.webhookHealths.change(ORGANIZATION, webhook.id, (health) => ({
          health: { ...health, state, probeAt: NOW, recent: '+'.repeat(20), lastSuccessAt: secondsAfter(1) },
          changes: [],
        }));
      await become('failing');
      const recovering = (await groupWith()).group;
      await refuses(() => writeTo(test, recovering));
      await become('healthy');
      assert.equal(await writeTo(test, (await groupWith()).group), true);
    });

    it('stores nothing where nothing is chosen, and gives the connection back', async () => {
      const { groups } = test.store;
      assert.ok(groups);
      for (let count = 0; count < 20; count += 1) assert.equal(await groups.write(() => undefined), false);
      const broken = (): never => {
        throw new Error('no choice');
      };
      for (let count = 0; count < 20; count += 1) await assert.rejects(groups.write(broken), /no choice/);
      assert.equal(await writeTo(test, (await groupWith()).group), true);
    });

    it('keeps groups that are written at once, and transactions beside them, apart', async () => {
      const groups = [(await groupWith()).group, (await groupWith()).group, (await groupWith()).group];
      const [undone, done] = [eventWith(), eventWith()];
      const transaction = (event: typeof done, isDone: boolean) =>
        test.store.transaction(async (store) => {
          await store.events.insertMany([event]);
          if (!isDone) throw new Error('undone');
        });
      const written = groups.map((group) => writeTo(test, group));
      const beside = [transaction(done, true), transaction(undone, false), transaction(eventWith(), true)];
      const more = (await Promise.allSettled(beside)).map(({ status }) => status);
      assert.deepEqual(await Promise.all(written), [true, true, true]);
      assert.deepEqual(more, ['fulfilled', 'rejected', 'fulfilled']);
      for (const group of groups) assert.ok(await isStored(group));
      assert.deepEqual([...(await test.store.events.byIds([undone.id, done.id])).keys()], [done.id]);
    });

    it('gives a key to one of two groups that want it at once', async () => {
      const groups = [(await groupWith()).group, (await groupWith()).group];
      const same = groups.map((group) => ({
        ...group,
        intakes: {
          ...group.intakes,
          reservations: group.intakes.reservations.map((one) => ({ ...one, key: `${webhook.id} same` })),
        },
      }));
      const written = await Promise.all(same.map((group) => writeTo(test, group)));
      assert.deepEqual(written.toSorted(), [false, true]);
      assert.deepEqual(await Promise.all(same.map(isStored)), written);
    });
  });
}
