// Routes of events and their payload schemas.
import * as eventLog from '../handlers/event-log.ts';
import * as events from '../handlers/events.ts';
import * as operations from '../handlers/operations.ts';
import { ATOMIC, EVENT_QUERY } from '../parameters.ts';
import { body, MIB, success, table } from './table.ts';

const EVENT_TYPES = ['application/json', 'application/x-ndjson'];

/** Intake, which is served without express, too. */
export const POST_EVENTS = {
  path: '/v1/events',
  permission: 'events:write',
  body: body('event-input', { contentTypes: EVENT_TYPES, maxBytes: 5 * MIB, checked: false, bounded: true }),
} as const;

/** The routes of events. */
export const EVENTS = table<events.EventHandlerDeps & eventLog.EventLogHandlerDeps & operations.OperationHandlerDeps>([
  {
    ...POST_EVENTS,
    id: 'postEvents',
    method: 'post',
    tag: 'Events',
    summary: 'Post one event, an array, or NDJSON',
    query: ATOMIC,
    success: success('event-result', 'What became of each event, after the commit.', 202),
    handler: events.post,
  },
  {
    id: 'listEvents',
    method: 'get',
    path: '/v1/events',
    permission: 'events:read',
    tag: 'Events',
    summary: 'Search and export events, newest first',
    query: EVENT_QUERY,
    success: {
      ...success('event-list', 'A page of events, or all of them as lines or as a table.'),
      alsoAs: ['application/x-ndjson', 'text/csv'],
    },
    handler: eventLog.list,
  },
  {
    id: 'readEvent',
    method: 'get',
    path: '/v1/events/{event_id}',
    permission: 'events:read',
    tag: 'Events',
    summary: 'Read an event and what each webhook made of it',
    success: success('event-detail', 'The event.'),
    handler: events.read,
  },
  {
    id: 'eraseEvent',
    method: 'post',
    path: '/v1/events/{event_id}/erase',
    permission: 'events:erase',
    tag: 'Events',
    summary: 'Erase the content of an event, for good',
    success: success('event-erasure', 'What is left of it.'),
    handler: events.erase,
  },
  {
    id: 'listSchemas',
    method: 'get',
    path: '/v1/schemas',
    permission: 'schemas:read',
    tag: 'Schemas',
    summary: 'List payload schemas',
    success: success('schema-list', 'All of them.'),
    handler: operations.listSchemas,
  },
  {
    id: 'readSchema',
    method: 'get',
    path: '/v1/schemas/{name}',
    permission: 'schemas:read',
    tag: 'Schemas',
    summary: 'Read a payload schema, its fields, samples and default template',
    success: success('schema-view', 'The schema.'),
    handler: operations.readSchema,
  },
]);
