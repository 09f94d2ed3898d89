import assert from 'node:assert/strict';
import type { HealthState } from '../../src/domain/health.ts';
import { HEALTH_STATES } from '../../src/domain/health.ts';
import { planAgain, planDeliveries } from '../../src/domain/plan.ts';

describe('planDeliveries', () => {
  const event = { id: 'evt_1', organizationId: 'org_1', receivedAt: new Date('2026-11-20T12:00:00Z') };

  it('plans one pending delivery for each webhook, due at once, that is its own first message', () => {
    const settings = { maxHeldInSec: 60 };
    const one = { id: 'whk_1', settings, healthState: 'healthy' } as const;
    const two = { id: 'whk_2', settings, healthState: 'healthy' } as const;
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

  it('holds from the start, for as long as the webhook says, what its health stands against', () => {
    const plan = (healthState: HealthState) =>
      planDeliveries(event, [{ id: 'whk_1', settings: { maxHeldInSec: 60 }, healthState }], () => 'dlv_1').map(
        ({ state, reason, heldUntil }) => [state, reason, heldUntil?.toISOString()],
      );
    assert.deepEqual(HEALTH_STATES.map(plan), [
      [['pending', undefined, undefined]],
      [['held', 'breaker_open', '2026-11-20T12:01:00.000Z']],
      [['held', 'webhook_disabled', '2026-11-20T12:01:00.000Z']],
    ]);
  });

  it('plans nothing for an event that nobody takes', () => {
    assert.deepEqual(
      planDeliveries(event, [], () => 'x'),
      [],
    );
  });
});

describe('planAgain', () => {
  const target = { organizationId: 'org_1', eventId: 'evt_1', webhookId: 'whk_1' };
  const now = new Date('2026-11-21T12:00:00Z');
  const request = { by: 'key_1', replayId: undefined, sameBytesOf: undefined, newMessageId: false, now };
  const earlier = { id: 'dlv_2', messageId: 'dlv_1' };
  const plan = (...given: [typeof earlier | undefined, Partial<typeof request>?]) =>
    planAgain(target, given[0], { ...request, ...given[1] }, () => 'dlv_3');

  it('plans a delivery of its own, due now, that says what it repeats and keeps the first message id', () => {
    const planned = plan(earlier);
    assert.deepEqual(
      [planned.id, planned.messageId, planned.state, planned.attempts],
      ['dlv_3', 'dlv_1', 'pending', 0],
    );
    assert.deepEqual([planned.dueAt, planned.createdAt], [now, now]);
    assert.deepEqual(planned.asked, { by: 'key_1', repeats: 'dlv_2', replayId: undefined, sameBytesOf: undefined });
  });

  it('is its own first message where that is asked for, or there is none to repeat', () => {
    assert.equal(plan(earlier, { newMessageId: true }).messageId, 'dlv_3');
    assert.equal(plan(earlier, { newMessageId: true }).asked?.repeats, 'dlv_2');
    assert.deepEqual([plan(undefined).messageId, plan(undefined).asked?.repeats], ['dlv_3', undefined]);
  });
});
