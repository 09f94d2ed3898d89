// One delivery attempt as a sentence: load, make ready, authorize, check the lease, attempt, settle, record, report.
import type { Chance, Clock } from '../domain/clock.ts';
import type { AttemptEnd, Delivery, Settlement, Verdict } from '../domain/delivery.ts';
import { CANCELLED_BY_ERASURE, isFirstRefusal, LEASE_MARGIN_MS, settle } from '../domain/delivery.ts';
import { AppError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { Invocation, InvocationEnd, InvocationStart } from '../domain/invocation.ts';
import { endWithoutExchange } from '../domain/invocation.ts';
import type { Claimed, Fence, Finish } from '../domain/lease.ts';
import { outcomeEntry } from '../domain/outcomes.ts';
import type { Webhook, WebhookSettings } from '../domain/webhook.ts';
import type { Attempt, AttemptResult, BodyRenderer } from './attempt.ts';
import type { AuthorizeInput, Authorized } from './authorize.ts';
import type { Ready } from './make-ready.ts';
import { makeReady } from './make-ready.ts';
import { recordedBody } from './same-bytes.ts';
import { CONTENT_ERASED, ENGINE_STOPPING, LEASE_TOO_OLD, unsent } from './unsent.ts';
import { urlHostOf } from './url-host.ts';
import type { Wire } from './wire.ts';

// An attempt that starts later than this after its claim could outlive its lease.
const LATEST_START_MS = LEASE_MARGIN_MS - 5000;

/** What is reported of an attempt. */
export interface AttemptFact {
  readonly start: InvocationStart;
  readonly end: InvocationEnd;
  readonly urlHost: string | undefined;
  readonly settlement: Settlement | undefined;
  readonly settled: boolean;
}

/** What of a webhook decides where a delivery goes. */
export type Standing = Pick<AttemptEnd, 'policy' | 'standing' | 'maxHeldInSec'>;

/** What delivering touches. */
export interface DeliverDeps {
  readonly store: {
    readonly events: { byId(organizationId: string, id: string): Promise<Event | undefined> };
    readonly deliveries: { byId(organizationId: string, id: string): Promise<Delivery | undefined> };
    /** One, with its bodies. */
    readonly invocations: { byId(organizationId: string, id: string): Promise<Invocation | undefined> };
    readonly webhooks: {
      /** At once where it is known. */
      byVersion(
        organizationId: string,
        id: string,
        version: number,
      ): Webhook | undefined | Promise<Webhook | undefined>;
      /** The id of the key that it was sealed with, where other processes have that and this one lacks it. */
      missingKeyOf(organizationId: string, id: string, version: number): Promise<string | undefined>;
      /** What has become of it meanwhile. */
      standing(organizationId: string, id: string): Promise<Standing | undefined>;
    };
    record(finish: Finish): Promise<{ readonly settled: boolean }>;
  };
  /** Makes the body template ready, at once or as a promise; `undefined` where no body is sent. */
  prepare(settings: WebhookSettings): BodyRenderer | undefined | Promise<BodyRenderer | undefined>;
  /** Gets the access token that the webhook needs, or ends the attempt. */
  authorize(input: AuthorizeInput, signal: AbortSignal): Promise<Authorized>;
  attempt(input: Attempt, signal: AbortSignal): Promise<AttemptResult>;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  /** Resolves after `pauseMs`, or at once when `signal` is aborted. */
  pause(pauseMs: number, signal: AbortSignal): Promise<void>;
  readonly report: {
    attemptFinished(fact: AttemptFact): void;
    jobFailed(fact: { job: string; error: unknown }): void;
    encryptionKeyMissing(fact: { keyId: string }): void;
  };
}

// A database that is locked or full is mostly so for a moment.
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2000;

// Far more than a busy process is late by.
const LATE_MS = 1000;

// Until a delivery whose template could not be made ready, or whose key is elsewhere, is due again.
const SHORTEST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 300_000;

/**
 * Makes one attempt of a claimed delivery and records it. `claimedAtMs` is on the monotonic clock, from before the
 * claim. While the database is unavailable, the result is kept and the recording repeated, until the lease is over or
 * `signal` ends it; then it rejects, and the delivery is left to the rescue.
 */
export async function deliver(
  deps: DeliverDeps,
  claimed: Claimed,
  claimedAtMs: number,
  signal: AbortSignal,
  wire: Wire,
): Promise<void> {
  const lease = { endsAtMs: claimedAtMs + lengthMs(claimed), signal };
  const startByMs = claimedAtMs + LATEST_START_MS;
  const loaded = await onceAvailable(deps, lease, () => load(deps, claimed));
  const start = claimed.invocation;
  const { settings } = loaded;
  const result =
    'unreadable' in loaded
      ? loaded.unreadable
      : await attemptInTime(deps, claimed, loaded, { startByMs, signal, wire });
  const { verdict } = result;
  // Nothing that has become of the webhook meanwhile matters then, so that nothing is read on the hot path.
  const settlement: Settlement =
    verdict.kind === 'accepted'
      ? { state: 'delivered' }
      : await onceAvailable(deps, lease, () => decide(deps, claimed, loaded, verdict));
  const end = withNext(result.end, settlement);
  const finish = {
    invocationId: start.id,
    start,
    end,
    isLate: isLate(end, settings),
    isTokenRefused: isFirstRefusal(verdict, refusalsOf(claimed)),
    fence: fenceOf(claimed, verdict, settlement, deps.clock()),
  };
  const { settled } = await onceAvailable(deps, lease, () => deps.store.record(finish));
  const urlHost = settings === undefined ? undefined : urlHostOf(settings);
  deps.report.attemptFinished({ start, end, urlHost, settlement, settled });
}

function fenceOf({ delivery, leaseToken }: Claimed, verdict: Verdict, settlement: Settlement, now: Date): Fence {
  const tokenRefused = verdict.kind === 'failed' && verdict.tokenRefused === true;
  return { deliveryId: delivery.id, leaseToken, settlement, tokenRefused, now };
}

function refusalsOf({ delivery }: Claimed): { readonly tokenRefusedBefore: boolean } {
  return { tokenRefusedBefore: delivery.tokenRefusedAt !== undefined };
}

// The claim has counted `leaseUntil` from the start of the invocation.
function lengthMs({ leaseUntil, invocation }: Claimed): number {
  return leaseUntil.getTime() - invocation.startedAt.getTime();
}

interface Lease {
  /** On the monotonic clock. */
  readonly endsAtMs: number;
  readonly signal: AbortSignal;
}

// Whoever stops cuts the pause short; what is left to do is tried once more then.
async function onceAvailable<Result>(deps: DeliverDeps, lease: Lease, work: () => Promise<Result>): Promise<Result> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const isLast = lease.signal.aborted;
    try {
      return await work();
    } catch (error) {
      const isPassing = error instanceof AppError && error.kind === 'unavailable';
      if (!isPassing || isLast || deps.monotonicMs() + pauseMs >= lease.endsAtMs) throw error;
    }
    await deps.pause(pauseMs, lease.signal);
  }
}

