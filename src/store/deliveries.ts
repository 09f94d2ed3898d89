// The table of deliveries: planning, lookups and lists. How they move is in `lifecycle/`.
import type { Knex } from 'knex';
import type { Delivery, DeliveryState } from '../domain/delivery.ts';
import { DELIVERY_STATES } from '../domain/delivery.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { DeliveryFilter } from '../domain/search.ts';
import { instant, integer, oneOf, text } from './codec/columns.ts';
import { readDelivery, writeDelivery } from './codec/delivery.ts';
import type { StoreDeps } from './sql/rows.ts';
import { insertRows, readPage, readRow, readRows, whereBetween, whereGiven } from './sql/rows.ts';
import type { Claims } from './lifecycle/claim.ts';
import { createClaims } from './lifecycle/claim.ts';
import type { FollowRequest, Followed } from './lifecycle/follow.ts';
import { followWebhooks } from './lifecycle/follow.ts';
import type { RescueRequest } from './lifecycle/rescue.ts';
import { rescue } from './lifecycle/rescue.ts';

/** How many deliveries are in each state. */
export type StateCounts = Readonly<Record<DeliveryState, number>>;

/** The deliveries of one webhook, counted. Waiting is what is pending, sending or held. */
export interface WebhookReconciliation {
  readonly webhookId: string;
  readonly counts: StateCounts;
  readonly oldestWaitingAt: Date | undefined;
}

/** All deliveries of an organization, counted: none is missing, none counts twice. */
export interface Reconciliation {
  readonly counts: StateCounts;
  /** When the oldest delivery that still waits was made. */
  readonly oldestWaitingAt: Date | undefined;
  readonly webhooks: readonly WebhookReconciliation[];
}

/** Stored deliveries. */
export interface Deliveries extends Claims {
  insertMany(deliveries: readonly Delivery[]): Promise<void>;
  byId(organizationId: string, id: string): Promise<Delivery | undefined>;
  /** The deliveries of one event, oldest first. */
  byEvent(organizationId: string, eventId: string): Promise<readonly Delivery[]>;
  list(organizationId: string, filter: DeliveryFilter, page: PageRequest): Promise<Page<Delivery>>;
  /** Counts those of one organization, or of all. */
  countByState(organizationId?: string): Promise<StateCounts>;
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
    insertMany: (deliveries) => insertRows(database, 'deliveries', deliveries.map(writeDelivery)),
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
      whereGiven(query, { webhook_id: filter.webhookId, event_id: filter.eventId, state: filter.state });
      whereBetween(query, 'created_at', filter.createdAfter, filter.createdBefore);
      return readPage(query, 'id', page, { read: readDelivery, idOf: ({ id }) => id });
    },
    countByState: (organizationId) => countByState(database.reader, organizationId),
    rescue: (request) => rescue(deps, request),
    followWebhooks: (request) => followWebhooks(deps, request),
  };
}

async function countByState(reader: Knex, organizationId: string | undefined): Promise<StateCounts> {
  const query = reader('deliveries').select('state').count({ count: '*' }).groupBy('state');
  if (organizationId !== undefined) void query.where('organization_id', organizationId);
  const rows = await readRows(query);
  return countsOf(rows.map((row) => ({ state: oneOf(row, 'state', DELIVERY_STATES), count: integer(row, 'count') })));
}

function countsOf(items: readonly { readonly state: DeliveryState; readonly count: number }[]): StateCounts {
  const counts = { pending: 0, sending: 0, held: 0, delivered: 0, exhausted: 0, rejected: 0, cancelled: 0 };
  for (const { state, count } of items) counts[state] += count;
  return counts;
}

const WAITING: readonly DeliveryState[] = ['pending', 'sending', 'held'];

/** Counts the deliveries of an organization, in all and for each webhook. */
export async function reconcile({ database }: StoreDeps, organizationId: string): Promise<Reconciliation> {
  const query = database
    .reader('deliveries')
    .where('organization_id', organizationId)
    .select('webhook_id', 'state')
    .count({ count: '*' })
    .min({ oldest: 'created_at' })
    .groupBy('webhook_id', 'state')
    .orderBy('webhook_id', 'desc');
  const groups = (await readRows(query)).map((row) => ({
    webhookId: text(row, 'webhook_id'),
    state: oneOf(row, 'state', DELIVERY_STATES),
    count: integer(row, 'count'),
    oldest: instant(row, 'oldest'),
  }));
  const webhookIds = [...new Set(groups.map(({ webhookId }) => webhookId))];
  return {
    ...summary(groups),
    webhooks: webhookIds.map((webhookId) => ({
      webhookId,
      ...summary(groups.filter((group) => group.webhookId === webhookId)),
    })),
  };
}

interface Group {
  readonly state: DeliveryState;
  readonly count: number;
  readonly oldest: Date;
}

function summary(groups: readonly Group[]): Pick<Reconciliation, 'counts' | 'oldestWaitingAt'> {
  const waiting = groups.filter(({ state }) => WAITING.includes(state)).map(({ oldest }) => oldest.getTime());
  return {
    counts: countsOf(groups),
    oldestWaitingAt: waiting.length === 0 ? undefined : new Date(Math.min(...waiting)),
  };
}
