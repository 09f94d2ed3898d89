// The end of what is held when the period of its event is over: the event can go only when nothing waits for it.
import type { StoreDeps } from '../sql/rows.ts';
import { chosen } from './follow.ts';

/** Ends the held deliveries of these events `exhausted`, with the reason `event_expired`; gives how many. */
export function expireHeld(
  { dialect, writer }: StoreDeps['database'],
  { organizationId, eventIds, now }: HeldOfEvents,
): Promise<number> {
  const at = now.toISOString();
  const ids = writer('deliveries')
    .where({ organization_id: organizationId, state: 'held' })
    .whereIn('event_id', [...eventIds])
    .select('id');
  return chosen(writer, dialect.skipLocked(ids), 'held').update({
    state: 'exhausted',
    reason: 'event_expired',
    updated_at: at,
    finished_at: at,
    held_until: null,
  });
}

/** Events whose period is over. */
export interface HeldOfEvents {
  readonly organizationId: string;
  readonly eventIds: readonly string[];
  readonly now: Date;
}
