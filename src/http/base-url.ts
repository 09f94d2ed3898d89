// Where callers reach the API: the base of absolute links in answers.
import type { Request } from 'express';

/** What of a request says it. `protocol` and `host` are what trusted proxies have said, where there are any. */
export type Reached = Pick<Request, 'protocol' | 'host'>;

// A name or an address, with or without a port: what RFC 9110 §7.2 lets stand in a Host header, and nothing more.
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * The base of links, without a slash at its end: what is configured; else what trusted proxies, or the caller himself, say
 * that he has reached; else where the engine listens. A caller can only mislead himself: no answer is kept for another.
 */
export function baseUrlFor(
  { protocol, host }: Partial<Reached>,
  configured: string | undefined,
  listener: string,
): string {
  if (configured !== undefined) return configured;
  const isUsable = host !== undefined && HOST.test(host) && URL.canParse(`${protocol ?? 'http'}://${host}`);
  if (!isUsable) return listener;
  return `${protocol === 'https' ? 'https' : 'http'}://${host}`;
}
