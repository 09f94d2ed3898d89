// Claiming: takes leases on due deliveries and commits their invocation rows, before anything is sent.
import type { Knex } from 'knex';
import type { Delivery } from '../../domain/delivery.ts';
import { LEASE_MARGIN_MS } from '../../domain/delivery.ts';
import type { InvocationStart } from '../../domain/invocation.ts';
import type { Row } from '../codec/columns.ts';
import { instant, integer, text } from '../codec/columns.ts';
import { readDelivery } from '../codec/delivery.ts';
import { writeStart } from '../codec/invocation.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { insertRows, readRow, readRows, updateRows } from '../sql/rows.ts';
import { chooseFairly } from './choose.ts';

/** What may be claimed. */
export interface ClaimRequest {
  readonly now: Date;
  readonly limit: number;
  /** Webhooks that have no slot free. */
  readonly excludedWebhookIds: readonly string[];
  /** How many more deliveries of a webhook may be in flight. */
  freeSlots(webhookId: string): number;
  newLeaseToken(): string;
  newInvocationId(): string;
}

/** A delivery that the caller holds the lease of, and the invocation that was committed with the claim. */
export interface Claimed {
  readonly delivery: Delivery;
  readonly leaseToken: string;
  readonly leaseUntil: Date;
  readonly invocation: InvocationStart;
}

/** Taking deliveries that are due. What claims see: pending, and their webhook active and not deleted. */
export interface Claims {
  /** Takes up to `limit` due deliveries in one transaction, oldest first and fairly among webhooks. */
  claim(request: ClaimRequest): Promise<readonly Claimed[]>;
  /** When the next delivery is due that a claim could take. */
  nextDueAt(excludedWebhookIds?: readonly string[]): Promise<Date | undefined>;
  /** Whether a claim at `now` could take one. */
  hasDue(now: Date, excludedWebhookIds?: readonly string[]): Promise<boolean>;
}

// Enough to see several webhooks behind one that has many waiting.
const CANDIDATES_PER_SLOT = 4;
// Each further round leaves out the webhooks that are full by then; the caller asks again anyway.
const MAX_ROUNDS = 4;

/** Makes the functions that claim. */
export function createClaims(deps: StoreDeps): Claims {
  const { writer } = deps.database;
  const nextDueAt: Claims['nextDueAt'] = async (excludedWebhookIds = []) => {
    const row = await readRow(claimable(writer, excludedWebhookIds).select('d.due_at'));
    return row === undefined ? undefined : instant(row, 'due_at');
  };
  return {
    claim: (request) => writer.transaction((trx) => claim({ ...deps.database, writer: trx }, request)),
    nextDueAt,
    async hasDue(now, excludedWebhookIds) {
      const dueAt = await nextDueAt(excludedWebhookIds);
      return dueAt !== undefined && dueAt <= now;
    },
  };
}

// The literal state lets SQLite use the partial index `deliveries_pending`; `cross join` makes it the outer loop there
// (PostgreSQL plans as it likes).
function claimable(db: Knex, excludedWebhookIds: readonly string[]): Knex.QueryBuilder {
  const query = db('deliveries as d')
    .joinRaw('cross join webhooks as w')
    .whereRaw("d.state = 'pending' and w.organization_id = d.organization_id and w.id = d.webhook_id")
    .where('w.active', true)
    .whereNull('w.deleted_at')
    .orderBy(['d.due_at', 'd.id']);
  return excludedWebhookIds.length === 0 ? query : query.whereNotIn('d.webhook_id', [...excludedWebhookIds]);
}

type Connection = StoreDeps['database'];

async function claim(database: Connection, request: ClaimRequest): Promise<Claimed[]> {
  const taken: Claimed[] = [];
  const takenOf = new Map<string, number>();
  const freeSlots = (webhookId: string): number => request.freeSlots(webhookId) - (takenOf.get(webhookId) ?? 0);
  const full = new Set(request.excludedWebhookIds);
  for (let round = 0; round < MAX_ROUNDS && taken.length < request.limit; round += 1) {
    const left = request.limit - taken.length;
    const candidates = await readCandidates(database, request.now, left * CANDIDATES_PER_SLOT, [...full]);
    const chosen = chooseFairly(candidates, left, freeSlots);
    taken.push(...(await lease(database, chosen, request)));
    if (candidates.length < left * CANDIDATES_PER_SLOT) break;
    for (const { webhookId } of chosen) takenOf.set(webhookId, (takenOf.get(webhookId) ?? 0) + 1);
    for (const { webhookId } of candidates) if (freeSlots(webhookId) <= 0) full.add(webhookId);
  }
  return taken;
}

interface DueDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly row: Row;
}

async function readCandidates(
  { dialect, writer }: Connection,
  now: Date,
  limit: number,
  excludedWebhookIds: readonly string[],
): Promise<DueDelivery[]> {
  const query = claimable(writer, excludedWebhookIds)
    .where('d.due_at', '<=', now.toISOString())
    .select('d.*', 'w.name as webhook_name', 'w.version as webhook_version', 'w.timeout_in_sec', 'w.max_attempts')
    .limit(limit);
  const rows = await readRows(dialect.skipLocked(query));
  return rows.map((row) => ({ id: text(row, 'id'), webhookId: text(row, 'webhook_id'), row }));
}

async function lease(database: Connection, due: readonly DueDelivery[], request: ClaimRequest): Promise<Claimed[]> {
  const claimed = due.map(({ row }) => claimedFrom(row, request));
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

function claimedFrom(row: Row, request: ClaimRequest): Claimed {
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
    webhookVersion: integer(row, 'webhook_version'),
    webhookName: text(row, 'webhook_name'),
    requestedBy: undefined,
    attempt: delivery.attempts,
    maxAttempts: integer(row, 'max_attempts'),
    scheduledAt: delivery.dueAt,
    startedAt: now,
  };
  const leaseUntil = new Date(now.getTime() + integer(row, 'timeout_in_sec') * 1000 + LEASE_MARGIN_MS);
  return { delivery, leaseToken: request.newLeaseToken(), leaseUntil, invocation };
}
