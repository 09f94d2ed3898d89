// How the free slots are shared among the webhooks that have something due. Pure.

/** A webhook that has something due, and since when. */
export interface Head {
  readonly webhookId: string;
  readonly dueAt: Date;
}

/** How many deliveries of a webhook are taken. */
export interface Share {
  readonly webhookId: string;
  readonly count: number;
}

/** What is known of the webhooks' deliveries in flight. */
export interface Slots {
  /** How many more deliveries of a webhook may be in flight. */
  freeSlots(webhookId: string): number;
  /** Whether deliveries of a webhook may be leased ahead of the requests that may be under way. */
  isQuick(webhookId: string): boolean;
  /** When a webhook was last given a slot: a number that rises with time, 0 for never. */
  lastTurn(webhookId: string): number;
}

/** How many slots there are to share, and how many of them for webhooks that are not quick. */
export interface SlotLimits {
  readonly limit: number;
  readonly slowLimit: number;
}

/**
 * Shares `limit` slots among webhooks, one each a round, never more than a webhook has free. Those with the least in
 * flight come first, of these the one whose last turn is longest ago, of these the one whose oldest is due longest. So
 * each has its turn however few slots fall free, and however much others have waiting. Without turns, the webhooks
 * with the oldest backlog, which are those whose receivers are down, would take every slot that falls free.
 */
export function shareSlots(heads: readonly Head[], { limit, slowLimit }: SlotLimits, slots: Slots): Share[] {
  const queue = heads
    .map((head) => ({ ...head, free: slots.freeSlots(head.webhookId), turn: slots.lastTurn(head.webhookId) }))
    .filter(({ free }) => free > 0)
    .sort((a, b) => b.free - a.free || a.turn - b.turn || a.dueAt.getTime() - b.dueAt.getTime())
    .map(({ webhookId, free }) => ({ webhookId, free, count: 0, isQuick: slots.isQuick(webhookId) }));
  let left = limit;
  let slowLeft = slowLimit;
  for (let round = queue; left > 0 && round.length > 0;) {
    for (const share of round) {
      if (left === 0) break;
      if (!share.isQuick && slowLeft === 0) continue;
      share.count += 1;
      left -= 1;
      if (!share.isQuick) slowLeft -= 1;
    }
    round = round.filter(({ free, count, isQuick }) => count < free && (isQuick || slowLeft > 0));
  }
  return queue.filter(({ count }) => count > 0).map(({ webhookId, count }) => ({ webhookId, count }));
}
