// Erasing: what stays of an event and of its record when its content goes. Pure; docs/adr/0039-erasing.md has the reasons.
import { memberOf, textOf } from './audit/values.ts';
import type { AppError } from './errors.ts';
import { conflict } from './errors.ts';
import type { Erased, Event } from './event.ts';
import type { HeaderLines } from './exchange.ts';
import type { InvocationEnd, RecordedRequest, RecordedResponse, RenderWarning, ValidatorResult } from './invocation.ts';
import { writeExact } from './json.ts';
import { readJson } from './json-read.ts';
import { outcomeEntry } from './outcomes.ts';
import type { OwnEventType } from './own-events.ts';

/** What erasing an event came to. */
export interface ErasureCounts {
  /** Invocations of it whose content was erased, or will be when they end. */
  readonly invocations: number;
  /** Deliveries of it that waited. */
  readonly deliveriesCancelled: number;
}

/** The event that says that another one was erased. */
export const ERASURE: OwnEventType = 'event.erased';

/** The id of the event that was erased, where this event says so. */
export function erasedBy({ origin, eventType, body }: Event): string | undefined {
  if (origin !== 'engine' || eventType !== ERASURE) return undefined;
  const reading = readJson(body);
  const value = reading.ok ? reading.documents[0]?.value : undefined;
  return textOf(memberOf(memberOf(value, 'data'), 'target_id'));
}

/**
 * An event without its content. Its body is one that every reader of bodies can read. What was erased stays known, since
 * files and backups may have it still.
 */
export function withoutEventContent(event: Event, erased: Erased): Event {
  const { schema, eventType, eventTime } = event;
  const target = erasedBy(event);
  const data = target === undefined ? {} : { target_id: target };
  return {
    ...event,
    idempotencyKey: undefined,
    valueSha256: undefined,
    body: writeExact({ schema, event_type: eventType, event_time: eventTime, data }),
    erased,
  };
}

const ERASED = 'The content of the event has been erased.';

/** The end of an invocation without what can hold content of its event: what the request, the receiver or a rule repeats. */
export function withoutContent(end: InvocationEnd): InvocationEnd {
  return {
    ...end,
    message: `${outcomeEntry(end.outcome).sentence} ${ERASED}`,
    request: end.request === undefined ? undefined : requestWithout(end.request),
    response: end.response === undefined ? undefined : responseWithout(end.response),
    validators: end.validators.map(validatorWithout),
    warnings: end.warnings.map(warningWithout),
  };
}

// Method and URL are the webhook's own, and so are the headers, which no event reaches. What is made from the body can be
// guessed back where few bodies are possible.
function requestWithout({ method, url, headers, bodyBytes }: RecordedRequest): RecordedRequest {
  return { method, url, headers: headers.filter(isOfWebhook), body: undefined, bodyBytes, bodySha256: undefined };
}

function isOfWebhook([name]: HeaderLines[number]): boolean {
  return name.toLowerCase() !== 'webhook-signature';
}

// A receiver chooses its headers, names and all, and may repeat in them what it was sent.
function responseWithout(response: RecordedResponse): RecordedResponse {
  return { ...response, headers: [], body: '' };
}

function validatorWithout({ jsonPath, expectedValues, passed }: ValidatorResult): ValidatorResult {
  return { jsonPath, expectedValues, actual: { found: 'erased' }, passed, message: ERASED };
}

function warningWithout({ code }: RenderWarning): RenderWarning {
  return { code, detail: ERASED };
}

/** The mistake of asking for what needs the content of an event that was erased. */
export function eventErased(id: string): AppError {
  return conflict(
    'event_erased',
    `The content of ${id} has been erased: there is nothing left to send or to show.`,
    'Nothing brings it back. Where it has to be delivered, post it anew.',
  );
}

/** Gives an event whose content is there. Throws `event_erased`. */
export function requireContent(event: Event): Event {
  if (event.erased !== undefined) throw eventErased(event.id);
  return event;
}
