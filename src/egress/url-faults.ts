// What is wrong with the URL of a webhook. The text must be what the URL parser makes of it: nothing is repaired silently.
import { isIP } from 'node:net';
import type { Fault } from '../domain/errors.ts';
import { isHostName } from './exceptions.ts';

const MAX_URL_LENGTH = 2048;

// RFC 6761, 6762 (and its appendix G), 7686, 8375, 9476; `.internal` is ICANN's for private use.
const RESERVED_SUFFIXES = [
  'alt',
  'arpa',
  'corp',
  'example',
  'home',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'onion',
  'private',
  'test',
];

// Control and format characters, and every kind of blank.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Z}]/gu;

/** The URL as written, cut at the places where RFC 3986 §3 cuts it, and as the parser reads it. */
interface UrlParts {
  readonly raw: string;
  readonly scheme: string;
  readonly separator: string;
  readonly authority: string;
  /** The host as written, in lower case, without user info and port. */
  readonly host: string;
  readonly port: string | undefined;
  readonly tail: string;
  /** `undefined` where the parser refuses the text. */
  readonly url: URL | undefined;
}

interface Finding {
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
}

/**
 * Everything that is wrong with a URL. `isExempt` names the hosts of the operator's exceptions, which are free of the
 * suffix rule. No detail repeats path or query, where a token may stand; a hint may. A URL that is too long is not
 * looked into any further.
 */
export function urlFaults(raw: string, pointer: string, isExempt: (host: string) => boolean): Fault[] {
  const long = tooLong(raw);
  if (long !== undefined) return [{ pointer, ...long }];
  const parts = cut(raw);
  const findings = [
    forbiddenCharacter(parts),
    notHttps(parts),
    userInfo(parts),
    port(parts),
    fragment(parts),
    ...hostFindings(parts, isExempt),
    unparsable(parts),
  ].filter((finding) => finding !== undefined);
  const all = findings.length > 0 ? findings : [repaired(parts)].filter((finding) => finding !== undefined);
  return all.map((finding) => ({ pointer, ...finding }));
}

