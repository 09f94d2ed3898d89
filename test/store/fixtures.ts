// A store on an empty database, and the smallest valid values to put into it.
import type { ApiKey } from '../../src/domain/api-key.ts';
import type { Delivery } from '../../src/domain/delivery.ts';
import type { Event } from '../../src/domain/event.ts';
import type { IdPrefix } from '../../src/domain/ids.ts';
import type { InvocationEnd, InvocationStart } from '../../src/domain/invocation.ts';
import type { Claimed } from '../../src/domain/lease.ts';
import type { Organization } from '../../src/domain/organization.ts';
import type { Replay } from '../../src/domain/replay.ts';
import type { Webhook, WebhookSettings } from '../../src/domain/webhook.ts';
import type { RetentionPeriods } from '../../src/domain/retention.ts';
import { periodsView } from '../../src/services/retention.ts';
import type { Store } from '../../src/store/index.ts';
import { createStore } from '../../src/store/index.ts';
import type { SecretBox } from '../../src/store/secrets.ts';
import { createSecretBox } from '../../src/store/secrets.ts';
import type { DatabaseKind, TestDatabase } from '../support/databases.ts';

export const NOW = new Date('2026-11-20T12:00:00.000Z');
export const ORGANIZATION = 'org_01932000-0000-7000-8000-000000000001';
export const OTHER_ORGANIZATION = 'org_01932000-0000-7000-8000-000000000002';

