// Groups of random content, and the same content as the slow path takes it.
import fc from 'fast-check';
import type { Settlement } from '../../../src/domain/delivery.ts';
import type { Event } from '../../../src/domain/event.ts';
import type { InvocationEnd, RecordedRequest, RecordedResponse } from '../../../src/domain/invocation.ts';
import type { Claimed, Finish } from '../../../src/domain/lease.ts';
import { leaseDelivery } from '../../../src/domain/lease.ts';
import { OUTCOME_NAMES } from '../../../src/domain/outcomes.ts';
import type { Webhook } from '../../../src/domain/webhook.ts';
import type { PlannedIntakes } from '../../../src/store/batch/planned.ts';
import type { Database } from '../../../src/store/database.ts';
import type { Store } from '../../../src/store/index.ts';
import { readRows } from '../../../src/store/sql/rows.ts';
import { after, deliveryWith, endWith, eventWith, newId, NOW, ORGANIZATION } from '../fixtures.ts';

// What quoting, escaping and decoding get wrong. PostgreSQL refuses NUL.
const AWKWARD = [
  '',
  ' ',
  '"',
  "'",
  '\\',
  '\\u0000',
  '\u0001\u001f\u007f',
  '\t\r\n',
  '𝄞🦖',
  '\u2028\u2029',
  '\uFEFF',
  '{}[],"',
  '?',
  '$1',
];

/** Texts of every kind. */
export const texts = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
);
const longTexts = fc.oneof(texts, fc.constantFrom('ä'.repeat(70_000), '"\\'.repeat(3000)));
// With a prototype, as what is read back has one.
const PLAIN = { noNullPrototype: true };
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });
const instants = fc.integer({ min: 0, max: 3_600_000 }).map((ms) => new Date(NOW.getTime() + ms));
const counts = fc.nat({ max: 2_147_483_647 });

const events = fc.record<Partial<Event>>({
  schema: texts,
  eventType: texts,
  eventTime: texts,
  eventTimeExact: texts,
  receivedAt: instants,
  origin: fc.constantFrom('api', 'engine'),
  valueSha256: maybe(fc.constant('a'.repeat(64))),
  hop: fc.nat({ max: 3 }),
  body: longTexts,
});

const headers = fc.array(fc.tuple(texts, texts), { maxLength: 3 });
const requests = fc.record<RecordedRequest>(
  {
    method: texts,
    url: texts,
    headers,
    body: maybe(longTexts),
    bodyBytes: counts,
    bodySha256: maybe(texts),
  },
  PLAIN,
);
const responses = fc.record<RecordedResponse>(
  {
    status: fc.integer({ min: 100, max: 599 }),
    httpVersion: texts,
    headers,
    body: longTexts,
    bodyEncoding: fc.constantFrom('utf8', 'base64'),
    bodyBytes: counts,
    truncated: fc.boolean(),
  },
  PLAIN,
);

// A webhook that is gone is disabled by it, of which others are told: no group does that. What is being sent has no end.
const outcomes = OUTCOME_NAMES.filter((outcome) => outcome !== 'gone' && outcome !== 'sending');
const ends = fc
  .record<Partial<InvocationEnd>>({
    finishedAt: instants,
    outcome: fc.constantFrom(...outcomes),
    phase: maybe(fc.constantFrom('render', 'send', 'validate')),
    errorCode: maybe(texts),
    message: longTexts,
    templateSha256: maybe(texts),
    request: maybe(requests),
    response: maybe(responses),
    timings: fc.constantFrom(endWith().timings, undefined),
    peer: fc.constantFrom(endWith().peer, undefined),
    validators: fc.constantFrom(endWith().validators, []),
    warnings: fc.array(fc.record({ code: fc.constant('body_on_get' as const), detail: texts }, PLAIN), {
      maxLength: 2,
    }),
    nextAttemptAt: maybe(instants),
    nextAttemptReason: maybe(texts),
    maskedPlaces: counts,
  })
  .map(endWith);

const settlements = fc.oneof<fc.Arbitrary<Settlement>[]>(
  fc.constant({ state: 'delivered' }),
  fc.record({ state: fc.constant('pending'), dueAt: instants, reason: texts, counts: fc.boolean() }),
  fc.record({
    state: fc.constant('held'),
    reason: fc.constantFrom('webhook_inactive', 'breaker_open'),
    until: instants,
    dueAt: instants,
    delay: texts,
    counts: fc.boolean(),
  }),
  fc.record({ state: fc.constantFrom('exhausted', 'rejected', 'cancelled'), reason: texts }),
);

