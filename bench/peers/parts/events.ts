// Reads posted events, and checks them against the payload schema that the engine uses, too.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AnySchemaObject, ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** An audit event as it was posted. */
export interface AuditEvent {
  readonly event_type: string;
  readonly event_time: string | number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a job carries: all that one request to one webhook is made from. */
export interface Job {
  readonly id: string;
  readonly webhook: number;
  readonly event: AuditEvent;
}

/** Events that were posted in one request, or the sentence that says why they are refused. */
export type Reading =
  { readonly ok: true; readonly events: readonly AuditEvent[] } | { readonly ok: false; readonly detail: string };

const SCHEMA = new URL('../../../schemas/payloads/audit.schema.json', import.meta.url);
const EVENT_TIME = /^(?:\d{1,12}(?:\.\d{1,9})?|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))$/i;
const EVENTS_AT_MOST = 1000;

/** Gives what reads one event or an array of up to 1,000. The schema is compiled once, here. */
export function createEventReader(): (body: string) => Reading {
  const ajv = new Ajv2020({ allowUnionTypes: true });
  ajv.addFormat('event-time', { type: 'string', validate: EVENT_TIME });
  const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as AnySchemaObject;
  const isEvent = ajv.compile<AuditEvent>(schema);
  return (body) => {
    let posted: unknown;
    try {
      posted = JSON.parse(body);
    } catch {
      return { ok: false, detail: 'The body is no JSON.' };
    }
    return check(Array.isArray(posted) ? posted : [posted], isEvent);
  };
}

function check(posted: readonly unknown[], isEvent: ValidateFunction<AuditEvent>): Reading {
  if (posted.length === 0 || posted.length > EVENTS_AT_MOST) return { ok: false, detail: 'Post 1 to 1,000 events.' };
  const events: AuditEvent[] = [];
  for (const [index, one] of posted.entries()) {
    if (!isEvent(one)) {
      const [error] = isEvent.errors ?? [];
      return { ok: false, detail: `Event ${String(index)}: ${error?.instancePath ?? ''} ${error?.message ?? ''}` };
    }
    events.push(one);
  }
  return { ok: true, events };
}

/** A fresh id of an event. */
export function newEventId(): string {
  return `evt_${randomUUID()}`;
}

/** One job for each webhook. */
export function jobsOf(id: string, event: AuditEvent, webhooks: number): Job[] {
  return Array.from({ length: webhooks }, (_, webhook) => ({ id, webhook, event }));
}
