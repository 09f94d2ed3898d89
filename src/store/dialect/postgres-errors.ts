// PostgreSQL's errors, and those of the way to it, in the words of the domain. No value of a statement gets into them.
import { AppError } from '../../domain/errors.ts';
import { UniqueViolation } from '../sql/conflicts.ts';
import type { Trouble } from './failures.ts';
import { AWAY, BUSY, errorCode, FAILED, FULL, shorten, troubleError } from './failures.ts';

// SQLSTATE (PostgreSQL documentation, appendix A), errors of Node's sockets and resolver, and knex' own for a
// connection that did not become free.
const PASSING_ERRORS: Readonly<Record<string, Trouble>> = {
  '53100': FULL,
  '53200': BUSY,
  '53300': BUSY,
  '53400': BUSY,
  '40001': BUSY,
  '40P01': BUSY,
  '55P03': BUSY,
  '57014': BUSY,
  KnexTimeoutError: BUSY,
  '57P01': AWAY,
  '57P02': AWAY,
  '57P03': AWAY,
  '57P05': AWAY,
  '25P03': AWAY,
  ECONNREFUSED: AWAY,
  ECONNRESET: AWAY,
  EPIPE: AWAY,
  ETIMEDOUT: AWAY,
  ENOTFOUND: AWAY,
  EAI_AGAIN: AWAY,
  EHOSTUNREACH: AWAY,
  ENETUNREACH: AWAY,
  ENOENT: AWAY,
  '25006': FAILED,
  '28000': FAILED,
  '28P01': FAILED,
  '3D000': FAILED,
  '57P04': FAILED,
  '58030': FAILED,
  '42501': FAILED,
};

const CONNECTION_EXCEPTIONS = '08';
// Data exceptions: their messages quote values.
const DATA_EXCEPTIONS = '22';

// What the driver says of a connection that is gone or was never made; knex puts the statement before it.
const LOST =
  /(?:Query read timeout|Connection terminated(?: unexpectedly| due to connection timeout)?|timeout expired|is not queryable|Connection ended unexpectedly)$/;

/** The SQLSTATE of an error, translated or not; empty where it has none. */
export function sqlStateOf(error: unknown): string {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof Error ? errorCode(cause) : '';
}

/** Whether a statement got no answer in time: the connection must not be used again. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith('Query read timeout');
}

/**
 * A unique violation becomes `conflict`; a full disk, a database that is away, busy or read-only, and a statement that
 * stood in another's way become `unavailable`, each with the driver's error as its cause. Anything else is a bug and
 * comes back as it is, without the values that PostgreSQL puts into its messages.
 */
export function translatePostgresError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const code = errorCode(error);
  const violated = code === '23505' ? violatedColumns(error) : undefined;
  withhold(error, code);
  if (violated !== undefined) return new UniqueViolation(violated, error);
  if (code === NUL_IN_TEXT) return nulRefused(error);
  const trouble = troubleOf(error, code);
  return trouble === undefined ? error : troubleError(trouble, error);
}

// JSON is stored with its escapes, so that only a name or a search can hold one. What is a well-formed text otherwise
// has none that PostgreSQL refuses.
const NUL_IN_TEXT = '22021';

function nulRefused(cause: unknown): AppError {
  return new AppError(
    'invalid',
    'nul_in_text',
    'A text holds the character NUL (U+0000), which the database cannot hold.',
    {
      hint: 'Leave it out.',
      cause,
    },
  );
}

function troubleOf(error: Error, code: string): Trouble | undefined {
  const known = PASSING_ERRORS[code];
  if (known !== undefined) return known;
  return code.startsWith(CONNECTION_EXCEPTIONS) || LOST.test(error.message) ? AWAY : undefined;
}

// "Key (organization_id, name_key)=(…) already exists.", in whatever language the server speaks.
function violatedColumns(error: Error): string {
  const table = textIn(error, 'table');
  const [, columns = ''] = /\(([\w, ]+)\)=\(/.exec(textIn(error, 'detail')) ?? [];
  return columns
    .split(', ')
    .map((column) => `${table}.${column}`)
    .join(', ');
}

function textIn(error: Error, member: string): string {
  const value: unknown = Reflect.get(error, member);
  return typeof value === 'string' ? value : '';
}

function withhold(error: Error, code: string): void {
  for (const member of ['detail', 'where', 'hint', 'internalQuery']) Reflect.deleteProperty(error, member);
  const said = error.message.lastIndexOf(' - ');
  const statement = said === -1 ? '' : error.message.slice(0, said + 3);
  error.message =
    code.startsWith(DATA_EXCEPTIONS) && code.length === 5
      ? `${shorten(statement)}SQLSTATE ${code}`
      : shorten(error.message);
}
