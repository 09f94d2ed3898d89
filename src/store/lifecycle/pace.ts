// The rate limits of webhooks, kept in the database so that all processes together keep to them.
import { allowance, spend } from '../../domain/rate.ts';
import { real, text } from '../codec/columns.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { readRows } from '../sql/rows.ts';
import type { Slots } from './choose.ts';
import type { WaitingHead } from './heads.ts';

/** Slots that are no more than the rates allow, and what spends them. */
export interface Pace extends Slots {
  /** Notes that so many requests are made to a webhook now. */
  spend(webhookId: string, count: number): Promise<void>;
}

type Connection = StoreDeps['database'];

/**
 * Takes hold of the rates of these webhooks until the transaction ends. A rate that another process holds just now
 * allows nothing: that process is claiming for the webhook.
 */
export async function takePace(
  database: Connection,
  heads: readonly WaitingHead[],
  slots: Slots & { readonly now: Date },
): Promise<Pace> {
  const limits = new Map(heads.flatMap(({ webhookId, rate }) => (rate === undefined ? [] : [[webhookId, rate.limit]])));
  const states = await holdStates(database, [...limits.keys()]);
  // One clock for all who share the limit.
  const now = limits.size === 0 ? slots.now : await database.dialect.leaseNow(database.writer, slots.now);
  return {
    freeSlots(webhookId) {
      const limit = limits.get(webhookId);
      const free = slots.freeSlots(webhookId);
      if (limit === undefined) return free;
      const state = states.get(webhookId);
      return state === undefined ? 0 : Math.min(free, allowance(limit, state, now));
    },
    isQuick: (webhookId) => slots.isQuick(webhookId),
    lastTurn: (webhookId) => slots.lastTurn(webhookId),
    async spend(webhookId, count) {
      const limit = limits.get(webhookId);
      if (limit === undefined || count === 0) return;
      const state = spend(limit, states.get(webhookId) ?? 0, now, count);
      states.set(webhookId, state);
      await database.writer('webhook_health').where('webhook_id', webhookId).update({ rate_state: state });
    },
  };
}

async function holdStates(
  { dialect, writer }: Connection,
  webhookIds: readonly string[],
): Promise<Map<string, number>> {
  if (webhookIds.length === 0) return new Map();
  const query = writer('webhook_health').whereIn('webhook_id', webhookIds).select('webhook_id', 'rate_state');
  const rows = await readRows(dialect.skipLocked(query));
  return new Map(rows.map((row) => [text(row, 'webhook_id'), real(row, 'rate_state')]));
}
