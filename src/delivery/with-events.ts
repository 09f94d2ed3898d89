// Reads the events of claimed deliveries at once: one query for a hundred instead of a hundred.
import type { Event } from '../domain/event.ts';
import type { Claimed } from '../domain/lease.ts';

/** What reading them touches. */
export interface WithEventsDeps {
  readonly events: { byIds(ids: readonly string[]): Promise<ReadonlyMap<string, Event>> };
}

/** Claimed deliveries with their events, where these could be read; otherwise each is read before it is sent. Never rejects. */
export async function withEvents({ events }: WithEventsDeps, claimed: readonly Claimed[]): Promise<readonly Claimed[]> {
  try {
    const found = await events.byIds([...new Set(claimed.map(({ delivery }) => delivery.eventId))]);
    return claimed.map((one) => {
      const event = found.get(one.delivery.eventId);
      return event === undefined ? one : { ...one, event };
    });
  } catch {
    // They are leased already: whatever happens here, they have to come to those who send them.
    return claimed;
  }
}
