// One delivery attempt as a sentence: load, check the lease, attempt, settle, record, report.
import type { Chance, Clock } from '../domain/clock.ts';
import type { Delivery, Settlement, Verdict, WebhookStanding } from '../domain/delivery.ts';
import { LEASE_MARGIN_MS, settle } from '../domain/delivery.ts';
import type { Event } from '../domain/event.ts';
import type { InvocationEnd, InvocationStart } from '../domain/invocation.ts';
import { endWithoutExchange } from '../domain/invocation.ts';
import { outcomeEntry } from '../domain/outcomes.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { Attempt, AttemptResult } from './attempt.ts';

// An attempt that starts later than this after its claim could outlive its lease.
const LATEST_START_MS = LEASE_MARGIN_MS - 5000;

/** A delivery that this process holds the lease of, and the invocation that was written with the claim. */
export interface Claimed {
  readonly delivery: Delivery;
  readonly leaseToken: string;
  readonly leaseUntil: Date;
  readonly invocation: InvocationStart;
}

/** The end of an invocation, and the guarded step of its delivery. */
export interface Finish {
  readonly invocationId: string;
  readonly end: InvocationEnd;
  readonly fence?: {
    readonly deliveryId: string;
    readonly leaseToken: string;
    readonly settlement: Settlement;
    readonly now: Date;
  };
}

/** What is reported of an attempt. */
export interface AttemptFact {
  readonly start: InvocationStart;
  readonly end: InvocationEnd;
  readonly urlHost: string | undefined;
  readonly settlement: Settlement | undefined;
  readonly settled: boolean;
}

/** What delivering touches. */
export interface DeliverDeps {
  readonly store: {
    readonly events: { byId(organizationId: string, id: string): Promise<Event | undefined> };
    readonly webhooks: {
      byVersion(organizationId: string, id: string, version: number): Promise<Webhook | undefined>;
      byId(organizationId: string, id: string): Promise<Webhook | undefined>;
    };
    record(finishes: readonly Finish[]): Promise<readonly { readonly settled: boolean }[]>;
  };
  attempt(input: Attempt, signal: AbortSignal): Promise<AttemptResult>;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  readonly report: { attemptFinished(fact: AttemptFact): void };
}

/** Makes one attempt of a claimed delivery and records it. `claimedAtMs` is on the monotonic clock. */
export async function deliver(
  deps: DeliverDeps,
  claimed: Claimed,
  claimedAtMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { event, webhook } = await load(deps, claimed);
  const tooLate = deps.monotonicMs() - claimedAtMs > LATEST_START_MS;
  const { start, settings, messageId } = {
    start: claimed.invocation,
    settings: webhook.settings,
    messageId: claimed.delivery.messageId,
  };
  const result =
    tooLate || signal.aborted
      ? unsent(deps.clock(), tooLate ? 'Its lease was too old to start.' : 'The engine was stopping.')
      : await deps.attempt({ start, settings, event, messageId }, signal);
  const settlement = await decide(deps, claimed, webhook, result.verdict);
  const end = withNext(result.end, settlement);
  const fence = { deliveryId: claimed.delivery.id, leaseToken: claimed.leaseToken, settlement, now: deps.clock() };
  const [recorded] = await deps.store.record([{ invocationId: start.id, end, fence }]);
  const urlHost = URL.canParse(settings.url) ? new URL(settings.url).host : undefined;
  deps.report.attemptFinished({ start, end, urlHost, settlement, settled: recorded?.settled ?? false });
}

async function load(deps: DeliverDeps, claimed: Claimed): Promise<{ event: Event; webhook: Webhook }> {
  const { delivery, invocation } = claimed;
  const [event, webhook] = await Promise.all([
    deps.store.events.byId(delivery.organizationId, delivery.eventId),
    deps.store.webhooks.byVersion(delivery.organizationId, delivery.webhookId, invocation.webhookVersion ?? 0),
  ]);
  if (event === undefined || webhook === undefined) {
    throw new Error(`Delivery ${delivery.id} names an event or a webhook version that is not stored.`);
  }
  return { event, webhook };
}

/** An attempt that never left: it does not count against the retry policy. */
export function unsent(finishedAt: Date, why: string): AttemptResult {
  const message = `${outcomeEntry('not_sent').sentence} ${why}`;
  return { verdict: { kind: 'unsent' }, end: endWithoutExchange(finishedAt, 'not_sent', message) };
}

// The retry policy is that of now: mending a webhook heals what waits for it.
async function decide(deps: DeliverDeps, claimed: Claimed, sent: Webhook, verdict: Verdict): Promise<Settlement> {
  const current = await deps.store.webhooks.byId(claimed.delivery.organizationId, claimed.delivery.webhookId);
  return settle(verdict, {
    attempt: claimed.invocation.attempt,
    policy: (current ?? sent).settings.retryPolicy,
    standing: standingOf(current),
    now: deps.clock(),
    chance: deps.chance(),
  });
}

function standingOf(current: Webhook | undefined): WebhookStanding {
  if (current === undefined) return 'deleted';
  return current.settings.active ? 'active' : 'inactive';
}

function withNext(end: InvocationEnd, settlement: Settlement): InvocationEnd {
  if (settlement.state !== 'pending') return end;
  return { ...end, nextAttemptAt: settlement.dueAt, nextAttemptReason: settlement.reason };
}
