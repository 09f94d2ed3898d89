// Which webhooks have something waiting that may be sent, since when, and how fast: what a claim chooses from.
import type { Knex } from 'knex';
import { LONGEST_PROBE_PAUSE_MS } from '../../domain/health.ts';
import type { RateLimit, RateState } from '../../domain/rate.ts';
import { allowedAt } from '../../domain/rate.ts';
import type { Row } from '../codec/columns.ts';
import { instant, integer, optionalInstant, real, text } from '../codec/columns.ts';
import { rowsOf } from '../dialect.ts';
import type { Head } from './choose.ts';

/** A webhook that may be served. */
export interface WaitingHead extends Head {
  readonly organizationId: string;
  /** The parts of the webhook's current row that an invocation takes over. */
  readonly webhook: Row;
  readonly rate: { readonly limit: RateLimit; readonly state: RateState } | undefined;
}

/** A failing webhook that something waits for: its oldest may be tried from `dueAt` on. */
export interface ProbeHead extends WaitingHead {
  readonly failedProbes: number;
}

const WEBHOOK = `w.id, w.organization_id, w.name, w.version, w.timeout_in_sec, w.max_attempts,
    w.rate_per_sec, w.rate_burst, h.rate_state`;

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
  select heads.due_at, ${WEBHOOK}
  from heads join webhooks as w on w.id = heads.webhook_id
  join webhook_health as h on h.organization_id = w.organization_id and h.webhook_id = w.id
  where w.active = ? and w.deleted_at is null and h.state = 'healthy'`;

// The few that are failing, found first through their partial index. What waits for them may be held already, or be due
// and not held yet.
const PROBES = `
  select ${WEBHOOK}, h.probe_at, h.failed_probes,
    (select min(d.due_at) from deliveries as d where d.state = 'held' and d.webhook_id = h.webhook_id) as held_due_at,
    (select min(d.due_at) from deliveries as d where d.state = 'pending' and d.webhook_id = h.webhook_id) as pending_due_at
  from webhook_health as h cross join webhooks as w
  where h.state = 'failing' and w.organization_id = h.organization_id and w.id = h.webhook_id and w.active = ? and w.deleted_at is null`;

/** One for each healthy webhook that has something pending, due or not. */
export async function readHeads(db: Knex): Promise<WaitingHead[]> {
  return rowsOf(await db.raw(HEADS, [true])).map((webhook) => ({
    webhookId: text(webhook, 'id'),
    organizationId: text(webhook, 'organization_id'),
    dueAt: instant(webhook, 'due_at'),
    webhook,
    rate: rateOf(webhook),
  }));
}

function rateOf(row: Row): WaitingHead['rate'] {
  if (row['rate_per_sec'] === null) return undefined;
  const limit = { requestsPerSec: real(row, 'rate_per_sec'), burst: integer(row, 'rate_burst') };
  return { limit, state: real(row, 'rate_state') };
}

/** One for each failing webhook that has something waiting, due or not, looked at now. */
export async function readProbeHeads(db: Knex, now: Date): Promise<ProbeHead[]> {
  return rowsOf(await db.raw(PROBES, [true])).flatMap((webhook) => {
    const waiting = [optionalInstant(webhook, 'held_due_at'), optionalInstant(webhook, 'pending_due_at')];
    const oldestMs = Math.min(...waiting.map((at) => at?.getTime() ?? Infinity));
    if (oldestMs === Infinity) return [];
    return {
      webhookId: text(webhook, 'id'),
      organizationId: text(webhook, 'organization_id'),
      dueAt: new Date(Math.max(oldestMs, probeAtMs(webhook, now))),
      webhook,
      rate: rateOf(webhook),
      failedProbes: integer(webhook, 'failed_probes'),
    };
  });
}

function probeAtMs(row: Row, now: Date): number {
  const atMs = instant(row, 'probe_at').getTime();
  return isTooFar(atMs, now) ? now.getTime() : atMs;
}

function isTooFar(atMs: number, now: Date): boolean {
  return atMs > now.getTime() + LONGEST_PROBE_PAUSE_MS;
}

/** When the first of these may be sent, looked at now; `skewMs`: by how much the clock of the database is ahead. */
export function earliest(heads: readonly WaitingHead[], now: Date, skewMs: number): Date | undefined {
  if (heads.length === 0) return undefined;
  return new Date(Math.min(...heads.map((head) => readyAtMs(head, now, skewMs))));
}

// Rates go by the clock of the database, which is ahead of ours by `skewMs`.
function readyAtMs({ dueAt, rate }: WaitingHead, now: Date, skewMs: number): number {
  const dueMs = dueAt.getTime();
  if (rate === undefined) return dueMs;
  const allowedMs = allowedAt(rate.limit, rate.state, new Date(now.getTime() + skewMs)).getTime() - skewMs;
  return Math.max(dueMs, allowedMs);
}
