// The query parameters of the routes, as data.
import { MAX_INT, MAX_LIMIT, OUTPUT_FORMATS } from '../domain/audit/query.ts';
import { DELIVERY_STATES } from '../domain/delivery.ts';
import { INVOCATION_KINDS } from '../domain/invocation.ts';
import { OUTCOME_NAMES } from '../domain/outcomes.ts';
import { REPLAY_STATES } from '../domain/replay.ts';
import { PAGING } from './query.ts';
import type { QueryParameters } from './route.ts';

/** `?dry_run=true` */
export const DRY_RUN: QueryParameters = {
  dry_run: { kind: 'boolean', description: 'true: check everything and answer as usual, but store nothing.' },
};

/** Of writes that change a webhook. */
export const WRITE_QUERY: QueryParameters = DRY_RUN;

/** `?atomic=true` */
export const ATOMIC: QueryParameters = {
  atomic: { kind: 'boolean', description: 'true: all events or none.' },
};

const WEBHOOK_ID = { kind: 'id', description: 'Only those of this webhook.' } as const;
const EVENT_ID = { kind: 'id', description: 'Only those of this event.' } as const;
const TEXT = {
  kind: 'text',
  description: 'Only those that contain this text; upper and lower case of ASCII letters do not count.',
} as const;

const LIST = 'Several between commas; one that holds a comma in double quotes.';

/** Conditions of a list of events. */
export const EVENT_QUERY: QueryParameters = {
  event_type: { kind: 'list', description: `Only these event types. ${LIST}` },
  schema: { kind: 'list', description: `Only those of these payload schemas. ${LIST}` },
  origin: {
    kind: 'enum',
    values: ['api', 'engine'],
    description: 'Posted events, or those of the engine about itself.',
  },
  actor_id: { kind: 'list', description: `Only what one of these did. ${LIST}` },
  category: { kind: 'list', description: `Only these categories, by their text or key. ${LIST}` },
  action: { kind: 'list', description: `Only these actions, by their text or key. ${LIST}` },
  target: {
    kind: 'objects',
    description: 'Only what was done to one of these objects: type,id, several between semicolons.',
  },
  received_after: { kind: 'instant', description: 'Only those received at or after this instant.' },
  received_before: {
    kind: 'instant',
    laterThan: 'received_after',
    description: 'Only those received before this instant.',
  },
  text: {
    kind: 'words',
    description: 'Only those that have all of these words, in whatever place; case and accents do not count.',
  },
  format: {
    kind: 'enum',
    values: ['json', 'ndjson', 'csv'],
    description: 'A page (json), or all of them as lines or as a table. Also by the header Accept.',
  },
  ...PAGING,
};

/** Conditions of Jira's list of audit entries, which reads them itself: see `domain/audit/query.ts`. */
export const AUDIT_EVENT_QUERY: QueryParameters = {
  from: { kind: 'text', description: 'Only those accepted at or after this time (ISO 8601, UTC without a zone).' },
  to: { kind: 'text', description: 'Only those accepted at or before this time; of a day alone, its end.' },
  offset: { kind: 'integer', minimum: 0, maximum: MAX_INT, description: 'How many of the newest are passed over.' },
  limit: {
    kind: 'integer',
    minimum: 1,
    maximum: MAX_LIMIT,
    description: 'How many entries a page has, 200 where it is left out; of lines and tables all.',
  },
  pageCursor: { kind: 'text', description: 'pagingInfo.nextPageCursor of the page before.' },
  userIds: { kind: 'list', description: `Only what one of these authors did. ${LIST}` },
  categories: { kind: 'list', description: `Only these categories, by their text or key. ${LIST}` },
  actions: { kind: 'list', description: `Only these actions, by their text or key. ${LIST}` },
  affectedObject: {
    kind: 'objects',
    description: 'Only what was done to one of these objects: type,id, several between semicolons.',
  },
  search: { kind: 'words', description: 'Only those that have all of these words.' },
  outputFormat: { kind: 'enum', values: OUTPUT_FORMATS, description: 'json, unless another form is asked for.' },
  scanLimit: { kind: 'integer', minimum: 1, maximum: MAX_INT, description: 'How many of the newest are looked at.' },
  scanTo: { kind: 'text', description: 'The oldest entry that is looked at, as links to further pages have it.' },
};

/** Conditions of a list of deliveries. */
export const DELIVERY_QUERY: QueryParameters = {
  webhook_id: WEBHOOK_ID,
  event_id: EVENT_ID,
  state: { kind: 'enum', values: DELIVERY_STATES, description: 'Only those in this state.' },
  replay_id: { kind: 'id', description: 'Only those of this replay.' },
  repeats: { kind: 'id', description: 'Only those that repeat this delivery.' },
  created_after: { kind: 'instant', description: 'Only those planned at or after this instant.' },
  created_before: { kind: 'instant', description: 'Only those planned before this instant.' },
  ...PAGING,
};

/** Conditions of a list of replays. */
export const REPLAY_QUERY: QueryParameters = {
  webhook_id: WEBHOOK_ID,
  state: { kind: 'enum', values: REPLAY_STATES, description: 'Only those in this state.' },
  ...PAGING,
};

/** Conditions of a list of invocations. */
export const INVOCATION_QUERY: QueryParameters = {
  webhook_id: WEBHOOK_ID,
  event_id: EVENT_ID,
  delivery_id: { kind: 'id', description: 'Only those of this delivery.' },
  kind: { kind: 'enum', values: INVOCATION_KINDS, description: 'Only those made for this purpose.' },
  outcome: { kind: 'enum', values: OUTCOME_NAMES, description: 'Only those with this outcome.' },
  status: { kind: 'status', description: 'Only those answered with this status, or class of statuses (5xx).' },
  started_after: { kind: 'instant', description: 'Only those started at or after this instant.' },
  started_before: { kind: 'instant', description: 'Only those started before this instant.' },
  text: TEXT,
  ...PAGING,
};
