// Makes the body template of a delivery ready in the time that its lease leaves, and no longer than the engine runs.
import { AppError } from '../domain/errors.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import type { BodyRenderer } from './attempt.ts';

/** What making ready touches. */
export interface MakeReadyDeps {
  /** At once where the template is ready already. */
  prepare(settings: WebhookSettings): BodyRenderer | undefined | Promise<BodyRenderer | undefined>;
  monotonicMs(): number;
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
  readonly report: { jobFailed(fact: { job: string; error: unknown }): void };
}

/** A template that is ready (`undefined`: no body is sent), or in a sentence why there is none yet. */
export type Ready =
  { readonly ok: true; readonly render: BodyRenderer | undefined } | { readonly ok: false; readonly problem: string };

/**
 * Waits for the template until `untilMs` on the monotonic clock, or until `signal` is aborted. Never rejects. Who has
 * waited in vain has not done so for nothing: the work goes on, and the next one finds the template ready.
 */
export async function makeReady(
  deps: MakeReadyDeps,
  settings: WebhookSettings,
  untilMs: number,
  signal: AbortSignal,
): Promise<Ready> {
  try {
    const preparing = deps.prepare(settings);
    if (!(preparing instanceof Promise)) return { ok: true, render: preparing };
    const ready = preparing.then((render): Ready => ({ ok: true, render }));
    return await orLater(deps, ready, untilMs - deps.monotonicMs(), signal);
  } catch (error) {
    // What passes has been reported by whoever found it.
    if (!(error instanceof AppError)) deps.report.jobFailed({ job: 'prepare-template', error });
    const detail = error instanceof AppError ? error.message : 'The reason is in the log of the engine.';
    return { ok: false, problem: `Its template could not be made ready. ${detail}` };
  }
}

const LATER: Ready = { ok: false, problem: 'Its template was not ready in time.' };

async function orLater(
  deps: MakeReadyDeps,
  ready: Promise<Ready>,
  pauseMs: number,
  signal: AbortSignal,
): Promise<Ready> {
  const over = new AbortController();
  try {
    const until = AbortSignal.any([signal, over.signal]);
    return await Promise.race([ready, deps.pause(Math.max(pauseMs, 0), until).then(() => LATER)]);
  } finally {
    over.abort();
  }
}