/** An event, how many of its deliveries wait and are leased, and what comes of these. */
const stories = fc.record({
  event: events,
  key: maybe(texts),
  waiting: fc.nat({ max: 2 }),
  ends: fc.array(fc.record({ end: ends, settlement: settlements, tokenRefused: fc.boolean() }), { maxLength: 2 }),
});

export const plots = fc.array(stories, { minLength: 1, maxLength: 3 });

export type Plot = typeof plots extends fc.Arbitrary<infer Value> ? Value : never;

/** The intakes of a plot for a webhook, and the finishes of what they lease. */
export function play(plot: Plot, webhook: Webhook, planned: Pick<PlannedIntakes, 'keyIds' | 'stamps'>) {
  const leased: Claimed[] = [];
  const finishes: Finish[] = [];
  const waiting: PlannedIntakes['waiting'][number][] = [];
  const reservations: PlannedIntakes['reservations'][number][] = [];
  const stored = plot.map(({ event: changes, key, waiting: count, ends: all }) => {
    const id = newId('evt');
    // In front of the text, what no other has.
    const idempotencyKey = key === undefined ? undefined : `${id}${key}`;
    const event = eventWith({ ...changes, id, idempotencyKey });
    if (idempotencyKey !== undefined) reservations.push(reservation(event, idempotencyKey));
    for (let index = 0; index < count; index += 1) waiting.push(deliveryWith(event, webhook));
    for (const { end, settlement, tokenRefused } of all) {
      const one = lease(event, webhook);
      leased.push(one);
      finishes.push(finishOf(one, { end }, { settlement, tokenRefused }));
    }
    return event;
  });
  return {
    intakes: { ...planned, now: NOW, acceptedAt: NOW, reservations, unclaimed: [], events: stored, waiting, leased },
    finishes,
  };
}

/** A key for an event. */
export function reservation(event: Event, key: string): PlannedIntakes['reservations'][number] {
  return { organizationId: event.organizationId, key, eventId: event.id, valueSha256: 'v', createdAt: NOW };
}

/** A delivery of an event that is leased from the start. */
export function lease(event: Event, webhook: Webhook): Claimed {
  const ids = { leaseToken: newId('req'), invocationId: newId('inv') };
  const leasedFor = { name: webhook.settings.name, version: webhook.version, maxAttempts: 3, timeoutInSec: 10 };
  return leaseDelivery(deliveryWith(event, webhook), leasedFor, { now: NOW, isProbe: false, ...ids });
}

/** The end of an attempt. */
export function finishOf(
  { delivery, invocation, leaseToken }: Claimed,
  changes: Partial<Finish> = {},
  fence: Partial<Finish['fence']> = {},
): Finish {
  return {
    invocationId: invocation.id,
    start: invocation,
    end: endWith(),
    ...changes,
    fence: { deliveryId: delivery.id, leaseToken, settlement: { state: 'delivered' }, now: after(2), ...fence },
  };
}

/** Stores a group step by step. */
export async function storeSlowly(store: Store, intakes: PlannedIntakes, finishes: readonly Finish[]): Promise<void> {
  await store.transaction(async (inner) => {
    await inner.events.reserveKeys(intakes.reservations);
    await inner.events.insertMany(intakes.events);
    await inner.deliveries.insertPlanned(intakes.waiting, intakes.leased, intakes.now);
    await inner.record(finishes);
  });
}

/** What the tables of the hot path hold: every column of every row. */
export async function dump({ writer }: Pick<Database, 'writer'>): Promise<Record<string, unknown>> {
  const tables: Record<string, unknown> = {};
  for (const [table, key] of TABLES) {
    tables[table] = (await readRows(writer(table).select('*').orderBy(key))).map((row) => ({ ...row }));
  }
  return tables;
}

const TABLES = [
  ['events', 'id'],
  ['idempotency_keys', 'key_sha256'],
  ['deliveries', 'id'],
  ['invocations', 'id'],
  ['invocation_bodies', 'invocation_id'],
  ['webhook_health', 'webhook_id'],
] as const;

/** What holds still of the webhooks of the organization, and a key that is good. */
export async function holding(store: Store, keyId: string): Promise<Pick<PlannedIntakes, 'keyIds' | 'stamps'>> {
  return {
    keyIds: [keyId],
    stamps: [{ organizationId: ORGANIZATION, stamp: await store.webhooks.matchingStamp(ORGANIZATION) }],
  };
}
