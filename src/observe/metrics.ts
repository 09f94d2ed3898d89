// The metrics of one app, in Prometheus' text format. No webhook, URL or event type is a label: their number has no bound.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { DeliveryState } from '../domain/delivery.ts';

/** What is looked up when the metrics are read. */
export interface MetricSources {
  readonly version: string;
  /** How many deliveries are in each state. */
  deliveriesByState(): Promise<Readonly<Partial<Record<DeliveryState, number>>>>;
  /** Requests to webhooks that are under way in this process. */
  inFlight(): number;
  /** What is being taken in; `oldestSeconds` is how long the oldest request has been inside. */
  intake(): { readonly requests: number; readonly bytes: number; readonly oldestSeconds: number };
  /** How long the event has been waiting that waits longest for its line in the audit log file; absent: nothing is written. */
  auditFileLagSeconds?(): number;
}

/** The counters that `report.ts` moves, and their text. */
export type Metrics = ReturnType<typeof createMetrics>;

const EXCHANGE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Makes the metrics of one app, in a registry of their own. */
export function createMetrics(sources: MetricSources) {
  const registry = new Registry();
  const look = createGauges(registry, sources);
  return {
    ...counters(registry),
    attemptSeconds: new Histogram({
      name: 'hookwright_attempt_duration_seconds',
      help: 'Exchanges with receivers, from DNS to the last byte.',
      buckets: EXCHANGE_SECONDS,
      registers: [registry],
    }),
    requestSeconds: new Histogram({
      name: 'hookwright_http_request_duration_seconds',
      help: 'Requests to the API, by route.',
      labelNames: ['method', 'route'],
      buckets: REQUEST_SECONDS,
      registers: [registry],
    }),
    contentType: registry.contentType,
    /** The text that Prometheus reads. */
    text: async (): Promise<string> => {
      await look();
      return registry.metrics();
    },
  };
}

function counters(registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name: `hookwright_${name}`, help, labelNames, registers: [registry] });
  return {
    events: counter('events_received_total', 'Events received, by what became of them.', ['result']),
    intakeRefused: counter('intake_refused_total', 'Requests with events that were not taken in, by the reason.', [
      'reason',
    ]),
    deliveries: counter('deliveries_planned_total', 'Deliveries planned for accepted events.', []),
    settled: counter('deliveries_settled_total', 'Deliveries after an attempt, by the state they went to.', ['state']),
    invocations: counter('invocations_total', 'Finished invocations.', ['kind', 'outcome']),
    attempts: counter('attempts_total', 'Exchanges with receivers.', ['error_code', 'status_class']),
    tokenRequests: counter('token_requests_total', 'Requests for OAuth2 access tokens.', [
      'error_code',
      'status_class',
    ]),
    webhookChanges: counter('webhook_changes_total', 'Changes of webhooks.', ['action']),
    healthChanges: counter('webhook_health_changes_total', 'Changes of the health of webhooks.', ['change']),
    followed: counter('deliveries_followed_total', 'Deliveries that were moved because their webhook changed.', []),
    rescued: counter('deliveries_rescued_total', 'Deliveries set free because their lease ran out.', []),
    indexed: counter('events_indexed_total', 'Events that were made findable.', []),
    retentionRemoved: counter('retention_removed_total', 'What was older than it is to be kept, and was removed.', [
      'what',
    ]),
    retentionExpired: counter(
      'deliveries_expired_total',
      'Held deliveries that ended because the period of their event was over.',
      [],
    ),
    requests: counter('http_requests_total', 'Requests to the API.', ['method', 'route', 'status_class']),
    authenticationFailures: counter('authentication_failures_total', 'Requests whose sender is not known.', ['reason']),
    bugs: counter('http_request_bugs_total', 'Requests to the API that ended in a bug of ours.', []),
    auditFileLines: counter('audit_file_lines_total', 'Lines written to audit log files.', []),
    auditFileBugs: counter('audit_file_bugs_total', 'Events that could not be written there as they should be.', []),
    jobFailures: counter('job_failures_total', 'Scheduled work that failed.', ['job']),
  };
}

// Gives the function that brings the gauges up to date. It never fails: metrics are needed most when something is wrong.
function createGauges(registry: Registry, sources: MetricSources): () => Promise<void> {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> =>
    new Gauge({ name: `hookwright_${name}`, help, labelNames, registers: [registry] });
  const inFlight = gauge('attempts_in_flight', 'Requests to webhooks under way in this process.', []);
  const intakeRequests = gauge('intake_requests', 'Requests with events that are being read or stored.', []);
  const intakeBytes = gauge('intake_bytes', 'Bytes of their bodies.', []);
  const intakeOldest = gauge('intake_oldest_seconds', 'How long the oldest of them has been waiting.', []);
  const deliveries = gauge('deliveries', 'Deliveries by state.', ['state']);
  const auditFileLag = gauge(
    'audit_file_lag_seconds',
    'How long the event has been waiting that waits longest for its line in the audit log file.',
    [],
  );
  const databaseUp = gauge('database_up', 'Whether the database answered when these metrics were read.', []);
  gauge('build_info', 'Always 1; the labels say what runs.', ['version', 'node']).set(
    { version: sources.version, node: process.versions.node },
    1,
  );
  return async () => {
    const counts = await sources.deliveriesByState().catch(() => undefined);
    inFlight.set(sources.inFlight());
    const { requests, bytes, oldestSeconds } = sources.intake();
    intakeRequests.set(requests);
    intakeBytes.set(bytes);
    intakeOldest.set(oldestSeconds);
    auditFileLag.set(sources.auditFileLagSeconds?.() ?? 0);
    databaseUp.set(counts === undefined ? 0 : 1);
    deliveries.reset();
    for (const [state, count] of Object.entries(counts ?? {})) deliveries.set({ state }, count);
  };
}
