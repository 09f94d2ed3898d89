// One HTTPS exchange as data: what is to be sent, and what came of it. A receiver's failure is a value here.
import type { Outcome, Phase } from './outcomes.ts';

/** Header lines in the order they are sent or were received. */
export type HeaderLines = readonly (readonly [name: string, value: string])[];

/** A request, complete: nothing is added to it on the way. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderLines;
  readonly body: string | undefined;
  /** Milliseconds for the whole exchange, from DNS to the last byte of the response. */
  readonly timeoutMs: number;
}

/** A response as read: at most 64 KiB of its body. */
export interface IncomingResponse {
  readonly status: number;
  readonly httpVersion: string;
  readonly headers: HeaderLines;
  readonly body: Uint8Array;
  /** Bytes that were read, which is less than the receiver sent where `truncated`. */
  readonly bodyBytes: number;
  readonly truncated: boolean;
}

/** Milliseconds in HAR's names, from a monotonic clock; -1 where a phase did not happen (a kept-alive connection has no dns). */
export interface Timings {
  readonly blocked: number;
  readonly dns: number;
  readonly connect: number;
  readonly ssl: number;
  readonly send: number;
  readonly wait: number;
  readonly receive: number;
  readonly total: number;
}

/** The other end of the connection. */
export interface Peer {
  readonly address: string;
  readonly port: number;
  readonly tlsVersion: string | undefined;
}

/** Why no complete response came. `code` is the system's or library's own (`ECONNREFUSED`, `CERT_HAS_EXPIRED`). */
export interface ExchangeFailure {
  readonly outcome: Extract<
    Outcome,
    | 'dns_error'
    | 'connect_error'
    | 'tls_error'
    | 'timeout'
    | 'protocol_error'
    | 'blocked_address'
    | 'not_sent'
    | 'unknown'
  >;
  readonly phase: Phase;
  readonly code: string;
  readonly message: string;
}

/** What an exchange came to. Both a response and a failure are there when the failure came after the response's head. */
export interface ExchangeResult {
  readonly response: IncomingResponse | undefined;
  readonly failure: ExchangeFailure | undefined;
  readonly timings: Timings;
  readonly peer: Peer | undefined;
}
