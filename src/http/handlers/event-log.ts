// GET /v1/events: the log of events, narrowed and searched; as pages, or whole as lines or a table.
import { eventCsvRow, EVENT_CSV_HEADER } from '../../domain/audit/csv-rows.ts';
import { readGroupedList, readList } from '../../domain/audit/lists.ts';
import { readCursor, writeCursor } from '../../domain/audit/query.ts';
import type { Event } from '../../domain/event.ts';
import type { LogPlace } from '../../domain/event-window.ts';
import { writeExact } from '../../domain/json.ts';
import type { LogFilters } from '../../services/log-filters.ts';
import { clausesOf } from '../../services/log-filters.ts';
import type { LogQuery, LogReading, ReadLogDeps } from '../../services/read-log.ts';
import { checkPlace, readLog } from '../../services/read-log.ts';
import type { PieceMakers, ReadNotes } from '../log-reading.ts';
import { pieces, readOf } from '../log-reading.ts';
import { CSV_TYPE, NDJSON_TYPE } from '../plain-answer.ts';
import { nextCursor, pageOf } from '../query.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf, ok, queryInstant, queryText } from '../route.ts';
import { eventView, storedValue } from '../views/event.ts';

/** What these routes touch. */
export interface EventLogHandlerDeps {
  readonly reading: ReadLogDeps & ReadNotes;
}

/** `GET /v1/events` */
export async function list({ reading }: EventLogHandlerDeps, request: ApiRequest): Promise<Reply> {
  const { limit, after } = pageOf(request, (text) => readCursor(text) !== undefined);
  const before = after === undefined ? undefined : readCursor(after);
  const { organizationId } = actorOf(request);
  if (before !== undefined) await checkPlace(reading, organizationId, before, '?cursor');
  const query = { ...windowOf(request, before), clauses: clausesOf(filtersOf(request)) };
  const format = formatOf(request);
  if (format !== undefined) {
    const most = request.query['limit'] === undefined ? Infinity : limit;
    return exported(reading, request, await readLog(reading, organizationId, { ...query, limit: most }), format);
  }
  return page(reading, request, await readLog(reading, organizationId, { ...query, limit: limit + 1 }), limit);
}

function windowOf(request: ApiRequest, before: LogPlace | undefined): Omit<LogQuery, 'clauses' | 'limit'> {
  const [from, end] = [queryInstant(request, 'received_after'), queryInstant(request, 'received_before')];
  return {
    from,
    to: end === undefined ? undefined : new Date(end.getTime() - 1),
    before,
    offset: 0,
  };
}

function filtersOf(request: ApiRequest): LogFilters {
  const values = (name: string): readonly string[] => readGroups(queryText(request, name), readList)[0] ?? [];
  return {
    userIds: values('actor_id'),
    categories: values('category'),
    actions: values('action'),
    eventTypes: values('event_type'),
    schemas: values('schema'),
    origins: values('origin'),
    objects: readGroups(queryText(request, 'target'), readGroupedList).map(([type = '', id = '']) => ({ type, id })),
    text: queryText(request, 'text'),
  };
}

function readGroups(text: string | undefined, read: typeof readList): readonly (readonly string[])[] {
  const reading = read(text ?? '');
  return reading.ok ? reading.groups : [];
}

// Reading large events back takes time that other requests wait for, so a page of them has fewer.
const MAX_PAGE_CHARACTERS = 1024 * 1024;

async function page(notes: ReadNotes, request: ApiRequest, reading: LogReading, limit: number): Promise<Reply> {
  const events: Event[] = [];
  let characters = 0;
  let hasMore = false;
  for await (const batch of reading.batches) {
    for (const event of batch) {
      characters += event.body.length;
      hasMore ||= events.length >= limit || (events.length > 0 && characters > MAX_PAGE_CHARACTERS);
      if (!hasMore) events.push(event);
    }
    if (hasMore) break;
  }
  notes.logRead(readOf(request, events.length, events[0], events.at(-1)));
  const last = hasMore ? events.at(-1) : undefined;
  return ok({
    data: events.map(eventView),
    next_cursor: nextCursor(request, last === undefined ? undefined : writeCursor(last)),
    indexed_until: reading.indexedUntil.toISOString(),
  });
}

type Format = 'ndjson' | 'csv';

const BY_TYPE: Readonly<Record<string, Format>> = { 'application/x-ndjson': 'ndjson', 'text/csv': 'csv' };

// The parameter is for whoever cannot set a header.
function formatOf(request: ApiRequest): Format | undefined {
  const named = queryText(request, 'format');
  if (named !== undefined) return named === 'ndjson' || named === 'csv' ? named : undefined;
  const best = request.accepts(['application/json', ...Object.keys(BY_TYPE)]);
  return best === undefined ? undefined : BY_TYPE[best];
}

const EXPORTS: Readonly<Record<Format, { readonly contentType: string; readonly make: PieceMakers }>> = {
  ndjson: {
    contentType: NDJSON_TYPE,
    make: { begin: '', write: (event) => `${writeExact(eventView(event))}\n`, separator: '', end: () => '' },
  },
  csv: {
    contentType: CSV_TYPE,
    make: {
      begin: EVENT_CSV_HEADER,
      write: (event) => eventCsvRow(event, storedValue(event)),
      separator: '',
      end: () => '',
    },
  },
};

function exported(notes: ReadNotes, request: ApiRequest, reading: LogReading, format: Format): Reply {
  const { contentType, make } = EXPORTS[format];
  return {
    status: 200,
    contentType,
    headers: {
      'content-disposition': `attachment; filename="events.${format}"`,
      'hookwright-indexed-until': reading.indexedUntil.toISOString(),
    },
    stream: pieces(notes, request, reading, Infinity, make),
  };
}
