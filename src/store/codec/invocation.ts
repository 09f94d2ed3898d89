// Invocations as rows: one for the record, one for the bodies, so that these can be dropped earlier.
import type { HeaderLines, Peer, Timings } from '../../domain/exchange.ts';
import type {
  Invocation,
  InvocationEnd,
  InvocationStart,
  RecordedRequest,
  RecordedResponse,
  RenderWarning,
  ValidatorResult,
} from '../../domain/invocation.ts';
import { writeExact } from '../../domain/json.ts';
import { MAX_JSON_DEPTH, readJson } from '../../domain/json-read.ts';
import { INVOCATION_KINDS } from '../../domain/invocation.ts';
import type { Phase } from '../../domain/outcomes.ts';
import { OUTCOME_NAMES } from '../../domain/outcomes.ts';
import type { Row, RowOf } from './columns.ts';
import {
  flag,
  instant,
  integer,
  oneOf,
  optionalInstant,
  optionalInteger,
  optionalJson,
  optionalText,
  text,
  writeInstant,
  writeOptionalInstant,
  writeOptionalJson,
} from './columns.ts';

/** The outcome of a row whose end is not known yet. */
export const OPEN_OUTCOME = 'sending';

const BODY_ENCODINGS = ['utf8', 'base64'] as const;

/** The columns of `writeStart`, and those of them that hold whole numbers. */
export const START_COLUMNS = [
  'id',
  'organization_id',
  'kind',
  'delivery_id',
  'event_id',
  'webhook_id',
  'webhook_version',
  'webhook_name',
  'requested_by',
  'attempt',
  'max_attempts',
  'scheduled_at',
  'started_at',
  'outcome',
] as const;
export const START_INTEGERS: readonly string[] = ['webhook_version', 'attempt', 'max_attempts'];

/** The row of an invocation that begins. */
export function writeStart(start: InvocationStart): RowOf<typeof START_COLUMNS> {
  return {
    id: start.id,
    organization_id: start.organizationId,
    kind: start.kind,
    delivery_id: start.deliveryId ?? null,
    event_id: start.eventId ?? null,
    webhook_id: start.webhookId ?? null,
    webhook_version: start.webhookVersion ?? null,
    webhook_name: start.webhookName,
    requested_by: start.requestedBy ?? null,
    attempt: start.attempt,
    max_attempts: start.maxAttempts,
    scheduled_at: writeInstant(start.scheduledAt),
    started_at: writeInstant(start.startedAt),
    outcome: OPEN_OUTCOME,
  };
}

const REQUEST_COLUMNS = ['method', 'url', 'request_headers', 'request_bytes', 'request_sha256'] as const;

const RESPONSE_COLUMNS = [
  'status',
  'http_version',
  'response_headers',
  'response_encoding',
  'response_bytes',
  'response_truncated',
] as const;

/** The columns of `writeEnd` besides the id, and those of them that hold whole numbers. */
export const END_COLUMNS = [
  'finished_at',
  'outcome',
  'phase',
  'error_code',
  'message',
  'template_sha256',
  ...REQUEST_COLUMNS,
  ...RESPONSE_COLUMNS,
  'timings',
  'peer',
  'validators',
  'warnings',
  'next_attempt_at',
  'next_attempt_reason',
  'masked_places',
] as const;
export const END_INTEGERS: readonly string[] = [
  'request_bytes',
  'status',
  'response_bytes',
  'response_truncated',
  'masked_places',
];

/**
 * What the end of an invocation adds to its row, with the id of that. Column by column: to spread an object into another
 * takes as long as writing four columns.
 */
export function writeEnd(id: string, end: InvocationEnd): RowOf<readonly ['id', ...typeof END_COLUMNS]> {
  const request = writeRequest(end.request);
  const response = writeResponse(end.response);
  return {
    id,
    finished_at: writeInstant(end.finishedAt),
    outcome: end.outcome,
    phase: end.phase ?? null,
    error_code: end.errorCode ?? null,
    message: end.message,
    template_sha256: end.templateSha256 ?? null,
    method: request.method,
    url: request.url,
    request_headers: request.request_headers,
    request_bytes: request.request_bytes,
    request_sha256: request.request_sha256,
    status: response.status,
    http_version: response.http_version,
    response_headers: response.response_headers,
    response_encoding: response.response_encoding,
    response_bytes: response.response_bytes,
    response_truncated: response.response_truncated,
    timings: writeOptionalJson(end.timings),
    peer: writeOptionalJson(end.peer),
    validators: writeValidators(end.validators),
    warnings: JSON.stringify(end.warnings),
    next_attempt_at: writeOptionalInstant(end.nextAttemptAt),
    next_attempt_reason: end.nextAttemptReason ?? null,
    masked_places: end.maskedPlaces,
  };
}

function writeRequest(request: RecordedRequest | undefined): RowOf<typeof REQUEST_COLUMNS> {
  return {
    method: request?.method ?? null,
    url: request?.url ?? null,
    request_headers: writeOptionalJson(request?.headers),
    request_bytes: request?.bodyBytes ?? null,
    request_sha256: request?.bodySha256 ?? null,
  };
}

const NO_RESPONSE: RowOf<typeof RESPONSE_COLUMNS> = {
  status: null,
  http_version: null,
  response_headers: null,
  response_encoding: null,
  response_bytes: null,
  response_truncated: null,
};

