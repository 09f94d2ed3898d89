// How Jira's auditing API speaks, which everything below /rest/auditing follows: its collectors log in by Basic, send
// parameters that nobody knows, and read errors in a shape of their own.
import type { AppError, Fault } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { bugProblem, problemOf } from './problem.ts';

/** Where it is mounted. */
export const AUDITING = '/rest/auditing';

/** Whether a path belongs to it; case does not count, as it does not for express. */
export function isAuditingPath(path: string): boolean {
  const lower = path.toLowerCase();
  return lower === AUDITING || lower.startsWith(`${AUDITING}/`);
}

/** A path with the version that its `latest` stands for, as in Atlassian's REST APIs. */
export function withVersion(url: string): string {
  return url.replace(/^\/rest\/auditing\/latest(?=[/?]|$)/i, `${AUDITING}/1.0`);
}

/** An error as Jira answers it, with the headers of ours. */
export interface JiraProblem {
  readonly status: number;
  readonly body: readonly JsonObject[];
  readonly headers: Readonly<Record<string, string>>;
}

/** A mistake in Jira's shape: what our problem documents say, and 400 where they would have 422. `undefined`: a bug. */
export function jiraProblemOf(mistake: AppError | undefined, requestId: string, at: Date): JiraProblem {
  const timestamp = at.toISOString();
  if (mistake === undefined) return bugOf(requestId, timestamp);
  const { headers, status: own } = problemOf(mistake, requestId);
  const status = mistake.kind === 'invalid' ? 400 : own;
  const { message, code, hint, faults } = mistake;
  const errors = faults.length > 0 ? faults.map(errorOf) : [{ key: code, message: sentences(message, hint) }];
  return { status, headers, body: [{ errors, message, status, timestamp }] };
}

function bugOf(requestId: string, timestamp: string): JiraProblem {
  const { status, headers, body } = bugProblem(requestId);
  const { code = '', detail = '' } = body;
  return { status, headers, body: [{ errors: [{ key: code, message: detail }], message: detail, status, timestamp }] };
}

// A parameter by its name, a member of the body by its way through it, and what concerns the whole by its code.
function errorOf({ pointer, code, detail, position, hint }: Fault): JsonObject {
  const where =
    position === undefined ? undefined : `Line ${String(position.line)}, column ${String(position.column)}.`;
  const path = pointer.replace(/^[?/]/, '').split('/').map(unescaped).join('.');
  return { key: path === '' ? code : path, message: sentences(detail, where, hint) };
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function sentences(...given: readonly (string | undefined)[]): string {
  return given.filter((one) => one !== undefined).join(' ');
}
