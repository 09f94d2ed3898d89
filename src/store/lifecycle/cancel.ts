// Cancelling by hand: what waits ends at once, what is being sent ends with its attempt.
import type { Knex } from 'knex';
import { CANCELLED_BY_HAND } from '../../domain/delivery.ts';
import type { Replay } from '../../domain/replay.ts';
import { text } from '../codec/columns.ts';
import { rowsOf } from '../dialect.ts';

// By the state that the row has when it is written: a claim at the same moment comes wholly before or wholly after.
const OPEN = "state in ('pending', 'held', 'sending') and cancel_requested_at is null";

/** Cancels one delivery with one statement; gives whether it was open, and nobody had asked for it yet. */
export async function cancel(writer: Knex, organizationId: string, id: string, now: Date): Promise<boolean> {
  const query = writer('deliveries').where({ organization_id: organizationId, id }).whereRaw(OPEN);
  return (await query.update(cancelled(writer, now))) > 0;
}

// Found through the partial indexes of what waits, whose conditions have to be written out as they are there; naming the
// organization would lead SQLite to all deliveries of the replay, finished ones included. One statement looks at all
// states at once: between several, a delivery could go from one that is still to come to one that is over.
const OPEN_OF_REPLAY = ["state = 'pending'", "state = 'held'", "state = 'sending'"]
  .map(
    (state) =>
      `select id from deliveries where ${state} and cancel_requested_at is null and webhook_id = ? and replay_id = ?`,
  )
  .join(' union all ');

/** Cancels up to `limit` deliveries of a replay that are not over; gives how many. 0 means that there was none. */
export async function cancelWaitingOf(
  writer: Knex,
  { id, scope }: Pick<Replay, 'id' | 'scope'>,
  now: Date,
  limit: number,
): Promise<number> {
  const found = [scope.webhookId, id];
  const rows = rowsOf(await writer.raw(`${OPEN_OF_REPLAY} limit ?`, [...found, ...found, ...found, limit]));
  if (rows.length === 0) return 0;
  await writer<object, number>('deliveries')
    .whereIn(
      'id',
      rows.map((row) => text(row, 'id')),
    )
    .whereRaw(OPEN)
    .update(cancelled(writer, now));
  return rows.length;
}

function cancelled(writer: Knex, now: Date): Readonly<Record<string, unknown>> {
  const at = now.toISOString();
  const unlessSending = (column: string, value: string): Knex.Raw =>
    writer.raw(`case when state = 'sending' then ${column} else cast(? as text) end`, [value]);
  return {
    state: unlessSending('state', CANCELLED_BY_HAND.state),
    reason: unlessSending('reason', CANCELLED_BY_HAND.reason),
    finished_at: unlessSending('finished_at', at),
    held_until: null,
    cancel_requested_at: at,
    updated_at: at,
  };
}
