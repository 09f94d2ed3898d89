// Deliveries follow their webhooks, pass by pass. What waits for a receiver that has failed may be a lot, and is in no
// hurry: nothing of it is sent meanwhile. What is set free is.
import type { Followed, Following, FollowRequest } from '../store/lifecycle/follow.ts';
import { FOLLOWINGS } from '../store/lifecycle/follow.ts';

/** What following touches. */
export interface FollowDeps {
  readonly store: { readonly deliveries: { followWebhooks(request: FollowRequest): Promise<Followed> } };
  clock(): Date;
  monotonicMs(): number;
  pause(pauseMs: number): Promise<void>;
  /** Told after each pass that has set something free. */
  wake(): void;
  isStopping(): boolean;
}

// Statements that hold 25 take 2 to 3 ms. With 100 of them, one after the other, 2,000 deliveries of a dead receiver made
// the 99th percentile of nine healthy ones half as long again. What is set free is waited for, in passes that keep ahead
// of sending (both measured).
const AT_ONCE: Readonly<Record<Following, number>> = { cancelled: 100, held: 25, released: 100, exhausted: 100 };

// After a pass that has held something, others have the database for so many times as long as it took.
const REST = 3;

/** Moves whatever has to move; gives how many deliveries that were. */
export async function followWebhooks(deps: FollowDeps): Promise<number> {
  let count = 0;
  let limits: FollowRequest['limits'] = AT_ONCE;
  for (;;) {
    const startedAtMs = deps.monotonicMs();
    const moved = await deps.store.deliveries.followWebhooks({ now: deps.clock(), limits });
    count += FOLLOWINGS.reduce((sum, following) => sum + moved[following].count, 0);
    if (moved.released.count > 0) deps.wake();
    const more = FOLLOWINGS.filter((following) => moved[following].mayBeMore);
    if (more.length === 0 || deps.isStopping()) return count;
    // A receiver that has recovered meanwhile does not wait for what is held for another one.
    limits = limitsOf([...more, 'released']);
    if (moved.held.count > 0) await deps.pause((deps.monotonicMs() - startedAtMs) * REST);
  }
}

function limitsOf(followings: readonly Following[]): FollowRequest['limits'] {
  return Object.fromEntries(followings.map((following) => [following, AT_ONCE[following]]));
}
