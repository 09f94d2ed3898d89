// What passes between the main thread and one that sends: plain data, flat, since copying costs time for each property.
import type { AttemptSettings } from '../delivery/attempt.ts';
import type { Verdict } from '../domain/delivery.ts';
import type { HeaderLines } from '../domain/exchange.ts';
import type { RenderWarning, ValidatorResult } from '../domain/invocation.ts';
import type { Outcome, Phase } from '../domain/outcomes.ts';
import type { EgressExceptions } from '../egress/policy.ts';
import type { Rendering, TemplatePlan } from '../templates/index.ts';

/** With what a thread begins: the first message to it. */
export interface Setup {
  /** Where it may connect. */
  readonly exceptions: EgressExceptions;
  readonly connectionsPerOrigin: number;
  readonly userAgent: string;
}

/** A thing that the thread is to keep under a number, so that it need not be sent again. */
export type Kept<Thing> = readonly [slot: number, thing: Thing];

/** Everything that has gathered for the thread, in the order in which it looks at it. */
export interface ToThread {
  readonly settings: readonly Kept<AttemptSettings>[];
  readonly plans: readonly Kept<TemplatePlan>[];
  readonly attempts: readonly SentAttempt[];
  /** What it may forget: no later attempt names it. */
  readonly dropped: readonly number[];
  /** The groups of attempts that are to be broken off. */
  readonly interrupted: readonly number[];
}

/** The access tokens of an attempt with `oauth2`. */
export interface SentTokens {
  readonly accessToken: string;
  /** Those that the receiver may know besides. */
  readonly known: readonly string[];
}

/** One attempt. Instants are milliseconds since 1970, `startBy` those of the clock that all threads share. */
export type SentAttempt = readonly [
  id: number,
  /** Attempts with the same signal are one group. */
  group: number,
  startBy: number,
  /** The slot, or for a webhook that is not stored the settings themselves. */
  settings: number | AttemptSettings,
  /** The slot of its template, or what was rendered already; `undefined`: no body is sent. */
  body: number | Rendering | undefined,
  tokens: SentTokens | undefined,
  start: readonly [organizationId: string, deliveryId: string | undefined, attempt: number],
  messageId: string,
  event: readonly [
    id: string,
    schema: string,
    eventType: string,
    eventTime: string,
    receivedAt: number,
    hop: number,
    body: string,
  ],
];

/** Names and values in turn, a line each; as they are where one of them has several lines. */
export type SentHeaders = string | HeaderLines;

/** Timings, in milliseconds. */
export type SentTimings = readonly [
  blocked: number,
  dns: number,
  connect: number,
  ssl: number,
  send: number,
  wait: number,
  receive: number,
  total: number,
];

/** A recorded request. */
export type SentRequest = readonly [
  method: string,
  url: string,
  headers: SentHeaders,
  body: string | undefined,
  bodyBytes: number,
  bodySha256: string | undefined,
];

/** A recorded response. */
export type SentResponse = readonly [
  status: number,
  httpVersion: string,
  headers: SentHeaders,
  body: string,
  bodyEncoding: 'utf8' | 'base64',
  bodyBytes: number,
  truncated: boolean,
];

/** What a validator selected is sent as JSON text where a number in it keeps its spelling: such numbers cannot be copied. */
export type SentValidator = Omit<ValidatorResult, 'actual'> & {
  readonly actual: ValidatorResult['actual'] | { readonly found: 'text'; readonly text: string };
};

/** How an attempt ended. */
export type SentResult = readonly [
  id: number,
  verdict: Verdict,
  finishedAt: number,
  outcome: Outcome,
  phase: Phase | undefined,
  errorCode: string | undefined,
  message: string,
  templateSha256: string | undefined,
  request: SentRequest | undefined,
  response: SentResponse | undefined,
  timings: SentTimings | undefined,
  peer: readonly [address: string, port: number, tlsVersion: string | undefined] | undefined,
  /** `undefined` where there is none. */
  validators: readonly SentValidator[] | undefined,
  warnings: readonly RenderWarning[] | undefined,
  maskedPlaces: number,
];

/** An attempt that came to no end: a bug. */
export type SentError = readonly [id: number, error: Error];

/** That it is ready, or everything that has gathered since the last message. */
export type FromThread = 'ready' | readonly (SentResult | SentError)[];
