import assert from 'node:assert/strict';
import type { Reconciliation } from '../../src/domain/reconciliation.ts';
import { balanceOf, isBalanced, sumCounts } from '../../src/domain/reconciliation.ts';
import { DELIVERY_STATES } from '../../src/domain/delivery.ts';

const counts = sumCounts(DELIVERY_STATES.map((state, index) => ({ state, count: 2 ** index })));

describe('balanceOf', () => {
  it('puts each state under one of three heads', () => {
    assert.deepEqual(balanceOf(counts), { accepted: 127, waiting: 1 + 2 + 4, delivered: 8, ended: 16 + 32 + 64 });
  });
});

describe('isBalanced', () => {
  const right: Reconciliation = {
    counts,
    oldestWaiting: undefined,
    webhooks: [{ webhookId: 'whk_1', name: 'w', counts, oldestWaiting: undefined }],
    deliveries: 127,
    events: 5,
    eventsPlanned: 5,
  };

  it('holds where all sums agree', () => {
    assert.ok(isBalanced(right));
  });

  it('does not where one is missing or counted twice', () => {
    for (const wrong of [{ deliveries: 128 }, { deliveries: 126 }, { webhooks: [] }, { events: 4 }]) {
      assert.ok(!isBalanced({ ...right, ...wrong }), JSON.stringify(wrong));
    }
  });
});
