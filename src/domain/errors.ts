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
  | 'too_slow'
  | 'conflict'
  | 'precondition_failed'
  | 'too_large'
  | 'head_too_large'
  | 'unsupported_media_type'
  | 'invalid'
  | 'too_many'
  | 'unavailable';

/** Extras of an error: the single faults, and how long to wait before trying again. */
export interface ErrorDetails {
  readonly faults?: readonly Fault[];
  readonly hint?: string;
  readonly retryAfterSec?: number;
  readonly allow?: readonly string[];
  /** Ways to say who is asking, of RFC 9110 §11.6.1; `Bearer` where it is left out. */
  readonly schemes?: readonly string[];
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
  readonly schemes: readonly string[];

  constructor(kind: ErrorKind, code: string, detail: string, details: ErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.faults = details.faults ?? [];
    this.hint = details.hint;
    this.retryAfterSec = details.retryAfterSec;
    this.allow = details.allow;
    this.schemes = details.schemes ?? ['Bearer'];
  }
}

/** The request was understood, but what it asks for is not valid: all faults at once, as `boundedFaults` gives them. */
export function invalid(faults: readonly Fault[], code = 'invalid_request'): AppError {
  const shown = boundedFaults(faults);
  return new AppError('invalid', code, `${summary(faults, shown)} listed in errors.`, { faults: shown });
}

function summary(faults: readonly Fault[], shown: readonly Fault[]): string {
  // Templates cut their own faults, and say so in one of them.
  const listed = faults.filter((fault) => !standsForMore(fault)).length;
  if (listed < faults.length) return `More than ${counted(listed)} things are wrong with this request; the first are`;
  const count = listed === 1 ? 'One thing is' : `${counted(listed)} things are`;
  const which = shown.length === listed ? 'each is' : `the first ${String(MAX_FAULTS)} are`;
  return `${count} wrong with this request; ${which}`;
}

/** A fault that stands for those which are not listed. */
export function moreFaults(pointer: string, detail: string): Fault {
  return { pointer, code: 'more_faults', detail, hint: 'Mend the faults that are listed, and try again.' };
}

/** Whether it is one of those. */
export function standsForMore(fault: Fault): boolean {
  return fault.code === 'more_faults';
}

// An answer must not grow with what a hostile request repeats: so many faults, so many characters of each text.
const MAX_FAULTS = 100;
const MAX_FAULT_TEXT = 300;
// A hint may list all names that there are. It never repeats more than a word of the request.
const MAX_HINT_TEXT = 2000;

/**
 * The faults as they are answered: of more than `most` and one the first `most`, and one that says how many more there
 * are; texts over 300 characters (hints over 2,000) lose their middle. Doing it twice changes nothing more.
 */
export function boundedFaults(faults: readonly Fault[], most = MAX_FAULTS): Fault[] {
  if (faults.length <= most + 1) return faults.map(boundedFault);
  const left = moreFaults('', `There are ${counted(faults.length - most)} more faults.`);
  return [...faults.slice(0, most).map(boundedFault), left];
}

function boundedFault(fault: Fault): Fault {
  return {
    ...fault,
    pointer: shortened(fault.pointer, MAX_FAULT_TEXT),
    detail: shortened(fault.detail, MAX_FAULT_TEXT),
    ...(fault.hint === undefined ? {} : { hint: shortened(fault.hint, MAX_HINT_TEXT) }),
    ...(fault.excerpt === undefined ? {} : { excerpt: shortened(fault.excerpt, MAX_FAULT_TEXT) }),
  };
}

// The end of a sentence says what is wrong with the name in its middle. Half characters are not sent.
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor((most - 1) / 2);
  const [start, end] = [text.slice(0, half).toWellFormed(), text.slice(-half).toWellFormed()];
  return `${start.replace(/\uFFFD$/, '')}…${end.replace(/^\uFFFD/, '')}`;
}

function counted(count: number): string {
  return count.toLocaleString('en');
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
