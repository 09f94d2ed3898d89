// Errors of resolver, kernel, TLS and HTTP parser as outcomes with a phase. No message holds a path, query or header.
import { errors } from 'undici';
import type { Fault } from '../domain/errors.ts';
import type { ExchangeFailure } from '../domain/exchange.ts';
import { BlockedAddressError } from './connector.ts';

/** Where an exchange can be: `queued` waits for a connection. */
export type ExchangePhase = 'queued' | 'dns' | 'connect' | 'ssl' | 'send' | 'wait' | 'receive';

type Outcome = ExchangeFailure['outcome'];

// What each phase before the first byte comes to, and how that is said.
const CONNECTING = {
  dns: { outcome: 'dns_error', sentence: 'could not be resolved' },
  connect: { outcome: 'connect_error', sentence: 'could not be connected to' },
  ssl: { outcome: 'tls_error', sentence: 'was connected to, but the TLS handshake failed' },
} as const satisfies Record<string, { outcome: Outcome; sentence: string }>;

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such name',
  ENODATA: 'the name has no address',
  EAI_AGAIN: 'the resolver did not answer; that may pass',
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to its network',
  ECONNRESET: 'the other side cut the connection',
  EPIPE: 'the other side cut the connection',
  ETIMEDOUT: 'nothing answered in time',
  CONNECT_TIMEOUT: 'this took too long',
  UND_ERR_SOCKET: 'the other side closed the connection',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'a certificate of the chain is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the chain to a public authority is incomplete',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate comes from an authority that is not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the other side does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the other side does not speak TLS',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the body is shorter than announced',
  HTTP_EARLY_END: 'the answer ended too early',
};

// What the same codes, and those that only DNS has, mean while a name is looked up.
const DNS_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'no DNS server can be reached',
  ETIMEOUT: 'no DNS server answered in time; that may pass',
  ESERVFAIL: 'the DNS server could not find out; that may pass',
  EREFUSED: 'the DNS server refused to answer',
  EFORMERR: 'the DNS server did not understand the question',
  ENOTIMP: 'the DNS server did not understand the question',
  EBADRESP: 'what the DNS server answered is broken',
  EBADNAME: 'DNS can have no such name',
  ECANCELLED: 'the look-up was broken off',
};

const LENGTH_MISMATCH = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';

// RFC 9110 §8.6: it has neither a body nor a length.
const ANNOUNCED_BY_204 = 'its status is 204 (no content), but it announces a body';

const SWITCHING = 'it switches to another protocol (101), which nobody had asked for';

// By code, and undici's words for 100 without Expect, an upgrade nobody asked for, and bytes before the request.
const PROTOCOL_REASONS: Readonly<Record<string, string>> = {
  'bad response': 'it sent 100 Continue, or bytes before the request, which nobody had asked for',
  'bad upgrade': SWITCHING,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its headers contradict each other about the length of the body',
  UND_ERR_HEADERS_OVERFLOW: 'its headers are longer than 16 KiB',
};

/** The failure of an error that came while a connection was made. */
export function connectingFailure(host: string, phase: keyof typeof CONNECTING, error: unknown): ExchangeFailure {
  if (error instanceof BlockedAddressError) {
    const message = `${host} leads to an address that is not public, so no connection was made.`;
    return { outcome: 'blocked_address', phase: phase === 'ssl' ? 'connect' : phase, code: error.code, message };
  }
  const { outcome, sentence } = CONNECTING[phase];
  const code = codeOf(error);
  const reason = (phase === 'dns' ? DNS_REASONS[code] : undefined) ?? reasonOf(code);
  return { outcome, phase, code, message: `${host} ${sentence}: ${reason}.` };
}

/** The failure of an error that came after the first byte was written. `status` is that of the answer, once it is known. */
export function exchangeFailure(
  host: string,
  phase: 'send' | 'wait' | 'receive',
  error: unknown,
  status?: number,
): ExchangeFailure {
  const code = codeOf(error);
  // With TLS 1.3 a receiver refuses the handshake only after our side has finished it.
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return connectingFailure(host, 'ssl', error);
  if (status === 204 && code === LENGTH_MISMATCH) return protocolFailure(host, 'receive', code, ANNOUNCED_BY_204);
  if (isProtocolError(code, phase, error)) {
    const said = parserReason(error);
    const reason = PROTOCOL_REASONS[code] ?? PROTOCOL_REASONS[said] ?? said;
    return protocolFailure(host, phase === 'send' ? 'wait' : phase, code, reason);
  }
  return { outcome: 'connect_error', phase, code, message: `The exchange with ${host} was cut: ${reasonOf(code)}.` };
}

