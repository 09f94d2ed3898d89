// The tables of invocations and their bodies: the record of what was sent and what came back.
import type { Knex } from 'knex';
import type { Invocation, InvocationStart } from '../domain/invocation.ts';
import { hasItsBytes } from '../domain/invocation.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { InvocationFilter } from '../domain/search.ts';
import { readInvocation, writeStart } from './codec/invocation.ts';
import type { StoreDeps } from './sql/rows.ts';
import { insertRows, readPage, readRow, readRows, whereBetween, whereContains, whereGiven } from './sql/rows.ts';
import { whereState } from './sql/states.ts';

/** Stored invocations. */
export interface Invocations {
  /** Commits the row that must be there before the first byte leaves. Claims write theirs themselves. */
  insertStart(start: InvocationStart): Promise<void>;
  /** One, with its bodies. */
  byId(organizationId: string, id: string): Promise<Invocation | undefined>;
  /** The id of the newest invocation of a delivery whose request is recorded as it was sent, body and all. */
  newestWithBytes(organizationId: string, deliveryId: string): Promise<string | undefined>;
  /** Without bodies: `request.body` is undefined and `response.body` empty. */
  list(organizationId: string, filter: InvocationFilter, page: PageRequest): Promise<Page<Invocation>>;
}

/** Makes the functions of these tables. */
export function createInvocations({ database }: StoreDeps): Invocations {
  return {
    insertStart: (start) => insertRows(database, 'invocations', [writeStart(start)]),
    async byId(organizationId, id) {
      const query = withBodies(
        database.lookup('invocations as i').where({ 'i.organization_id': organizationId, 'i.id': id }),
      );
      const row = await readRow(query.select('i.*', 'b.request_body', 'b.response_body'));
      return row === undefined ? undefined : readInvocation(row);
    },
    newestWithBytes: (organizationId, deliveryId) => newestWithBytes(database, organizationId, deliveryId),
    list: (organizationId, filter, page) => list(database, organizationId, filter, page),
  };
}

// Newer than these, one is enough; a delivery has no more than a few.
const LOOKED_THROUGH = 25;

async function newestWithBytes(
  { lookup }: StoreDeps['database'],
  organizationId: string,
  deliveryId: string,
): Promise<string | undefined> {
  const query = withBodies(
    lookup('invocations as i').where({ 'i.organization_id': organizationId, 'i.delivery_id': deliveryId }),
  );
  const rows = await readRows(
    query.select('i.*', 'b.request_body', 'b.response_body').orderBy('i.id', 'desc').limit(LOOKED_THROUGH),
  );
  const kept = rows.map(readInvocation).find(({ end }) => end?.request !== undefined && hasItsBytes(end.request));
  return kept?.start.id;
}

function list(
  database: StoreDeps['database'],
  organizationId: string,
  filter: InvocationFilter,
  page: PageRequest,
): Promise<Page<Invocation>> {
  const query = database.reader('invocations as i').where('i.organization_id', organizationId).select('i.*');
  const isNarrowed = whereGiven(query, { 'i.event_id': filter.eventId, 'i.delivery_id': filter.deliveryId });
  whereGiven(query, { 'i.webhook_id': filter.webhookId, 'i.kind': filter.kind, 'i.status': filter.status });
  whereState(query, { table: 'invocations', alias: 'i', column: 'outcome', state: filter.outcome, isNarrowed });
  const { statusClass } = filter;
  if (statusClass !== undefined) void query.whereBetween('i.status', [statusClass * 100, statusClass * 100 + 99]);
  whereBetween(query, 'i.started_at', filter.startedAfter, filter.startedBefore);
  if (filter.text !== undefined) {
    whereContains(
      database,
      withBodies(query),
      ['i.url', 'i.message', 'b.request_body', 'b.response_body'],
      filter.text,
    );
  }
  return readPage(query, 'i.id', page, { read: readInvocation, idOf: ({ start }) => start.id });
}

function withBodies(query: Knex.QueryBuilder): Knex.QueryBuilder {
  return query.leftJoin('invocation_bodies as b', 'b.invocation_id', 'i.id');
}
