// An invocation: one HTTPS exchange, or the attempt at one, recorded completely enough to settle an argument.
import { sha256Hex } from './event.ts';
import type { HeaderLines, Peer, Timings } from './exchange.ts';
import type { ExactJson } from './json.ts';
import type { Outcome, Phase } from './outcomes.ts';
import type { Scalar } from './webhook.ts';

/** Why a request was made. */
export const INVOCATION_KINDS = ['delivery', 'test', 'redelivery', 'replay', 'probe'] as const;

export type InvocationKind = (typeof INVOCATION_KINDS)[number];

/** The request as sent; secret values are `***`. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderLines;
  readonly body: string | undefined;
  /** Bytes and SHA-256 (hex) of the body that was sent, before anything was masked. */
  readonly bodyBytes: number;
  readonly bodySha256: string | undefined;
  /** It was not recorded, but made again from event and webhook version when it was read. */
  readonly reconstructed?: boolean;
}

/** Whether the recorded body is, byte for byte, the one that was sent: it is not where something in it was masked. */
export function hasItsBytes({ body, bodyBytes, bodySha256 }: RecordedRequest): boolean {
  if (bodySha256 === undefined) return true;
  return body !== undefined && Buffer.byteLength(body, 'utf8') === bodyBytes && sha256Hex(body) === bodySha256;
}

/** Whether a request had a body that is no longer on record: bodies are kept for a shorter time than invocations. */
export function lostItsBody({ body, bodySha256 }: Pick<RecordedRequest, 'body' | 'bodySha256'>): boolean {
  return body === undefined && bodySha256 !== undefined;
}

/** As `lostItsBody`, of a response: one that was recorded without a body had no byte of it. */
export function lostItsAnswer({ body, bodyBytes }: Pick<RecordedResponse, 'body' | 'bodyBytes'>): boolean {
  return body === '' && bodyBytes > 0;
}

/** The response as received; secret values that the receiver echoed are `***`. */
export interface RecordedResponse {
  readonly status: number;
  readonly httpVersion: string;
  readonly headers: HeaderLines;
  readonly body: string;
  /** `base64` where the bytes are not UTF-8 text or come in an encoding that is never decoded. */
  readonly bodyEncoding: 'utf8' | 'base64';
  readonly bodyBytes: number;
  readonly truncated: boolean;
}

/** What a validator's path selected, numbers as received. Selecting nothing is not the same as selecting null. */
export type ValidatorActual =
  | { readonly found: 'nothing' }
  | { readonly found: 'values'; readonly values: readonly ExactJson[] }
  /** It was erased with the content of the event. */
  | { readonly found: 'erased' };

/** What one response rule said. */
export interface ValidatorResult {
  readonly jsonPath: string;
  readonly expectedValues: readonly Scalar[];
  readonly actual: ValidatorActual;
  readonly passed: boolean;
  readonly message: string;
}

/** Something worth knowing about a rendering that still succeeded. */
export interface RenderWarning {
  readonly code: string;
  readonly detail: string;
}

/** What is known before the first byte leaves: the row that is committed first. */
export interface InvocationStart {
  readonly id: string;
  readonly organizationId: string;
  readonly kind: InvocationKind;
  readonly deliveryId: string | undefined;
  readonly eventId: string | undefined;
  /** `undefined` for the test of an unsaved draft. */
  readonly webhookId: string | undefined;
  readonly webhookVersion: number | undefined;
  readonly webhookName: string;
  readonly requestedBy: string | undefined;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly scheduledAt: Date;
  readonly startedAt: Date;
}

/** What is known when it is over. */
export interface InvocationEnd {
  readonly finishedAt: Date;
  readonly outcome: Outcome;
  readonly phase: Phase | undefined;
  readonly errorCode: string | undefined;
  readonly message: string;
  readonly templateSha256: string | undefined;
  readonly request: RecordedRequest | undefined;
  readonly response: RecordedResponse | undefined;
  readonly timings: Timings | undefined;
  readonly peer: Peer | undefined;
  readonly validators: readonly ValidatorResult[];
  readonly warnings: readonly RenderWarning[];
  readonly nextAttemptAt: Date | undefined;
  readonly nextAttemptReason: string | undefined;
  /** How many places were masked in request, response and messages. */
  readonly maskedPlaces: number;
}

/** The end of an invocation of which nothing but its outcome is known: no exchange came about, or none was seen. */
export function endWithoutExchange(finishedAt: Date, outcome: Outcome, message: string): InvocationEnd {
  return {
    finishedAt,
    outcome,
    phase: undefined,
    errorCode: undefined,
    message,
    templateSha256: undefined,
    request: undefined,
    response: undefined,
    timings: undefined,
    peer: undefined,
    validators: [],
    warnings: [],
    nextAttemptAt: undefined,
    nextAttemptReason: undefined,
    maskedPlaces: 0,
  };
}

/** An invocation as recorded. While it is `sending`, `end` is not there yet. */
export interface Invocation {
  readonly start: InvocationStart;
  readonly end: InvocationEnd | undefined;
  /** When the content of its event was erased, and with it what could hold some of that here. */
  readonly erasedAt?: Date;
}
