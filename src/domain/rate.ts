// How fast a webhook may be served: the generic cell rate algorithm (ITU-T I.371), whose whole state is one instant.

/** So many requests a second in the long run, and so many at once after a pause. */
export interface RateLimit {
  readonly requestsPerSec: number;
  readonly burst: number;
}

/**
 * The state of a limit: when all that was spent will have been earned, in milliseconds since 1970 (the algorithm's
 * theoretical arrival time). 0 for one that was never used.
 */
export type RateState = number;

/** How many requests may be made now. */
export function allowance(limit: RateLimit, state: RateState, now: Date): number {
  const debtMs = currentDebtMs(limit, state, now);
  return Math.max(0, Math.floor(limit.burst - (debtMs - ROUNDING_MS) / intervalMs(limit)));
}

/** The state after `count` requests are made now. */
export function spend(limit: RateLimit, state: RateState, now: Date, count: number): RateState {
  return now.getTime() + currentDebtMs(limit, state, now) + count * intervalMs(limit);
}

/** When the next request may be made: now, or later. */
export function allowedAt(limit: RateLimit, state: RateState, now: Date): Date {
  const waitMs = currentDebtMs(limit, state, now) - (limit.burst - 1) * intervalMs(limit);
  return new Date(now.getTime() + Math.max(0, Math.ceil(waitMs - ROUNDING_MS)));
}

// Milliseconds since 1970 leave a double a few ten-thousandths of a millisecond to add up with.
const ROUNDING_MS = 0.01;

function intervalMs({ requestsPerSec }: RateLimit): number {
  return 1000 / requestsPerSec;
}

// A debt never exceeds a whole burst. More of it means that the clock was set back or the limit changed, and would stop
// the webhook for as long: then one request may be made, and spending it puts the state right.
function currentDebtMs(limit: RateLimit, state: RateState, now: Date): number {
  const debtMs = Math.max(0, state - now.getTime());
  const mostMs = limit.burst * intervalMs(limit);
  return debtMs > mostMs + ROUNDING_MS ? mostMs - intervalMs(limit) : debtMs;
}
