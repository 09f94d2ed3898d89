import assert from 'node:assert/strict';
import type { AuditSettings } from '../../src/domain/audit/settings.ts';
import { defaultSettings } from '../../src/domain/audit/settings.ts';
import type { Delivery } from '../../src/domain/delivery.ts';
import type { Event } from '../../src/domain/event.ts';
import type { HealthState } from '../../src/domain/health.ts';
import type { Webhook } from '../../src/domain/webhook.ts';
import { plainEvent, storeEvents } from '../../src/services/planning.ts';
import { after, eventWith, newId, ORGANIZATION, webhookWith } from '../store/fixtures.ts';

function setup(webhooks: readonly Webhook[], disabled: readonly Webhook[] = [], settings: Partial<AuditSettings> = {}) {
  const events: Event[] = [];
  const deliveries: Delivery[] = [];
  let lookups = 0;
  const healthOf = (webhook: Webhook): HealthState => (disabled.includes(webhook) ? 'disabled' : 'healthy');
  const store = {
    acceptance: { begin: async (now: Date) => now },
    events: { insertMany: async (some: readonly Event[]) => void events.push(...some) },
    deliveries: { insertMany: async (some: readonly Delivery[]) => void deliveries.push(...some) },
    auditSettings: { of: async (id: string) => ({ ...defaultSettings(id), ...settings }) },
    webhooks: {
      listForMatching: async () => {
        lookups += 1;
        return webhooks.map((webhook) => ({ ...webhook, healthState: healthOf(webhook) }));
      },
    },
  };
  const run = (some: readonly Event[]) => storeEvents({ newId }, store, ORGANIZATION, some);
  return { run, events, deliveries, lookups: () => lookups };
}

describe('storeEvents', () => {
  it('plans one pending delivery, due at once, for each webhook that an event is for', async () => {
    const users = webhookWith({ eventTypes: ['user.*'], filter: undefined });
    const all = webhookWith({ eventTypes: [], filter: undefined });
    const filtered = webhookWith({ eventTypes: [], filter: { 'data.n': { $gt: 5 } } });
    const { run, events, deliveries, lookups } = setup([users, all, filtered]);
    const one = eventWith({ eventType: 'user.created', body: '{"data":{"n":1}}' });
    const two = eventWith({ eventType: 'bundle.created', body: '{"data":{"n":12345678901234567890}}' });
    const counts = await run([one, two]);
    assert.deepEqual(
      [...counts],
      [
        [one.id, 2],
        [two.id, 2],
      ],
    );
    assert.deepEqual(events, [one, two]);
    assert.deepEqual(
      deliveries.map((delivery) => [delivery.eventId, delivery.webhookId]),
      [
        [one.id, users.id],
        [one.id, all.id],
        [two.id, all.id],
        [two.id, filtered.id],
      ],
    );
    for (const delivery of deliveries) {
      assert.deepEqual([delivery.state, delivery.attempts, delivery.dueAt], ['pending', 0, one.receivedAt]);
      assert.equal(delivery.messageId, delivery.id);
    }
    assert.equal(lookups(), 1, 'webhooks are looked up once, however many events there are');
  });

  it('gives an event of the engine only to webhooks that name its family', async () => {
    const all = webhookWith({ eventTypes: ['*'], filter: undefined });
    const named = webhookWith({ eventTypes: ['webhook.*'], filter: undefined });
    const { run, deliveries } = setup([all, named]);
    await run([eventWith({ eventType: 'webhook.tested', origin: 'engine' })]);
    assert.deepEqual(
      deliveries.map((delivery) => delivery.webhookId),
      [named.id],
    );
  });

  it('holds what it plans for a webhook that the engine has disabled, for as long as that allows', async () => {
    const webhook = webhookWith({ eventTypes: [], filter: undefined, maxHeldInSec: 60 });
    const { run, deliveries } = setup([webhook], [webhook]);
    await run([eventWith()]);
    const [delivery] = deliveries;
    assert.deepEqual([delivery?.state, delivery?.reason, delivery?.heldUntil], ['held', 'webhook_disabled', after(60)]);
  });

  it('leaves out what the organization does not keep', async () => {
    const webhook = webhookWith({ eventTypes: ['webhook.*', 'audit_log.*'], filter: undefined });
    const own = (eventType: string) => eventWith({ eventType, origin: 'engine' });
    const denied = ['webhook.tested', 'audit_log.coverage_updated'];
    const { run, events, deliveries } = setup([webhook], [], { deniedActions: denied });
    const [tested, created, log] = [own('webhook.tested'), own('webhook.created'), own('audit_log.coverage_updated')];
    await run([tested, created, log]);
    assert.deepEqual([events, deliveries.length], [[created, log], 2]);
  });

  it('asks the store for nothing where there is no event', async () => {
    const { run, lookups } = setup([webhookWith()]);
    assert.equal((await run([])).size, 0);
    assert.equal(lookups(), 0);
  });
});

describe('plainEvent', () => {
  it('shows numbers as doubles, as filters compare them, and the schema that the event follows', () => {
    assert.deepEqual(plainEvent({ schema: 'audit', body: '{"n":1.50,"big":12345678901234567890}' }), {
      schema: 'audit',
      n: 1.5,
      big: 12345678901234567000,
    });
  });
});
