import assert from 'node:assert/strict';
import { planDeliveries } from '../../src/domain/plan.ts';
import { DEFAULT_RETENTION } from '../../src/domain/retention.ts';
import type { Webhook } from '../../src/domain/webhook.ts';
import type { EventLogDeps } from '../../src/services/event-log.ts';
import { explainEvent } from '../../src/services/event-log.ts';
import { after, eventWith, newId, NOW, ORGANIZATION, webhookWith } from '../store/fixtures.ts';

const EVENT = eventWith({ eventType: 'user.created', body: '{"event_type":"user.created","data":{"source":"API"}}' });

function setup(
  asOf: readonly Webhook[],
  deliveredTo: readonly Webhook[],
  newest: readonly Webhook[] = [],
  clock: EventLogDeps['clock'] = () => NOW,
) {
  const deliveries = planDeliveries(
    EVENT,
    deliveredTo.map((webhook) => ({ ...webhook, healthState: 'healthy' })),
    newId,
  );
  const asked: Date[] = [];
  const deps: EventLogDeps = {
    clock,
    store: {
      retention: { periods: async () => DEFAULT_RETENTION },
      events: { byId: async (_organization, id) => (id === EVENT.id ? EVENT : undefined) },
      deliveries: { byEvent: async () => deliveries },
      webhooks: {
        listAsOf: async (_organization, at) => {
          asked.push(at);
          return asOf;
        },
        versions: async (_organization, id) => ({ items: newest.filter((one) => one.id === id), lastId: undefined }),
      },
    },
  };
  return { deps, deliveries, asked };
}

describe('explainEvent', () => {
  it('explains by the settings of the moment at which the event came in', async () => {
    const matched = webhookWith({ eventTypes: ['user.*'], filter: undefined });
    const other = webhookWith({ eventTypes: ['bundle.*'], filter: undefined });
    const filtered = webhookWith({ filter: { 'data.source': 'Terraform' } });
    const off = webhookWith({ active: false });
    const { deps, deliveries, asked } = setup([matched, other, filtered, off], [matched]);
    const { explanations } = await explainEvent(deps, ORGANIZATION, EVENT.id);
    assert.deepEqual(asked, [EVENT.receivedAt]);
    assert.deepEqual(
      explanations.map(({ matched: isMatched, reason, delivery }) => [isMatched, reason, delivery?.id]),
      [
        [true, undefined, deliveries[0]?.id],
        [false, 'event_type', undefined],
        [false, 'filter', undefined],
        [false, 'inactive', undefined],
      ],
    );
    for (const { detail } of explanations) assert.ok(detail);
  });

  it('believes the delivery that is stored, not the settings', async () => {
    const webhook = webhookWith({ eventTypes: ['bundle.*'] });
    const { deps } = setup([webhook], [webhook]);
    const [explanation] = (await explainEvent(deps, ORGANIZATION, EVENT.id)).explanations;
    assert.equal(explanation?.matched, true);
  });

  it('says that a webhook was changed at that very moment where settings and deliveries disagree', async () => {
    const { deps } = setup([webhookWith({ filter: undefined })], []);
    const [explanation] = (await explainEvent(deps, ORGANIZATION, EVENT.id)).explanations;
    assert.equal(explanation?.matched, false);
    assert.match(explanation.detail, /very moment/);
  });

  it('says that the delivery is older than deliveries are kept where it may be', async () => {
    for (const [days, isMatched] of [
      [179, false],
      [181, true],
    ] as const) {
      const { deps } = setup([webhookWith({ filter: undefined })], [], [], () => after(days * 86_400));
      const [explanation] = (await explainEvent(deps, ORGANIZATION, EVENT.id)).explanations;
      assert.equal(explanation?.matched, isMatched);
      assert.match(explanation.detail, isMatched ? /older than deliveries are kept/ : /very moment/);
    }
  });

  it('leaves no delivery out: also not of a webhook that was made while the event was stored', async () => {
    const late = webhookWith({ filter: undefined });
    const { deps, deliveries } = setup([], [late], [late]);
    const { explanations } = await explainEvent(deps, ORGANIZATION, EVENT.id);
    assert.deepEqual(
      explanations.map(({ webhook, delivery }) => [webhook.id, delivery?.id]),
      [[late.id, deliveries[0]?.id]],
    );
  });

  it('throws not_found for an event that is not there', async () => {
    await assert.rejects(explainEvent(setup([], []).deps, ORGANIZATION, 'evt_1'), { kind: 'not_found' });
  });
});
