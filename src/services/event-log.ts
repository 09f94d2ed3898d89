// Reading events, with the answer to "why did it go there, and not there".
import type { Clock } from '../domain/clock.ts';
import { notFound } from '../domain/errors.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Event } from '../domain/event.ts';
import type { MatchResult, Mismatch } from '../domain/match.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { RetentionPeriods } from '../domain/retention.ts';
import { cutOffs } from '../domain/retention.ts';
import type { Webhook } from '../domain/webhook.ts';
import { createMatcher, plainEvent } from './planning.ts';

/** What this service touches. */
export interface EventLogDeps {
  readonly store: {
    readonly events: { byId(organizationId: string, id: string): Promise<Event | undefined> };
    readonly retention: { periods(organizationId: string): Promise<RetentionPeriods> };
    readonly deliveries: { byEvent(organizationId: string, eventId: string): Promise<readonly Delivery[]> };
    readonly webhooks: {
      /** Each webhook that existed at that instant, in the version that was in force then. */
      listAsOf(organizationId: string, at: Date): Promise<readonly Webhook[]>;
      /** The versions of a webhook, newest first, also of a deleted one. */
      versions(organizationId: string, id: string, page: PageRequest): Promise<Page<Webhook>>;
    };
  };
  readonly clock: Clock;
}

/** What one webhook made of an event. */
export interface Explanation {
  readonly webhook: Webhook;
  readonly matched: boolean;
  readonly reason: Mismatch | undefined;
  readonly detail: string;
  readonly delivery: Delivery | undefined;
}

/** One event and what each webhook made of it at intake. */
export interface ExplainedEvent {
  readonly event: Event;
  readonly explanations: readonly Explanation[];
}

/**
 * One event; each webhook that existed when it came in says why it matched or not, by the settings of that moment.
 * Throws `not_found`.
 */
export async function explainEvent(deps: EventLogDeps, organizationId: string, id: string): Promise<ExplainedEvent> {
  const event = await deps.store.events.byId(organizationId, id);
  if (event === undefined) throw notFound('event', id);
  const [deliveries, webhooks, periods] = await Promise.all([
    deps.store.deliveries.byEvent(organizationId, id),
    deps.store.webhooks.listAsOf(organizationId, event.receivedAt),
    deps.store.retention.periods(organizationId),
  ]);
  const byWebhook = new Map(deliveries.map((delivery) => [delivery.webhookId, delivery]));
  const plain = plainEvent(event);
  const isOld = event.receivedAt < cutOffs(periods, deps.clock()).deliveries;
  const all = [...(await latecomers(deps, organizationId, [...byWebhook.keys()], webhooks)), ...webhooks];
  return {
    event,
    explanations: all.map((webhook) => explain({ event, plain, isOld }, webhook, byWebhook.get(webhook.id))),
  };
}

// An event is stored a moment after it came in: a webhook made in between has its delivery, and one deleted then, too.
async function latecomers(
  deps: EventLogDeps,
  organizationId: string,
  deliveredTo: readonly string[],
  known: readonly Webhook[],
): Promise<readonly Webhook[]> {
  const missing = deliveredTo.filter((id) => !known.some((webhook) => webhook.id === id));
  const newest = await Promise.all(
    missing.map((id) => deps.store.webhooks.versions(organizationId, id, { limit: 1, after: undefined })),
  );
  return newest.flatMap((page) => page.items);
}

interface Explained {
  readonly event: Event;
  readonly plain: ReturnType<typeof plainEvent>;
  /** Whether its deliveries may be older than deliveries are kept. */
  readonly isOld: boolean;
}

// A stored delivery is the fact; the settings of the moment only explain it.
function explain({ event, plain, isOld }: Explained, webhook: Webhook, delivery: Delivery | undefined): Explanation {
  const result = createMatcher(webhook).match(event, plain);
  if (delivery !== undefined) {
    return {
      webhook,
      matched: true,
      reason: undefined,
      detail: 'Status, schema, type and filter accepted the event.',
      delivery,
    };
  }
  if (isUntold(event, webhook, result)) return untold(event, webhook);
  if (result.matched && isOld) {
    const detail =
      'Status, schema, type and filter accepted the event. Its delivery is older than deliveries are kept.';
    return { webhook, matched: true, reason: undefined, detail, delivery };
  }
  if (result.matched) {
    const detail = 'The webhook was changed at the very moment the event came in; nothing was planned for it.';
    return { webhook, matched: false, reason: 'inactive', detail, delivery };
  }
  return { webhook, matched: false, reason: result.reason, detail: result.detail, delivery };
}

// The filter asked for content that is gone; nothing else can have kept the event away.
function isUntold({ erased }: Event, { settings }: Webhook, result: MatchResult): boolean {
  const asksFilter = settings.filter !== undefined && (result.matched || result.reason === 'filter');
  return erased !== undefined && asksFilter;
}

function untold(event: Event, webhook: Webhook): Explanation {
  const detail = `Its filter did not accept the event; why cannot be told since the content of ${event.id} was erased.`;
  return { webhook, matched: false, reason: 'filter', detail, delivery: undefined };
}
