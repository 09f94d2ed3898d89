// Recording: ends invocations and settles their deliveries, many with a handful of statements.
import { CANCELLED_BY_HAND } from '../../domain/delivery.ts';
import { withoutContent } from '../../domain/erasure.ts';
import type { Fence, Finish } from '../../domain/lease.ts';
import type { Row, RowOf } from '../codec/columns.ts';
import { text, writeInstant } from '../codec/columns.ts';
import { END_COLUMNS, END_INTEGERS, writeBodies, writeEnd } from '../codec/invocation.ts';
import type { BulkChange, NewRow, StoreDeps } from '../sql/rows.ts';
import { inTransaction, insertRows, updateRows } from '../sql/rows.ts';
import type { HealthChanged } from '../webhook-health.ts';
import { judgeHealth } from '../webhook-health.ts';

/** What came of recording the end of an invocation. */
export interface Recorded {
  /** Whether the delivery took its step. It does not where the lease was lost: then only the invocation was completed. */
  readonly settled: boolean;
  /** How the health of its webhook has changed; of several attempts of one webhook, the first one says it. */
  readonly changed: readonly HealthChanged[];
}

/** Records all in one transaction; the answers are in the order of the finishes. */
export async function record(deps: StoreDeps, finishes: readonly Finish[]): Promise<readonly Recorded[]> {
  if (finishes.length === 0) return [];
  return inTransaction(deps.database, async (database) => {
    // Deliveries first, as claim and rescue lock them: otherwise two processes could wait for each other.
    const settled = await settleDeliveries(
      database,
      finishes.flatMap(({ fence }) => fence ?? []),
    );
    await endInvocations(database, finishes);
    const changed = await judgeHealth(database, finishes);
    return finishes.map((finish) => ({
      settled: finish.fence !== undefined && settled.has(finish.fence.leaseToken),
      changed: changed.get(finish) ?? [],
    }));
  });
}

/**
 * Completes the rows of invocations and stores their bodies. One that has its result keeps it; of one whose event has been
 * erased meanwhile, nothing is stored that could hold content of it.
 */
export async function endInvocations(
  database: StoreDeps['database'],
  finishes: readonly Pick<Finish, 'invocationId' | 'end'>[],
): Promise<void> {
  const ended = await writeEnds(database, END_CHANGE, finishes);
  const organizations = new Map(ended.map((row) => [text(row, 'id'), text(row, 'organization_id')]));
  const bodies = finishes.flatMap(({ invocationId, end }): NewRow[] => {
    const organizationId = organizations.get(invocationId);
    const row = organizationId === undefined ? undefined : writeBodies(invocationId, organizationId, end);
    return row === undefined ? [] : [row];
  });
  await insertRows(database, 'invocation_bodies', bodies, 'on conflict (invocation_id) do nothing');
  const left = finishes.filter(({ invocationId }) => !organizations.has(invocationId));
  await writeEnds(
    database,
    ERASED_END_CHANGE,
    left.map(({ invocationId, end }) => ({ invocationId, end: withoutContent(end) })),
  );
}

function writeEnds(
  database: StoreDeps['database'],
  change: BulkChange,
  finishes: readonly Pick<Finish, 'invocationId' | 'end'>[],
): Promise<Row[]> {
  return updateRows(database, {
    ...change,
    rows: finishes.map(({ invocationId, end }) => writeEnd(invocationId, end)),
    returning: 'invocations.id, invocations.organization_id',
    integers: END_INTEGERS,
    isPartitioned: true,
  });
}

const END_SET = Object.fromEntries(END_COLUMNS.map((column) => [column, `next.${column}`]));

// After `unknown`, a late finisher still knows better.
const IS_OPEN = "invocations.id = next.id and invocations.outcome in ('sending', 'unknown')";

/**
 * How `writeEnd` changes invocations whose event has its content. Whether it has is asked of the row itself: only that is
 * looked at once more by PostgreSQL after waiting for whoever erases the event at the same moment.
 */
export const END_CHANGE: BulkChange = {
  table: 'invocations',
  set: END_SET,
  where: `${IS_OPEN} and invocations.erased_at is null`,
};

const ERASED_END_CHANGE: BulkChange = {
  table: 'invocations',
  set: END_SET,
  where: `${IS_OPEN} and invocations.erased_at is not null`,
};

// Somebody may have cancelled it after the settlement was decided: what would go on, does not.
const IS_CANCELLED = "deliveries.cancel_requested_at is not null and next.state in ('pending', 'held')";

/** Settles deliveries whose lease still holds; gives the lease tokens of those that were settled. */
export async function settleDeliveries(
  database: StoreDeps['database'],
  fences: readonly Fence[],
): Promise<ReadonlySet<string>> {
  const settled = await updateRows(database, {
    ...SETTLE_CHANGE,
    rows: fences.map(writeSettlement),
    returning: 'deliveries.lease_token',
    integers: SETTLEMENT_INTEGERS,
  });
  return new Set(settled.map((row) => text(row, 'lease_token')));
}

/** The columns of `writeSettlement`, and those of them that hold whole numbers. */
export const SETTLEMENT_COLUMNS = [
  'id',
  'lease_token',
  'state',
  'reason',
  'due_at',
  'given_back',
  'updated_at',
  'finished_at',
  'held_until',
  'token_refused_at',
] as const;
export const SETTLEMENT_INTEGERS: readonly string[] = ['given_back'];

/** How `writeSettlement` changes deliveries. */
export const SETTLE_CHANGE: BulkChange = {
  table: 'deliveries',
  set: {
    state: `case when ${IS_CANCELLED} then '${CANCELLED_BY_HAND.state}' else next.state end`,
    // While it is being sent, a delivery has a reason only where its event is erased.
    reason: `case when ${IS_CANCELLED} then coalesce(deliveries.reason, '${CANCELLED_BY_HAND.reason}') else next.reason end`,
    due_at: 'coalesce(next.due_at, deliveries.due_at)',
    attempts: 'deliveries.attempts - next.given_back',
    // The token stays, for `returning`: it opens nothing once the state is another.
    lease_until: 'null',
    updated_at: 'next.updated_at',
    finished_at: `case when ${IS_CANCELLED} then next.updated_at else next.finished_at end`,
    held_until: `case when ${IS_CANCELLED} then null else next.held_until end`,
    token_refused_at: 'coalesce(next.token_refused_at, deliveries.token_refused_at)',
  },
  where: "deliveries.id = next.id and deliveries.state = 'sending' and deliveries.lease_token = next.lease_token",
};

/** What becomes of a leased delivery, as a row. */
export function writeSettlement({
  deliveryId,
  leaseToken,
  settlement,
  tokenRefused,
  now,
}: Fence): RowOf<typeof SETTLEMENT_COLUMNS> {
  const isPending = settlement.state === 'pending';
  const isFinal = !isPending && settlement.state !== 'held';
  return {
    id: deliveryId,
    lease_token: leaseToken,
    state: settlement.state,
    reason: settlement.state === 'delivered' ? null : settlement.reason,
    due_at: 'dueAt' in settlement ? writeInstant(settlement.dueAt) : null,
    given_back: 'counts' in settlement && !settlement.counts ? 1 : 0,
    updated_at: writeInstant(now),
    finished_at: isFinal ? writeInstant(now) : null,
    held_until: settlement.state === 'held' ? writeInstant(settlement.until) : null,
    token_refused_at: tokenRefused === true ? writeInstant(now) : null,
  };
}
