// Requests that Node cannot take apart reach no route. Its own answers to them have no body, and so say nothing.
import type { Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '../domain/errors.ts';
import type { NewId } from '../domain/ids.ts';
import { unreadable } from './failures.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import { PROTECTION } from './protection.ts';
import type { RequestFact } from './server.ts';

/** What answering them touches. */
export interface UnreadableDeps {
  readonly newId: NewId;
  readonly report: { requestServed(fact: RequestFact): void };
}

/** Why Node could not read one. */
export interface ReadingError extends Error {
  readonly code?: string;
}

// How long the caller has to take the answer, and to send what he is sending.
const LEAVE_MS = 1000;

/** Lets `server` answer them with a problem document, whatever their path: it is not known. The connection ends. */
export function answerUnreadable(server: Server, deps: UnreadableDeps): void {
  const answering = new WeakSet<Duplex>();
  const answered = new WeakSet<Duplex>();
  server.on('request', ({ socket }, response) => {
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
  });
  server.on('clientError', (error: ReadingError, socket) => {
    // What he goes on sending cannot be read, either.
    if (answered.has(socket)) return;
    answered.add(socket);
    // Within the answer to the request before, another one would be taken for a part of it.
    if (!socket.writable || error.code === 'ECONNRESET' || answering.has(socket)) socket.destroy();
    else leave(socket, answerTo(deps, error));
  });
}

function leave(socket: Duplex, text: string): void {
  const timer = setTimeout(() => socket.destroy(), LEAVE_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.end(text);
}

/** The whole answer, as it goes over the wire. */
function answerTo(deps: UnreadableDeps, error: ReadingError): string {
  const requestId = deps.newId('req');
  const { status, body } = problemOf(mistakeOf(error.code), requestId);
  const text = `${JSON.stringify(body)}\n`;
  const none = { keyId: undefined, address: undefined };
  deps.report.requestServed({ method: 'none', route: 'none', status, durationMs: 0, requestId, ...none });
  const fields = Object.entries({
    'x-request-id': requestId,
    ...PROTECTION,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  });
  const head = [`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`, ...fields.map((field) => field.join(': '))];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}

function mistakeOf(code: string | undefined): AppError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new AppError(
      'head_too_large',
      'head_too_large',
      'Address and headers of the request are longer than 64 KiB.',
      {
        hint: 'Ask for fewer values at once.',
      },
    );
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new AppError('too_slow', 'request_too_slow', 'The request did not arrive in time.', {
      hint: 'Headers have 20 seconds to arrive, a request has a minute.',
    });
  }
  if (code === 'HPE_INVALID_URL') {
    return new AppError('malformed', 'unreadable_request', 'The address holds a character that has to be escaped.', {
      hint: 'Write blanks and letters beyond ASCII as percent escapes in UTF-8: %20, %C3%BC.',
    });
  }
  return unreadable();
}