function writeResponse(response: RecordedResponse | undefined): RowOf<typeof RESPONSE_COLUMNS> {
  if (response === undefined) return NO_RESPONSE;
  return {
    status: response.status,
    http_version: response.httpVersion,
    response_headers: JSON.stringify(response.headers),
    response_encoding: response.bodyEncoding,
    response_bytes: response.bodyBytes,
    response_truncated: Number(response.truncated),
  };
}

/** The columns of `writeBodies`. */
export const BODY_COLUMNS = ['invocation_id', 'organization_id', 'request_body', 'response_body'] as const;

/** The row of the bodies, or nothing where there are none. */
export function writeBodies(
  invocationId: string,
  organizationId: string,
  end: InvocationEnd,
): RowOf<typeof BODY_COLUMNS> | undefined {
  const requestBody = end.request?.body;
  const responseBody = end.response?.body;
  if (requestBody === undefined && responseBody === undefined) return undefined;
  return {
    invocation_id: invocationId,
    organization_id: organizationId,
    request_body: requestBody ?? null,
    response_body: responseBody ?? null,
  };
}

/** An invocation from its row, joined with its bodies or (in lists, and once these are dropped) without them. */
export function readInvocation(row: Row): Invocation {
  const erasedAt = optionalInstant(row, 'erased_at');
  const end = row['outcome'] === OPEN_OUTCOME ? undefined : readEnd(row);
  return { start: readStart(row), end, ...(erasedAt === undefined ? {} : { erasedAt }) };
}

function readStart(row: Row): InvocationStart {
  return {
    id: text(row, 'id'),
    organizationId: text(row, 'organization_id'),
    kind: oneOf(row, 'kind', INVOCATION_KINDS),
    deliveryId: optionalText(row, 'delivery_id'),
    eventId: optionalText(row, 'event_id'),
    webhookId: optionalText(row, 'webhook_id'),
    webhookVersion: optionalInteger(row, 'webhook_version'),
    webhookName: text(row, 'webhook_name'),
    requestedBy: optionalText(row, 'requested_by'),
    attempt: integer(row, 'attempt'),
    maxAttempts: integer(row, 'max_attempts'),
    scheduledAt: instant(row, 'scheduled_at'),
    startedAt: instant(row, 'started_at'),
  };
}

function readEnd(row: Row): InvocationEnd {
  return {
    finishedAt: instant(row, 'finished_at'),
    outcome: oneOf(row, 'outcome', OUTCOME_NAMES),
    phase: optionalText(row, 'phase') as Phase | undefined,
    errorCode: optionalText(row, 'error_code'),
    message: text(row, 'message'),
    templateSha256: optionalText(row, 'template_sha256'),
    request: readRequest(row),
    response: readResponse(row),
    timings: optionalJson(row, 'timings') as Timings | undefined,
    peer: readPeer(row),
    validators: readValidators(optionalText(row, 'validators')),
    warnings: (optionalJson(row, 'warnings') ?? []) as RenderWarning[],
    nextAttemptAt: optionalInstant(row, 'next_attempt_at'),
    nextAttemptReason: optionalText(row, 'next_attempt_reason'),
    maskedPlaces: integer(row, 'masked_places'),
  };
}

function readRequest(row: Row): RecordedRequest | undefined {
  if (row['url'] === null) return undefined;
  return {
    method: text(row, 'method'),
    url: text(row, 'url'),
    headers: optionalJson(row, 'request_headers') as HeaderLines,
    body: optionalText({ request_body: null, ...row }, 'request_body'),
    bodyBytes: integer(row, 'request_bytes'),
    bodySha256: optionalText(row, 'request_sha256'),
  };
}

function readResponse(row: Row): RecordedResponse | undefined {
  if (row['status'] === null) return undefined;
  return {
    status: integer(row, 'status'),
    httpVersion: text(row, 'http_version'),
    headers: optionalJson(row, 'response_headers') as HeaderLines,
    body: optionalText({ response_body: null, ...row }, 'response_body') ?? '',
    bodyEncoding: oneOf(row, 'response_encoding', BODY_ENCODINGS),
    bodyBytes: integer(row, 'response_bytes'),
    truncated: flag(row, 'response_truncated'),
  };
}

// Numbers that a receiver sent keep their spelling.
function writeValidators(validators: readonly ValidatorResult[]): string {
  return writeExact(validators.map((validator) => ({ ...validator, actual: { ...validator.actual } })));
}

// What a response holds may nest as deep as JSON is read at all; here it stands inside of a few more levels.
const LEVELS_AROUND_VALUES = 4;

function readValidators(text: string | undefined): ValidatorResult[] {
  if (text === undefined) return [];
  const reading = readJson(text, MAX_JSON_DEPTH + LEVELS_AROUND_VALUES);
  if (!reading.ok) throw new Error('The column validators of the database does not hold JSON.');
  return (reading.documents[0]?.value ?? []) as unknown as ValidatorResult[];
}

// JSON has no undefined: a member that was left out comes back as one.
function readPeer(row: Row): Peer | undefined {
  const peer = optionalJson(row, 'peer') as Peer | undefined;
  return peer === undefined ? undefined : { ...peer, tlsVersion: peer.tlsVersion };
}
