// What a request says of who sends it: its key, its address, and whether it came through a proxy. Decides nothing.
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { Request } from 'express';

/** A key's text; or why there is none: nothing was sent, or nothing that could be read. */
export type Credentials =
  | { readonly kind: 'key'; readonly text: string }
  | { readonly kind: 'missing'; readonly detail: string }
  | { readonly kind: 'unreadable'; readonly detail: string };

/** Reads an Authorization header. Basic has the key as its password, and is read only where that is allowed. */
export function readCredentials(header: string | undefined, acceptsBasic: boolean): Credentials {
  if (header === undefined) return { kind: 'missing', detail: 'No API key was sent.' };
  const [, scheme = '', given = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(header) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { kind: 'key', text: given };
  if (scheme === '') return { kind: 'unreadable', detail: 'The Authorization header is not "Bearer <key>".' };
  if (acceptsBasic) return { kind: 'key', text: passwordIn(given) };
  return { kind: 'unreadable', detail: 'Basic is understood below /rest/auditing only; send "Bearer <key>".' };
}

// RFC 7617 §2: the password is what follows the first colon.
function passwordIn(base64: string): string {
  const pair = Buffer.from(base64, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/**
 * The address of the caller, as far as it is known: the proxies that are trusted have said so, or it is the peer. Without
 * a zone (RFC 4007 §11), which can be of any length and makes many addresses of one.
 */
export function addressOf(request: Pick<Request, 'ip' | 'socket'>): string {
  const said = withoutPort(request.ip ?? '');
  // A proxy may pass on anything that its caller wrote; some add the port.
  const address = isIP(said) === 0 ? (request.socket.remoteAddress ?? '') : said;
  return address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
}

function withoutPort(said: string): string {
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(said)?.[1] ?? /^\[(.+)\](?::\d+)?$/.exec(said)?.[1] ?? said;
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;
const FORWARDING = /^(?:forwarded|via|x-real-ip|x-forwarded-.*)$/;

/** Whether a program on this machine has sent it, and no proxy passed it on. */
export function isFromHere(request: {
  readonly headers: IncomingHttpHeaders;
  readonly socket: Request['socket'];
}): boolean {
  const isForwarded = Object.keys(request.headers).some((name) => FORWARDING.test(name));
  return !isForwarded && LOOPBACK.test(request.socket.remoteAddress ?? '');
}
