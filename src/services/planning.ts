// Stores events with what they set in motion. Runs inside the caller's transaction: events never come without deliveries.
import { LRUCache } from 'lru-cache';
import type { CoverageRules } from '../domain/audit/coverage.ts';
import { exclusionOf, rulesOf } from '../domain/audit/coverage.ts';
import type { AuditSettings } from '../domain/audit/settings.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Event } from '../domain/event.ts';
import { compileFilter } from '../domain/filter.ts';
import type { NewId } from '../domain/ids.ts';
import type { ExactJson } from '../domain/json.ts';
import { isObject, toPlain } from '../domain/json.ts';
import { readJson } from '../domain/json-read.ts';
import type { MatchResult } from '../domain/match.ts';
import { matchWebhook } from '../domain/match.ts';
import { planDeliveries } from '../domain/plan.ts';
import type { PlannableWebhook, Webhook } from '../domain/webhook.ts';

/** Where it stands what an organization keeps. */
export interface CoverageStore {
  readonly auditSettings: { of(organizationId: string): Promise<AuditSettings> };
}

/** The part of the store that planning touches. */
export interface PlanningStore extends CoverageStore {
  readonly acceptance: { begin(now: Date): Promise<Date> };
  readonly events: { insertMany(events: readonly Event[]): Promise<void> };
  readonly deliveries: { insertMany(deliveries: readonly Delivery[]): Promise<void> };
  readonly webhooks: Pick<MatchingStore['webhooks'], 'listForMatching'>;
}

/** Where it stands which webhooks events are matched with, and which events are kept at all. */
export interface MatchingStore extends CoverageStore {
  readonly webhooks: {
    listForMatching(organizationId: string): Promise<readonly PlannableWebhook[]>;
    /** The same text as long as `listForMatching` and the audit settings give the same. */
    matchingStamp(organizationId: string): Promise<string>;
  };
}

/** What planning needs besides the store. */
export interface PlanningDeps {
  readonly newId: NewId;
}

/**
 * Stores events of one organization, all received at once, and the deliveries they are due, as far as it keeps them; gives
 * the number of deliveries of each event that is stored.
 */
export async function storeEvents(
  deps: PlanningDeps,
  store: PlanningStore,
  organizationId: string,
  given: readonly Event[],
): Promise<ReadonlyMap<string, number>> {
  const rules = given.length === 0 ? undefined : rulesOf(await store.auditSettings.of(organizationId));
  const isKept = (event: Event): boolean =>
    rules === undefined || exclusionOf(rules, event, readStored(event.body)) === undefined;
  const events = given.filter(isKept);
  const [first] = events;
  if (first === undefined) return new Map();
  const receivedAt = await store.acceptance.begin(first.receivedAt);
  const webhooks = await store.webhooks.listForMatching(organizationId);
  const matchers = webhooks.map((webhook) => createMatcher(webhook));
  const accepted = events.map((event) => ({ ...event, receivedAt }));
  // Due by the clock, which may be behind the instant of acceptance.
  const planned = accepted.map((event) =>
    planDeliveries(event, matchedBy(matchers, event), deps.newId, first.receivedAt),
  );
  await store.events.insertMany(accepted);
  await store.deliveries.insertMany(planned.flat());
  return new Map(events.map((event, index) => [event.id, planned[index]?.length ?? 0]));
}

/** The matchers of organizations and the rules of what they keep, remembered as long as they are right. */
export class Matchers {
  readonly #kept = new LRUCache<string, KeptMatchers>({ max: ORGANIZATIONS });

  /** What is remembered of an organization, right or not any more. */
  kept(organizationId: string): KeptMatchers | undefined {
    return this.#kept.get(organizationId);
  }

  /** What holds for an organization in the transaction of `store`. */
  async of(store: MatchingStore, organizationId: string): Promise<KeptMatchers> {
    const kept = this.#kept.get(organizationId);
    const stamp = await store.webhooks.matchingStamp(organizationId);
    if (kept?.stamp === stamp) return kept;
    const webhooks = await store.webhooks.listForMatching(organizationId);
    const matchers = webhooks.map((webhook) => createMatcher(webhook));
    const rules = rulesOf(await store.auditSettings.of(organizationId));
    const found = { stamp, matchers, rules };
    this.#kept.set(organizationId, found);
    return found;
  }
}

/** Matchers and rules, and the stamp of what they were made from. */
export interface KeptMatchers {
  readonly stamp: string;
  readonly matchers: readonly Matcher<PlannableWebhook>[];
  /** What is not kept; `undefined` where everything is. */
  readonly rules: CoverageRules | undefined;
}

const ORGANIZATIONS = 500;

/** The webhooks that an event is for. `value`: the event as read, where it is at hand. */
export function matchedBy(
  matchers: readonly Matcher<PlannableWebhook>[],
  event: Event,
  value?: ExactJson,
): PlannableWebhook[] {
  if (matchers.length === 0) return [];
  const plain = plainEvent(event, value);
  return matchers.filter((matcher) => matcher.match(event, plain).matched).map(({ webhook }) => webhook);
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

/**
 * A stored event as filters see it: numbers are doubles, and `schema` is there although its sender left it out. `value`:
 * the event as read, where it is at hand.
 */
export function plainEvent(
  event: Pick<Event, 'body' | 'schema'>,
  value: ExactJson = readStored(event.body),
): ReturnType<typeof toPlain> {
  const plain = toPlain(value);
  return isObject(plain) ? { ...plain, schema: event.schema } : plain;
}

function readStored(body: string): ExactJson {
  const reading = readJson(body);
  const document = reading.ok ? reading.documents[0] : undefined;
  if (document === undefined) throw new Error('A stored event is not readable JSON.');
  return document.value;
}
