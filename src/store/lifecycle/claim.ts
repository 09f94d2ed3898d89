// Claiming: takes leases on due deliveries and commits their invocation rows, before anything is sent.
import type { Knex } from 'knex';
import type { Delivery } from '../../domain/delivery.ts';
import { LEASE_MARGIN_MS } from '../../domain/delivery.ts';
import type { InvocationStart } from '../../domain/invocation.ts';
import type { Claimed } from '../../domain/lease.ts';
import type { Row } from '../codec/columns.ts';
import { instant, integer, text } from '../codec/columns.ts';
import { readDelivery } from '../codec/delivery.ts';
import { writeStart } from '../codec/invocation.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { rowsOf } from '../dialect.ts';
import { insertRows, readRows, updateRows } from '../sql/rows.ts';
import type { Head, Slots } from './choose.ts';
import { shareSlots } from './choose.ts';

/** What may be claimed: `freeSlots` and `lastTurn` decide for which webhooks. */
export interface ClaimRequest extends Slots {
  readonly now: Date;
  readonly limit: number;
  newLeaseToken(): string;
  newInvocationId(): string;
}

/** Taking deliveries that are due. What claims see: pending, and their webhook active and not deleted. */
export interface Claims {
  /**
   * Takes up to `limit` due deliveries in one transaction: shared among webhooks by `shareSlots`, the oldest of each.
   * Takes fewer than it could where a webhook has less waiting than its share, but none only where it can take none.
   */
  claim(request: ClaimRequest): Promise<readonly Claimed[]>;
  /** When the next delivery is due that a claim could take, leaving some webhooks out. */
  nextDueAt(excludedWebhookIds?: readonly string[]): Promise<Date | undefined>;
}

/** Makes the functions that claim. */
export function createClaims(deps: StoreDeps): Claims {
  const { writer, lookup } = deps.database;
  return {
    claim: (request) => writer.transaction((trx) => claim({ ...deps.database, writer: trx }, request)),
    async nextDueAt(excludedWebhookIds = []) {
      const heads = (await readHeads(lookup)).filter(({ webhookId }) => !excludedWebhookIds.includes(webhookId));
      return heads.length === 0 ? undefined : new Date(Math.min(...heads.map(({ dueAt }) => dueAt.getTime())));
    },
  };
}

type Connection = StoreDeps['database'];

async function claim(database: Connection, request: ClaimRequest): Promise<Claimed[]> {
  const heads = await readHeads(database.writer, request.now);
  const webhooks = new Map(heads.map((head) => [head.webhookId, head.webhook]));
  const due: DueDelivery[] = [];
  for (const { webhookId, count } of shareSlots(heads, request.limit, request)) {
    const rows = await readOldest(database, webhookId, request.now, count);
    due.push(...rows.map((row) => ({ row, webhook: webhooks.get(webhookId) ?? {} })));
  }
  return lease(database, due, request);
}

interface DueDelivery {
  readonly row: Row;
  /** The parts of the webhook's current row that an invocation takes over. */
  readonly webhook: Row;
}

// Jumps from one webhook to the next through the partial index `deliveries_pending` (its condition has to be written
// out as it is there): one step for each webhook that something waits for, however much that is.
const HEADS = `
  with recursive waiting (webhook_id) as (
    select min(webhook_id) from deliveries where state = 'pending'
    union all
    select (select min(d.webhook_id) from deliveries as d where d.state = 'pending' and d.webhook_id > waiting.webhook_id)
    from waiting where waiting.webhook_id is not null
  ), heads as (
    select waiting.webhook_id,
      (select min(d.due_at) from deliveries as d where d.state = 'pending' and d.webhook_id = waiting.webhook_id) as due_at
    from waiting
  )
  select heads.due_at, w.id, w.name, w.version, w.timeout_in_sec, w.max_attempts
  from heads join webhooks as w on w.id = heads.webhook_id
  where w.active = ? and w.deleted_at is null`;

// One for each webhook that has something waiting and may be served, or only those that have something due by `now`.
async function readHeads(db: Knex, now?: Date): Promise<(Head & { readonly webhook: Row })[]> {
  const rows = rowsOf(await db.raw(HEADS, [true]));
  const heads = rows.map((webhook) => ({
    webhookId: text(webhook, 'id'),
    dueAt: instant(webhook, 'due_at'),
    webhook,
  }));
  return now === undefined ? heads : heads.filter(({ dueAt }) => dueAt <= now);
}

async function readOldest(
  { dialect, writer }: Connection,
  webhookId: string,
  now: Date,
  count: number,
): Promise<Row[]> {
  const query = writer('deliveries')
    .whereRaw("state = 'pending'")
    .where('webhook_id', webhookId)
    .where('due_at', '<=', now.toISOString())
    .orderBy(['due_at', 'id'])
    .limit(count);
  return readRows(dialect.skipLocked(query));
}

async function lease(database: Connection, due: readonly DueDelivery[], request: ClaimRequest): Promise<Claimed[]> {
  const claimed = due.map((one) => claimedFrom(one, request));
  await updateRows(database, {
    table: 'deliveries',
    rows: claimed.map(({ delivery, leaseToken, leaseUntil }) => ({
      id: delivery.id,
      lease_token: leaseToken,
      lease_until: leaseUntil.toISOString(),
      updated_at: delivery.updatedAt.toISOString(),
    })),
    set: {
      state: "'sending'",
      reason: 'null',
      attempts: 'attempts + 1',
      lease_token: 'next.lease_token',
      lease_until: 'next.lease_until',
      updated_at: 'next.updated_at',
    },
    where: "deliveries.id = next.id and deliveries.state = 'pending'",
    returning: 'deliveries.id',
  });
  await insertRows(
    database,
    'invocations',
    claimed.map(({ invocation }) => writeStart(invocation)),
  );
  return claimed;
}

function claimedFrom({ row, webhook }: DueDelivery, request: ClaimRequest): Claimed {
  const { now } = request;
  const waiting = readDelivery(row);
  const delivery: Delivery = {
    ...waiting,
    state: 'sending',
    reason: undefined,
    attempts: waiting.attempts + 1,
    updatedAt: now,
  };
  const invocation: InvocationStart = {
    id: request.newInvocationId(),
    organizationId: delivery.organizationId,
    kind: 'delivery',
    deliveryId: delivery.id,
    eventId: delivery.eventId,
    webhookId: delivery.webhookId,
    webhookVersion: integer(webhook, 'version'),
    webhookName: text(webhook, 'name'),
    requestedBy: undefined,
    attempt: delivery.attempts,
    maxAttempts: integer(webhook, 'max_attempts'),
    scheduledAt: delivery.dueAt,
    startedAt: now,
  };
  const leaseUntil = new Date(now.getTime() + integer(webhook, 'timeout_in_sec') * 1000 + LEASE_MARGIN_MS);
  return { delivery, leaseToken: request.newLeaseToken(), leaseUntil, invocation };
}
