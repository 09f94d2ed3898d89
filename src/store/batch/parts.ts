// What a group consists of, as lists of rows: each a JSON text, so that a database takes a group as one statement with a
// handful of values, however many rows there are.
import { writeInstant } from '../codec/columns.ts';
import { DELIVERY_COLUMNS, DELIVERY_INTEGERS, writeDelivery } from '../codec/delivery.ts';
import { EVENT_COLUMNS, EVENT_INTEGERS, writeEvent } from '../codec/event.ts';
import { HEALTH_COLUMNS, HEALTH_INTEGERS, writeHealth } from '../codec/health.ts';
import {
  BODY_COLUMNS,
  END_COLUMNS,
  END_INTEGERS,
  START_COLUMNS,
  START_INTEGERS,
  writeBodies,
  writeEnd,
  writeStart,
} from '../codec/invocation.ts';
import type { Dialect, SqlValue } from '../dialect.ts';
import { KEY_COLUMNS, keyRows, keySha256 } from '../events.ts';
import { SETTLEMENT_COLUMNS, SETTLEMENT_INTEGERS, writeSettlement } from '../lifecycle/record.ts';
import type { NewRow } from '../sql/rows.ts';
import type { PlannedFinishes, PlannedIntakes } from './planned.ts';

/** A list of rows. */
export interface Part {
  readonly name: string;
  readonly columns: readonly string[];
  /** Those of them that hold whole numbers. */
  readonly integers: readonly string[];
}

const part = (name: string, columns: readonly string[], integers: readonly string[] = []): Part => ({
  name,
  columns,
  integers,
});

/** The parts of a group. */
export const PARTS = {
  /** When leases begin by the clock of whoever gives them, where they run out by that of the database. */
  leaseClock: part('lease_clock', ['now']),
  /** When the events of a group are accepted. */
  acceptance: part('acceptance', ['accepted_at']),
  /** Keys that have to be good at an instant. */
  apiKeys: part('api_keys', ['id', 'now']),
  /** What the webhooks and the audit settings of an organization have to be still. */
  stamps: part('stamps', ['organization_id', 'stamp']),
  /** Keys that nobody may have yet. */
  idempotencyKeys: part('idempotency_keys', KEY_COLUMNS),
  /** Keys that nobody may have, and that are not taken. */
  unclaimedKeys: part('unclaimed_keys', ['organization_id', 'key_sha256']),
  events: part('events', EVENT_COLUMNS, EVENT_INTEGERS),
  deliveries: part('deliveries', DELIVERY_COLUMNS, DELIVERY_INTEGERS),
  invocations: part('invocations', START_COLUMNS, START_INTEGERS),
  /** What the health of webhooks has to be still. */
  healths: part('healths', ['webhook_id', 'version', 'found'], ['version']),
  /** What it becomes. */
  nextHealths: part('next_healths', ['webhook_id', 'found', ...HEALTH_COLUMNS], HEALTH_INTEGERS),
  settlements: part('settlements', SETTLEMENT_COLUMNS, SETTLEMENT_INTEGERS),
  ends: part('ends', ['id', ...END_COLUMNS], END_INTEGERS),
  bodies: part('bodies', BODY_COLUMNS),
} as const satisfies Record<string, Part>;

/** All of them, in the order of their values. */
export const PART_LIST: readonly Part[] = Object.values(PARTS);

/** The values of a group: for each part its rows as JSON, or null where it has none. */
export type GroupValues = readonly (string | null)[];

/** Writes a group down, for a kind of database. */
export function groupValues(
  { hasLeaseClock }: Pick<Dialect, 'hasLeaseClock'>,
  intakes: PlannedIntakes,
  finishes: PlannedFinishes,
): GroupValues {
  const rows = new Map([...intakeRows(intakes), ...finishRows(finishes)]);
  if (hasLeaseClock && intakes.leased.length > 0) rows.set(PARTS.leaseClock, [{ now: writeInstant(intakes.now) }]);
  return PART_LIST.map((one) => jsonOf(rows.get(one) ?? [], one.columns));
}

type PartRows = readonly [Part, readonly NewRow[]];

function intakeRows(plan: PlannedIntakes): PartRows[] {
  const now = writeInstant(plan.now);
  const leased = plan.leased.map((one) =>
    writeDelivery(one.delivery, { token: one.leaseToken, until: one.leaseUntil }),
  );
  const acceptedAt = plan.events.length === 0 ? [] : [{ accepted_at: writeInstant(plan.acceptedAt) }];
  return [
    [PARTS.acceptance, acceptedAt],
    [PARTS.apiKeys, plan.keyIds.map((id) => ({ id, now }))],
    [PARTS.stamps, plan.stamps.map(({ organizationId, stamp }) => ({ organization_id: organizationId, stamp }))],
    [PARTS.idempotencyKeys, keyRows(plan.reservations)],
    [PARTS.unclaimedKeys, plan.unclaimed.map(unclaimedRow)],
    [PARTS.events, plan.events.map(writeEvent)],
    [PARTS.deliveries, [...plan.waiting.map((delivery) => writeDelivery(delivery)), ...leased]],
    [PARTS.invocations, plan.leased.map(({ invocation }) => writeStart(invocation))],
  ];
}

function unclaimedRow({ organizationId, key }: PlannedIntakes['unclaimed'][number]): NewRow {
  return { organization_id: organizationId, key_sha256: keySha256(organizationId, key) };
}

function finishRows({ finishes, healths }: PlannedFinishes): PartRows[] {
  const next = healths.flatMap(({ webhookId, found, next: health }) =>
    health === undefined ? [] : [{ webhook_id: webhookId, found, ...writeHealth(health) }],
  );
  const bodies = finishes.flatMap(({ invocationId, start, end }) => {
    const row = start === undefined ? undefined : writeBodies(invocationId, start.organizationId, end);
    return row === undefined ? [] : [row];
  });
  return [
    [PARTS.healths, healths.map(({ webhookId, version, found }) => ({ webhook_id: webhookId, version, found }))],
    [PARTS.nextHealths, next],
    [PARTS.settlements, finishes.flatMap(({ fence }) => (fence === undefined ? [] : [writeSettlement(fence)]))],
    [PARTS.ends, finishes.map(({ invocationId, end }) => writeEnd(invocationId, end))],
    [PARTS.bodies, bodies],
  ];
}

// Rows without the names of their columns, which would be most of the text.
function jsonOf(rows: readonly NewRow[], columns: readonly string[]): string | null {
  if (rows.length === 0) return null;
  return JSON.stringify(rows.map((row) => columns.map((column): SqlValue => row[column] ?? null)));
}
