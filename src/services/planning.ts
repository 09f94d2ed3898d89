// Stores events with what they set in motion. Runs inside the caller's transaction: events never come without deliveries.
import type { Delivery } from '../domain/delivery.ts';
import type { Event } from '../domain/event.ts';
import { compileFilter } from '../domain/filter.ts';
import type { NewId } from '../domain/ids.ts';
import { isObject, toPlain } from '../domain/json.ts';
import { readJson } from '../domain/json-read.ts';
import type { MatchResult } from '../domain/match.ts';
import { matchWebhook } from '../domain/match.ts';
import { planDeliveries } from '../domain/plan.ts';
import type { PlannableWebhook, Webhook } from '../domain/webhook.ts';

/** The part of the store that planning touches. */
export interface PlanningStore {
  readonly events: { insertMany(events: readonly Event[]): Promise<void> };
  readonly deliveries: { insertMany(deliveries: readonly Delivery[]): Promise<void> };
  readonly webhooks: { listForMatching(organizationId: string): Promise<readonly PlannableWebhook[]> };
}

/** What planning needs besides the store. */
export interface PlanningDeps {
  readonly newId: NewId;
}

/** Stores events of one organization and the deliveries they are due; gives the number of deliveries of each event. */
export async function storeEvents(
  deps: PlanningDeps,
  store: PlanningStore,
  organizationId: string,
  events: readonly Event[],
): Promise<ReadonlyMap<string, number>> {
  if (events.length === 0) return new Map();
  const webhooks = await store.webhooks.listForMatching(organizationId);
  const matchers = webhooks.map((webhook) => createMatcher(webhook));
  const planned = events.map((event) => planFor(deps, event, matchers));
  await store.events.insertMany(events);
  await store.deliveries.insertMany(planned.flat());
  return new Map(events.map((event, index) => [event.id, planned[index]?.length ?? 0]));
}

/** Decides for one webhook, with its filter compiled once. */
export interface Matcher<Of extends Webhook = Webhook> {
  readonly webhook: Of;
  match(event: Event, plain: ReturnType<typeof plainEvent>): MatchResult;
}

/** Makes the matcher of a webhook. */
export function createMatcher<Of extends Webhook>(webhook: Of): Matcher<Of> {
  const { filter } = webhook.settings;
  const test = filter === undefined ? undefined : compileFilter(filter);
  return {
    webhook,
    match: ({ schema, eventType, origin }, plain) =>
      matchWebhook({ schema, eventType, origin, plain }, webhook.settings, test),
  };
}

/** A stored event as filters see it: numbers are doubles, and `schema` is there although its sender left it out. */
export function plainEvent(event: Pick<Event, 'body' | 'schema'>): ReturnType<typeof toPlain> {
  const reading = readJson(event.body);
  const document = reading.ok ? reading.documents[0] : undefined;
  if (document === undefined) throw new Error('A stored event is not readable JSON.');
  const plain = toPlain(document.value);
  return isObject(plain) ? { ...plain, schema: event.schema } : plain;
}

function planFor(deps: PlanningDeps, event: Event, matchers: readonly Matcher<PlannableWebhook>[]): Delivery[] {
  if (matchers.length === 0) return [];
  const plain = plainEvent(event);
  const matched = matchers.filter((matcher) => matcher.match(event, plain).matched);
  return planDeliveries(
    event,
    matched.map(({ webhook }) => webhook),
    deps.newId,
  );
}