/** The failure of an answer with the status 101. */
export function switchingFailure(host: string): ExchangeFailure {
  return protocolFailure(host, 'wait', 'UNEXPECTED_UPGRADE', SWITCHING);
}

/** The failure of an answer with a status below 100, which there is not. */
export function statusFailure(host: string): ExchangeFailure {
  return protocolFailure(host, 'wait', 'INVALID_STATUS', 'its status is below 100');
}

/** The failure of an exchange with more interim answers than `most`. */
export function interimFailure(host: string, most: number): ExchangeFailure {
  return protocolFailure(
    host,
    'wait',
    'TOO_MANY_INTERIM',
    `more than ${String(most)} interim answers (1xx) came first`,
  );
}

/** The failure of an answer that goes on far beyond its headers and body. */
export function excessFailure(host: string, phase: 'wait' | 'receive'): ExchangeFailure {
  return protocolFailure(host, phase, 'TOO_MUCH_AROUND_BODY', 'more than 1 MiB came that is neither headers nor body');
}

function protocolFailure(host: string, phase: 'wait' | 'receive', code: string, reason: string): ExchangeFailure {
  const message = `What ${host} answered is not a valid HTTP/1.1 response: ${reason}.`;
  return { outcome: 'protocol_error', phase, code, message };
}

/** The failure of an exchange that was not finished in time. */
export function deadlineFailure(host: string, phase: ExchangePhase, timeoutMs: number): ExchangeFailure {
  const doing: Record<ExchangePhase, string> = {
    queued: 'no connection was free',
    dns: 'the name was not resolved',
    connect: 'it was not connected to',
    ssl: 'the TLS handshake was not finished',
    send: 'the request was not sent completely',
    wait: 'it had not answered',
    receive: 'its answer was not complete',
  };
  const message = `The exchange with ${host} took longer than ${String(timeoutMs)} ms: ${doing[phase]}.`;
  return { outcome: 'timeout', phase: phase === 'queued' ? 'connect' : phase, code: 'DEADLINE', message };
}

/** The end of an exchange that the engine itself broke off: before the first byte, or after. */
export function interruptedFailure(host: string, phase: ExchangePhase): ExchangeFailure {
  const isSent = phase === 'send' || phase === 'wait' || phase === 'receive';
  return {
    outcome: isSent ? 'unknown' : 'not_sent',
    phase: phase === 'queued' ? 'connect' : phase,
    code: 'ABORTED',
    message: isSent
      ? `The engine broke the exchange with ${host} off; the receiver may have got the request.`
      : `The engine broke the exchange with ${host} off before the first byte was sent.`,
  };
}

/** The failure of a URL that the policy does not allow, or no longer. */
export function blockedUrlFailure(faults: readonly Fault[]): ExchangeFailure {
  const details = faults.map((fault) => fault.detail).join(' ');
  const message = `The URL is not allowed, so no connection was made. ${details}`;
  return { outcome: 'blocked_address', phase: 'dns', code: faults[0]?.code ?? 'url_invalid', message };
}

/** Whether the error says that the request itself cannot be sent: a mistake of ours, no failure of the receiver. */
export function isCallersMistake(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED' || code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'
  );
}

/** Whether the error is only that a 304 has the length of what it does not send (RFC 9110 §15.4.5): it is complete. */
export function isUnsentBody(status: number | undefined, error: unknown): boolean {
  return status === 304 && codeOf(error) === LENGTH_MISMATCH;
}

function isProtocolError(code: string, phase: 'send' | 'wait' | 'receive', error: unknown): boolean {
  if (code === 'HTTP_PARSER_ERROR' || code === 'UND_ERR_HEADERS_OVERFLOW') return true;
  // Of a body it says that the body stopped too early, of headers that they contradict each other.
  if (code === LENGTH_MISMATCH) return phase !== 'receive';
  return code === 'UND_ERR_SOCKET' && /^bad (?:response|upgrade)$/.test(parserReason(error));
}

// The parser's own reason stands in brackets at the end of undici's message: a constant text, never the receiver's.
function parserReason(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return /\(([^()]{1,120})\)$/.exec(message)?.[1] ?? message;
}

function reasonOf(code: string): string {
  return REASONS[code] ?? `the error was ${code}`;
}

function codeOf(error: unknown): string {
  if (error instanceof errors.HTTPParserError) {
    // undici gives these a reason, but no code.
    return parserReason(error) === 'Invalid EOF state' ? 'HTTP_EARLY_END' : 'HTTP_PARSER_ERROR';
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'UNKNOWN';
}
