// GET /rest/auditing/1.0/events: the log of events as Jira's collectors read it. docs/audit-log.md says how each parameter
// is meant.
import { ENTITY_CSV_HEADER, entityCsvRow } from '../../domain/audit/csv-rows.ts';
import type { AuditEntity } from '../../domain/audit/entity.ts';
import { entityOf } from '../../domain/audit/entity.ts';
import { nextPageLink } from '../../domain/audit/next-page.ts';
import type { AuditQuery } from '../../domain/audit/query.ts';
import { MAX_INT, readAuditQuery, readCursor, writeCursor } from '../../domain/audit/query.ts';
import type { Fault } from '../../domain/errors.ts';
import { invalid } from '../../domain/errors.ts';
import type { Event } from '../../domain/event.ts';
import type { LogPlace } from '../../domain/event-window.ts';
import type { LogFilters } from '../../services/log-filters.ts';
import type { ReadLogDeps } from '../../services/read-log.ts';
import { placeFault, readLog } from '../../services/read-log.ts';
import { checkText, clausesOf } from '../../services/log-filters.ts';
import type { PageEnd, PieceMakers, ReadNotes } from '../log-reading.ts';
import { pieces } from '../log-reading.ts';
import { CSV_TYPE, JSON_TYPE, NDJSON_TYPE } from '../plain-answer.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf } from '../route.ts';
import { storedValue } from '../views/event.ts';

/** What this route touches. */
export interface AuditingEventsDeps {
  readonly reading: ReadLogDeps & ReadNotes;
}

/** `GET /rest/auditing/1.0/events` */
export async function listEntries({ reading }: AuditingEventsDeps, request: ApiRequest): Promise<Reply> {
  const query = await queryOf(reading, request);
  const { organizationId } = actorOf(request);
  const found = await readLog(reading, organizationId, {
    from: query.from,
    to: query.to,
    before: query.cursor,
    offset: query.offset,
    scanLimit: query.scanLimit === MAX_INT ? undefined : query.scanLimit,
    scanTo: query.scanTo,
    clauses: clausesOf(filtersOf(query)),
    // One more says whether there is a next page.
    limit: query.limit + 1,
  });
  const entity = (event: Event): AuditEntity => entityOf(event, storedValue(event), { system: request.baseUrl });
  const { contentType, make } = FORMATS[query.outputFormat](entity, (page) =>
    pagingInfo(request, following(query, found.oldest), page),
  );
  const headers = { 'hookwright-indexed-until': found.indexedUntil.toISOString() };
  return { status: 200, contentType, headers, stream: pieces(reading, request, found, query.limit, make) };
}

async function queryOf(deps: ReadLogDeps, request: ApiRequest): Promise<AuditQuery> {
  const { search } = request;
  const reading = readAuditQuery(search);
  const own = (reading.ok ? [] : reading.faults).map(({ key, message }) => ({
    pointer: `?${key}`,
    code: 'invalid_parameter',
    detail: message,
  }));
  const textFaults = checkText(search.get('search') ?? undefined, '?search');
  const faults = [...own, ...textFaults, ...(await cursorFaults(deps, request))];
  if (!reading.ok || faults.length > 0) throw invalid(faults, 'invalid_query');
  return reading.query;
}

async function cursorFaults(deps: ReadLogDeps, request: ApiRequest): Promise<readonly Fault[]> {
  const cursor = readCursor(request.search.get('pageCursor')?.trim() ?? '');
  if (cursor === undefined) return [];
  const fault = await placeFault(deps, actorOf(request).organizationId, cursor, '?pageCursor');
  return fault === undefined ? [] : [fault];
}

function filtersOf({ userIds, categories, actions, affectedObjects, search }: AuditQuery): LogFilters {
  return { userIds, categories, actions, objects: affectedObjects, text: search };
}

interface Format {
  readonly contentType: string;
  readonly make: PieceMakers;
}

type FormatMaker = (entity: (event: Event) => AuditEntity, paging: (page: PageEnd) => string) => Format;

const FORMATS: Readonly<Record<AuditQuery['outputFormat'], FormatMaker>> = {
  json: (entity, paging) => ({
    contentType: JSON_TYPE,
    make: {
      begin: '{"entities":[',
      write: (event) => JSON.stringify(entity(event)),
      separator: ',',
      end: (page) => `],"pagingInfo":${paging(page)}}\n`,
    },
  }),
  ndjson: (entity) => ({
    contentType: NDJSON_TYPE,
    make: { begin: '', write: (event) => `${JSON.stringify(entity(event))}\n`, separator: '', end: () => '' },
  }),
  csv: (entity) => ({
    contentType: CSV_TYPE,
    make: { begin: ENTITY_CSV_HEADER, write: (event) => entityCsvRow(entity(event)), separator: '', end: () => '' },
  }),
};

// As real servers answer it: a cursor that is a text, and no member that is not known on the last page.
function pagingInfo(request: ApiRequest, query: AuditQuery, { size, last, hasMore }: PageEnd): string {
  if (!hasMore || last === undefined) return JSON.stringify({ lastPage: true, size });
  return JSON.stringify({
    nextPageOffset: 0,
    nextPageCursor: writeCursor(last),
    nextPageLink: nextPageLink(request.baseUrl, request.path, query, last),
    lastPage: false,
    size,
  });
}

// The next pages end where the first one would: counted anew, what has come meanwhile would take the place of the oldest.
function following(query: AuditQuery, oldest: LogPlace | undefined): AuditQuery {
  return oldest === undefined ? query : { ...query, scanTo: oldest, scanLimit: MAX_INT };
}
