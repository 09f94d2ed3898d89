// What a template can name of an event. One function for deliveries, tests and checks: they must never differ.
import type { Event, SentEvent } from '../domain/event.ts';
import { acceptEvent } from '../domain/event.ts';
import type { ExactJson, ExactJsonObject } from '../domain/json.ts';
import { isObject, writeExact } from '../domain/json.ts';
import { readJson } from '../domain/json-read.ts';

/** What a template can name. The proof counts on it that each is there: texts that are not empty, and an object. */
// A type, not an interface: only types fit where an object of any keys is asked for.
export type TemplateContext = {
  readonly id: string;
  readonly schema: string;
  readonly event_type: string;
  readonly event_time: string;
  readonly received_at: string;
  readonly data: ExactJsonObject;
};

/**
 * The context of an event, read from its stored text: numbers keep their spelling. Whoever has read that text before
 * gives its value, so that it is not read again.
 */
export function contextOf(event: SentEvent, value: ExactJson | undefined = readStored(event)): TemplateContext {
  const data = isObject(value) ? value['data'] : undefined;
  return {
    id: event.id,
    schema: event.schema,
    event_type: event.eventType,
    event_time: event.eventTime,
    received_at: event.receivedAt.toISOString(),
    data: data !== undefined && isObject(data) ? data : {},
  };
}

function readStored({ body }: SentEvent): ExactJson | undefined {
  const reading = readJson(body);
  return reading.ok ? reading.documents[0]?.value : undefined;
}

const NEVER_RECEIVED = {
  id: 'evt_00000000-0000-7000-8000-000000000000',
  organizationId: '',
  receivedAt: new Date('2026-01-01T00:00:00.000Z'),
  origin: 'api',
  idempotencyKey: undefined,
  hop: 0,
} as const;

/**
 * The stored event that a posted one would become. It was never received, so a fixed id and time stand for its own.
 * Throws where its payload schema would not approve of it.
 */
export function standInEvent(posted: ExactJsonObject): Event {
  return acceptEvent(posted, writeExact(posted), NEVER_RECEIVED);
}
