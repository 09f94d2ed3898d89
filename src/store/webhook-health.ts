// The table of the webhooks' health: one row each, written when something changes that is worth it.
import type { Knex } from 'knex';
import type { Health, HealthChange, HealthStep } from '../domain/health.ts';
import { afterAttempt, newHealth } from '../domain/health.ts';
import type { Finish } from '../domain/lease.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { Row } from './codec/columns.ts';
import { integer, text } from './codec/columns.ts';
import { HEALTH_COLUMNS, readHealth, writeHealth } from './codec/health.ts';
import type { StoreDeps } from './sql/rows.ts';
import { insertRows, readRow, readRows } from './sql/rows.ts';

/** A webhook whose health has changed, and how. */
export interface HealthChanged {
  readonly organizationId: string;
  readonly webhookId: string;
  readonly health: Health;
  readonly change: HealthChange;
}

/** Stored health. */
export interface WebhookHealths {
  /** The health of these webhooks, by id. */
  byWebhooks(organizationId: string, webhookIds: readonly string[]): Promise<ReadonlyMap<string, Health>>;
  /** Takes a step from the health of now, and gives what changed. Belongs into the transaction of what led to it. */
  change(
    organizationId: string,
    webhookId: string,
    step: (health: Health) => HealthStep,
  ): Promise<readonly HealthChanged[]>;
}

type Connection = StoreDeps['database'];

/** Makes the functions of this table. */
export function createWebhookHealths({ database }: StoreDeps): WebhookHealths {
  return {
    async byWebhooks(organizationId, webhookIds) {
      const query = database.lookup('webhook_health').where('organization_id', organizationId);
      const rows = await readRows(query.whereIn('webhook_id', [...webhookIds]));
      return new Map(rows.map((row) => [text(row, 'webhook_id'), readHealth(row)]));
    },
    async change(organizationId, webhookId, step) {
      const changed = await takeStep(database, webhookId, step);
      return changed.filter((one) => one.organizationId === organizationId);
    },
  };
}

/** Stores the health of a new webhook. */
export function insertHealth(database: Connection, webhook: Webhook): Promise<void> {
  const row = {
    webhook_id: webhook.id,
    organization_id: webhook.organizationId,
    ...writeHealth(newHealth(webhook.createdAt)),
    rate_state: 0,
  };
  return insertRows(database, 'webhook_health', [row]);
}

/**
 * Takes the attempts that are over into the health of their webhooks; gives what has changed by the first attempt of each
 * webhook. Where nothing is worth writing, which is so for one success after the other, nothing is written and no row held.
 */
export async function judgeHealth(
  database: Connection,
  finishes: readonly Finish[],
): Promise<ReadonlyMap<Finish, readonly HealthChanged[]>> {
  const groups = groupByWebhook(finishes);
  const rows = await readHealths(
    database,
    groups.map(([webhookId]) => webhookId),
  );
  const changed = new Map<Finish, readonly HealthChanged[]>();
  for (const [webhookId, all] of groups) {
    const current = rows.get(webhookId);
    // What an earlier version was told says nothing of the one that somebody has mended meanwhile.
    const own = all.filter(({ start }) => start?.webhookVersion === current?.version);
    const [first] = own;
    if (current === undefined || first === undefined) continue;
    if (judgeAll(current.health, own).health === current.health) continue;
    changed.set(first, await takeStep(database, webhookId, (health) => judgeAll(health, own)));
  }
  return changed;
}

/** Attempts by their webhooks, in one order, whoever writes: two transactions never wait for each other in a circle. */
export function groupByWebhook(finishes: readonly Finish[]): [webhookId: string, finishes: Finish[]][] {
  const groups = new Map<string, Finish[]>();
  for (const finish of finishes) {
    const webhookId = finish.start?.webhookId;
    if (webhookId !== undefined) groups.set(webhookId, [...(groups.get(webhookId) ?? []), finish]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The health after some attempts, one after the other. */
export function judgeAll(health: Health, finishes: readonly Finish[]): HealthStep {
  return finishes.reduce<HealthStep>(
    (step, { start, end, isLate = false, isTokenRefused = false }) => {
      const kind = start?.kind ?? 'delivery';
      const attempt = { kind, outcome: end.outcome, status: end.response?.status, isLate, isTokenRefused };
      const next = afterAttempt(step.health, attempt, end.finishedAt);
      return { health: next.health, changes: [...step.changes, ...next.changes] };
    },
    { health, changes: [] },
  );
}

/** The health of a webhook, and which of its versions it is about. */
export interface CurrentHealth {
  readonly health: Health;
  /** The version of the webhook that is in force. */
  readonly version: number;
}

async function readHealths(
  { writer }: Connection,
  webhookIds: readonly string[],
): Promise<ReadonlyMap<string, CurrentHealth>> {
  if (webhookIds.length === 0) return new Map();
  const rows = await readRows(healthQuery(writer, webhookIds));
  return new Map(rows.map((row) => [text(row, 'webhook_id'), readFoundHealth(row)]));
}

/** A text of the health in a row of `webhook_health`, as an SQL expression: another health, another text. */
export function healthText(row: string): string {
  return HEALTH_COLUMNS.map((column) => `coalesce(cast(${row}.${column} as text), '')`).join(" || '|' || ");
}

/** The query for the health of webhooks, whose rows `readFoundHealth` reads. */
export function healthQuery(db: Knex, webhookIds: readonly string[]): Knex.QueryBuilder {
  return db('webhook_health as h')
    .join('webhooks as w', 'w.id', 'h.webhook_id')
    .whereIn('h.webhook_id', [...webhookIds])
    .select('h.*', 'w.version')
    .select(db.raw(`${healthText('h')} as found`));
}

/** A health, and its text. */
export interface FoundHealth extends CurrentHealth {
  readonly found: string;
}

/** The health in a row of `healthQuery`. */
export function readFoundHealth(row: Row): FoundHealth {
  return { health: readHealth(row), version: integer(row, 'version'), found: text(row, 'found') };
}

async function takeStep(
  { dialect, writer }: Connection,
  webhookId: string,
  step: (health: Health) => HealthStep,
): Promise<HealthChanged[]> {
  const row = await readRow(dialect.lockRows(writer('webhook_health').where('webhook_id', webhookId)));
  if (row === undefined) return [];
  const before = readHealth(row);
  const { health, changes } = step(before);
  if (health === before) return [];
  await writer('webhook_health').where('webhook_id', webhookId).update(writeHealth(health));
  const organizationId = text(row, 'organization_id');
  return changes.map((change) => ({ organizationId, webhookId, health, change }));
}
