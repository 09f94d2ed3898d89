// Deliveries follow their webhook: what waits is held while it is off, disabled or failing, released when it is not,
// cancelled when it is gone, and given up when it has been held for too long.
import type { Knex } from 'knex';
import type { HeldReason } from '../../domain/delivery.ts';
import { heldUntil } from '../../domain/delivery.ts';
import type { Row } from '../codec/columns.ts';
import { flag, integer, text } from '../codec/columns.ts';
import { rowsOf } from '../dialect.ts';
import type { StoreDeps } from '../sql/rows.ts';

/** What can become of deliveries as they follow their webhooks. */
export const FOLLOWINGS = ['cancelled', 'held', 'released', 'exhausted'] as const;

export type Following = (typeof FOLLOWINGS)[number];

/** What to move, and about how many of each kind: nothing may hold the writer for long. What is not named stays. */
export interface FollowRequest {
  readonly now: Date;
  readonly limits: Readonly<Partial<Record<Following, number>>>;
}

/** What was moved of a kind. */
export interface Moved {
  readonly count: number;
  /** There was enough of it to reach the limit. */
  readonly mayBeMore: boolean;
}

/** What was moved. */
export type Followed = Readonly<Record<Following, Moved>>;

const NOTHING: Moved = { count: 0, mayBeMore: false };

type Connection = StoreDeps['database'];

const SERVED = `from webhooks as w join webhook_health as h on h.webhook_id = w.id
  where w.deleted_at is null and w.active and h.state = 'healthy'`;
const RELEASED_FOR = `
  select w.id ${SERVED} and exists (select 1 from deliveries as d where d.state = 'held' and d.webhook_id = w.id)`;

// Those that cannot be served and have something pending. For a receiver that is down, what is not due yet stays as it is.
const NOT_SERVED = `from webhooks as w join webhook_health as h on h.webhook_id = w.id
  where w.deleted_at is null and (not w.active or h.state <> 'healthy')`;
const HELD_FOR = `
  select w.id, w.active, w.max_held_in_sec, h.state
  ${NOT_SERVED} and exists (
    select 1 from deliveries as d where d.state = 'pending' and d.webhook_id = w.id
      and (d.due_at <= ? or not w.active or h.state = 'disabled'))`;

/** Moves them. Each statement is a transaction of its own, and asks itself for what it goes by: others come in between. */
export async function followWebhooks({ database }: StoreDeps, request: FollowRequest): Promise<Followed> {
  const moved = { cancelled: NOTHING, held: NOTHING, released: NOTHING, exhausted: NOTHING };
  for (const following of FOLLOWINGS) {
    const limit = request.limits[following];
    if (limit !== undefined) moved[following] = await MOVES[following](database, { now: request.now, limit });
  }
  return moved;
}

interface Move {
  readonly now: Date;
  readonly limit: number;
}

const MOVES: Readonly<Record<Following, (database: Connection, move: Move) => Promise<Moved>>> = {
  cancelled: cancel,
  held: hold,
  released: release,
  exhausted: giveUp,
};

async function cancel(database: Connection, { now, limit }: Move): Promise<Moved> {
  const at = now.toISOString();
  const cancelled = {
    state: 'cancelled',
    reason: 'webhook_deleted',
    updated_at: at,
    finished_at: at,
    held_until: null,
  };
  const whilePending = await ofDeleted(database, 'pending', limit).update(cancelled);
  const whileHeld = await ofDeleted(database, 'held', limit - whilePending).update(cancelled);
  return movedOf(whilePending + whileHeld, limit);
}

function movedOf(count: number, limit: number): Moved {
  return { count, mayBeMore: count >= limit };
}

async function hold(database: Connection, { now, limit }: Move): Promise<Moved> {
  const webhooks = rowsOf(await database.writer.raw(HELD_FOR, [now.toISOString()]));
  return inShares(webhooks, limit, (webhook, share) => holdFor(database, webhook, { now, limit: share }));
}

// Each webhook gets a share, so that none waits until what another one has is through.
async function inShares(
  webhooks: readonly Row[],
  limit: number,
  move: (webhook: Row, share: number) => Promise<number>,
): Promise<Moved> {
  const share = Math.ceil(limit / webhooks.length);
  let moved = NOTHING;
  for (const webhook of webhooks) {
    const count = await move(webhook, share);
    moved = { count: moved.count + count, mayBeMore: moved.mayBeMore || count >= share };
  }
  return moved;
}