/** An instant this many seconds after NOW. */
export function after(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

let counter = 0;

/** Ascending ids, as those of the engine are. */
export function newId(prefix: IdPrefix): string {
  counter += 1;
  return `${prefix}_01932000-0000-7000-8000-${counter.toString(16).padStart(12, '0')}`;
}

export interface Setup extends TestDatabase {
  readonly store: Store;
  readonly secrets: SecretBox;
}

/** A migrated database with two organizations. */
export async function setup(kind: DatabaseKind): Promise<Setup> {
  const test = await kind.openMigrated();
  const secrets = createSecretBox({ keys: [{ id: 'test', key: Buffer.alloc(32, 7) }] });
  const store = createStore({ database: test.database, secrets });
  await store.organizations.insert(organizationWith());
  await store.organizations.insert(organizationWith({ id: OTHER_ORGANIZATION, name: 'other', isFirst: false }));
  return { ...test, store, secrets };
}

export function organizationWith(changes: Partial<Organization> = {}): Organization {
  return { id: ORGANIZATION, name: 'default', isFirst: true, maxWebhooks: 100, createdAt: NOW, ...changes };
}

export function keyWith(changes: Partial<ApiKey> = {}): ApiKey {
  return {
    id: newId('key'),
    organizationId: ORGANIZATION,
    name: 'first',
    role: 'admin',
    secretSha256: 'a'.repeat(64),
    createdAt: NOW,
    createdBy: 'hookwright',
    expiresAt: undefined,
    lastUsedAt: undefined,
    revokedAt: undefined,
    ...changes,
  };
}

export function settingsWith(changes: Partial<WebhookSettings> = {}): WebhookSettings {
  return {
    name: 'Orders',
    active: true,
    schema: 'audit',
    eventTypes: ['user.*'],
    filter: { 'data.source': { $in: ['API'] } },
    type: 'http',
    method: 'POST',
    url: 'https://receiver.example/hook',
    headers: { Authorization: 'Bearer canary-secret-value', Accept: 'application/json' },
    publicHeaders: ['Accept'],
    authentication: undefined,
    signing: undefined,
    bodyTemplate: '{"id":"{{event_id}}"}',
    timeoutInSec: 10,
    responseValidators: [{ jsonPath: '$.data.ok', expectedValues: [true, 'yes', 1, null] }],
    customValidationErrorMessage: 'Not accepted.',
    retryPolicy: { delaysInSec: [60, 600], jitter: 0.2 },
    rateLimit: undefined,
    maxHeldInSec: 3600,
    ...changes,
  };
}

export function webhookWith(settings: Partial<WebhookSettings> = {}, changes: Partial<Webhook> = {}): Webhook {
  const id = newId('whk');
  return {
    id,
    organizationId: ORGANIZATION,
    version: 1,
    settings: settingsWith({ name: `Webhook ${id.slice(-6)}`, ...settings }),
    createdAt: NOW,
    updatedAt: NOW,
    createdBy: 'key_1',
    deletedAt: undefined,
    ...changes,
  };
}

export function eventWith(changes: Partial<Event> = {}): Event {
  return {
    id: newId('evt'),
    organizationId: ORGANIZATION,
    schema: 'audit',
    eventType: 'user.created',
    eventTime: '1732104000.123456789',
    eventTimeExact: '1732104000.123456789',
    receivedAt: NOW,
    origin: 'api',
    idempotencyKey: undefined,
    valueSha256: 'a'.repeat(64),
    hop: 0,
    body: '{"event_type":"user.created", "n":12345678901234567890}',
    ...changes,
  };
}

export function deliveryWith(event: Event, webhook: Webhook, changes: Partial<Delivery> = {}): Delivery {
  const id = newId('dlv');
  return {
    id,
    organizationId: event.organizationId,
    eventId: event.id,
    webhookId: webhook.id,
    messageId: id,
    state: 'pending',
    reason: undefined,
    attempts: 0,
    dueAt: NOW,
    createdAt: NOW,
    updatedAt: NOW,
    finishedAt: undefined,
    heldUntil: undefined,
    asked: undefined,
    cancelRequestedAt: undefined,
    tokenRefusedAt: undefined,
    ...changes,
  };
}

export function replayWith(webhook: Webhook, changes: Partial<Replay> = {}): Replay {
  return {
    id: newId('rpl'),
    organizationId: webhook.organizationId,
    scope: {
      webhookId: webhook.id,
      selection: 'planned',
      receivedAfter: undefined,
      receivedBefore: after(60),
      eventTypes: [],
      filter: undefined,
    },
    newWebhookId: false,
    ratePerSec: 10,
    state: 'running',
    reason: undefined,
    progress: { total: 0, scanned: 0, planned: 0, skipped: 0 },
    position: undefined,
    lastEventId: undefined,
    paidUntil: NOW,
    cancelWaiting: false,
    createdBy: 'key_1',
    createdAt: NOW,
    updatedAt: NOW,
    finishedAt: undefined,
    ...changes,
  };
}

export function startWith(changes: Partial<InvocationStart> = {}): InvocationStart {
  return {
    id: newId('inv'),
    organizationId: ORGANIZATION,
    kind: 'test',
    deliveryId: undefined,
    eventId: undefined,
    webhookId: undefined,
    webhookVersion: undefined,
    webhookName: 'Draft',
    requestedBy: 'key_1',
    attempt: 1,
    maxAttempts: 1,
    scheduledAt: NOW,
    startedAt: NOW,
    ...changes,
  };
}

export function endWith(changes: Partial<InvocationEnd> = {}): InvocationEnd {
  return {
    finishedAt: after(1),
    outcome: 'success',
    phase: 'validate',
    errorCode: undefined,
    message: 'The receiver answered 2xx and every response validator passed.',
    templateSha256: 'b'.repeat(64),
    request: {
      method: 'POST',
      url: 'https://receiver.example/hook',
      headers: [
        ['content-type', 'application/json'],
        ['x', '***'],
      ],
      body: '{"id":"1"}',
      bodyBytes: 10,
      bodySha256: 'c'.repeat(64),
    },
    response: {
      status: 200,
      httpVersion: '1.1',
      headers: [['x-one', '1']],
      body: '{"ok":true}',
      bodyEncoding: 'utf8',
      bodyBytes: 11,
      truncated: false,
    },
    timings: { blocked: 0.1, dns: 1, connect: 2, ssl: 3, send: 0, wait: 4, receive: 0.5, total: 10.6 },
    peer: { address: '203.0.113.7', port: 443, tlsVersion: undefined },
    validators: [
      {
        jsonPath: '$.data.ok',
        expectedValues: [true],
        actual: { found: 'values', values: [true, null] },
        passed: true,
        message: 'ok',
      },
    ],
    warnings: [{ code: 'body_on_get', detail: 'A GET with a body.' }],
    nextAttemptAt: undefined,
    nextAttemptReason: undefined,
    maskedPlaces: 2,
    ...changes,
  };
}

/** Stores a webhook with this many pending deliveries, each of an event of its own. */
export async function seedDeliveries(
  store: Store,
  count: number,
  webhook: Webhook = webhookWith(),
  changes: Partial<Delivery> = {},
): Promise<{ readonly webhook: Webhook; readonly deliveries: readonly Delivery[] }> {
  const events = Array.from({ length: count }, () => eventWith({ organizationId: webhook.organizationId }));
  const deliveries = events.map((event) => deliveryWith(event, webhook, changes));
  await store.webhooks.insert(webhook);
  await store.events.insertMany(events);
  await store.deliveries.insertMany(deliveries);
  return { webhook, deliveries };
}

/** Claims with plenty of slots. */
export function claimAll(
  store: Store,
  changes: Partial<Parameters<Store['deliveries']['claim']>[0]> = {},
): Promise<readonly Claimed[]> {
  return store.deliveries.claim({
    now: NOW,
    limit: 64,
    probeLimit: 16,
    freeSlots: () => 1000,
    isQuick: () => false,
    slowLimit: 1000,
    lastTurn: () => 0,
    newLeaseToken: () => newId('req'),
    newInvocationId: () => newId('inv'),
    ...changes,
  });
}

/** Writes one event as a group does that was planned for this instant; gives whether that held. */
export function writeGroupOf(store: Store, acceptedAt: Date): Promise<boolean> | undefined {
  const planned = { keyIds: [], stamps: [], reservations: [], unclaimed: [], waiting: [], leased: [], now: acceptedAt };
  const intakes = { ...planned, acceptedAt, events: [eventWith({ receivedAt: acceptedAt })] };
  return store.groups?.write(() => ({ intakes, finishes: [] }));
}

/** Sets how long an organization keeps what. */
export async function setPeriods(store: Store, organizationId: string, periods: RetentionPeriods): Promise<void> {
  const settings = await store.auditSettings.of(organizationId);
  await store.auditSettings.save({ ...settings, retention: periodsView(periods) }, 'key_1', NOW);
}

/** All events of an organization that a store sees, newest first. */
export function eventsIn(store: Pick<Store, 'eventLog'>, organizationId = ORGANIZATION): Promise<readonly Event[]> {
  return store.eventLog.page(organizationId, { until: new Date('9999-01-01'), offset: 0, limit: 1_000_000 });
}
