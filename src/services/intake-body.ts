// The body of POST /v1/events: one event, an array, or NDJSON; each event with its own text and its own faults.
import type { Fault, Position } from '../domain/errors.ts';
import { AppError } from '../domain/errors.ts';
import type { ExactJson } from '../domain/json.ts';
import { readJson, readJsonItems } from '../domain/json-read.ts';

/** The most events in one request. */
export const MAX_EVENTS = 1000;
/** The most UTF-8 bytes of one event. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** How the body is written. */
export type IntakeFormat = 'json' | 'ndjson';

/** One event as posted: its own text, its value where it could be read, and what is wrong with it so far. */
export interface PostedEvent {
  readonly text: string;
  readonly value: ExactJson | undefined;
  readonly faults: readonly Fault[];
}

/** The events of a body, and whether they came as a list (then faults are numbered). */
export interface PostedEvents {
  readonly isList: boolean;
  readonly events: readonly PostedEvent[];
}

/** Takes a body apart. Throws `malformed` where it is no JSON at all, `too_large` for more than 1,000 events. */
export function readPostedEvents(text: string, format: IntakeFormat): PostedEvents {
  const posted = format === 'ndjson' ? readLines(text) : readValue(text);
  if (posted.events.length > MAX_EVENTS) {
    throw new AppError(
      'too_large',
      'too_many_events',
      `There are more than ${String(MAX_EVENTS)} events in this request.`,
      {
        hint: `Send at most ${String(MAX_EVENTS)} at a time.`,
      },
    );
  }
  if (posted.events.length === 0) {
    throw new AppError('malformed', 'no_events', 'There is no event in this request.', {
      hint: 'Send one event as a JSON object, several as an array, or one a line as NDJSON.',
    });
  }
  return posted;
}

function readValue(text: string): PostedEvents {
  const reading = readJsonItems(text, MAX_EVENTS);
  if (!reading.ok) {
    const hint = 'For one event a line, send the header content-type: application/x-ndjson.';
    const isNdjson = reading.fault.detail.includes('more text after the value');
    throw new AppError('malformed', 'malformed_json', reading.fault.detail, {
      faults: [reading.fault],
      ...(isNdjson ? { hint } : {}),
    });
  }
  const events = reading.documents.map(({ value, start, end, faults }) =>
    measured(text.slice(start, end), value, faults),
  );
  return { isList: reading.isArray, events };
}

// A line that is no JSON spoils itself only. Positions count from the start of the body.
function readLines(text: string): PostedEvents {
  const events: PostedEvent[] = [];
  let start = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const indent = line.length - line.trimStart().length;
    const place = { line: index, column: indent, offset: start + indent };
    if (line.trim() !== '' && events.length <= MAX_EVENTS) events.push(readLine(line.trim(), place));
    start += line.length + 1;
  }
  return { isList: true, events };
}

function readLine(line: string, place: Required<Position>): PostedEvent {
  const reading = readJson(line);
  const document = reading.ok ? reading.documents[0] : undefined;
  const faults = reading.ok ? (document?.faults ?? []) : [reading.fault];
  const placed = faults.map((fault) => moved(fault, place));
  return document === undefined
    ? { text: line, value: undefined, faults: placed }
    : measured(line, document.value, placed);
}

function moved(fault: Fault, by: Required<Position>): Fault {
  if (fault.position === undefined) return fault;
  const { line, column, offset = 0 } = fault.position;
  const position = { line: line + by.line, column: column + by.column, offset: offset + by.offset };
  return { ...fault, position };
}

function measured(text: string, value: ExactJson, faults: readonly Fault[]): PostedEvent {
  return { text, value, faults: [...eventSizeFaults(text), ...faults] };
}

/** A fault where the text of an event is longer than is taken in. */
export function eventSizeFaults(text: string): Fault[] {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes <= MAX_EVENT_BYTES) return [];
  return [
    {
      pointer: '',
      code: 'event_too_large',
      detail: `The event has ${String(bytes)} bytes; at most ${String(MAX_EVENT_BYTES)} are accepted.`,
      hint: 'Leave large fields out, or put a link in their place.',
    },
  ];
}