interface Loaded {
  readonly event: Event;
  readonly settings: WebhookSettings;
  /** There where the body is not rendered: that of this invocation is sent, `undefined` where it is gone. */
  readonly sameBytes: { readonly earlier: Invocation | undefined } | undefined;
}

/** A webhook whose secrets cannot be opened: the attempt has failed, or is left to a process that has the key. */
interface Unreadable {
  readonly settings: undefined;
  readonly unreadable: AttemptResult;
}

async function load(deps: DeliverDeps, claimed: Claimed): Promise<Loaded | Unreadable> {
  try {
    return await loadAll(deps, claimed);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'secret_unreadable') throw error;
    const { organizationId, webhookId, createdAt } = claimed.delivery;
    const version = claimed.invocation.webhookVersion ?? 0;
    const keyId = await deps.store.webhooks.missingKeyOf(organizationId, webhookId, version);
    if (keyId !== undefined) {
      deps.report.encryptionKeyMissing({ keyId });
      const why = `This process was started without the encryption key "${keyId}".`;
      return { settings: undefined, unreadable: unsent(deps.clock(), why, pauseAfter(createdAt, deps.clock())) };
    }
    const message = `${outcomeEntry('secret_unreadable').sentence} ${error.message}`;
    const end = { ...endWithoutExchange(deps.clock(), 'secret_unreadable', message), phase: 'render' as const };
    return { settings: undefined, unreadable: { verdict: { kind: 'failed', reason: 'secret_unreadable' }, end } };
  }
}

async function loadAll(deps: DeliverDeps, claimed: Claimed): Promise<Loaded> {
  const { delivery, invocation } = claimed;
  const sameBytesOf = delivery.asked?.sameBytesOf;
  const { organizationId, eventId, webhookId } = delivery;
  // One after the other, since mostly all are at hand, and then to wait for all together takes longer than all the rest.
  const event = claimed.event ?? (await deps.store.events.byId(organizationId, eventId));
  const webhook = await deps.store.webhooks.byVersion(organizationId, webhookId, invocation.webhookVersion ?? 0);
  const earlier =
    sameBytesOf === undefined ? undefined : await deps.store.invocations.byId(organizationId, sameBytesOf);
  if (event === undefined || webhook === undefined) {
    throw new Error(`Delivery ${delivery.id} names an event or a webhook version that is not stored.`);
  }
  return { event, settings: webhook.settings, sameBytes: sameBytesOf === undefined ? undefined : { earlier } };
}

