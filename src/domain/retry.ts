// When to try again. Pure arithmetic: the dice and the clock are arguments.
import type { RetryPolicy } from './webhook.ts';

/** The latest that a receiver can push a retry to with Retry-After. */
export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** A pause before the next attempt, and the sentence that explains it. */
export interface RetryDelay {
  readonly delayMs: number;
  readonly reason: string;
}

/**
 * The pause after attempt number `attempt` (from 1), or `undefined` where the policy has none left. The step is spread
 * by ±jitter, so that deliveries which failed together do not come back together; a `Retry-After` moves it within
 * [the step, 24 h], spread to later only.
 */
export function nextDelay(
  policy: RetryPolicy,
  attempt: number,
  chance: number,
  retryAfterMs?: number,
): RetryDelay | undefined {
  const step = policy.delaysInSec[attempt - 1];
  if (step === undefined) return undefined;
  const spread = policy.jitter * (2 * chance - 1);
  const stepMs = Math.round(step * 1000 * (1 + spread));
  const base = `Retry ${String(attempt)} of ${String(policy.delaysInSec.length)}: ${String(step)} s, jitter ${percent(spread)}`;
  if (retryAfterMs === undefined) return { delayMs: stepMs, reason: `${base}.` };
  if (retryAfterMs <= stepMs) return { delayMs: stepMs, reason: `${base}; Retry-After asks for less.` };
  // Those that were turned away together do not come back together, and none comes sooner than it was asked to.
  const later = retryAfterMs + policy.jitter * chance * step * 1000;
  const delayMs = Math.round(Math.min(later, Math.max(stepMs, MAX_RETRY_AFTER_MS)));
  return { delayMs, reason: `${base}; Retry-After moves it to ${String(Math.round(delayMs / 1000))} s.` };
}

function percent(spread: number): string {
  const rounded = Math.round(spread * 100);
  return `${rounded < 0 ? '−' : '+'}${String(Math.abs(rounded))} %`;
}
