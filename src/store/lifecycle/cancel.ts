// Cancelling by hand: what waits ends at once, what is being sent ends with its attempt.
import type { Knex } from 'knex';
import { CANCELLED_BY_HAND } from '../../domain/delivery.ts';
import type { Replay } from '../../domain/replay.ts';

// By the state that the row has when it is written: a claim at the same moment comes wholly before or wholly after.
const OPEN = "state in ('pending', 'held', 'sending') and cancel_requested_at is null";

/** Cancels one delivery with one statement; gives whether it was open, and nobody had asked for it yet. */
export async function cancel(writer: Knex, organizationId: string, id: string, now: Date): Promise<boolean> {
  const query = writer('deliveries').where({ organization_id: organizationId, id }).whereRaw(OPEN);
  return (await query.update(cancelled(writer, now))) > 0;
}

// Found through the partial indexes of what waits, whose conditions have to be written out as they are there; naming the
// organization would lead SQLite to all deliveries of the replay, finished ones included.
const OPEN_STATES = ["state = 'pending'", "state = 'held'", "state = 'sending'"];

/** Cancels up to `limit` deliveries of a replay in each state that is not final; gives how many. */
export async function cancelWaitingOf(
  writer: Knex,
  { id, scope }: Pick<Replay, 'id' | 'scope'>,
  now: Date,
  limit: number,
): Promise<number> {
  let count = 0;
  for (const state of OPEN_STATES) {
    const ids = writer('deliveries')
      .whereRaw(`${state} and cancel_requested_at is null`)
      .where({ webhook_id: scope.webhookId, replay_id: id })
      .select('id')
      .limit(limit);
    count += await writer<object, number>('deliveries')
      .whereIn('id', ids)
      .whereRaw(OPEN)
      .update(cancelled(writer, now));
  }
  return count;
}

function cancelled(writer: Knex, now: Date): Readonly<Record<string, unknown>> {
  const at = now.toISOString();
  const unlessSending = (column: string, value: string): Knex.Raw =>
    writer.raw(`case when state = 'sending' then ${column} else cast(? as text) end`, [value]);
  return {
    state: unlessSending('state', CANCELLED_BY_HAND.state),
    reason: unlessSending('reason', CANCELLED_BY_HAND.reason),
    finished_at: unlessSending('finished_at', at),
    cancel_requested_at: at,
    updated_at: at,
  };
}
