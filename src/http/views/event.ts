// The wire form of events. Their body goes out as it came in: numbers keep their spelling.
import type { Event } from '../../domain/event.ts';
import type { ExactJson, ExactJsonObject } from '../../domain/json.ts';
import { readJson } from '../../domain/json-read.ts';
import type { Erasure } from '../../services/erasing.ts';
import type { ExplainedEvent, Explanation } from '../../services/event-log.ts';
import { deliveryView } from './delivery.ts';

/** An event as `schemas/api/event.schema.json` describes it; to be written with `writeExact`. */
export function eventView(event: Event): ExactJsonObject {
  return {
    id: event.id,
    schema: event.schema,
    event_type: event.eventType,
    event_time: event.eventTime,
    event_time_exact: event.eventTimeExact,
    received_at: event.receivedAt.toISOString(),
    origin: event.origin,
    idempotency_key: event.idempotencyKey ?? null,
    hop: event.hop,
    erased_at: event.erased?.at.toISOString() ?? null,
    erased_by: event.erased?.by ?? null,
    body: storedValue(event),
  };
}

/** An event and what each webhook made of it, as `event-detail.schema.json` describes it. */
export function eventDetailView({ event, explanations }: ExplainedEvent): ExactJsonObject {
  return { ...eventView(event), webhooks: explanations.map(explanationView) };
}

/** What erasing came to, as `event-erasure.schema.json` describes it. */
export function erasureView({ event, invocations, deliveriesCancelled }: Erasure): ExactJsonObject {
  return { event: eventView(event), invocations, deliveries_cancelled: deliveriesCancelled };
}

function explanationView(explanation: Explanation): ExactJsonObject {
  const { webhook, matched, reason, detail, delivery } = explanation;
  return {
    webhook_id: webhook.id,
    name: webhook.settings.name,
    version: webhook.version,
    matched,
    reason: reason ?? null,
    detail,
    delivery: delivery === undefined ? null : deliveryView(delivery),
  };
}

/** The value of a stored event. */
export function storedValue(event: Pick<Event, 'id' | 'body'>): ExactJson {
  const reading = readJson(event.body);
  const document = reading.ok ? reading.documents[0] : undefined;
  if (document === undefined) throw new Error(`The stored body of ${event.id} is not readable JSON.`);
  return document.value;
}
