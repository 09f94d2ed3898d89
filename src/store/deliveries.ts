// The table of deliveries: planning, lookups and lists. How they move is in `lifecycle/`.
import type { Knex } from 'knex';
import type { Delivery } from '../domain/delivery.ts';
import type { Claimed } from '../domain/lease.ts';
import { DELIVERY_STATES } from '../domain/delivery.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { StateCounts } from '../domain/reconciliation.ts';
import { sumCounts } from '../domain/reconciliation.ts';
import type { DeliveryFilter } from '../domain/search.ts';
import { integer, oneOf } from './codec/columns.ts';
import type { Lease } from './codec/delivery.ts';
import { readDelivery, writeDelivery } from './codec/delivery.ts';
import { writeStart } from './codec/invocation.ts';
import { rowsOf } from './dialect.ts';
import type { StoreDeps } from './sql/rows.ts';
import { insertRows, readPage, readRow, readRows, whereBetween, whereGiven } from './sql/rows.ts';
import { whereState } from './sql/states.ts';
import type { Claims } from './lifecycle/claim.ts';
import { createClaims } from './lifecycle/claim.ts';
import { cancel } from './lifecycle/cancel.ts';
import type { FollowRequest, Followed } from './lifecycle/follow.ts';
import { followWebhooks } from './lifecycle/follow.ts';
import type { RescueRequest } from './lifecycle/rescue.ts';
import { rescue } from './lifecycle/rescue.ts';

/** Stored deliveries. */
export interface Deliveries extends Claims {
  insertMany(deliveries: readonly Delivery[]): Promise<void>;
  /**
   * Stores deliveries of which some are leased from the start, with the invocations of these. Leases count from `now`,
   * by the one clock of all who share the database.
   */
  insertPlanned(waiting: readonly Delivery[], leased: readonly Claimed[], now: Date): Promise<void>;
  byId(organizationId: string, id: string): Promise<Delivery | undefined>;
  /** The deliveries of one event, oldest first. */
  byEvent(organizationId: string, eventId: string): Promise<readonly Delivery[]>;
  list(organizationId: string, filter: DeliveryFilter, page: PageRequest): Promise<Page<Delivery>>;
  /** Counts those of one organization, or of all. */
  countByState(organizationId?: string): Promise<StateCounts>;
  /** Cancels one that is not over, or asks for that while an attempt is under way; gives whether it did so just now. */
  cancel(organizationId: string, id: string, now: Date): Promise<boolean>;
  /** Ends attempts whose process has died; gives the number of deliveries that were set free. */
  rescue(request: RescueRequest): Promise<number>;
  /** Holds, releases and cancels what waits, as its webhook was switched or deleted: at most `limit` of each. */
  followWebhooks(request: FollowRequest): Promise<Followed>;
}

/** Makes the functions of this table. */
export function createDeliveries(deps: StoreDeps): Deliveries {
  const { database } = deps;
  return {
    ...createClaims(deps),
    insertMany: (deliveries) => insertPlanned(database, deliveries, [], undefined),
    insertPlanned: (waiting, leased, now) => insertPlanned(database, waiting, leased, now),
    async byId(organizationId, id) {
      const row = await readRow(database.lookup('deliveries').where({ organization_id: organizationId, id }));
      return row === undefined ? undefined : readDelivery(row);
    },
    async byEvent(organizationId, eventId) {
      const query = database.lookup('deliveries').where({ organization_id: organizationId, event_id: eventId });
      return (await readRows(query.orderBy('id'))).map(readDelivery);
    },
    list(organizationId, filter, page) {
      const query = database.reader('deliveries').where('organization_id', organizationId);
      whereGiven(query, { webhook_id: filter.webhookId });
      const { eventId, replayId, repeats } = filter;
      const isNarrowed = whereGiven(query, { event_id: eventId, replay_id: replayId, repeats });
      whereState(query, { table: 'deliveries', column: 'state', state: filter.state, isNarrowed });
      whereBetween(query, 'created_at', filter.createdAfter, filter.createdBefore);
      return readPage(query, 'id', page, { read: readDelivery, idOf: ({ id }) => id });
    },
    countByState: (organizationId) => countByState(database.reader, organizationId),
    cancel: (organizationId, id, now) => cancel(database.writer, organizationId, id, now),
    rescue: (request) => rescue(deps, request),
    followWebhooks: (request) => followWebhooks(deps, request),
  };
}

async function insertPlanned(
  database: StoreDeps['database'],
  waiting: readonly Delivery[],
  leased: readonly Claimed[],
  now: Date | undefined,
): Promise<void> {
  const { dialect, writer } = database;
  const aheadMs =
    now === undefined || leased.length === 0 ? 0 : (await dialect.leaseNow(writer, now)).getTime() - now.getTime();
  await insertRows(database, 'deliveries', [
    ...waiting.map((delivery) => writeDelivery(delivery)),
    ...leased.map((one) => writeDelivery(one.delivery, leaseOf(one, aheadMs))),
  ]);
  await insertRows(
    database,
    'invocations',
    leased.map(({ invocation }) => writeStart(invocation)),
  );
  if (waiting.some(({ state }) => state === 'pending')) await dialect.notify(writer);
}

function leaseOf({ leaseToken, leaseUntil }: Claimed, aheadMs: number): Lease {
  return { token: leaseToken, until: new Date(leaseUntil.getTime() + aheadMs) };
}

// One statement, so that a delivery that changes its state meanwhile is counted once. The few that are being sent are
// found by an index of their own; naming the organization there would lead SQLite to all of its deliveries.
async function countByState(reader: Knex, organizationId: string | undefined): Promise<StateCounts> {
  const [all, among, given] =
    organizationId === undefined
      ? ['', '', []]
      : ['and organization_id = ?', "and organization_id || '' = ?", [organizationId, organizationId]];
  const counts = 'select state, count(*) as count from deliveries';
  const rows = rowsOf(
    await reader.raw(
      `${counts} where state <> 'sending' ${all} group by state
       union all ${counts} where state = 'sending' ${among} group by state`,
      given,
    ),
  );
  return sumCounts(rows.map((row) => ({ state: oneOf(row, 'state', DELIVERY_STATES), count: integer(row, 'count') })));
}
