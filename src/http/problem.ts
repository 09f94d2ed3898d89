// Errors as RFC 9457 problem documents: the only place that knows which mistake has which status.
import type { ErrorKind, Fault } from '../domain/errors.ts';
import type { AppError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';

/** Status and title of each kind of mistake. A kind without a row does not compile. */
export const PROBLEMS: Readonly<Record<ErrorKind, { readonly status: number; readonly title: string }>> = {
  malformed: { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'Who is asking is not known' },
  forbidden: { status: 403, title: 'This key may not do that' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'This method does not exist here' },
  too_slow: { status: 408, title: 'The request came too slowly' },
  conflict: { status: 409, title: 'The state of things forbids it' },
  precondition_failed: { status: 412, title: 'It has changed in the meantime' },
  too_large: { status: 413, title: 'Too large' },
  head_too_large: { status: 431, title: 'Address or headers are too long' },
  unsupported_media_type: { status: 415, title: 'This content type is not read here' },
  invalid: { status: 422, title: 'The request is not valid' },
  too_many: { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'Not possible just now' },
};

/** The content type of a problem document. */
export const PROBLEM_TYPE = 'application/problem+json';

/** A problem document with the status and headers it is answered with. */
export interface Problem {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
}

/** The problem document of a mistake. `extra` members are added to it. */
export function problemOf(error: AppError, requestId: string, extra: JsonObject = {}): Problem {
  const { status, title } = PROBLEMS[error.kind];
  const body = {
    ...document(status, title, error.code, error.message, requestId),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    errors: error.faults.map(faultView),
    ...extra,
  };
  return { status, body, headers: headersOf(error) };
}

/** What is said of a bug: nothing but where to look it up. */
export function bugProblem(requestId: string): Problem {
  const detail = 'Something went wrong in the engine. The request id leads to the reason in its log.';
  const body = {
    ...document(500, 'A fault of the engine', 'internal_error', detail, requestId),
    hint: 'Report it with the request id.',
    errors: [],
  };
  return { status: 500, body, headers: {} };
}

function document(status: number, title: string, code: string, detail: string, requestId: string): JsonObject {
  return {
    type: `urn:hookwright:problem:${code}`,
    title,
    status,
    code,
    detail,
    instance: requestId,
    request_id: requestId,
  };
}

/** The JSON form of a fault. */
export function faultView(fault: Fault): JsonObject {
  const { pointer, code, detail, position, excerpt, when, hint } = fault;
  const members: Readonly<Record<string, Json | undefined>> = {
    pointer,
    code,
    detail,
    position: position === undefined ? undefined : { ...position },
    excerpt,
    when,
    hint,
  };
  return Object.fromEntries(
    Object.entries(members).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function headersOf(error: AppError): Record<string, string> {
  return {
    ...(error.retryAfterSec === undefined ? {} : { 'retry-after': String(error.retryAfterSec) }),
    ...(error.allow === undefined ? {} : { allow: error.allow.join(', ') }),
    ...(error.kind === 'unauthenticated' ? { 'www-authenticate': challenge(error.schemes) } : {}),
  };
}

function challenge(schemes: readonly string[]): string {
  return schemes.map((scheme) => `${scheme} realm="hookwright"`).join(', ');
}
