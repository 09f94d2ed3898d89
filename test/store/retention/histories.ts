// Histories for retention: events with what became of them, each thing with an age, and what has to be left of them.
import { v7 } from 'uuid';
import type { Delivery, DeliveryState } from '../../../src/domain/delivery.ts';
import { isFinal } from '../../../src/domain/delivery.ts';
import type { Event } from '../../../src/domain/event.ts';
import type { IdPrefix } from '../../../src/domain/ids.ts';
import type { InvocationStart } from '../../../src/domain/invocation.ts';
import type { Outcome } from '../../../src/domain/outcomes.ts';
import type { Webhook } from '../../../src/domain/webhook.ts';
import { keySha256 } from '../../../src/store/events.ts';
import type { Store } from '../../../src/store/index.ts';
import type { Due } from '../../../src/store/retention/index.ts';
import { deliveryWith, endWith, eventWith, NOW, startWith } from '../fixtures.ts';

/** An instant so many days before NOW. */
export function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - Math.round(days * 86_400_000));
}

/** An id that was made then. */
export function idAt(prefix: IdPrefix, at: Date): string {
  return `${prefix}_${v7({ msecs: at.getTime() })}`;
}

export interface GivenInvocation {
  readonly age: number;
  readonly outcome: Outcome;
}

export interface GivenDelivery {
  readonly state: DeliveryState;
  /** How many days ago it was made, and how many of these it took. */
  readonly age: number;
  readonly took: number;
  readonly invocations: readonly GivenInvocation[];
  /** A delivery that is to send the bytes of its first invocation again, and waits. */
  readonly isAwaited?: boolean;
}

export interface GivenEvent {
  readonly age: number;
  readonly deliveries: readonly GivenDelivery[];
  /** Tests with it. */
  readonly tests: readonly GivenInvocation[];
  readonly hasKey?: boolean;
}

/** What an organization has: its events, and tests without a recorded one. */
export interface History {
  readonly events: readonly GivenEvent[];
  readonly tests: readonly GivenInvocation[];
}

/** What was stored of it. */
export interface Stored {
  readonly events: readonly Event[];
  readonly deliveries: readonly Delivery[];
  readonly invocations: readonly (InvocationStart & { readonly outcome: Outcome })[];
}

/** Stores a history of the organization of this webhook. */
export async function storeHistory(store: Store, webhook: Webhook, history: History): Promise<Stored> {
  const { organizationId } = webhook;
  const events: Event[] = [];
  const deliveries: Delivery[] = [];
  const invocations: (InvocationStart & { readonly outcome: Outcome })[] = [];
  const invoked = ({ age, outcome }: GivenInvocation, changes: Partial<InvocationStart>): string => {
    const startedAt = daysAgo(age);
    const start = startWith({
      id: idAt('inv', startedAt),
      organizationId,
      startedAt,
      scheduledAt: startedAt,
      ...changes,
    });
    invocations.push({ ...start, outcome });
    return start.id;
  };
  for (const given of history.events) {
    const receivedAt = daysAgo(given.age);
    const id = idAt('evt', receivedAt);
    const key = given.hasKey === true ? { idempotencyKey: `key of ${id}` } : {};
    const event = eventWith({ id, organizationId, receivedAt, ...key });
    events.push(event);
    for (const one of given.deliveries) {
      const delivery = deliveryOf(event, webhook, one);
      deliveries.push(delivery);
      const of = { kind: 'delivery' as const, deliveryId: delivery.id, eventId: id, webhookId: webhook.id };
      const [first] = one.invocations.map((invocation) => invoked(invocation, of));
      if (one.isAwaited === true && first !== undefined) deliveries.push(againOf(event, webhook, delivery, first));
    }
    for (const test of given.tests) invoked(test, { eventId: id });
  }
  for (const test of history.tests) invoked(test, {});
  await store.events.insertMany(events);
  await store.events.reserveKeys(events.flatMap(keyOf));
  await store.deliveries.insertMany(deliveries);
  for (const start of invocations) await store.invocations.insertStart(start);
  const ended = invocations.filter(({ outcome }) => outcome !== 'sending');
  await store.record(ended.map(({ id, outcome }) => ({ invocationId: id, end: endWith({ outcome }) })));
  return { events, deliveries, invocations };
}

