// Whether a posted event may be taken in: readable, by its payload schema, and with one idempotency key.
import { placeFaults } from '../domain/audit/classification.ts';
import type { Fault } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { acceptEvent, DEFAULT_SCHEMA } from '../domain/event.ts';
import type { NewId } from '../domain/ids.ts';
import type { ExactJson, ExactJsonObject } from '../domain/json.ts';
import { isObject, toPlain } from '../domain/json.ts';
import { nearestName } from '../domain/text.ts';
import type { PostedEvent } from './intake-body.ts';

/** What checking touches. */
export interface CheckEventDeps {
  readonly payloads: { readonly names: readonly string[]; faults(name: string, value: ExactJson): Fault[] };
  readonly newId: NewId;
}

/** What is known of a request besides its events. */
export interface EventOrigins {
  readonly organizationId: string;
  readonly receivedAt: Date;
  readonly hop: number;
  /** The `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
  /** Whether the request holds more than one event. */
  readonly isOneOfMany: boolean;
}

/** The event that a posted text becomes, or everything that is wrong with it. */
export function checkEvent(deps: CheckEventDeps, posted: PostedEvent, origins: EventOrigins): Event | readonly Fault[] {
  const { value } = posted;
  if (posted.faults.length > 0) return [...posted.faults];
  if (value === undefined || !isObject(value)) return [notAnObject()];
  const event = value;
  const faults = [...shapeFaults(deps.payloads, event), ...keyFaults(event, origins)];
  if (faults.length > 0) return faults;
  return acceptEvent(event, posted.text, {
    id: deps.newId('evt'),
    organizationId: origins.organizationId,
    receivedAt: origins.receivedAt,
    origin: 'api',
    idempotencyKey: keyOf(event) ?? origins.idempotencyKey,
    hop: origins.hop,
  });
}

// What its schema has refused already is not refused twice.
function shapeFaults(payloads: CheckEventDeps['payloads'], event: ExactJsonObject): Fault[] {
  const faults = payloadFaults(payloads, event);
  const places = placeFaults(event).filter(({ pointer }) => !faults.some((fault) => fault.pointer === pointer));
  return [...faults, ...places];
}

function notAnObject(): Fault {
  return {
    pointer: '',
    code: 'wrong_type',
    detail: 'An event is a JSON object.',
    hint: 'Send { "event_type": "…", "event_time": "…", "data": { … } }.',
  };
}

/** Everything that is wrong with an event by the payload schema that it names, or that there is no such schema. */
export function payloadFaults(payloads: CheckEventDeps['payloads'], event: ExactJsonObject): Fault[] {
  const name = event['schema'] ?? DEFAULT_SCHEMA;
  if (typeof name === 'string' && payloads.names.includes(name)) return payloads.faults(name, event);
  const near = typeof name === 'string' ? nearestName(name, payloads.names) : undefined;
  return [
    {
      pointer: '/schema',
      code: 'unknown_schema',
      detail: `There is no payload schema ${JSON.stringify(toPlain(name))}.`,
      hint: near === undefined ? `Known: ${payloads.names.join(', ')}.` : `Did you mean "${near}"?`,
    },
  ];
}

function keyOf(event: ExactJsonObject): string | undefined {
  const key = event['idempotency_key'];
  return typeof key === 'string' ? key : undefined;
}

function keyFaults(event: ExactJsonObject, origins: EventOrigins): Fault[] {
  const header = origins.idempotencyKey;
  if (header === undefined) return [];
  if (origins.isOneOfMany) {
    return [
      {
        pointer: '/idempotency_key',
        code: 'idempotency_key_for_many',
        detail: 'The Idempotency-Key header names one event, and this request holds several.',
        hint: 'Give each event its own idempotency_key.',
      },
    ];
  }
  const own = keyOf(event);
  if (own === undefined || own === header) return [];
  return [
    {
      pointer: '/idempotency_key',
      code: 'idempotency_key_differs',
      detail: 'The event and the Idempotency-Key header name different keys.',
      hint: 'Send one of them, or the same in both.',
    },
  ];
}
