// The document that response validators are evaluated against: `{ status, headers, data }`.
import { isUtf8 } from 'node:buffer';
import type { HeaderLines, IncomingResponse } from '../domain/exchange.ts';
import { readJson } from '../domain/json-read.ts';
import type { ExactJson, ExactJsonObject } from '../domain/json.ts';

/**
 * A response as its validators see it. `root` keeps the spelling of numbers. Where it has no `data`, `noData` says why
 * in half a sentence that follows "because"; `$.status` and `$.headers` can be validated all the same.
 */
export interface ResponseDocument {
  readonly root: ExactJsonObject;
  readonly noData: string | undefined;
}

/** A response made up to try validators on: `data` as JSON, or `body` as the text that the receiver would send. */
export interface SampleResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly data?: ExactJson;
  readonly body?: string;
}

type Body = { readonly data: ExactJson } | { readonly noData: string };

/**
 * Makes the document of a response. `data` is the body's JSON value, the text of a body that is not JSON, and absent
 * for a body that is empty, cut off, encoded or no UTF-8. It is absent as well for JSON that readers disagree about
 * (duplicate keys, numbers beyond a double, nesting over 64): no rule may pass on one reading of it.
 */
export function responseDocument(response: IncomingResponse): ResponseDocument {
  return build(response.status, response.headers, readBody(response));
}

/** Makes the document of a made-up response, by the same rules. The status is 200 where none is given. */
export function sampleDocument(sample: SampleResponse): ResponseDocument {
  const body: Body = sample.data === undefined ? readText(sample.body ?? '') : { data: sample.data };
  return build(sample.status ?? 200, Object.entries(sample.headers ?? {}), body);
}

/** The value of a header: of repeated ones all, joined by a comma and a blank (RFC 9110 §5.3). */
export function headerValue(headers: HeaderLines, name: string): string | undefined {
  const values = headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

function build(status: number, headers: HeaderLines, body: Body): ResponseDocument {
  const joined = joinHeaders(headers);
  if ('noData' in body) return { root: { status, headers: joined }, noData: body.noData };
  return { root: { status, headers: joined, data: body.data }, noData: undefined };
}

// In one pass: a response may have thousands of headers, and to look each of them up takes a hundred milliseconds.
function joinHeaders(headers: HeaderLines): Readonly<Record<string, string>> {
  const joined = new Map<string, string>();
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(joined);
}

function readBody(response: IncomingResponse): Body {
  if (response.truncated) return { noData: 'the body is longer than 64 KiB and was not read to its end' };
  if (response.body.length === 0) return readText('');
  const encoding = headerValue(response.headers, 'content-encoding');
  if (encoding !== undefined && !isIdentity(encoding)) {
    return { noData: `the body came in the content-encoding "${encoding.slice(0, 40)}", which is never decoded` };
  }
  const text = decodeUtf8(response.body);
  return text === undefined ? { noData: 'the body is not UTF-8 text' } : readText(text);
}

function isIdentity(encoding: string): boolean {
  return encoding.split(',').every((coding) => ['', 'identity'].includes(coding.trim().toLowerCase()));
}

// A byte order mark is no part of the text.
function decodeUtf8(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes)
    ? Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\ufeff/, '')
    : undefined;
}

function readText(text: string): Body {
  if (text === '') return { noData: 'the body is empty' };
  const reading = readJson(text);
  if (!reading.ok) return { data: text };
  const [document] = reading.documents;
  const [fault] = document?.faults ?? [];
  if (fault !== undefined) return { noData: `the body is JSON that readers disagree about: ${fault.detail}` };
  return document === undefined ? { data: text } : { data: document.value };
}