// Characters that the parser drops, and that are refused anyway, do not stand in the way of finding the other faults.
// Without exactly two slashes there is no telling what was meant as host.
function cut(raw: string): UrlParts {
  const match = /^([a-z][a-z0-9+.-]*:)?([\\/]*)([^\\/?#]*)(.*)$/is.exec(raw.replace(INVISIBLE, ''));
  const [, scheme = '', separator = '', beforePath = '', tail = ''] = match ?? [];
  const authority = separator.length === 2 ? beforePath : '';
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  return { raw, scheme: scheme.toLowerCase(), separator, authority, ...hostAndPort(authority), tail, url };
}

function hostAndPort(authority: string): Pick<UrlParts, 'host' | 'port'> {
  const text = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  const match = /:([^:\]]*)$/.exec(text);
  return match === null ? { host: text, port: undefined } : { host: text.slice(0, match.index), port: match[1] };
}

function tooLong(raw: string): Finding | undefined {
  if (raw.length <= MAX_URL_LENGTH) return undefined;
  const detail = `The URL has ${String(raw.length)} characters.`;
  return { code: 'url_too_long', detail, hint: `At most ${String(MAX_URL_LENGTH)} characters can be sent.` };
}

function forbiddenCharacter({ raw }: UrlParts): Finding | undefined {
  const index = raw.search(/[\p{Cc}\p{Cf}\p{Z}\\]/u);
  if (index === -1) return undefined;
  const code = (raw.codePointAt(index) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return {
    code: 'url_forbidden_character',
    detail: `Character ${String(index + 1)} of the URL is U+${code}: a blank, a control character or a backslash.`,
    hint: 'Remove it, or percent-encode it in path or query (a blank is %20).',
  };
}

function notHttps({ scheme, separator }: UrlParts): Finding | undefined {
  if (scheme === 'https:' && separator === '//') return undefined;
  const detail = 'The URL does not begin with https:// and a host.';
  return { code: 'url_not_https', detail, hint: 'Write it as https://host/path; nothing is sent without TLS.' };
}

function userInfo({ authority }: UrlParts): Finding | undefined {
  if (!authority.includes('@')) return undefined;
  const detail = 'There is a user name, a password or an "@" before the host.';
  return { code: 'url_user_info', detail, hint: 'Put credentials into the header Authorization.' };
}

function port({ port: written }: UrlParts): Finding | undefined {
  if (written === undefined) return undefined;
  return {
    code: 'url_port',
    detail: 'There is a port in the URL.',
    hint: 'Leave it out, :443 too: requests always go to port 443.',
  };
}

function fragment({ raw }: UrlParts): Finding | undefined {
  if (!raw.includes('#')) return undefined;
  const detail = 'There is a fragment in the URL, which is never sent.';
  return { code: 'url_fragment', detail, hint: 'Remove "#" and what follows, or write it as %23.' };
}

function unparsable({ url }: UrlParts): Finding | undefined {
  if (url !== undefined) return undefined;
  const detail = 'This is not a URL.';
  return { code: 'url_invalid', detail, hint: 'Write it as https://host/path, with a public host name.' };
}

function hostFindings(parts: UrlParts, isExempt: (host: string) => boolean): (Finding | undefined)[] {
  const { host } = parts;
  if (host === '') return [];
  const parsed = parts.url?.hostname ?? host;
  if (host.includes('%')) return [percentInHost()];
  if (isLiteral(host) || isLiteral(parsed)) return [ipLiteral()];
  if (/[^\p{ASCII}]/u.test(host)) return [notAscii(parsed)];
  return [...nameFindings(host), reservedSuffix(host, isExempt)];
}

function percentInHost(): Finding {
  const detail = 'There is a percent sign in the host.';
  return { code: 'url_host_percent', detail, hint: 'Write the host in plain letters, digits, hyphens and dots.' };
}

// The WHATWG host parser takes a host for an IPv4 address when its last label is a number, in any base.
function isLiteral(host: string): boolean {
  const labels = host.split('.').filter((label) => label !== '');
  return host.startsWith('[') || isIP(host) !== 0 || /^(?:0x[0-9a-f]*|\d+)$/.test(labels.at(-1) ?? '');
}

function ipLiteral(): Finding {
  const detail = 'The host is an IP address, in one of the spellings of such addresses.';
  return { code: 'url_ip_literal', detail, hint: 'Use a host name; its certificate must carry that name.' };
}

function notAscii(parsed: string): Finding {
  const detail = 'The host has characters beyond ASCII, which can look like others.';
  return { code: 'url_host_not_ascii', detail, hint: `Write the host as the parser reads it: ${parsed}` };
}

function nameFindings(host: string): (Finding | undefined)[] {
  const bare = withoutDotsAtEnd(host);
  return [host === bare ? undefined : trailingDot(), bare.includes('.') ? undefined : singleLabel(), malformed(bare)];
}

// Counted by hand: /\.+$/ takes quadratic time on a long run of dots that does not end the text.
function withoutDotsAtEnd(host: string): string {
  let end = host.length;
  while (host[end - 1] === '.') end -= 1;
  return host.slice(0, end);
}

function trailingDot(): Finding {
  const detail = 'The host ends with a dot.';
  return { code: 'url_trailing_dot', detail, hint: 'Remove the dot: certificates do not carry it.' };
}

function singleLabel(): Finding {
  const detail = 'The host has only one label, so it is not a public name.';
  return { code: 'url_single_label', detail, hint: 'Write the full name, like hooks.example.com.' };
}

function malformed(host: string): Finding | undefined {
  if (isHostName(host)) return undefined;
  const detail = 'The host is not a host name.';
  const hint = 'Labels have 1 to 63 letters, digits, hyphens and underscores, and no hyphen at the ends; 253 in all.';
  return { code: 'url_host_invalid', detail, hint };
}

function reservedSuffix(host: string, isExempt: (host: string) => boolean): Finding | undefined {
  const labels = host.split('.').filter((label) => label !== '');
  const suffix = labels.at(-1) ?? '';
  if (!RESERVED_SUFFIXES.includes(suffix) || isExempt(host)) return undefined;
  return {
    code: 'url_reserved_suffix',
    detail: `Names that end in ".${suffix}" are reserved and not public.`,
    hint: 'Use a public host. The operator can allow this name with HOOKWRIGHT_EGRESS_ALLOW.',
  };
}

// Upper case in the host and a missing "/" before the query are spellings of the same URL; all else is a repair.
function repaired({ url, host, tail }: UrlParts): Finding | undefined {
  if (url === undefined) return undefined;
  const written = tail.startsWith('/') ? tail : `/${tail}`;
  const read = url.href.slice(url.origin.length);
  if (url.hostname === host && written === read) return undefined;
  const detail = 'The URL parser would send something else than what is written.';
  return { code: 'url_repaired', detail, hint: `Write it as ${url.href}` };
}
