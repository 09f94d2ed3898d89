// Claiming: takes leases on due deliveries and commits their invocation rows, before anything is sent.
import type { Claimed } from '../../domain/lease.ts';
import { leaseDelivery } from '../../domain/lease.ts';
import type { Row } from '../codec/columns.ts';
import { integer, text } from '../codec/columns.ts';
import { readDelivery } from '../codec/delivery.ts';
import { writeStart } from '../codec/invocation.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { insertRows, readRows, updateRows } from '../sql/rows.ts';
import type { SlotLimits, Slots } from './choose.ts';
import { shareSlots } from './choose.ts';
import type { WaitingHead } from './heads.ts';
import { earliest, readHeads, readProbeHeads } from './heads.ts';
import { takePace } from './pace.ts';
import { takeProbes } from './probes.ts';

/** What may be claimed: `freeSlots` and `lastTurn` decide for which webhooks. */
export interface ClaimRequest extends Slots, SlotLimits {
  readonly now: Date;
  /** How many of them may be probes of failing webhooks. */
  readonly probeLimit: number;
  newLeaseToken(): string;
  newInvocationId(): string;
}

/** Taking deliveries that are due. What claims see: pending, and their webhook active, healthy and not deleted. */
export interface Claims {
  /**
   * Takes up to `limit` due deliveries in one transaction: shared among webhooks by `shareSlots`, no faster than the
   * rate of each, the oldest of each; and of a failing webhook whose probe is due the one that waits longest. Takes
   * fewer than it could where a webhook has less waiting than its share, but none only where it can take none.
   */
  claim(request: ClaimRequest): Promise<readonly Claimed[]>;
  /** When the next delivery is due that a claim could take, looked at now and leaving some webhooks out. */
  nextDueAt(now: Date, excludedWebhookIds?: readonly string[]): Promise<Date | undefined>;
}

/** Makes the functions that claim. */
export function createClaims(deps: StoreDeps): Claims {
  const { writer, lookup } = deps.database;
  return {
    claim: (request) => writer.transaction((trx) => claim({ ...deps.database, writer: trx }, request)),
    async nextDueAt(now, excludedWebhookIds = []) {
      const all = [...(await readHeads(lookup)), ...(await readProbeHeads(lookup, now))];
      const heads = all.filter(({ webhookId }) => !excludedWebhookIds.includes(webhookId));
      const isPaced = heads.some(({ rate }) => rate !== undefined);
      const ownNow = isPaced ? await deps.database.dialect.leaseNow(lookup, now) : now;
      return earliest(heads, now, ownNow.getTime() - now.getTime());
    },
  };
}

type Connection = StoreDeps['database'];

async function claim(database: Connection, request: ClaimRequest): Promise<Claimed[]> {
  const probes = await takeProbes(database, request);
  const left = {
    ...request,
    limit: request.limit - probes.length,
    slowLimit: Math.max(request.slowLimit - probes.length, 0),
  };
  return lease(database, [...probes, ...(await takeDue(database, left))], request);
}

/** A delivery that is to be leased, and as what. */
export interface DueDelivery {
  readonly row: Row;
  /** The parts of the webhook's current row that an invocation takes over. */
  readonly webhook: Row;
  readonly isProbe: boolean;
}

async function takeDue(database: Connection, request: ClaimRequest): Promise<DueDelivery[]> {
  const heads = (await readHeads(database.writer)).filter(({ dueAt }) => dueAt <= request.now);
  const pace = await takePace(database, heads, request);
  const due: DueDelivery[] = [];
  for (const { webhookId, count } of shareSlots(heads, request, pace)) {
    const rows = await readOldest(database, webhookId, request.now, count);
    await pace.spend(webhookId, rows.length);
    due.push(...rows.map((row) => dueDelivery(heads, webhookId, row)));
  }
  return due;
}

function dueDelivery(heads: readonly WaitingHead[], webhookId: string, row: Row): DueDelivery {
  const webhook = heads.find((head) => head.webhookId === webhookId)?.webhook ?? {};
  return { row, webhook, isProbe: false };
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
  if (claimed.length === 0) return [];
  const leaseNow = await database.dialect.leaseNow(database.writer, request.now);
  const skewMs = leaseNow.getTime() - request.now.getTime();
  await updateRows(database, {
    table: 'deliveries',
    rows: claimed.map(({ delivery, leaseToken, leaseUntil }) => ({
      id: delivery.id,
      lease_token: leaseToken,
      lease_until: new Date(leaseUntil.getTime() + skewMs).toISOString(),
      updated_at: delivery.updatedAt.toISOString(),
    })),
    set: {
      state: "'sending'",
      reason: 'null',
      attempts: 'attempts + 1',
      held_until: 'null',
      lease_token: 'next.lease_token',
      lease_until: 'next.lease_until',
      updated_at: 'next.updated_at',
    },
    where: "deliveries.id = next.id and deliveries.state in ('pending', 'held')",
    returning: 'deliveries.id',
  });
  await insertRows(
    database,
    'invocations',
    claimed.map(({ invocation }) => writeStart(invocation)),
  );
  return claimed;
}

function claimedFrom({ row, webhook, isProbe }: DueDelivery, request: ClaimRequest): Claimed {
  const leasedFor = {
    name: text(webhook, 'name'),
    version: integer(webhook, 'version'),
    maxAttempts: integer(webhook, 'max_attempts'),
    timeoutInSec: integer(webhook, 'timeout_in_sec'),
  };
  const [leaseToken, invocationId] = [request.newLeaseToken(), request.newInvocationId()];
  return leaseDelivery(readDelivery(row), leasedFor, { now: request.now, leaseToken, invocationId, isProbe });
}
