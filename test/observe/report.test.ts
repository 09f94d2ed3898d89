import assert from 'node:assert/strict';
import type { InvocationEnd, InvocationStart } from '../../src/domain/invocation.ts';
import { createLog } from '../../src/observe/log.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { createReporter } from '../../src/observe/report.ts';

interface Line {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly count: number;
  readonly deliveries: number;
  readonly keyId: string;
  readonly requestId: string;
  readonly job: string;
  readonly address: string;
  readonly error: { readonly type: string; readonly message: string; readonly stack: readonly string[] };
}

function setup() {
  const written: string[] = [];
  const metrics = createMetrics({
    version: '0',
    deliveriesByState: async () => ({}),
    inFlight: () => 0,
    intake: () => ({ requests: 0, bytes: 0, oldestSeconds: 0 }),
  });
  const log = createLog({ level: 'info', sink: { write: (line) => written.push(line) } });
  const lines = () => written.map((line) => JSON.parse(line) as Line);
  /** The samples of a metric that are not zero, without its help. */
  const samples = async (name: string) =>
    (await metrics.text()).split('\n').filter((line) => line.startsWith(`hookwright_${name}`) && !line.endsWith(' 0'));
  return { report: createReporter({ log, metrics }), lines, written, samples };
}

const at = new Date('2026-11-20T12:00:00Z');
const start: InvocationStart = {
  id: 'inv_1',
  organizationId: 'org_1',
  kind: 'delivery',
  deliveryId: 'dlv_1',
  eventId: 'evt_1',
  webhookId: 'whk_1',
  webhookVersion: 3,
  webhookName: 'SIEM',
  requestedBy: undefined,
  attempt: 1,
  maxAttempts: 4,
  scheduledAt: at,
  startedAt: at,
};
const end: InvocationEnd = {
  finishedAt: new Date(at.getTime() + 120),
  outcome: 'server_error',
  phase: 'receive',
  errorCode: undefined,
  message: 'The receiver answered 500.',
  templateSha256: undefined,
  request: {
    method: 'POST',
    url: 'https://receiver.example/s3cr3t?token=s3cr3t',
    headers: [['authorization', 'Bearer s3cr3t']],
    body: '{"password":"s3cr3t"}',
    bodyBytes: 21,
    bodySha256: 'ab',
  },
  response: {
    status: 503,
    httpVersion: '1.1',
    headers: [['set-cookie', 's3cr3t']],
    body: 's3cr3t',
    bodyEncoding: 'utf8',
    bodyBytes: 6,
    truncated: false,
  },
  timings: { blocked: 0, dns: 1, connect: 2, ssl: 3, send: 1, wait: 100, receive: 3, total: 110 },
  peer: { address: '192.0.2.1', port: 443, tlsVersion: 'TLSv1.3' },
  validators: [],
  warnings: [],
  nextAttemptAt: new Date(at.getTime() + 60_000),
  nextAttemptReason: 'Retry 1 of 3: 60 s, jitter +0 %.',
  maskedPlaces: 0,
};
const settlement = { state: 'pending', dueAt: at, reason: 'x', counts: true } as const;

describe('eventsAccepted', () => {
  it('counts by result and writes one line', async () => {
    const { report, lines, samples } = setup();
    report.eventsAccepted({
      organizationId: 'org_1',
      count: 3,
      duplicates: 1,
      refused: 2,
      notCovered: 7,
      deliveries: 5,
      durationMs: 4,
    });
    assert.deepEqual(await samples('events_received_total'), [
      'hookwright_events_received_total{result="accepted"} 3',
      'hookwright_events_received_total{result="duplicate"} 1',
      'hookwright_events_received_total{result="refused"} 2',
      'hookwright_events_received_total{result="not_covered"} 7',
    ]);
    assert.deepEqual(await samples('deliveries_planned_total'), ['hookwright_deliveries_planned_total 5']);
    assert.equal(lines().length, 1);
    assert.deepEqual([lines()[0]?.message, lines()[0]?.count, lines()[0]?.deliveries], ['events accepted', 3, 5]);
  });
});

describe('attemptFinished', () => {
  it('writes one wide line with everything that finds the invocation again', () => {
    const { report, lines } = setup();
    report.attemptFinished({ start, end, urlHost: 'receiver.example', settlement, settled: true });
    const [line, ...others] = lines();
    assert.deepEqual(others, []);
    assert.ok(line);
    const { time, ...fields } = line;
    assert.ok(time);
    assert.deepEqual(fields, {
      level: 'info',
      invocationId: 'inv_1',
      deliveryId: 'dlv_1',
      eventId: 'evt_1',
      webhookId: 'whk_1',
      webhookVersion: 3,
      organizationId: 'org_1',
      kind: 'delivery',
      attempt: 1,
      maxAttempts: 4,
      outcome: 'server_error',
      phase: 'receive',
      status: 503,
      urlHost: 'receiver.example',
      durationMs: 120,
      timings: end.timings,
      next: 'pending',
      nextAttemptAt: '2026-11-20T12:01:00.000Z',
      settled: true,
      message: 'attempt finished',
    });
  });

  it('says nothing of the URL, the headers and the bodies', () => {
    const { report, written } = setup();
    report.attemptFinished({ start, end, urlHost: 'receiver.example', settlement, settled: true });
    assert.ok(!written.join('').includes('s3cr3t'));
  });

  it('counts the invocation, the exchange and where the delivery went', async () => {
    const { report, samples } = setup();
    report.attemptFinished({ start, end, urlHost: 'receiver.example', settlement, settled: true });
    assert.deepEqual(await samples('invocations_total'), [
      'hookwright_invocations_total{kind="delivery",outcome="server_error"} 1',
    ]);
    assert.deepEqual(await samples('attempts_total'), [
      'hookwright_attempts_total{error_code="none",status_class="5xx"} 1',
    ]);
    assert.deepEqual(await samples('deliveries_settled_total'), [
      'hookwright_deliveries_settled_total{state="pending"} 1',
    ]);
    assert.deepEqual(await samples('attempt_duration_seconds_sum'), ['hookwright_attempt_duration_seconds_sum 0.11']);
  });

  it('counts no exchange where none came about, and no delivery that somebody else had settled', async () => {
    const { report, samples } = setup();
    const unrendered = { ...end, outcome: 'template_error' as const, timings: undefined, response: undefined };
    report.attemptFinished({ start, end: unrendered, urlHost: undefined, settlement, settled: false });
    assert.deepEqual(await samples('attempts_total'), []);
    assert.deepEqual(await samples('deliveries_settled_total'), []);
    assert.equal((await samples('invocations_total')).length, 1);
  });
});

