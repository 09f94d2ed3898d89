// Turns whatever was thrown into an answer: a caller's mistake into its problem document, all else into a bare 500.
import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import type { Clock } from '../domain/clock.ts';
import { AppError } from '../domain/errors.ts';
import { isAuditingPath, jiraProblemOf } from './jira-answer.ts';
import { JSON_TYPE } from './plain-answer.ts';
import type { Problem } from './problem.ts';
import { bugProblem, PROBLEM_TYPE, problemOf } from './problem.ts';

/** Where bugs are reported. */
export interface FailureReport {
  requestFailed(fact: { requestId: string; error: unknown }): void;
}

/** What answering with an error touches. */
export interface AnswerErrorDeps {
  readonly clock: Clock;
  readonly report: FailureReport;
}

/** The problem document of what was thrown. A bug is reported with its stack, and told without. */
export function problemFor(report: FailureReport, error: unknown, requestId: string): Problem {
  const mistake = mistakeIn(report, error, requestId);
  return mistake === undefined ? bugProblem(requestId) : problemOf(mistake, requestId);
}

// The caller's mistake; `undefined` for a bug, which is reported.
function mistakeIn(report: FailureReport, error: unknown, requestId: string): AppError | undefined {
  const mistake = error instanceof AppError ? error : mistakeOfReading(error);
  if (mistake === undefined) report.requestFailed({ requestId, error });
  return mistake;
}

/** Answers with a problem document; below /rest/auditing with an error in Jira's shape. */
export function answerError(deps: AnswerErrorDeps, error: unknown, request: Request, response: Response): void {
  const requestId = String(response.locals['requestId']);
  const isJira = isAuditingPath(new URL(request.originalUrl, 'http://localhost').pathname);
  const problem = isJira
    ? jiraProblemOf(mistakeIn(deps.report, error, requestId), requestId, deps.clock())
    : problemFor(deps.report, error, requestId);
  const isDrained = response.locals['keepConnection'] === true;
  if (!isDrained && isUnread(request)) response.setHeader('connection', 'close');
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  response.status(problem.status).setHeader('content-type', isJira ? JSON_TYPE : PROBLEM_TYPE);
  response.end(`${JSON.stringify(problem.body)}\n`);
}

/** Whether a part of the body is to come: it cannot be told from a next request, so the connection ends with the answer. */
export function isUnread({ complete, headers }: Pick<IncomingMessage, 'complete' | 'headers'>): boolean {
  // RFC 9112 §6: these two fields say that a body follows.
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return !complete && hasBody;
}

// What express and its body reader throw for a request that cannot be read.
function mistakeOfReading(error: unknown): AppError | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  if (error.status < 400 || error.status > 499) return undefined;
  if (error.status === 413) {
    return new AppError('too_large', 'body_too_large', `The body is larger than ${limitOf(error)} bytes.`, {
      hint: 'Send less at a time; events may be posted in several requests.',
    });
  }
  if (error.status === 415) {
    return new AppError(
      'unsupported_media_type',
      'unsupported_encoding',
      'The content encoding of the body is not read here.',
      {
        hint: 'Send it as it is, or with gzip or deflate.',
      },
    );
  }
  return unreadable();
}

/** The mistake of a request that breaks off, or cannot be taken apart. */
export function unreadable(): AppError {
  return new AppError(
    'malformed',
    'unreadable_request',
    'The request could not be read to its end, or its path is not valid.',
    {
      hint: 'Check content-length, the compression, and percent signs in the path.',
    },
  );
}

function limitOf(error: Error): string {
  return 'limit' in error ? String(error.limit) : 'the limit';
}
