// How a webhook is doing, and what follows from it: a breaker that spares receivers that are down, and the end of one
// that stays so (DELIVERY.md section 7). State lives in the database; every decision about it is made here.
import type { InvocationKind } from './invocation.ts';
import type { Outcome } from './outcomes.ts';

/** `failing`: the breaker is open, and one delivery at a time is tried as a probe. `disabled`: nothing is sent. */
export const HEALTH_STATES = ['healthy', 'failing', 'disabled'] as const;

export type HealthState = (typeof HEALTH_STATES)[number];

/** What is known of a webhook's receiver. */
export interface Health {
  readonly state: HealthState;
  /** Why it is not healthy: the outcome that decided it, or `failing_too_long`. */
  readonly reason: string | undefined;
  /** Since when it is in this state. */
  readonly since: Date;
  /** The last counted attempts, oldest first, at most twenty: `+` for a success, `-` for a failure. */
  readonly recent: string;
  /** The first counted failure since the last success, and how many there were. */
  readonly firstFailureAt: Date | undefined;
  readonly failures: number;
  readonly lastSuccessAt: Date | undefined;
  readonly lastFailureAt: Date | undefined;
  /** While it is failing: when the next probe is due, and how many have failed. */
  readonly probeAt: Date | undefined;
  readonly failedProbes: number;
  readonly warnedAt: Date | undefined;
}

/** An attempt that is over, as far as health looks at it. */
export interface JudgedAttempt {
  readonly kind: InvocationKind;
  readonly outcome: Outcome;
  /** Status of the response, where one came. */
  readonly status: number | undefined;
  /** Whether this process was so late that the receiver cannot be blamed. */
  readonly isLate?: boolean;
  /** Whether the access token had ended, for the first time in a delivery's life. */
  readonly isTokenRefused?: boolean;
}

/** What happened to a webhook's health. Each is an event of the engine. */
export type HealthChange = 'failing' | 'warned' | 'recovered' | 'disabled';

/** The health after an attempt, and what changed with it. */
export interface HealthStep {
  readonly health: Health;
  readonly changes: readonly HealthChange[];
}

const WINDOW = 20;
const LEAST_ATTEMPTS = 10;
const FIRST_PROBE_PAUSE_MS = 60_000;
/** The longest pause between two probes. One that is further away was planned before the clock was set back. */
export const LONGEST_PROBE_PAUSE_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** After so long without a success there is a warning, and after so long the webhook is disabled. */
export const WARN_AFTER_MS = DAY_MS;
export const DISABLE_AFTER_MS = 5 * DAY_MS;

/** The health of a webhook that has not been tried yet, or is given a new chance. */
export function newHealth(now: Date): Health {
  return {
    state: 'healthy',
    reason: undefined,
    since: now,
    recent: '',
    firstFailureAt: undefined,
    failures: 0,
    lastSuccessAt: undefined,
    lastFailureAt: undefined,
    probeAt: undefined,
    failedProbes: 0,
    warnedAt: undefined,
  };
}

/**
 * The health after an attempt. The same object comes back where nothing is worth writing: on the hot path, successes of
 * a webhook whose window holds nothing else.
 */
export function afterAttempt(health: Health, attempt: JudgedAttempt, now: Date): HealthStep {
  if (attempt.outcome === 'success') return afterSuccess(health, attempt, now);
  if (attempt.kind === 'test') return unchanged(health);
  if (isAnswer(attempt)) return afterAnswer(health, attempt, now);
  if (attempt.outcome === 'gone') return health.state === 'disabled' ? unchanged(health) : disable(health, 'gone', now);
  return counts(attempt) ? afterFailure(health, attempt, now) : unchanged(health);
}

/** An admin gives a webhook a new chance: `disabled` ends, and a failing one is probed at once. */
export function afterMending(health: Health, now: Date): Health {
  return health.state === 'failing' ? { ...health, probeAt: now } : health;
}

/** Ends `disabled`: what was is forgotten, but for the times. */
export function enable(health: Health, now: Date): HealthStep {
  if (health.state !== 'disabled') return unchanged(afterMending(health, now));
  const { lastSuccessAt, lastFailureAt } = health;
  return { health: { ...newHealth(now), lastSuccessAt, lastFailureAt }, changes: ['recovered'] };
}

/** When the probe after this one is due, as long as that one is under way: 1, 2, 4 … 60 minutes. */
export function nextProbeAt({ failedProbes }: Pick<Health, 'failedProbes'>, now: Date): Date {
  return new Date(now.getTime() + Math.min(FIRST_PROBE_PAUSE_MS * 2 ** failedProbes, LONGEST_PROBE_PAUSE_MS));
}

/** From when on a failed attempt disables a failing webhook. */
export function disabledAt({ state, firstFailureAt }: Health): Date | undefined {
  if (state !== 'failing' || firstFailureAt === undefined) return undefined;
  return new Date(firstFailureAt.getTime() + DISABLE_AFTER_MS);
}

