// An invocation as an HTTP Archive (HAR 1.2), so that any browser's tools show its waterfall.
import { nothingSent } from './curl.ts';
import type { HeaderLines, Timings } from './exchange.ts';
import { MASK } from './headers.ts';
import type { Invocation, InvocationEnd, InvocationStart, RecordedRequest, RecordedResponse } from './invocation.ts';
import { lostItsAnswer, lostItsBody } from './invocation.ts';

/** What wrote the file. */
export interface HarMeta {
  readonly name: string;
  readonly version: string;
}

type Pair = { name: string; value: string };
type PostData = { mimeType: string; text: string };
type Content = { size: number; mimeType: string; text?: string; encoding?: string; comment?: string };

type HarRequest = {
  method: string;
  url: string;
  httpVersion: string;
  cookies: never[];
  headers: Pair[];
  queryString: Pair[];
  postData?: PostData;
  headersSize: number;
  bodySize: number;
  comment?: string;
};

type HarResponse = {
  status: number;
  statusText: string;
  httpVersion: string;
  cookies: never[];
  headers: Pair[];
  content: Content;
  redirectURL: string;
  headersSize: number;
  bodySize: number;
  /** Where browsers write why a request failed. */
  _error?: string;
};

type HookwrightFields = {
  invocation_id: string;
  delivery_id: string | null;
  event_id: string | null;
  webhook_id: string | null;
  webhook_version: number | null;
  kind: string;
  attempt: number;
  outcome: string;
  message: string;
  masked_places: number;
};

type HarPhases = Record<'blocked' | 'dns' | 'connect' | 'ssl' | 'send' | 'wait' | 'receive', number>;

/** One exchange. `_hookwright` holds what HAR has no field for: the format lets names with an underscore join it. */
export type HarEntry = {
  startedDateTime: string;
  time: number;
  request: HarRequest;
  response: HarResponse;
  cache: Record<string, never>;
  timings: HarPhases;
  serverIPAddress?: string;
  connection?: string;
  comment: string;
  _hookwright: HookwrightFields;
};

/** A HAR 1.2 log with one entry. Types, not interfaces, so that it is JSON to the compiler, too. */
export type InvocationHar = {
  log: { version: string; creator: { name: string; version: string }; comment: string; entries: HarEntry[] };
};

/** The archive of an invocation. It has no `undefined` members. Throws `conflict` where no request was made. */
export function toHar(invocation: Invocation, meta: HarMeta): InvocationHar {
  const { start, end } = invocation;
  if (end?.request === undefined) throw nothingSent(start.id);
  const timings = timingsOf(end.timings);
  const entry = {
    startedDateTime: start.startedAt.toISOString(),
    time: totalOf(timings),
    request: requestOf(end.request, end.response),
    response: end.response === undefined ? noResponse(end) : responseOf(end.response, end),
    cache: {},
    timings,
    ...(end.peer === undefined ? {} : { serverIPAddress: end.peer.address, connection: String(end.peer.port) }),
    comment: end.message,
    _hookwright: fieldsOf(start, end),
  };
  const creator = { name: meta.name, version: meta.version };
  return { log: { version: '1.2', creator, comment: `Secrets are shown as ${MASK}.`, entries: [entry] } };
}

function fieldsOf(start: InvocationStart, end: InvocationEnd): HookwrightFields {
  return {
    invocation_id: start.id,
    delivery_id: start.deliveryId ?? null,
    event_id: start.eventId ?? null,
    webhook_id: start.webhookId ?? null,
    webhook_version: start.webhookVersion ?? null,
    kind: start.kind,
    attempt: start.attempt,
    outcome: end.outcome,
    message: end.message,
    masked_places: end.maskedPlaces,
  };
}

// HAR counts TLS into connect and knows -1 for it, dns, connect and blocked only; ours are phases that follow each other.
function timingsOf(timings: Timings | undefined): HarPhases {
  if (timings === undefined) return { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait: 0, receive: 0 };
  const { blocked, dns, connect, ssl, send, wait, receive } = timings;
  return {
    blocked,
    dns,
    connect: connect < 0 ? connect : connect + Math.max(0, ssl),
    ssl,
    send: Math.max(0, send),
    wait: Math.max(0, wait),
    receive: Math.max(0, receive),
  };
}

// The format asks that `time` be the sum of the timings, without ssl and without what did not happen.
function totalOf({ blocked, dns, connect, send, wait, receive }: HarPhases): number {
  return [blocked, dns, connect, send, wait, receive].reduce((sum, phase) => sum + Math.max(0, phase), 0);
}

function requestOf(request: RecordedRequest, response: RecordedResponse | undefined): HarRequest {
  return {
    method: request.method,
    url: request.url,
    httpVersion: versionOf(response),
    cookies: [],
    headers: headersOf(request.headers),
    queryString: queryOf(request.url),
    ...(request.body === undefined ? {} : { postData: postDataOf(request.headers, request.body) }),
    headersSize: -1,
    bodySize: request.bodyBytes,
    ...(request.reconstructed === true ? { comment: RECONSTRUCTED } : {}),
    ...(lostItsBody(request) ? { comment: BODY_EXPIRED } : {}),
  };
}

const BODY_EXPIRED = 'The body is older than bodies are kept.';

const RECONSTRUCTED = 'Not recorded, but made again from event and webhook version.';

function postDataOf(headers: HeaderLines, text: string): PostData {
  return { mimeType: headerValue(headers, 'content-type') ?? '', text };
}

function responseOf(response: RecordedResponse, end: InvocationEnd): HarResponse {
  return {
    status: response.status,
    statusText: '',
    httpVersion: versionOf(response),
    cookies: [],
    headers: headersOf(response.headers),
    content: {
      size: response.bodyBytes,
      mimeType: headerValue(response.headers, 'content-type') ?? 'x-unknown',
      text: response.body,
      ...(response.bodyEncoding === 'base64' ? { encoding: 'base64' } : {}),
      ...(lostItsAnswer(response) ? { comment: BODY_EXPIRED } : {}),
      ...(response.truncated ? { comment: 'Cut off: the receiver sent more than was read.' } : {}),
    },
    redirectURL: headerValue(response.headers, 'location') ?? '',
    headersSize: -1,
    bodySize: response.bodyBytes,
    ...(end.errorCode === undefined ? {} : { _error: end.errorCode }),
  };
}

// Status 0 is how browsers write that nothing came back.
function noResponse(end: InvocationEnd): HarResponse {
  return {
    status: 0,
    statusText: '',
    httpVersion: versionOf(undefined),
    cookies: [],
    headers: [],
    content: { size: 0, mimeType: 'x-unknown' },
    redirectURL: '',
    headersSize: -1,
    bodySize: -1,
    _error: end.errorCode ?? end.outcome,
  };
}

function versionOf(response: RecordedResponse | undefined): string {
  return `HTTP/${response?.httpVersion ?? '1.1'}`;
}

function headersOf(headers: HeaderLines): Pair[] {
  return headers.map(([name, value]) => ({ name, value }));
}

function headerValue(headers: HeaderLines, wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function queryOf(url: string): Pair[] {
  if (!URL.canParse(url)) return [];
  return [...new URL(url).searchParams].map(([name, value]) => ({ name, value }));
}
