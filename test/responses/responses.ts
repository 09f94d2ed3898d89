// Responses and exchanges made up for the tests of this folder.
import type { ExchangeResult, HeaderLines, IncomingResponse } from '../../src/domain/exchange.ts';

/** A response with this body. */
export function response(
  status: number,
  body: string | Uint8Array = '',
  headers: HeaderLines = [],
  truncated = false,
): IncomingResponse {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  return { status, httpVersion: '1.1', headers, body: bytes, bodyBytes: bytes.length, truncated };
}

/** An exchange that came to what is given. */
export function exchange(parts: Partial<ExchangeResult>): ExchangeResult {
  const timings = { blocked: 0, dns: 1, connect: 1, ssl: 1, send: 1, wait: 1, receive: 1, total: 6 };
  return { response: undefined, failure: undefined, peer: undefined, timings, ...parts };
}
