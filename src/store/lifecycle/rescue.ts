// Rescue: attempts whose process died end `unknown`, and their deliveries go on.
import type { AttemptEnd, Settlement } from '../../domain/delivery.ts';
import { CANCELLED_BY_ERASURE, LEASE_MARGIN_MS } from '../../domain/delivery.ts';
import type { InvocationEnd } from '../../domain/invocation.ts';
import { endWithoutExchange } from '../../domain/invocation.ts';
import { outcomeEntry } from '../../domain/outcomes.ts';
import type { Row } from '../codec/columns.ts';
import { integer, text } from '../codec/columns.ts';
import { readStanding, STANDING_COLUMNS } from '../codec/standing.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { readRows } from '../sql/rows.ts';
import { endInvocations, settleDeliveries } from './record.ts';

/** What is to be rescued. */
export interface RescueRequest {
  readonly now: Date;
  /** All that is under way, not only what is past its lease: at the start on SQLite, where no other process can be sending. */
  readonly all: boolean;
  /**
   * Whether no other process can be sending, so that what is not under way here is lost, whatever its lease says: the
   * machine's clock may have been set.
   */
  readonly isAlone: boolean;
  /** Whether this process is at a delivery just now: then it is not lost, whatever its lease says. */
  isUnderWay(deliveryId: string): boolean;
  /** Decides where a delivery goes whose attempt came to nothing that is known. */
  settleFor(attempt: LostAttempt): Settlement;
}

/** What is known of an attempt that was lost. */
export type LostAttempt = Omit<AttemptEnd, 'chance'>;

type Connection = StoreDeps['database'];

// A test has no lease; this is when the longest one must be over.
const LONGEST_TEST_MS = 60_000 + LEASE_MARGIN_MS;

/** Ends them in one transaction; gives the number of deliveries that were set free. */
export async function rescue(deps: StoreDeps, request: RescueRequest): Promise<number> {
  return deps.database.writer.transaction(async (trx) => {
    const database = { ...deps.database, writer: trx };
    const leaseNow = await database.dialect.leaseNow(trx, request.now);
    const rows = (await readLost(database, request, leaseNow)).filter((row) => !request.isUnderWay(text(row, 'id')));
    const lost = rows.map((row) => lostFrom(row, request));
    const open = await readOpenInvocations(
      database,
      { all: request.all, leaseNow },
      lost.map(({ deliveryId }) => deliveryId),
    );
    const settlements = new Map(lost.map(({ deliveryId, settlement }) => [deliveryId, settlement]));
    await endInvocations(
      database,
      open.map(({ id, deliveryId }) => ({
        invocationId: id,
        end: unknownEnd(request.now, settlements.get(deliveryId)),
      })),
    );
    const settled = await settleDeliveries(
      database,
      lost.map(({ deliveryId, leaseToken, settlement }) => ({ deliveryId, leaseToken, settlement, now: request.now })),
    );
    return settled.size;
  });
}

async function readLost(
  { dialect, writer }: Connection,
  { all, isAlone }: RescueRequest,
  leaseNow: Date,
): Promise<Row[]> {
  const query = writer('deliveries as d')
    .join('webhooks as w', (on) => on.on('w.organization_id', 'd.organization_id').andOn('w.id', 'd.webhook_id'))
    .join('webhook_versions as v', (on) =>
      on.on('v.organization_id', 'w.organization_id').andOn('v.webhook_id', 'w.id').andOn('v.version', 'w.version'),
    )
    .join('webhook_health as h', 'h.webhook_id', 'w.id')
    .whereRaw("d.state = 'sending'")
    .select('d.id', 'd.lease_token', 'd.attempts', 'd.cancel_requested_at', 'd.reason', ...STANDING_COLUMNS);
  if (!all && !isAlone) void query.where('d.lease_until', '<=', leaseNow.toISOString());
  return readRows(dialect.skipLocked(query, 'd'));
}

interface LostDelivery {
  readonly deliveryId: string;
  readonly leaseToken: string;
  readonly settlement: Settlement;
}

function lostFrom(row: Row, request: RescueRequest): LostDelivery {
  const settlement = request.settleFor({
    ...readStanding(row),
    attempt: integer(row, 'attempts'),
    cancelRequested: row['cancel_requested_at'] !== null,
    eventErased: row['reason'] === CANCELLED_BY_ERASURE.reason,
    now: request.now,
  });
  return { deliveryId: text(row, 'id'), leaseToken: text(row, 'lease_token'), settlement };
}

async function readOpenInvocations(
  { writer }: Connection,
  { all, leaseNow }: { readonly all: boolean; readonly leaseNow: Date },
  deliveryIds: readonly string[],
): Promise<{ readonly id: string; readonly deliveryId: string }[]> {
  const query = writer('invocations').whereRaw("outcome = 'sending'").select('id', 'delivery_id');
  if (!all) {
    const testsBefore = new Date(leaseNow.getTime() - LONGEST_TEST_MS).toISOString();
    void query.where((lost) => {
      void lost.whereIn('delivery_id', [...deliveryIds]);
      void lost.orWhereRaw('(delivery_id is null and started_at <= ?)', [testsBefore]);
    });
  }
  const rows = await readRows(query);
  return rows.map((row) => ({ id: text(row, 'id'), deliveryId: String(row['delivery_id']) }));
}

function unknownEnd(now: Date, settlement: Settlement | undefined): InvocationEnd {
  const end = endWithoutExchange(now, 'unknown', outcomeEntry('unknown').sentence);
  if (settlement?.state !== 'pending') return end;
  return { ...end, nextAttemptAt: settlement.dueAt, nextAttemptReason: settlement.reason };
}
