import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { LoggedEvent } from '../../../src/domain/audit/type.ts';
import { readJson } from '../../../src/domain/json-read.ts';
import type { ExactJson, ExactJsonObject } from '../../../src/domain/json.ts';
import { isList, isObject, JsonNumber } from '../../../src/domain/json.ts';

export const EVENT_ID = 'evt_0197a000-0000-7000-8000-000000000001';

/** An event of that type, accepted on 20 November 2026. */
export function logged(eventType = 'access_flow.updated', more: Partial<LoggedEvent> = {}): LoggedEvent {
  return {
    id: EVENT_ID,
    schema: 'audit',
    eventType,
    eventTimeExact: '1795176000.042000001',
    receivedAt: new Date('2026-11-20T12:00:01.005Z'),
    origin: 'api',
    ...more,
  };
}

/** The value of a JSON text, numbers as spelled. */
export function exact(text: string): ExactJson {
  const reading = readJson(text);
  const value = reading.ok ? reading.documents[0]?.value : undefined;
  assert.ok(value !== undefined, text);
  return value;
}

/** An event's value with these members in `data`. */
export function withData(data: ExactJson, eventType = 'access_flow.updated'): ExactJsonObject {
  return { event_type: eventType, event_time: '1795176000.042', data };
}

/** The sample of that name of the payload schema `audit`. */
export function sample(name: string): ExactJsonObject {
  const samples = exact(readFileSync(new URL('../../../schemas/payloads/audit.samples.json', import.meta.url), 'utf8'));
  const found = isList(samples) ? samples.find((one) => isObject(one) && one['name'] === name) : undefined;
  const event = isObject(found) ? found['event'] : undefined;
  assert.ok(isObject(event), name);
  return event;
}

// Names that the mapping looks for, and others.
const NAMES = [
  ...['actor_id', 'actor_name', 'actor_type', 'actor', 'author', 'user', 'id', 'name', 'type', 'key', 'email'],
  ...['target_id', 'target_name', 'target_type', 'target', 'object', 'resource', 'context', 'action', 'source', 'ip'],
  ...['metadata', 'current_target_object', 'previous_target_object', 'before', 'after', 'current', 'attributes'],
  ...['timestamp', 'location', 'source_ip', 'x-forwarded-for', 'toString', 'constructor', 'hasOwnProperty', ''],
];

/** Any JSON value, with numbers that doubles cannot hold, lone surrogates, and members of many meanings. */
export const anyJson: fc.Arbitrary<ExactJson> = fc.letrec<{ value: ExactJson }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<ExactJson>(
      null,
      true,
      false,
      '',
      ' ',
      '10.0.0.1',
      '::1',
      'a.b',
      new JsonNumber('1.10'),
      'a,"b";\r\n',
    ),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', '\u2028', '\u0085', '\n', 'x') }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom('12345678901234567890', '-0', '1e2').map((text) => new JsonNumber(text)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.string()), tie('value'), { maxKeys: 8 }),
  ),
})).value;

/** Any value that an event can have for its body. */
export const anyEventValue: fc.Arbitrary<ExactJson> = fc.oneof(
  anyJson,
  fc.record({ event_type: anyJson, event_time: anyJson, data: anyJson, metadata: anyJson, area: anyJson }),
  fc.dictionary(fc.constantFrom(...NAMES), anyJson).map((data) => withData(data)),
);

/** Any event as the log has it. */
export const anyLogged: fc.Arbitrary<LoggedEvent> = fc.record({
  id: fc.constant(EVENT_ID),
  schema: fc.constantFrom('audit', 'request'),
  eventType: fc.oneof(
    fc.constantFrom('audit_log.searched', 'a.b', '.', '..x', 'x.', ' ', 'jira:issue'),
    fc.string({ minLength: 1 }),
  ),
  eventTimeExact: fc.constantFrom('0.000000000', '-1.500000000', '999999999999.999999999', '1795176000.042000001'),
  receivedAt: fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
  origin: fc.constantFrom('api' as const, 'engine' as const),
});
