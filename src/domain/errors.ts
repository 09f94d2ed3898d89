// A caller's mistake, said once in the words of the domain. `http/problem.ts` holds the only mapping to status codes.

/** A position in a text the caller sent: 1-based line and column (UTF-16 units), 0-based offset. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset?: number;
}

/**
 * One thing that is wrong with a request: where (`pointer`, RFC 6901, into the request body; `position` inside the
 * text that the pointer names), a stable `code`, a sentence for people, and how to mend it.
 */
export interface Fault {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
  readonly hint?: string;
  readonly position?: Position;
  readonly excerpt?: string;
  readonly when?: readonly string[];
}

/** What kind of mistake it is. `http/problem.ts` does not compile while one of these has no row there. */
export type ErrorKind =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'precondition_failed'
  | 'too_large'
  | 'unsupported_media_type'
  | 'invalid'
  | 'unavailable';

/** Extras of an error: the single faults, and how long to wait before trying again. */
export interface ErrorDetails {
  readonly faults?: readonly Fault[];
  readonly hint?: string;
  readonly retryAfterSec?: number;
  readonly allow?: readonly string[];
  readonly cause?: unknown;
}

/** A mistake of the caller, or a passing inability of ours that the caller should know of. Anything else thrown is a bug. */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly faults: readonly Fault[];
  readonly hint: string | undefined;
  readonly retryAfterSec: number | undefined;
  readonly allow: readonly string[] | undefined;

  constructor(kind: ErrorKind, code: string, detail: string, details: ErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.faults = details.faults ?? [];
    this.hint = details.hint;
    this.retryAfterSec = details.retryAfterSec;
    this.allow = details.allow;
  }
}

/** The request was understood, but what it asks for is not valid: all faults at once. */
export function invalid(faults: readonly Fault[], code = 'invalid_request'): AppError {
  const count = faults.length === 1 ? 'One thing is' : `${String(faults.length)} things are`;
  return new AppError('invalid', code, `${count} wrong with this request; each is listed in errors.`, { faults });
}

/** The thing named by `id` does not exist, or belongs to somebody else, which is never told apart. */
export function notFound(what: string, id: string): AppError {
  return new AppError('not_found', 'not_found', `There is no ${what} ${id} here.`, {
    hint: 'Check the spelling. What was deleted, or belongs to another organization, is not found either.',
  });
}

/** The state of things forbids it now. */
export function conflict(code: string, detail: string, hint: string, faults: readonly Fault[] = []): AppError {
  return new AppError('conflict', code, detail, { hint, faults });
}

/** Not now, for a reason of ours; nothing was accepted. Try again after `retryAfterSec` seconds. */
export function unavailable(code: string, detail: string, retryAfterSec: number, cause?: unknown): AppError {
  return new AppError('unavailable', code, detail, {
    retryAfterSec,
    cause,
    hint: 'Try again after Retry-After seconds.',
  });
}