interface Limits {
  readonly startByMs: number;
  readonly signal: AbortSignal;
  readonly wire: Wire;
}

// Whatever keeps the template from being ready says nothing about the delivery: it comes again a little later.
async function attemptInTime(
  deps: DeliverDeps,
  { delivery, invocation, value }: Claimed,
  { event, settings, sameBytes }: Loaded,
  limits: Limits,
): Promise<AttemptResult> {
  const { startByMs, signal } = limits;
  if (event.erased !== undefined) return unsent(deps.clock(), CONTENT_ERASED);
  const ready: Ready =
    sameBytes === undefined
      ? await makeReady(deps, settings, startByMs, signal)
      : { ok: true, render: recordedBody(sameBytes.earlier) };
  if (!ready.ok && signal.aborted) return stopping(deps);
  if (!ready.ok) return unsent(deps.clock(), ready.problem, pauseAfter(delivery.createdAt, deps.clock()));
  const { organizationId, messageId, tokenRefusedAt } = delivery;
  const authorizing = { organizationId, settings, newerThan: tokenRefusedAt, atOnce: false };
  const withinMs = startByMs - deps.monotonicMs();
  const authorized = tooLate(deps, limits) ?? (await deps.authorize({ ...authorizing, withinMs }, signal));
  if (!('ok' in authorized)) return authorized;
  if (!authorized.ok) return authorized.result;
  const { accessToken } = authorized;
  const sent = { event, value, messageId, render: ready.render };
  const attempt = { start: invocation, settings, ...sent, accessToken, startByMs };
  return onTheWire(deps, attempt, limits);
}

async function onTheWire(deps: DeliverDeps, attempt: Attempt, limits: Limits): Promise<AttemptResult> {
  await limits.wire.enter();
  // After all waiting: nothing is sent by a lease that may be over before the answer is there.
  const late = tooLate(deps, limits);
  if (late !== undefined) return late;
  const result = await deps.attempt(attempt, limits.signal);
  limits.wire.answered();
  return result;
}

function tooLate(deps: DeliverDeps, { startByMs, signal }: Limits): AttemptResult | undefined {
  if (deps.monotonicMs() > startByMs) return unsent(deps.clock(), LEASE_TOO_OLD);
  return signal.aborted ? stopping(deps) : undefined;
}

function stopping({ clock }: DeliverDeps): AttemptResult {
  return unsent(clock(), ENGINE_STOPPING);
}

// Such attempts do not count, so nothing would end their repetition: the older the delivery, the longer the pause.
function pauseAfter(createdAt: Date, now: Date): number {
  const ageMs = now.getTime() - createdAt.getTime();
  return Math.min(Math.max(Math.floor(ageMs / 4), SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
}

// The retry policy is that of now: mending a webhook heals what waits for it.
async function decide(
  deps: DeliverDeps,
  claimed: Claimed,
  loaded: Loaded | Unreadable,
  verdict: Verdict,
): Promise<Settlement> {
  const { organizationId, id, webhookId } = claimed.delivery;
  const standing = await deps.store.webhooks.standing(organizationId, webhookId);
  if (standing === undefined) throw new Error(`Delivery ${id} names a webhook that is not stored.`);
  const delivery = await deps.store.deliveries.byId(organizationId, id);
  const cancelRequested = delivery?.cancelRequestedAt !== undefined;
  // It may have been planned at the very moment at which its event was erased: then only the event tells.
  const wasErased = 'event' in loaded && loaded.event.erased !== undefined;
  const eventErased = wasErased || delivery?.reason === CANCELLED_BY_ERASURE.reason;
  const { attempt } = claimed.invocation;
  const ended = { ...standing, ...refusalsOf(claimed), attempt, cancelRequested, eventErased };
  return settle(verdict, { ...ended, now: deps.clock(), chance: deps.chance() });
}

// Every exchange ends at its deadline. One that was measured to last longer says that nobody looked at the clock.
function isLate({ timings }: InvocationEnd, settings: WebhookSettings | undefined): boolean {
  return settings !== undefined && (timings?.total ?? 0) > settings.timeoutInSec * 1000 + LATE_MS;
}

function withNext(end: InvocationEnd, settlement: Settlement): InvocationEnd {
  if (!('dueAt' in settlement)) return end;
  const { dueAt } = settlement;
  if (settlement.state === 'pending') return { ...end, nextAttemptAt: dueAt, nextAttemptReason: settlement.reason };
  const nextAttemptReason = `${settlement.delay} Held until then and longer: ${settlement.reason}.`;
  return { ...end, nextAttemptAt: dueAt, nextAttemptReason };
}
