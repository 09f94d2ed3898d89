// Which webhooks an event is for, and why not the others. Done once, at intake, and explained the same way later.
import type { Event, EventOrigin } from './event.ts';
import type { FilterTest } from './filter.ts';
import type { Json } from './json.ts';
import { NEVER_DELIVERED } from './own-events.ts';
import type { WebhookSettings } from './webhook.ts';

/** Why an event is not for a webhook. */
export type Mismatch = 'inactive' | 'schema' | 'event_type' | 'filter';

/** Whether an event is for a webhook, with the reason in a sentence. */
export type MatchResult =
  | { readonly matched: true; readonly detail: string }
  | { readonly matched: false; readonly reason: Mismatch; readonly detail: string };

/** What of an event decides. `plain` is the whole event with doubles for numbers. */
export interface MatchableEvent extends Pick<Event, 'schema' | 'eventType' | 'origin'> {
  readonly plain: Json;
}

type MatchableWebhook = Pick<WebhookSettings, 'active' | 'schema' | 'eventTypes'>;

/** Decides it: status first, then schema, type and filter. `filterTest` is the webhook's compiled filter, if it has one. */
export function matchWebhook(
  event: MatchableEvent,
  webhook: MatchableWebhook,
  filterTest: FilterTest | undefined,
): MatchResult {
  if (!webhook.active) return mismatch('inactive', 'The webhook was not active.');
  if (webhook.schema !== event.schema) {
    return mismatch(
      'schema',
      `The webhook takes events of the schema "${webhook.schema}", this one is "${event.schema}".`,
    );
  }
  if (!matchesType(event.eventType, event.origin, webhook.eventTypes)) {
    return mismatch('event_type', typeMismatch(event, webhook.eventTypes));
  }
  if (filterTest !== undefined && !filterTest(event.plain)) {
    return mismatch('filter', 'The filter of the webhook does not accept the event.');
  }
  return { matched: true, detail: 'Status, schema, type and filter accept the event.' };
}

function mismatch(reason: Mismatch, detail: string): MatchResult {
  return { matched: false, reason, detail };
}

function typeMismatch(event: MatchableEvent, patterns: readonly string[]): string {
  if (event.origin === 'engine' && NEVER_DELIVERED.includes(event.eventType)) {
    return `"${event.eventType}" stays in the audit log and goes to no webhook.`;
  }
  if (event.origin === 'engine') {
    return `"${event.eventType}" is an event of the engine itself, which only goes to webhooks whose event_types name it.`;
  }
  return `"${event.eventType}" is none of ${patterns.map((pattern) => `"${pattern}"`).join(', ')}.`;
}

/**
 * Whether a type fits a list of patterns (`*` stands for any characters). An empty list takes all that is posted; the
 * engine's own events go only where a pattern names their family, so that a test or a read never feeds itself.
 */
export function matchesType(eventType: string, origin: EventOrigin, patterns: readonly string[]): boolean {
  if (origin === 'engine' && NEVER_DELIVERED.includes(eventType)) return false;
  if (origin === 'engine') return patterns.some((pattern) => namesFamily(pattern) && fits(eventType, pattern));
  return patterns.length === 0 || patterns.some((pattern) => fits(eventType, pattern));
}

// `webhook.*` and `webhook.updated` name the family `webhook`; `*` and `*.updated` name none.
function namesFamily(pattern: string): boolean {
  const wildcard = pattern.indexOf('*');
  return wildcard === -1 || pattern.slice(0, wildcard).includes('.');
}

// Without regular expressions: each literal piece is found in order, the first at the start and the last at the end.
function fits(text: string, pattern: string): boolean {
  const pieces = pattern.split('*');
  const [first = '', ...rest] = pieces;
  if (rest.length === 0) return text === first;
  const last = rest.pop() ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
