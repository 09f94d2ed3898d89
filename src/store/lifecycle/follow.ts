// Deliveries follow their webhook: what waits is held while it is off, released when it is on, cancelled when it is gone.
import type { Knex } from 'knex';
import type { StoreDeps } from '../sql/rows.ts';

/** How many deliveries of each kind to move at most: nothing may hold the writer for long. */
export interface FollowRequest {
  readonly now: Date;
  readonly limit: number;
}

/** How many were moved. Where one number is the limit, there may be more. */
export interface Followed {
  readonly held: number;
  readonly released: number;
  readonly cancelled: number;
}

/** Moves them in one transaction. */
export async function followWebhooks(deps: StoreDeps, { now, limit }: FollowRequest): Promise<Followed> {
  const at = now.toISOString();
  return deps.database.writer.transaction(async (trx) => {
    const cancel = { state: 'cancelled', reason: 'webhook_deleted', updated_at: at, finished_at: at };
    const isGone = 'w.deleted_at is not null';
    const whilePending = await waiting(trx, 'pending', isGone, limit).update(cancel);
    const whileHeld = await waiting(trx, 'held', isGone, limit - whilePending).update(cancel);
    const isOff = 'w.deleted_at is null and not w.active';
    const held = await waiting(trx, 'pending', isOff, limit).update({
      state: 'held',
      reason: 'webhook_inactive',
      updated_at: at,
    });
    const isOn = "w.deleted_at is null and w.active and d.reason = 'webhook_inactive'";
    const released = await waiting(trx, 'held', isOn, limit).update({
      state: 'pending',
      reason: null,
      due_at: trx.raw('case when due_at < ? then ? else due_at end', [at, at]),
      updated_at: at,
    });
    return { held, released, cancelled: whilePending + whileHeld };
  });
}

// Starts from the few webhooks, and finds what waits for each through the partial indexes `deliveries_pending` and
// `deliveries_held`: their conditions have to be written out as they are there. Naming the organization, too, would
// lead SQLite to the index of all deliveries, finished ones included; the foreign key sees to it that it is the same.
function waiting(
  trx: Knex,
  state: 'pending' | 'held',
  condition: string,
  limit: number,
): Knex.QueryBuilder<object, number> {
  const ids = trx('webhooks as w')
    .joinRaw('cross join deliveries as d')
    .whereRaw(`d.webhook_id = w.id and d.state = '${state}' and ${condition}`)
    .select('d.id')
    .limit(limit);
  return trx<object, number>('deliveries').whereIn('id', ids);
}