describe('requestServed', () => {
  it('counts by route and status class, and never by path', async () => {
    const { report, samples, lines } = setup();
    const fact = {
      method: 'GET',
      route: '/v1/webhooks/{id}',
      status: 404,
      durationMs: 2.5,
      requestId: 'req_1',
      keyId: 'key_1',
      address: '192.0.2.1',
    };
    report.requestServed(fact);
    assert.deepEqual(await samples('http_requests_total'), [
      'hookwright_http_requests_total{method="GET",route="/v1/webhooks/{id}",status_class="4xx"} 1',
    ]);
    assert.equal(lines()[0]?.keyId, 'key_1');
  });
});

describe('authenticationFailed', () => {
  it('counts by reason, and logs who it was as far as that is known', async () => {
    const { report, samples, lines } = setup();
    report.authenticationFailed({ reason: 'expired', keyId: 'key_1', address: '192.0.2.1' });
    report.authenticationFailed({ reason: 'missing', keyId: undefined, address: '192.0.2.1' });
    assert.deepEqual(await samples('authentication_failures_total'), [
      'hookwright_authentication_failures_total{reason="expired"} 1',
      'hookwright_authentication_failures_total{reason="missing"} 1',
    ]);
    const [line, ...others] = lines();
    assert.deepEqual([line?.level, line?.keyId], ['warn', 'key_1']);
    assert.match(JSON.stringify(line ?? ''), /"reason":"expired".*192\.0\.2\.1/);
    assert.deepEqual(others, [], 'many clients begin without a key');
  });
});

describe('requestFailed and jobFailed', () => {
  it('log the error with its stack, and count it', async () => {
    const { report, lines, samples } = setup();
    report.requestFailed({ requestId: 'req_1', error: new TypeError('bug') });
    report.jobFailed({ job: 'rescue', error: new Error('away') });
    const [request, job] = lines();
    assert.ok(request && job);
    assert.deepEqual([request.level, request.requestId, request.error.type], ['error', 'req_1', 'TypeError']);
    assert.ok(request.error.stack.length > 0);
    assert.deepEqual([job.job, job.error.message], ['rescue', 'away']);
    assert.deepEqual(await samples('http_request_bugs_total'), ['hookwright_http_request_bugs_total 1']);
    assert.deepEqual(await samples('job_failures_total'), ['hookwright_job_failures_total{job="rescue"} 1']);
  });
});

describe('the other facts', () => {
  it('write one line each, and move their counter', async () => {
    const { report, lines, samples } = setup();
    report.webhookChanged({ action: 'updated', webhookId: 'whk_1', version: 2, actorKeyId: 'key_1' });
    report.deliveriesFollowed({ count: 4 });
    report.rescued({ count: 2 });
    report.retentionRun({ removed: { events: 3, bodies: 0 }, expired: 1, durationMs: 5, finished: true });
    report.starting({ version: '0.1.0', settings: { HOOKWRIGHT_LISTEN: '127.0.0.1:0' } });
    report.started({ url: 'http://127.0.0.1:1', version: '0.1.0' });
    report.stopping({ graceMs: 1 });
    report.stopped();
    assert.deepEqual(
      lines().map((line): unknown => line['message']),
      [
        'webhook changed',
        'deliveries followed their webhooks',
        'deliveries rescued',
        'retention has run',
        'starting',
        'started',
        'stopping',
        'stopped',
      ],
    );
    assert.equal(lines().find((line) => line.message === 'started')?.address, 'http://127.0.0.1:1');
    assert.deepEqual(await samples('webhook_changes_total'), ['hookwright_webhook_changes_total{action="updated"} 1']);
    assert.deepEqual(await samples('deliveries_followed_total'), ['hookwright_deliveries_followed_total 4']);
    assert.deepEqual(await samples('deliveries_rescued_total'), ['hookwright_deliveries_rescued_total 2']);
    assert.deepEqual(await samples('retention_removed_total'), ['hookwright_retention_removed_total{what="events"} 3']);
    assert.deepEqual(await samples('deliveries_expired_total'), ['hookwright_deliveries_expired_total 1']);
  });
});
