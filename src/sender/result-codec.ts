// The ends of attempts as messages between threads, and back. What comes out equals what went in.
import type { AttemptResult } from '../delivery/attempt.ts';
import type { HeaderLines, Peer, Timings } from '../domain/exchange.ts';
import type { RecordedRequest, RecordedResponse, ValidatorResult } from '../domain/invocation.ts';
import { isList, toPlain, writeExact } from '../domain/json.ts';
import { MAX_JSON_DEPTH, readJson } from '../domain/json-read.ts';
import type { SentHeaders, SentRequest, SentResponse, SentResult, SentTimings, SentValidator } from './messages.ts';

/** The message of a result. What happens next is not sent, since an attempt does not know it. */
export function writeResult(id: number, { end, verdict }: AttemptResult): SentResult {
  const { peer } = end;
  return [
    id,
    verdict,
    end.finishedAt.getTime(),
    end.outcome,
    end.phase,
    end.errorCode,
    end.message,
    end.templateSha256,
    end.request === undefined ? undefined : writeRequest(end.request),
    end.response === undefined ? undefined : writeResponse(end.response),
    end.timings === undefined ? undefined : writeTimings(end.timings),
    peer === undefined ? undefined : [peer.address, peer.port, peer.tlsVersion],
    end.validators.length === 0 ? undefined : end.validators.map(writeValidator),
    end.warnings.length === 0 ? undefined : end.warnings,
    end.maskedPlaces,
  ];
}

/** The result of a message. */
export function readResult(sent: SentResult): AttemptResult {
  const [, verdict, finishedAt, outcome, phase, errorCode, message, templateSha256, request, response] = sent;
  const [, , , , , , , , , , timings, peer, validators = [], warnings = [], maskedPlaces] = sent;
  const end = {
    finishedAt: new Date(finishedAt),
    outcome,
    phase,
    errorCode,
    message,
    templateSha256,
    request: request === undefined ? undefined : readRequest(request),
    response: response === undefined ? undefined : readResponse(response),
    timings: timings === undefined ? undefined : readTimings(timings),
    peer: peer === undefined ? undefined : readPeer(peer),
    validators: validators.map(readValidator),
    warnings,
    nextAttemptAt: undefined,
    nextAttemptReason: undefined,
    maskedPlaces,
  };
  return { end, verdict };
}

function writeRequest({ method, url, headers, body, bodyBytes, bodySha256 }: RecordedRequest): SentRequest {
  return [method, url, writeHeaders(headers), body, bodyBytes, bodySha256];
}

function readRequest([method, url, headers, body, bodyBytes, bodySha256]: SentRequest): RecordedRequest {
  return { method, url, headers: readHeaders(headers), body, bodyBytes, bodySha256 };
}

function writeResponse(response: RecordedResponse): SentResponse {
  const { status, httpVersion, headers, body, bodyEncoding, bodyBytes, truncated } = response;
  return [status, httpVersion, writeHeaders(headers), body, bodyEncoding, bodyBytes, truncated];
}

function readResponse(sent: SentResponse): RecordedResponse {
  const [status, httpVersion, headers, body, bodyEncoding, bodyBytes, truncated] = sent;
  return { status, httpVersion, headers: readHeaders(headers), body, bodyEncoding, bodyBytes, truncated };
}

// One text is copied five times faster than some thirty (measured).
function writeHeaders(headers: HeaderLines): SentHeaders {
  const lines = headers.flat();
  return lines.length === 0 || lines.some((line) => line.includes('\n')) ? headers : lines.join('\n');
}

function readHeaders(sent: SentHeaders): HeaderLines {
  if (typeof sent !== 'string') return sent;
  const lines = sent.split('\n');
  return Array.from(
    { length: lines.length / 2 },
    (_, index) => [lines[2 * index] ?? '', lines[2 * index + 1] ?? ''] as const,
  );
}

function writeTimings({ blocked, dns, connect, ssl, send, wait, receive, total }: Timings): SentTimings {
  return [blocked, dns, connect, ssl, send, wait, receive, total];
}

function readTimings([blocked, dns, connect, ssl, send, wait, receive, total]: SentTimings): Timings {
  return { blocked, dns, connect, ssl, send, wait, receive, total };
}

function readPeer([address, port, tlsVersion]: readonly [string, number, string | undefined]): Peer {
  return { address, port, tlsVersion };
}

function writeValidator(validator: ValidatorResult): SentValidator {
  const { actual } = validator;
  if (actual.found !== 'values' || toPlain(actual.values) === actual.values) return validator;
  return { ...validator, actual: { found: 'text', text: writeExact(actual.values) } };
}

// The values were read from JSON before, and stand in one list more.
const MAX_DEPTH = MAX_JSON_DEPTH + 1;

function readValidator(sent: SentValidator): ValidatorResult {
  const { actual } = sent;
  if (actual.found !== 'text') return { ...sent, actual };
  const reading = readJson(actual.text, MAX_DEPTH);
  const values = reading.ok ? reading.documents[0]?.value : undefined;
  if (!isList(values)) throw new Error('What a validator selected came from its thread as no list.');
  return { ...sent, actual: { found: 'values', values } };
}
