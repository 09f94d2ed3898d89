// What an event says besides who did what to which object: Jira's extra attributes.
import type { ExactJson } from '../json.ts';
import { isObject } from '../json.ts';
import { floorDivide, nanosOf } from '../time.ts';
import { Bounded } from './bounds.ts';
import type { States } from './changes.ts';
import { eachLeaf, pathTo } from './leaves.ts';
import type { LoggedEvent } from './type.ts';
import { keyOf, SEARCHED } from './type.ts';
import { memberOf, textOf } from './values.ts';

/** Something else that is known. */
export interface ExtraAttribute {
  readonly nameI18nKey: string;
  readonly name: string;
  readonly value: string;
}

const KEY = 'hookwright.audit.attribute.';

/**
 * The event's id, type, schema, own time and `source`; then all of `metadata`, `data` and the event itself that stands
 * nowhere else in the entry, each value by its dotted path.
 */
export function extraAttributesOf(
  event: LoggedEvent,
  value: ExactJson,
  states: States | undefined,
): Bounded<ExtraAttribute> {
  const found = new Bounded<ExtraAttribute>('extra attributes');
  const named = (key: string, name: string, text: string | undefined): void => {
    if (text !== undefined && text !== '') {
      found.add((cut) => ({ nameI18nKey: `${KEY}${key}`, name, value: cut(text) }));
    }
  };
  const data = memberOf(value, 'data');
  named('event_id', 'Event ID', event.id);
  named('event_type', 'Event type', event.eventType);
  named('schema', 'Schema', event.schema);
  named('event_time', 'Event time', timeText(event.eventTimeExact));
  named('source', 'Source', textOf(memberOf(data, 'source')));
  named('idempotency_key', 'Idempotency key', textOf(memberOf(value, 'idempotency_key')));
  const words = event.origin === 'engine' && event.eventType === SEARCHED ? JIRA_WORDS : {};
  const statesIn = (place: ExactJson | undefined): readonly string[] =>
    states?.place === place ? (states?.names ?? []) : [];
  addRest(found, memberOf(data, 'metadata'), { key: 'metadata', leftOut: [], words });
  addRest(found, data, { key: 'data', leftOut: [...shownOfData(value), ...statesIn(data)], words: {} });
  addRest(found, value, { key: 'event', leftOut: [...SHOWN_OF_EVENT, ...statesIn(value)], words: {} });
  return found;
}

/** What the log says of an entry of which it shows less than there is. */
export function cutNote(eventId: string, notes: readonly string[]): readonly ExtraAttribute[] {
  if (notes.length === 0) return [];
  const value = [...notes, `The whole event: /v1/events/${eventId}`].join(' ');
  return [{ nameI18nKey: `${KEY}cut`, name: 'Left out', value }];
}

// How Jira calls what its own event about a search says.
const JIRA_WORDS: Readonly<Record<string, readonly [key: string, name: string]>> = {
  results_returned: ['atlassian.audit.event.attribute.results', 'Results returned'],
  query: ['atlassian.audit.event.attribute.query', 'Query'],
  timestamp_range: ['atlassian.audit.event.attribute.timestamp', 'Timestamp Range'],
  id_range: ['atlassian.audit.event.attribute.id', 'ID Range'],
};

const SHOWN_OF_EVENT: readonly string[] = [
  'schema',
  'event_type',
  'event_time',
  'idempotency_key',
  'data',
  // What decides whether it is kept. Jira's entries have neither.
  'area',
  'level',
];

const SHOWN_OF_DATA: readonly string[] = [
  ...['actor_id', 'actor_name', 'actor_type', 'target_id', 'target_name', 'target_type'],
  ...['action', 'source', 'metadata', 'previous_target_object', 'current_target_object'],
];

// An event that says its time twice says it once here.
function shownOfData(value: ExactJson): readonly string[] {
  const [time, again] = [memberOf(value, 'event_time'), memberOf(memberOf(value, 'data'), 'timestamp')];
  return textOf(time) === textOf(again) ? [...SHOWN_OF_DATA, 'timestamp'] : SHOWN_OF_DATA;
}

interface Rest {
  /** Of what it is the rest: a part of the keys, and the name of a value that has no members to name. */
  readonly key: string;
  readonly leftOut: readonly string[];
  readonly words: Readonly<Record<string, readonly [key: string, name: string]>>;
}

function addRest(found: Bounded<ExtraAttribute>, value: ExactJson | undefined, rest: Rest): void {
  const add = (path: string, leaf: ExactJson): void => {
    found.add((cut) => {
      const name = cut(path);
      const [key, shown] = Object.hasOwn(rest.words, name) ? (rest.words[name] ?? []) : [];
      return { nameI18nKey: key ?? `${KEY}${rest.key}.${keyOf(name)}`, name: shown ?? name, value: cut(textOf(leaf)) };
    });
  };
  if (value === undefined || value === null) return;
  if (!isObject(value)) {
    add(rest.key, value);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    if (!rest.leftOut.includes(name)) eachLeaf(member, pathTo('', name), add);
  }
}

// RFC 3339 to the nanosecond, of years that it can write.
function timeText(exact: string): string {
  const nanos = nanosOf(exact);
  if (nanos === undefined || nanos < FIRST || nanos > LAST) return exact;
  const seconds = new Date(Number(floorDivide(nanos, NANOS)) * 1000)
    .toISOString()
    .slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
  return `${seconds}.${String(nanos - floorDivide(nanos, NANOS) * NANOS).padStart(9, '0')}Z`;
}

const NANOS = 1_000_000_000n;
const FIRST = -62_167_219_200n * NANOS;
const LAST = 253_402_300_800n * NANOS - 1n;
