import assert from 'node:assert/strict';
import { DELIVERY_STATES, FINAL_STATES } from '../../../src/domain/delivery.ts';
import { deliveryDetailView, deliveryView } from '../../../src/http/views/delivery.ts';
import { assertView } from './assert-view.ts';
import { fullDelivery, fullInvocation, minimalDelivery, openInvocation } from './records.ts';

describe('deliveryView', () => {
  for (const [what, delivery] of [
    ['as little', minimalDelivery],
    ['everything', fullDelivery],
  ] as const) {
    it(`fits its schemas with ${what}`, () => {
      assertView('delivery', deliveryView(delivery));
      assertView('delivery-list', { data: [deliveryView(delivery)], next_cursor: null });
      assertView('delivery-detail', deliveryDetailView(delivery, []));
      assertView('delivery-detail', deliveryDetailView(delivery, [fullInvocation, openInvocation]));
    });
  }

  it('is due only while it is not over', () => {
    for (const state of DELIVERY_STATES) {
      const isFinal = FINAL_STATES.includes(state);
      const expected = isFinal ? null : '2026-11-20T12:00:00.000Z';
      assert.equal(deliveryView({ ...minimalDelivery, state })['due_at'], expected, state);
    }
  });
});
