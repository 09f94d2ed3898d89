// What of an exchange is written down: everything, without the secrets. They are taken out before the row is made.
import { isUtf8 } from 'node:buffer';
import type { ExchangeResult, HeaderLines, IncomingResponse, OutgoingRequest } from '../domain/exchange.ts';
import type {
  InvocationEnd,
  RecordedResponse,
  RenderWarning,
  ValidatorActual,
  ValidatorResult,
} from '../domain/invocation.ts';
import type { ExactJson } from '../domain/json.ts';
import { writeExact } from '../domain/json.ts';
import type { Masker } from '../domain/mask.ts';
import { createMasker } from '../domain/mask.ts';
import type { CountingMask, SecretSettings } from '../domain/record-request.ts';
import { createCountingMask, recordRequest, secretsOf } from '../domain/record-request.ts';
import type { Scalar } from '../domain/webhook.ts';
import type { Judgement } from '../responses/judge.ts';

/** Everything an ended attempt has left behind. `request` and `result` are missing where it could not be rendered. */
export interface EndedAttempt {
  readonly settings: SecretSettings;
  /** Takes out what must not be written down. Without one: the secrets of the settings. */
  readonly masker?: Masker | undefined;
  readonly request: OutgoingRequest | undefined;
  readonly result: ExchangeResult | undefined;
  readonly judgement: Judgement;
  readonly templateSha256: string | undefined;
  readonly warnings: readonly RenderWarning[];
  readonly finishedAt: Date;
}

/** The record of an ended attempt, secrets masked by header name and by value. What happens next is filled in later. */
export function recordEnd(ended: EndedAttempt): InvocationEnd {
  const mask = createCountingMask(ended.masker ?? createMasker(secretsOf(ended.settings)));
  const { judgement, result } = ended;
  const request = ended.request === undefined ? undefined : recordRequest(ended.request, ended.settings, mask);
  const response = result?.response === undefined ? undefined : recordResponse(result.response, mask);
  const validators = judgement.validators.map((validator) => recordValidator(validator, mask));
  const message = mask.text(judgement.message);
  return {
    finishedAt: ended.finishedAt,
    outcome: judgement.outcome,
    phase: judgement.phase,
    errorCode: judgement.errorCode,
    message,
    templateSha256: ended.templateSha256,
    request,
    response,
    timings: result?.timings,
    peer: result?.peer,
    validators,
    warnings: ended.warnings,
    nextAttemptAt: undefined,
    nextAttemptReason: undefined,
    maskedPlaces: mask.places(),
  };
}

// A receiver may echo what it was sent, so everything that came back is looked through.
function recordResponse(response: IncomingResponse, mask: CountingMask): RecordedResponse {
  return {
    status: response.status,
    httpVersion: response.httpVersion,
    headers: response.headers.map(([name, value]) => [name, mask.text(value)] as const),
    ...recordBody(response, mask),
    bodyBytes: response.bodyBytes,
    truncated: response.truncated,
  };
}

function recordBody(response: IncomingResponse, mask: CountingMask): Pick<RecordedResponse, 'body' | 'bodyEncoding'> {
  const bytes = Buffer.from(response.body);
  const text = isEncoded(response.headers) ? undefined : utf8Text(cutAtCharacter(bytes, response.truncated));
  if (text !== undefined) return { body: mask.text(text, response.truncated), bodyEncoding: 'utf8' };
  // One character a byte, so that a secret among the bytes is found, too.
  const masked = mask.text(bytes.toString('latin1'), response.truncated);
  return { body: Buffer.from(masked, 'latin1').toString('base64'), bodyEncoding: 'base64' };
}

// NUL cannot be stored as text in every database, so a body with one is kept as bytes.
function utf8Text(bytes: Buffer): string | undefined {
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString('utf8') : undefined;
}

function isEncoded(headers: HeaderLines): boolean {
  return headers.some(
    ([name, value]) => name.toLowerCase() === 'content-encoding' && !/^(?:[\s,]*identity)*[\s,]*$/i.test(value),
  );
}

// Reading stops at a byte, which may be in the middle of a character: at most three bytes are given up.
function cutAtCharacter(bytes: Buffer, truncated: boolean): Buffer {
  if (!truncated) return bytes;
  let end = bytes.length;
  for (let back = 1; back <= 4 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    if (length > back) end = bytes.length - back;
    break;
  }
  return bytes.subarray(0, end);
}

function recordValidator(validator: ValidatorResult, mask: CountingMask): ValidatorResult {
  return {
    ...validator,
    expectedValues: validator.expectedValues.map((value) => recordScalar(value, mask)),
    actual: recordActual(validator.actual, mask),
    message: mask.text(validator.message),
  };
}

function recordScalar(value: Scalar, mask: CountingMask): Scalar {
  const text = String(value);
  const masked = mask.text(text);
  return masked === text ? value : masked;
}

function recordActual(actual: ValidatorActual, mask: CountingMask): ValidatorActual {
  if (actual.found !== 'values') return actual;
  return { found: 'values', values: actual.values.map((value) => recordValue(value, mask)) };
}

// Value by value: what is masked across their borders would be no JSON any more. A number may be the secret, too.
function recordValue(value: ExactJson, mask: CountingMask): ExactJson {
  if (typeof value === 'string') return mask.text(value);
  const text = writeExact(value);
  const masked = mask.text(text);
  return masked === text ? value : masked;
}
