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
    const cancelled = await waiting(trx, ['pending', 'held'], 'w.deleted_at is not null', limit).update({
      state: 'cancelled',
      reason: 'webhook_deleted',
      updated_at: at,
      finished_at: at,
    });
    const held = await waiting(trx, ['pending'], 'w.deleted_at is null and not w.active', limit).update({
      state: 'held',
      reason: 'webhook_inactive',
      updated_at: at,
    });
    const released = await waiting(trx, ['held'], 'w.deleted_at is null and w.active', limit)
      .where('reason', 'webhook_inactive')
      .update({
        state: 'pending',
        reason: null,
        due_at: trx.raw('case when due_at < ? then ? else due_at end', [at, at]),
        updated_at: at,
      });
    return { held, released, cancelled };
  });
}

// Starts from the few webhooks, and finds what waits for each through the partial index `deliveries_waiting`: its
// condition has to be written out as it is there.
function waiting(
  trx: Knex,
  states: readonly ('pending' | 'held')[],
  webhookIs: string,
  limit: number,
): Knex.QueryBuilder<object, number> {
  const inState = states.map((state) => `d.state = '${state}'`).join(' or ');
  const ids = trx('webhooks as w')
    .joinRaw('cross join deliveries as d')
    .whereRaw(`d.webhook_id = w.id and d.organization_id = w.organization_id and (${inState}) and ${webhookIs}`)
    .select('d.id')
    .limit(limit);
  return trx<object, number>('deliveries').whereIn('id', ids);
}