async function holdFor({ dialect, writer }: Connection, webhook: Row, { now, limit }: Move): Promise<number> {
  const [at, reason] = [now.toISOString(), reasonOf(webhook)];
  const id = text(webhook, 'id');
  const ids = writer('deliveries').whereRaw("state = 'pending'").where('webhook_id', id);
  // Meanwhile it may have recovered.
  void ids.whereRaw(`exists (select 1 ${NOT_SERVED} and w.id = ?)`, [id]);
  if (reason === 'breaker_open') void ids.where('due_at', '<=', at);
  return chosen(writer, dialect.skipLocked(ids.select('id').limit(limit)), 'pending').update({
    state: 'held',
    reason,
    held_until: heldUntil(now, integer(webhook, 'max_held_in_sec')).toISOString(),
    updated_at: at,
  });
}

function reasonOf(webhook: Row): HeldReason {
  if (!flag(webhook, 'active')) return 'webhook_inactive';
  return text(webhook, 'state') === 'disabled' ? 'webhook_disabled' : 'breaker_open';
}

async function release(database: Connection, { now, limit }: Move): Promise<Moved> {
  const webhooks = rowsOf(await database.writer.raw(RELEASED_FOR));
  const moved = await inShares(webhooks, limit, (webhook, share) =>
    releaseFor(database, webhook, { now, limit: share }),
  );
  if (moved.count > 0) await database.dialect.notify(database.writer);
  return moved;
}

async function releaseFor({ dialect, writer }: Connection, webhook: Row, { now, limit }: Move): Promise<number> {
  const [at, id] = [now.toISOString(), text(webhook, 'id')];
  const ids = writer('deliveries').whereRaw("state = 'held'").where('webhook_id', id);
  // Meanwhile it may have failed again.
  void ids.whereRaw(`exists (select 1 ${SERVED} and w.id = ?)`, [id]);
  return chosen(writer, dialect.skipLocked(ids.select('id').limit(limit)), 'held').update({
    state: 'pending',
    reason: null,
    held_until: null,
    due_at: writer.raw('case when due_at < ? then ? else due_at end', [at, at]),
    updated_at: at,
  });
}

async function giveUp({ dialect, writer }: Connection, { now, limit }: Move): Promise<Moved> {
  const at = now.toISOString();
  const ids = writer('deliveries').whereRaw("state = 'held' and held_until <= ?", [at]).select('id').limit(limit);
  const count = await chosen(writer, dialect.skipLocked(ids), 'held').update({
    state: 'exhausted',
    reason: 'held_too_long',
    updated_at: at,
    finished_at: at,
    held_until: null,
  });
  return movedOf(count, limit);
}

// Starts from the few webhooks, and finds what waits for each through the partial indexes `deliveries_pending` and
// `deliveries_held`: their conditions have to be written out as they are there. Naming the organization, too, would
// lead SQLite to the index of all deliveries, finished ones included; the foreign key sees to it that it is the same.
function ofDeleted(
  { dialect, writer }: Connection,
  state: 'pending' | 'held',
  limit: number,
): Knex.QueryBuilder<object, number> {
  const ids = writer('webhooks as w')
    .joinRaw('cross join webhook_health as h cross join deliveries as d')
    .whereRaw(`h.webhook_id = w.id and d.webhook_id = w.id and d.state = '${state}' and w.deleted_at is not null`)
    .select('d.id')
    .limit(limit);
  return chosen(writer, dialect.skipLocked(ids, 'd'), state);
}

/**
 * These deliveries, where they are in that state still. They are locked before they are moved, once: a claim of another
 * process may be at the same ones, and has won then. The state is asked for again, since it decides, and not what the
 * list saw.
 */
export function chosen(db: Knex, ids: Knex.QueryBuilder, state: 'pending' | 'held'): Knex.QueryBuilder<object, number> {
  return db<object, number>('deliveries')
    .withMaterialized('chosen', ids)
    .whereIn('id', db.select('id').from('chosen'))
    .where('state', state);
}
