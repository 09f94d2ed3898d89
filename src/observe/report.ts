// One function per business fact: one counter and one wide line each, so that log and metrics never tell two stories.
import type { Settlement } from '../domain/delivery.ts';
import type { Health, HealthChange } from '../domain/health.ts';
import type { InvocationEnd, InvocationStart } from '../domain/invocation.ts';
import { describeError } from './error-text.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { auditFileFacts } from './report-audit-file.ts';

/** What reporting writes to. */
export interface ReportDeps {
  readonly log: Log;
  readonly metrics: Omit<Metrics, 'text' | 'contentType'>;
}

/** One request that posted events. `count` are the events newly accepted, `notCovered` those that nobody keeps. */
export interface EventsAccepted {
  readonly organizationId: string;
  readonly count: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly notCovered: number;
  readonly deliveries: number;
  readonly durationMs: number;
}

/** One invocation that is over. */
export interface AttemptFinished {
  readonly start: InvocationStart;
  readonly end: InvocationEnd;
  /** Host of the URL: the path and the query of a webhook's URL are often its secret. */
  readonly urlHost: string | undefined;
  readonly settlement: Settlement | undefined;
  /** Whether the delivery went where `settlement` says; false where somebody else had settled it, or there is none. */
  readonly settled: boolean;
}

/** A batch of events that were made findable: how many, how many in this run so far, and when the newest was accepted. */
export interface EventsIndexed {
  readonly count: number;
  readonly total: number;
  readonly newestAt: Date;
}

/** One request for an access token. Nothing of the answer but its status. */
export interface TokenRequested {
  readonly organizationId: string;
  readonly urlHost: string;
  readonly status: number | undefined;
  readonly errorCode: string | undefined;
  readonly durationMs: number;
}

/** A webhook that somebody made, changed or deleted. */
export interface WebhookChanged {
  readonly action: string;
  readonly webhookId: string;
  readonly version: number;
  readonly actorKeyId: string;
}

/** A webhook whose receiver went away, came back, or was given up. */
export interface WebhookHealthChanged {
  readonly organizationId: string;
  readonly webhookId: string;
  readonly health: Health;
  readonly change: HealthChange;
}

/** One run of retention: how much of what was removed, and how many held deliveries ended with their event's period. */
export interface RetentionRun {
  readonly removed: Readonly<Record<string, number>>;
  readonly expired: number;
  readonly durationMs: number;
  /** Whether there was nothing left to remove. */
  readonly finished: boolean;
}

