import assert from 'node:assert/strict';
import { planDeliveries } from '../../src/domain/plan.ts';

describe('planDeliveries', () => {
  const event = { id: 'evt_1', organizationId: 'org_1', receivedAt: new Date('2026-11-20T12:00:00Z') };

  it('plans one pending delivery for each webhook, due at once, that is its own first message', () => {
    const settings = { maxHeldInSec: 60 };
    const one = { id: 'whk_1', settings, isDisabled: false };
    const two = { id: 'whk_2', settings, isDisabled: false };
    let count = 0;
    const deliveries = planDeliveries(event, [one, two], (prefix) => `${prefix}_${String((count += 1))}`);
    assert.deepEqual(
      deliveries.map(({ id, messageId, webhookId, state, attempts, dueAt }) => [
        id,
        messageId,
        webhookId,
        state,
        attempts,
        dueAt,
      ]),
      [
        ['dlv_1', 'dlv_1', 'whk_1', 'pending', 0, event.receivedAt],
        ['dlv_2', 'dlv_2', 'whk_2', 'pending', 0, event.receivedAt],
      ],
    );
    assert.ok(deliveries.every((delivery) => delivery.eventId === 'evt_1' && delivery.organizationId === 'org_1'));
  });

  it('plans nothing for an event that nobody takes', () => {
    assert.deepEqual(
      planDeliveries(event, [], () => 'x'),
      [],
    );
  });
});
