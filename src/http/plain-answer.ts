// Answers to requests that express has not seen: status, headers and text at once, so that they leave in one write.
import type { ServerResponse } from 'node:http';
import { writeExact } from '../domain/json.ts';
import type { Problem } from './problem.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { PROTECTION } from './protection.ts';
import type { Reply } from './route.ts';

/** Whom the answer is for, and whether his connection ends with it. */
export interface AnswerTo {
  readonly requestId: string;
  readonly isLast?: boolean;
}

/** Answers with what a handler replied. */
export function sendReply(response: ServerResponse, reply: Reply, to: AnswerTo): void {
  const type = reply.contentType ?? JSON_TYPE;
  send(response, reply.status, replyText(reply) ?? '', type, to, reply.headers);
}

/** Answers with a problem document. */
export function sendProblem(response: ServerResponse, { status, body, headers }: Problem, to: AnswerTo): void {
  send(response, status, `${JSON.stringify(body)}\n`, PROBLEM_TYPE, to, headers);
}

/** The content type of a reply that does not name one. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** Of a list with one value a line, and of a table. */
export const NDJSON_TYPE = 'application/x-ndjson; charset=utf-8';
export const CSV_TYPE = 'text/csv; charset=utf-8';

/** The text of a reply, `undefined` where it has none. Its line end is for people who read it in a terminal. */
export function replyText({ text, body }: Reply): string | undefined {
  return text ?? (body === undefined ? undefined : `${writeExact(body)}\n`);
}

const PROTECTION_FIELDS = Object.entries(PROTECTION).flat();

function send(
  response: ServerResponse,
  status: number,
  text: string,
  type: string,
  { requestId, isLast = false }: AnswerTo,
  more: Readonly<Record<string, string>> = {},
): void {
  const fields = ['x-request-id', requestId, ...PROTECTION_FIELDS, 'content-type', type];
  for (const name in more) fields.push(name, more[name] ?? '');
  if (isLast) fields.push('connection', 'close');
  fields.push('content-length', String(Buffer.byteLength(text)));
  response.writeHead(status, fields);
  response.end(text);
}
