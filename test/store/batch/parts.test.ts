import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DELIVERY_COLUMNS, writeDelivery } from '../../../src/store/codec/delivery.ts';
import { EVENT_COLUMNS, writeEvent } from '../../../src/store/codec/event.ts';
import { HEALTH_COLUMNS, writeHealth } from '../../../src/store/codec/health.ts';
import {
  BODY_COLUMNS,
  END_COLUMNS,
  START_COLUMNS,
  writeBodies,
  writeEnd,
  writeStart,
} from '../../../src/store/codec/invocation.ts';
import { newHealth } from '../../../src/domain/health.ts';
import { KEY_COLUMNS, keyRows } from '../../../src/store/events.ts';
import { SETTLEMENT_COLUMNS, writeSettlement } from '../../../src/store/lifecycle/record.ts';
import { DATABASES } from '../../support/databases.ts';
import type { Setup } from '../fixtures.ts';
import {
  deliveryWith,
  endWith,
  eventWith,
  keyWith,
  NOW,
  ORGANIZATION,
  setup,
  startWith,
  webhookWith,
} from '../fixtures.ts';
import { dump, finishOf, holding, lease, play, plots, reservation, storeSlowly } from './arbitraries.ts';

describe('the columns of a part', () => {
  const [event, webhook] = [eventWith(), webhookWith()];
  const { fence } = finishOf(lease(event, webhook));
  assert.ok(fence);
  for (const [what, row, columns] of [
    ['an event', writeEvent(event), EVENT_COLUMNS],
    ['a delivery', writeDelivery(deliveryWith(event, webhook)), DELIVERY_COLUMNS],
    ['a start', writeStart(startWith()), START_COLUMNS],
    ['an end', writeEnd('inv_1', endWith()), ['id', ...END_COLUMNS]],
    [
      'an end without an exchange',
      writeEnd('inv_1', endWith({ request: undefined, response: undefined })),
      ['id', ...END_COLUMNS],
    ],
    ['bodies', writeBodies('inv_1', ORGANIZATION, endWith()), BODY_COLUMNS],
    ['a health', writeHealth(newHealth(NOW)), HEALTH_COLUMNS],
    ['a settlement', writeSettlement(fence), SETTLEMENT_COLUMNS],
    ['a key', keyRows([reservation(event, 'k')])[0], KEY_COLUMNS],
  ] as const) {
    it(`are those that are written for ${what}`, () => {
      assert.deepEqual(Object.keys(row ?? {}), [...columns]);
    });
  }
});

for (const kind of DATABASES) {
  describe(`a group on ${kind.name}, and the same step by step`, () => {
    let fast: Setup;
    let slow: Setup;
    before(async () => {
      [fast, slow] = [await setup(kind), await setup(kind)];
    });
    after(async () => {
      await fast.remove();
      await slow.remove();
    });

    it('come to the same rows, which hold what was given', async () => {
      const key = keyWith();
      for (const { store } of [fast, slow]) await store.apiKeys.insert(key);
      await fc.assert(
        fc.asyncProperty(plots, plots, async (...twoPlots) => {
          const webhook = webhookWith();
          for (const { store } of [fast, slow]) await store.webhooks.insert(webhook);
          const held = await holding(fast.store, key.id);
          const [first, second] = twoPlots.map((plot) => play(plot, webhook, held));
          assert.ok(first && second);
          // The end of what was leased comes with the next request.
          const groups = [
            { intakes: first.intakes, finishes: [] },
            { intakes: second.intakes, finishes: first.finishes },
          ];
          for (const group of groups) {
            assert.equal(await fast.store.groups?.write(() => group), true);
            await storeSlowly(slow.store, group.intakes, group.finishes);
          }
          assert.deepEqual(await dump(fast.database), await dump(slow.database));
          for (const event of first.intakes.events) {
            assert.deepEqual(await fast.store.events.byId(ORGANIZATION, event.id), event);
          }
          for (const { invocationId, end } of first.finishes) {
            const invocation = await fast.store.invocations.byId(ORGANIZATION, invocationId);
            assert.deepEqual(invocation?.end, end);
          }
        }),
        { numRuns: 12 },
      );
    });
  });
}
