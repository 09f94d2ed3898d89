// An event: something that happened, as received. It never changes, but its content can be erased.
import { hash } from 'node:crypto';
import type { ExactJson, ExactJsonObject } from './json.ts';
import { canonicalJson, JsonNumber } from './json.ts';
import { normaliseEventTime } from './time.ts';

/** Who put the event in: a caller of the API, or the engine about itself (`webhook.updated`, …). */
export type EventOrigin = 'api' | 'engine';

/** That the content of an event was erased: when, and the id of the API key that asked for it. */
export interface Erased {
  readonly at: Date;
  readonly by: string;
}

/** A stored event. */
export interface Event {
  readonly id: string;
  readonly organizationId: string;
  readonly schema: string;
  readonly eventType: string;
  /** As received; of a bare number its token. */
  readonly eventTime: string;
  /** `{seconds}.{nanos}`, nine digits of nanoseconds. */
  readonly eventTimeExact: string;
  readonly receivedAt: Date;
  readonly origin: EventOrigin;
  readonly idempotencyKey: string | undefined;
  /**
   * Of an event with an idempotency key: SHA-256 (hex) of its canonical JSON, the key left out, which is equal for the same
   * JSON value. Nobody asks for that of others, and making it costs as much as reading the event.
   */
  readonly valueSha256: string | undefined;
  /** How many engines the event came through (`hookwright-hop`). */
  readonly hop: number;
  /** The event's JSON text exactly as received; of an erased one a small text that says no more than the fields here. */
  readonly body: string;
  /** There where its content was erased. */
  readonly erased?: Erased;
}

/** What a request can say of an event, in its body and headers. */
export type SentEvent = Pick<Event, 'id' | 'schema' | 'eventType' | 'eventTime' | 'receivedAt' | 'hop' | 'body'>;

/** What intake knows besides the event itself. */
export interface Acceptance {
  readonly id: string;
  readonly organizationId: string;
  readonly receivedAt: Date;
  readonly origin: EventOrigin;
  readonly idempotencyKey: string | undefined;
  readonly hop: number;
}

/** The payload schema an event without a `schema` field follows. */
export const DEFAULT_SCHEMA = 'audit';

/** The deepest chain of engines an event may come through before it is taken for a loop. */
export const MAX_HOPS = 3;

/**
 * Makes the stored event from a value that its payload schema has approved. `text` is the value's own text.
 * Throws only where the payload schema failed to require what every event must have, which is a bug.
 */
export function acceptEvent(value: ExactJsonObject, text: string, acceptance: Acceptance): Event {
  const eventTime = timeText(value['event_time']);
  const eventTimeExact = normaliseEventTime(eventTime);
  const eventType = value['event_type'];
  if (eventTimeExact === undefined || typeof eventType !== 'string' || eventType === '') {
    throw new Error('An event was approved by its payload schema without a usable event_type or event_time.');
  }
  const schema = value['schema'];
  return {
    id: acceptance.id,
    organizationId: acceptance.organizationId,
    schema: typeof schema === 'string' ? schema : DEFAULT_SCHEMA,
    eventType,
    eventTime,
    eventTimeExact,
    receivedAt: acceptance.receivedAt,
    origin: acceptance.origin,
    idempotencyKey: acceptance.idempotencyKey,
    valueSha256: acceptance.idempotencyKey === undefined ? undefined : sha256Hex(canonicalJson(withoutKey(value))),
    hop: acceptance.hop,
    body: text,
  };
}

// A key may stand in the event or in a header: it says which event this is, and is not part of what it says.
function withoutKey(value: ExactJsonObject): ExactJsonObject {
  if (!Object.hasOwn(value, 'idempotency_key')) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'idempotency_key'));
}

function timeText(value: ExactJson | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || value instanceof JsonNumber) return String(value);
  return '';
}

/** SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}