// One kind of event that a receiver does not like must not hold all others back, so that most 4xx and failed
// validators do not count; nor does what is our own fault, and what people try by hand.
const COUNTED_OUTCOMES: readonly Outcome[] = [
  'dns_error',
  'connect_error',
  'tls_error',
  'timeout',
  'protocol_error',
  'rate_limited',
  'server_error',
];
const COUNTED_STATUSES: readonly (number | undefined)[] = [401, 403, 404, 408];

function counts({ kind, outcome, status, isLate, isTokenRefused }: JudgedAttempt): boolean {
  if (kind === 'redelivery' || isLate === true || isTokenRefused === true) return false;
  return COUNTED_OUTCOMES.includes(outcome) || (outcome === 'client_error' && COUNTED_STATUSES.includes(status));
}

// The receiver is there and has read the request; what it does not like is this event. For a probe that is enough:
// one kind of event must not keep all others back.
function isAnswer({ outcome, status }: JudgedAttempt): boolean {
  if (outcome === 'client_error') return !COUNTED_STATUSES.includes(status);
  return outcome === 'validation_failed' || outcome === 'response_too_large';
}

function afterAnswer(health: Health, { kind }: JudgedAttempt, now: Date): HealthStep {
  return kind === 'probe' && health.state === 'failing' ? recover(health, '', now) : unchanged(health);
}

function unchanged(health: Health): HealthStep {
  return { health, changes: [] };
}

// What was under way when the webhook was disabled does not enable it: only somebody who looks at it does, by a test.
function afterSuccess(health: Health, { kind }: JudgedAttempt, now: Date): HealthStep {
  if (health.state === 'disabled')
    return kind === 'test' ? enable({ ...health, lastSuccessAt: now }, now) : unchanged(health);
  if (health.state === 'failing') return recover({ ...health, lastSuccessAt: now }, '+', now);
  // What people try by hand says that the receiver is there, and nothing of what it usually does.
  if (kind === 'test' || kind === 'redelivery' || isSteady(health, now)) return unchanged(health);
  return unchanged({
    ...health,
    recent: pushed(health.recent, '+'),
    firstFailureAt: undefined,
    failures: 0,
    lastSuccessAt: now,
  });
}

function recover({ lastSuccessAt, lastFailureAt }: Health, recent: string, now: Date): HealthStep {
  return { health: { ...newHealth(now), recent, lastSuccessAt, lastFailureAt }, changes: ['recovered'] };
}

// A row that is written for each delivery would be where all of them wait for each other.
const LAST_SUCCESS_PRECISION_MS = 10_000;

function isSteady({ recent, lastSuccessAt }: Health, now: Date): boolean {
  const isFull = recent.length === WINDOW && !recent.includes('-');
  const ageMs = lastSuccessAt === undefined ? Infinity : Math.abs(now.getTime() - lastSuccessAt.getTime());
  return isFull && ageMs < LAST_SUCCESS_PRECISION_MS;
}

function afterFailure(health: Health, { kind, outcome }: JudgedAttempt, now: Date): HealthStep {
  if (health.state === 'disabled') return unchanged(health);
  const failed: Health = {
    ...health,
    recent: pushed(health.recent, '-'),
    firstFailureAt: health.firstFailureAt ?? now,
    failures: health.failures + 1,
    lastFailureAt: now,
  };
  if (health.state === 'healthy') return mayOpen(failed, outcome, now);
  return stillFailing(kind === 'probe' ? afterProbe(failed, now) : failed, now);
}

function afterProbe(health: Health, now: Date): Health {
  const failedProbes = health.failedProbes + 1;
  return { ...health, failedProbes, probeAt: nextProbeAt({ failedProbes }, now) };
}

function mayOpen(health: Health, outcome: Outcome, now: Date): HealthStep {
  const failed = health.recent.split('-').length - 1;
  const isOpen = health.recent.length >= LEAST_ATTEMPTS && failed * 2 >= health.recent.length;
  if (!isOpen) return unchanged(health);
  const probeAt = nextProbeAt({ failedProbes: 0 }, now);
  return { health: { ...health, state: 'failing', reason: outcome, since: now, probeAt }, changes: ['failing'] };
}

function stillFailing(health: Health, now: Date): HealthStep {
  const failingMs = now.getTime() - (health.firstFailureAt ?? now).getTime();
  if (failingMs < WARN_AFTER_MS) return unchanged(health);
  // Nobody is disabled without a warning, also where nothing was tried for a week.
  if (health.warnedAt === undefined) return { health: { ...health, warnedAt: now }, changes: ['warned'] };
  const isOver = failingMs >= DISABLE_AFTER_MS && health.failures >= LEAST_ATTEMPTS;
  return isOver ? disable(health, 'failing_too_long', now) : unchanged(health);
}

function disable(health: Health, reason: string, now: Date): HealthStep {
  const disabled: Health = { ...health, state: 'disabled', reason, since: now, probeAt: undefined };
  return { health: disabled, changes: ['disabled'] };
}

function pushed(recent: string, mark: '+' | '-'): string {
  return (recent + mark).slice(-WINDOW);
}