function deliveryOf(event: Event, webhook: Webhook, { age, took, state }: GivenDelivery): Delivery {
  const createdAt = daysAgo(age);
  const id = idAt('dlv', createdAt);
  const finishedAt = isFinal({ state }) ? daysAgo(age - took) : undefined;
  const heldUntil = state === 'held' ? new Date(NOW.getTime() + 86_400_000) : undefined;
  return deliveryWith(event, webhook, { id, messageId: id, state, createdAt, finishedAt, heldUntil });
}

function againOf(event: Event, webhook: Webhook, { id }: Delivery, sameBytesOf: string): Delivery {
  const asked = { by: 'key_1', repeats: id, replayId: undefined, sameBytesOf };
  return deliveryWith(event, webhook, { id: idAt('dlv', NOW), createdAt: NOW, asked });
}

function keyOf({ idempotencyKey, id, organizationId, receivedAt }: Event) {
  if (idempotencyKey === undefined) return [];
  return [{ organizationId, key: idempotencyKey, eventId: id, valueSha256: 'a'.repeat(64), createdAt: receivedAt }];
}

function hashOfKey({ idempotencyKey, organizationId }: Event) {
  return idempotencyKey === undefined ? [] : [keySha256(organizationId, idempotencyKey)];
}

/** What is there, by kind: ids, of keys their hash. */
export interface Left {
  readonly events: readonly string[];
  readonly deliveries: readonly string[];
  readonly invocations: readonly string[];
  readonly bodies: readonly string[];
  readonly keys: readonly string[];
}

/** What is to be left of it, by the rules as they are documented. */
export function expectedOf({ events, deliveries, invocations }: Stored, { cutOffs }: Pick<Due, 'cutOffs'>): Left {
  const isOpen = ({ state }: Delivery): boolean => !isFinal({ state });
  const isExpired = (eventId: string | undefined): boolean =>
    events.some(({ id, receivedAt }) => id === eventId && receivedAt < cutOffs.events);
  const awaited = new Set(deliveries.filter(isOpen).map(({ asked }) => asked?.sameBytesOf));
  const isKept = (one: Stored['invocations'][number]): boolean => one.outcome === 'sending' || awaited.has(one.id);
  const keepers = new Set(invocations.filter(isKept).map(({ deliveryId }) => deliveryId));
  const isOver = (one: Delivery): boolean => {
    if (isOpen(one) || one.finishedAt === undefined) return false;
    return one.finishedAt < cutOffs.deliveries || (isExpired(one.eventId) && one.finishedAt < cutOffs.seen);
  };
  const leftDeliveries = deliveries.filter((one) => !isOver(one) || keepers.has(one.id));
  const isGoing = (eventId: string | undefined): boolean =>
    isExpired(eventId) && !leftDeliveries.some((one) => one.eventId === eventId);
  // Of a delivery that is over, only what is awaited is left, and the delivery for its sake.
  const over = new Set(deliveries.filter(isOver).map(({ id }) => id));
  const leftInvocations = invocations.filter((one) => {
    if (isKept(one)) return true;
    if (one.startedAt < (one.outcome === 'success' ? cutOffs.invocations : cutOffs.failedInvocations)) return false;
    return one.deliveryId === undefined ? !isGoing(one.eventId) : !over.has(one.deliveryId);
  });
  const kept = new Set(leftInvocations.filter(isKept).map(({ eventId }) => eventId));
  const leftEvents = events.filter(({ id }) => !isGoing(id) || kept.has(id));
  const leftBodies = leftInvocations.filter(
    (one) =>
      one.outcome !== 'sending' &&
      (awaited.has(one.id) || one.startedAt >= (one.outcome === 'success' ? cutOffs.bodies : cutOffs.failedBodies)),
  );
  const leftKeys = events.filter((one) => one.receivedAt >= cutOffs.keys || leftEvents.includes(one));
  return {
    events: leftEvents.map(({ id }) => id).sort(),
    deliveries: leftDeliveries.map(({ id }) => id).sort(),
    invocations: leftInvocations.map(({ id }) => id).sort(),
    bodies: leftBodies.map(({ id }) => id).sort(),
    keys: leftKeys.flatMap(hashOfKey).sort(),
  };
}
