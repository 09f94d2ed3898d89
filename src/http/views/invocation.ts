// The wire form of invocations: the whole record, and the summary that lists show.
import type { HeaderLines, Peer, Timings } from '../../domain/exchange.ts';
import type {
  Invocation,
  InvocationEnd,
  RecordedRequest,
  RecordedResponse,
  ValidatorResult,
} from '../../domain/invocation.ts';
import type { ExactJson, ExactJsonObject } from '../../domain/json.ts';
import { lostItsAnswer, lostItsBody } from '../../domain/invocation.ts';
import { outcomeEntry } from '../../domain/outcomes.ts';

/** An invocation as `schemas/api/invocation.schema.json` describes it. */
export function invocationView(invocation: Invocation): ExactJsonObject {
  const end: Partial<InvocationEnd> = invocation.end ?? {};
  return {
    ...headView(invocation),
    request: orNull(end.request, requestView),
    response: orNull(end.response, responseView),
    timings_ms: orNull(end.timings, timingsView),
    peer: orNull(end.peer, peerView),
    validators: (end.validators ?? []).map(validatorView),
    ...nextView(invocation),
    warnings: (end.warnings ?? []).map(({ code, detail }) => ({ code, detail })),
    masked_places: end.maskedPlaces ?? 0,
    bodies: haveExpired(end) ? 'expired' : 'kept',
  };
}

function haveExpired({ request, response }: Partial<InvocationEnd>): boolean {
  return (request !== undefined && lostItsBody(request)) || (response !== undefined && lostItsAnswer(response));
}

/** An invocation without headers, bodies and validators, as `invocation-summary.schema.json` describes it. */
export function invocationSummaryView(invocation: Invocation): ExactJsonObject {
  const { end } = invocation;
  return {
    ...headView(invocation),
    request: orNull(end?.request, requestSummary),
    response: orNull(end?.response, responseSummary),
    timings_ms: orNull(end?.timings, timingsView),
    ...nextView(invocation),
  };
}

/** What a response rule said, as `validator-result.schema.json` describes it. */
export function validatorView(result: ValidatorResult): ExactJsonObject {
  const { actual } = result;
  return {
    json_path: result.jsonPath,
    expected_values: result.expectedValues,
    found: actual.found,
    actual: actual.found === 'values' ? actual.values : null,
    passed: result.passed,
    message: result.message,
  };
}

function headView({ start, end, erasedAt }: Invocation): ExactJsonObject {
  return {
    id: start.id,
    kind: start.kind,
    delivery_id: start.deliveryId ?? null,
    event_id: start.eventId ?? null,
    webhook: { id: start.webhookId ?? null, name: start.webhookName, version: start.webhookVersion ?? null },
    template_sha256: end?.templateSha256 ?? null,
    requested_by: start.requestedBy ?? null,
    attempt: { number: start.attempt, max: start.maxAttempts },
    scheduled_at: start.scheduledAt.toISOString(),
    started_at: start.startedAt.toISOString(),
    ...endView(end, erasedAt),
    ...outcomeView(end),
  };
}

function endView(end: Invocation['end'], erasedAt: Date | undefined): ExactJsonObject {
  return { finished_at: end?.finishedAt.toISOString() ?? null, erased_at: erasedAt?.toISOString() ?? null };
}

// Until it has ended, an invocation is under way, and says so.
function outcomeView(end: Invocation['end']): ExactJsonObject {
  const outcome = end?.outcome ?? 'sending';
  const { sentence, hint } = outcomeEntry(outcome);
  return {
    outcome,
    phase: end?.phase ?? null,
    error_code: end?.errorCode ?? null,
    message: end?.message ?? sentence,
    hint,
  };
}

function nextView({ end }: Invocation): ExactJsonObject {
  return {
    next_attempt_at: end?.nextAttemptAt?.toISOString() ?? null,
    next_attempt_reason: end?.nextAttemptReason ?? null,
  };
}

function requestView(request: RecordedRequest): ExactJsonObject {
  return {
    ...requestSummary(request),
    headers: headersView(request.headers),
    body: request.body ?? null,
    body_sha256: request.bodySha256 ?? null,
    reconstructed: request.reconstructed ?? false,
  };
}

function requestSummary({ method, url, bodyBytes }: RecordedRequest): ExactJsonObject {
  return { method, url, body_bytes: bodyBytes };
}

function responseView(response: RecordedResponse): ExactJsonObject {
  return {
    ...responseSummary(response),
    headers: headersView(response.headers),
    body: response.body,
    body_encoding: response.bodyEncoding,
  };
}

function responseSummary({ status, httpVersion, bodyBytes, truncated }: RecordedResponse): ExactJsonObject {
  return { status, http_version: httpVersion, body_bytes: bodyBytes, truncated };
}

function headersView(headers: HeaderLines): ExactJson {
  return headers.map(([name, value]) => [name, value]);
}

function timingsView({ blocked, dns, connect, ssl, send, wait, receive, total }: Timings): ExactJsonObject {
  return { blocked, dns, connect, ssl, send, wait, receive, total };
}

function peerView({ address, port, tlsVersion }: Peer): ExactJsonObject {
  return { address, port, tls_version: tlsVersion ?? null };
}

function orNull<Value>(value: Value | undefined, view: (value: Value) => ExactJson): ExactJson {
  return value === undefined ? null : view(value);
}