/** One request to the API. */
export interface RequestServed {
  readonly method: string;
  /** The pattern of the route, never the path. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly requestId: string;
  readonly keyId: string | undefined;
  readonly address: string | undefined;
}

/** A request whose sender is not known. */
export interface AuthenticationFailed {
  readonly reason: string;
  /** Of the stored key whose id was named, if any. */
  readonly keyId: string | undefined;
  readonly address: string;
}

/** Makes the reporter of an app. */
export function createReporter(deps: ReportDeps) {
  return {
    ...businessFacts(deps),
    ...jobFacts(deps),
    ...requestFacts(deps),
    ...processFacts(deps),
    ...auditFileFacts(deps),
  };
}

/** Everything that can be reported. */
export type Reporter = ReturnType<typeof createReporter>;

const INDEXED_A_LINE = 10_000;

function businessFacts({ log, metrics }: ReportDeps) {
  return {
    eventsAccepted(fact: EventsAccepted): void {
      metrics.events.inc({ result: 'accepted' }, fact.count);
      metrics.events.inc({ result: 'duplicate' }, fact.duplicates);
      metrics.events.inc({ result: 'refused' }, fact.refused);
      if (fact.notCovered > 0) metrics.events.inc({ result: 'not_covered' }, fact.notCovered);
      metrics.deliveries.inc(fact.deliveries);
      log.info(fact, 'events accepted');
    },
    /** Counted, not logged: there are many when there is no time for them, and each has its line as a request. */
    intakeRefused(fact: { readonly reason: 'busy' | 'slow' }): void {
      metrics.intakeRefused.inc({ reason: fact.reason });
    },
    attemptFinished(fact: AttemptFinished): void {
      const { start, end, settlement } = fact;
      metrics.invocations.inc({ kind: start.kind, outcome: end.outcome });
      if (settlement !== undefined && fact.settled) metrics.settled.inc({ state: settlement.state });
      if (end.timings !== undefined) {
        metrics.attemptSeconds.observe(end.timings.total / 1000);
        metrics.attempts.inc({ error_code: end.errorCode ?? 'none', status_class: statusClass(end.response?.status) });
      }
      log.info(attemptLine(fact), 'attempt finished');
    },
    tokenRequested(fact: TokenRequested): void {
      metrics.tokenRequests.inc({ error_code: fact.errorCode ?? 'none', status_class: statusClass(fact.status) });
      log.info(fact, 'access token requested');
    },
    webhookChanged(fact: WebhookChanged): void {
      metrics.webhookChanges.inc({ action: fact.action });
      log.info(fact, 'webhook changed');
    },
    webhookHealthChanged({ webhookId, organizationId, health, change }: WebhookHealthChanged): void {
      metrics.healthChanges.inc({ change });
      const fact = { webhookId, organizationId, change, state: health.state, reason: health.reason };
      log.warn({ ...fact, failures: health.failures, nextProbeAt: health.probeAt }, 'webhook health changed');
    },
  };
}

function jobFacts({ log, metrics }: ReportDeps) {
  return {
    deliveriesFollowed(fact: { readonly count: number }): void {
      metrics.followed.inc(fact.count);
      log.info(fact, 'deliveries followed their webhooks');
    },
    rescued(fact: { readonly count: number }): void {
      metrics.rescued.inc(fact.count);
      log.warn(fact, 'deliveries rescued');
    },
    retentionRun(fact: RetentionRun): void {
      for (const [what, count] of Object.entries(fact.removed)) metrics.retentionRemoved.inc({ what }, count);
      metrics.retentionExpired.inc(fact.expired);
      log.info(fact, 'retention has run');
    },
  };
}

function requestFacts({ log, metrics }: ReportDeps) {
  return {
    requestServed(fact: RequestServed): void {
      const { method, route } = fact;
      metrics.requests.inc({ method, route, status_class: statusClass(fact.status) });
      metrics.requestSeconds.observe({ method, route }, fact.durationMs / 1000);
      log.info(fact, 'request served');
    },
    authenticationFailed(fact: AuthenticationFailed): void {
      metrics.authenticationFailures.inc({ reason: fact.reason });
      // A request without a key is what many clients begin with, and has its line as a request.
      if (fact.reason !== 'missing') log.warn(fact, 'authentication failed');
    },
    requestFailed(fact: { readonly requestId: string; readonly error: unknown }): void {
      metrics.bugs.inc();
      log.error({ requestId: fact.requestId, error: describeError(fact.error) }, 'request failed');
    },
  };
}

function processFacts({ log, metrics }: ReportDeps) {
  const missingKeyIds = new Set<string>();
  return {
    /** A line only where there is a lot to do, as after an update of an engine that has many events. */
    eventsIndexed({ count, total, newestAt }: EventsIndexed): void {
      metrics.indexed.inc(count);
      const step = (indexed: number): number => Math.floor(indexed / INDEXED_A_LINE);
      if (step(total) > step(total - count)) log.info({ total, newestAt }, 'indexing events that were there before');
    },
    jobFailed(fact: { readonly job: string; readonly error: unknown }): void {
      metrics.jobFailures.inc({ job: fact.job });
      log.error({ job: fact.job, error: describeError(fact.error) }, 'job failed');
    },
    /** `settings` come from `describeConfig`, which masks what is secret. */
    starting(fact: { readonly version: string; readonly settings: Readonly<Record<string, string>> }): void {
      log.info(fact, 'starting');
    },
    // Under another name: a field `url` is masked, because a webhook's URL is often its secret.
    started(fact: { readonly url: string; readonly version: string }): void {
      log.info({ address: fact.url, version: fact.version }, 'started');
    },
    /** The API can be reached by others, and nothing says that a proxy with TLS stands in front of it. */
    exposed(fact: { readonly url: string }): void {
      log.warn({ address: fact.url }, 'listening on a public address without TLS');
    },
    /** The key that the operator has chosen opens less than he may think. */
    adminKeyUnfit(fact: { readonly keyId: string; readonly why: string }): void {
      log.warn({ keyId: fact.keyId, reason: fact.why }, 'the admin key of the environment is not one');
    },
    /** Others encrypt with a key that this process was started without. Logged once for each: it stays so until the stop. */
    encryptionKeyMissing(fact: { readonly keyId: string }): void {
      if (missingKeyIds.has(fact.keyId)) return;
      missingKeyIds.add(fact.keyId);
      log.warn({ encryptionKeyId: fact.keyId }, 'started without an encryption key that is needed');
    },
    stopping(fact: { readonly graceMs: number }): void {
      log.info(fact, 'stopping');
    },
    stopped(): void {
      log.info('stopped');
    },
  };
}

function attemptLine({ start, end, urlHost, settlement, settled }: AttemptFinished): Readonly<Record<string, unknown>> {
  return {
    invocationId: start.id,
    deliveryId: start.deliveryId,
    eventId: start.eventId,
    webhookId: start.webhookId,
    webhookVersion: start.webhookVersion,
    organizationId: start.organizationId,
    kind: start.kind,
    attempt: start.attempt,
    maxAttempts: start.maxAttempts,
    outcome: end.outcome,
    phase: end.phase,
    errorCode: end.errorCode,
    status: end.response?.status,
    urlHost,
    durationMs: end.finishedAt.getTime() - start.startedAt.getTime(),
    timings: end.timings,
    next: settlement?.state,
    nextAttemptAt: end.nextAttemptAt,
    settled,
  };
}

function statusClass(status: number | undefined): string {
  return status === undefined ? 'none' : `${String(Math.floor(status / 100))}xx`;
}
