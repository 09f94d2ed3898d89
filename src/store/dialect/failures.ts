// How drivers' errors are said: the same words for the same trouble, whichever database it is.
import type { AppError } from '../../domain/errors.ts';
import { unavailable } from '../../domain/errors.ts';

/** A trouble that passes, as callers are told. */
export interface Trouble {
  readonly code: string;
  readonly detail: string;
  readonly retryAfterSec: number;
}

/** There is no room. */
export const FULL: Trouble = {
  code: 'storage_full',
  detail: 'The disk is full, so nothing was stored.',
  retryAfterSec: 30,
};

/** Others are in the way: it was waited for as long as may be. */
export const BUSY: Trouble = {
  code: 'storage_busy',
  detail: 'The database is busy, so nothing was stored.',
  retryAfterSec: 2,
};

/** It is there, and refuses. */
export const FAILED: Trouble = {
  code: 'storage_failed',
  detail: 'The database cannot be read or written now.',
  retryAfterSec: 30,
};

/** It does not answer. */
export const AWAY: Trouble = {
  code: 'storage_away',
  detail: 'The database cannot be reached now.',
  retryAfterSec: 5,
};

/** The error that callers get. */
export function troubleError({ code, detail, retryAfterSec }: Trouble, cause: unknown): AppError {
  return unavailable(code, detail, retryAfterSec, cause);
}

/** A message without the middle of what is long: knex puts the statement first, which over many rows is pages of marks. */
export function shorten(message: string): string {
  return message.length <= 800 ? message : `${message.slice(0, 400)} … ${message.slice(-400)}`;
}

/** The code of an error, or its name where it has none. */
export function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** What knex is given for its own warnings: what is worth saying is thrown, and theirs would go past our log. */
export const SILENT_LOG = { warn: ignore, error: ignore, debug: ignore, deprecate: ignore };

/** Does nothing: the error that is thrown besides says it, too. */
export function ignore(): void {
  // Nothing to do.
}
