// Which of the due deliveries are taken next. Pure.

/** A due delivery, as far as choosing is concerned. */
export interface Candidate {
  readonly id: string;
  readonly webhookId: string;
}

/**
 * Takes up to `limit` candidates, never more of one webhook than it has slots: first the oldest of each webhook, then
 * the second oldest of each, and so on. So a webhook with a thousand waiting does not push out one with a single one.
 */
export function chooseFairly<Item extends Candidate>(
  candidates: readonly Item[],
  limit: number,
  freeSlots: (webhookId: string) => number,
): Item[] {
  const queues = new Map<string, Item[]>();
  for (const candidate of candidates) {
    const queue = queues.get(candidate.webhookId) ?? [];
    if (queue.length < freeSlots(candidate.webhookId)) queue.push(candidate);
    queues.set(candidate.webhookId, queue);
  }
  const chosen: Item[] = [];
  const longest = Math.max(0, ...[...queues.values()].map((queue) => queue.length));
  for (let turn = 0; turn < longest; turn += 1) {
    for (const queue of queues.values()) {
      const next = queue[turn];
      if (next !== undefined && chosen.length < limit) chosen.push(next);
    }
  }
  return chosen;
}
