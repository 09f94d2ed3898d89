// Turns whatever was thrown into an answer: a caller's mistake into its problem document, all else into a bare 500.
import type { Request, Response } from 'express';
import { AppError } from '../domain/errors.ts';
import { bugProblem, PROBLEM_TYPE, problemOf } from './problem.ts';

/** Where bugs are reported. */
export interface FailureReport {
  requestFailed(fact: { requestId: string; error: unknown }): void;
}

/** Answers with a problem document. A bug is reported with its stack and answered without. */
export function answerError(report: FailureReport, error: unknown, request: Request, response: Response): void {
  const requestId = String(response.locals['requestId']);
  const mistake = error instanceof AppError ? error : mistakeOfReading(error);
  if (mistake === undefined) report.requestFailed({ requestId, error });
  const problem = mistake === undefined ? bugProblem(requestId) : problemOf(mistake, requestId);
  // The rest of a body that was not read cannot be told from a next request.
  const isDrained = response.locals['keepConnection'] === true;
  if (!isDrained && !request.complete && hasBody(request)) response.setHeader('connection', 'close');
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  response.status(problem.status).setHeader('content-type', PROBLEM_TYPE);
  response.end(`${JSON.stringify(problem.body)}\n`);
}

// RFC 9112 §6: these two fields say that a body follows.
function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
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
