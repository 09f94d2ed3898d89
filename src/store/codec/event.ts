// Events as rows.
import type { Event, EventOrigin } from '../../domain/event.ts';
import type { Row, RowOf } from './columns.ts';
import { instant, integer, oneOf, optionalInstant, optionalText, text, writeInstant } from './columns.ts';

const ORIGINS: readonly EventOrigin[] = ['api', 'engine'];

/** An event from its row. */
export function readEvent(row: Row): Event {
  return {
    id: text(row, 'id'),
    organizationId: text(row, 'organization_id'),
    schema: text(row, 'schema'),
    eventType: text(row, 'event_type'),
    eventTime: text(row, 'event_time'),
    eventTimeExact: text(row, 'event_time_exact'),
    receivedAt: instant(row, 'received_at'),
    origin: oneOf(row, 'origin', ORIGINS),
    idempotencyKey: optionalText(row, 'idempotency_key'),
    valueSha256: text(row, 'value_sha256') || undefined,
    hop: integer(row, 'hop'),
    body: text(row, 'body'),
    ...readErased(row),
  };
}

function readErased(row: Row): Pick<Event, 'erased'> {
  const at = optionalInstant(row, 'erased_at');
  return at === undefined ? {} : { erased: { at, by: text(row, 'erased_by') } };
}

/** The columns of `writeEvent`, which an event has when it is stored, and those of them that hold whole numbers. */
export const EVENT_COLUMNS = [
  'id',
  'organization_id',
  'schema',
  'event_type',
  'event_time',
  'event_time_exact',
  'received_at',
  'origin',
  'idempotency_key',
  'value_sha256',
  'hop',
  'body',
] as const;
export const EVENT_INTEGERS: readonly string[] = ['hop'];

/** The row of an event. */
export function writeEvent(event: Event): RowOf<typeof EVENT_COLUMNS> {
  return {
    id: event.id,
    organization_id: event.organizationId,
    schema: event.schema,
    event_type: event.eventType,
    event_time: event.eventTime,
    event_time_exact: event.eventTimeExact,
    received_at: writeInstant(event.receivedAt),
    origin: event.origin,
    idempotency_key: event.idempotencyKey ?? null,
    value_sha256: event.valueSha256 ?? '',
    hop: event.hop,
    body: event.body,
  };
}
