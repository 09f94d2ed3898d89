// Claims deliveries, and reads their events at once: one query for a hundred instead of a hundred.
import type { Event } from '../domain/event.ts';
import type { Claimed } from '../domain/lease.ts';

/** What claiming touches. */
export interface ClaimWithEventsDeps<Request> {
  readonly deliveries: { claim(request: Request): Promise<readonly Claimed[]> };
  readonly events: { byIds(ids: readonly string[]): Promise<ReadonlyMap<string, Event>> };
}

/** What was claimed, with its events where these could be read; otherwise each is read before it is sent. */
export async function claimWithEvents<Request>(
  deps: ClaimWithEventsDeps<Request>,
  request: Request,
): Promise<readonly Claimed[]> {
  const claimed = await deps.deliveries.claim(request);
  if (claimed.length === 0) return claimed;
  const events = await readEvents(deps, claimed);
  return claimed.map((one) => {
    const event = events.get(one.delivery.eventId);
    return event === undefined ? one : { ...one, event };
  });
}

// They are leased already: whatever happens here, they have to come to those who send them.
async function readEvents(
  { events }: Pick<ClaimWithEventsDeps<unknown>, 'events'>,
  claimed: readonly Claimed[],
): Promise<ReadonlyMap<string, Event>> {
  try {
    return await events.byIds([...new Set(claimed.map(({ delivery }) => delivery.eventId))]);
  } catch {
    return new Map();
  }
}
