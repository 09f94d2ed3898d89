// The audit log as tables: entries as the auditing API exports them, and events as /v1/events does.
import { csvRow } from '../csv.ts';
import type { Event } from '../event.ts';
import type { ExactJson } from '../json.ts';
import { authorOf } from './author.ts';
import type { AuditEntity } from './entity.ts';
import { affectedObjectsOf } from './objects.ts';
import { sourceOf } from './source.ts';
import { typeOf } from './type.ts';

type Columns<Of> = Readonly<Record<string, (of: Of) => string>>;

// Lists stand in a cell as JSON: a table has one row for each entry.
const ENTITY: Columns<AuditEntity> = {
  timestamp: (entity) => entity.timestamp,
  author_id: ({ author }) => author.id,
  author_name: ({ author }) => author.name,
  author_type: ({ author }) => author.type,
  category: ({ type }) => type.category,
  category_i18n_key: ({ type }) => type.categoryI18nKey,
  action: ({ type }) => type.action,
  action_i18n_key: ({ type }) => type.actionI18nKey,
  affected_objects: ({ affectedObjects }) => JSON.stringify(affectedObjects),
  changed_values: ({ changedValues }) => JSON.stringify(changedValues),
  extra_attributes: ({ extraAttributes }) => JSON.stringify(extraAttributes),
  method: ({ method }) => method,
  source: ({ source }) => source ?? '',
  node: ({ node }) => node ?? '',
  system: ({ system }) => system,
};

interface EventWithValue {
  readonly event: Event;
  readonly value: ExactJson;
}

const EVENT: Columns<EventWithValue> = {
  timestamp: ({ event }) => event.receivedAt.toISOString(),
  id: ({ event }) => event.id,
  event_type: ({ event }) => event.eventType,
  event_time: ({ event }) => event.eventTimeExact,
  schema: ({ event }) => event.schema,
  origin: ({ event }) => event.origin,
  actor_id: ({ value }) => authorOf(value).id,
  actor_name: ({ value }) => authorOf(value).name,
  actor_type: ({ value }) => authorOf(value).type,
  target_id: ({ value }) => affectedObjectsOf(value)[0]?.id ?? '',
  target_name: ({ value }) => affectedObjectsOf(value)[0]?.name ?? '',
  target_type: ({ value }) => affectedObjectsOf(value)[0]?.type ?? '',
  category: ({ event, value }) => typeOf(event, value).category,
  action: ({ event, value }) => typeOf(event, value).action,
  source: ({ value }) => sourceOf(value) ?? '',
  body: ({ event }) => event.body,
};

/** The first row of a table of entries. */
export const ENTITY_CSV_HEADER = csvRow(Object.keys(ENTITY));

/** An entry as a row. */
export function entityCsvRow(entity: AuditEntity): string {
  return csvRow(Object.values(ENTITY).map((cell) => cell(entity)));
}

/** The first row of a table of events. */
export const EVENT_CSV_HEADER = csvRow(Object.keys(EVENT));

/** An event as a row, its body as it was received. `value` is that body as `readJson` gives it. */
export function eventCsvRow(event: Event, value: ExactJson): string {
  return csvRow(Object.values(EVENT).map((cell) => cell({ event, value })));
}
