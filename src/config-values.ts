// How the text of each configuration variable is read: a value, or the words for what it must be.
import { isIP, isIPv4 } from 'node:net';
import { parseKey } from './domain/api-key.ts';
import { MASK } from './domain/headers.ts';
import { isId } from './domain/ids.ts';
import type { SecretKey } from './domain/secret-keys.ts';
import { readSecretKeys } from './domain/secret-keys.ts';
import { parseEgressAllow, parseEgressConnect } from './egress/exceptions.ts';
import type { LogLevel } from './observe/log.ts';
import { LOG_LEVELS } from './observe/log.ts';

/** Where the API listens. `host` is an address or a name, without brackets. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** What was read; `must` ends the sentence "NAME must …". */
export type Parsed<Value> = { readonly value: Value } | { readonly must: string };

const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})$/;

/** `host:port`; an IPv6 address stands in brackets. */
export function parseListen(text: string): Parsed<Listen> {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]*)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  if (host === '') return { must: 'be host:port' };
  const known = bracketed === undefined ? isIPv4(host) || isName(host) : isIP(bracketed) === 6;
  if (!known) return { must: 'start with an IP address or a host name (IPv6 in brackets)' };
  if (port > 65_535) return { must: 'end with a port from 0 to 65535' };
  return { value: { host, port } };
}

// A last label of digits only is a mistyped IPv4 address.
function isName(host: string): boolean {
  return HOST_NAME.test(host) && !/(?:^|\.)\d+$/.test(host);
}

/** Whether only this machine can reach the listener. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** A key of ours, complete. */
export function parseAdminKey(text: string): Parsed<string> {
  const key = parseKey(text);
  return key !== undefined && isId('key', key.id) ? { value: text } : { must: 'be a whole key with a right checksum' };
}

/** Keys that encrypt secrets, newest first. What is wrong is said by number of the entry, and nothing is quoted. */
export function parseEncryptionKeys(text: string): Parsed<readonly SecretKey[]> {
  const reading = readSecretKeys(text);
  if (reading.ok) return { value: reading.keys };
  return { must: `list keys as id:base64 (32 bytes each), newest first: ${reading.problems.join('; ')}` };
}

/** An absolute URL that paths can be put behind; it comes back without a slash at the end. */
export function parsePublicUrl(text: string): Parsed<string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return { must: 'be an http or https URL' };
  const extra = url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '';
  if (extra) return { must: 'have no user info, query or fragment' };
  return { value: url.href.replace(/\/+$/, '') };
}

/** `on` or `off`. */
export function parseSwitch(text: string): Parsed<boolean> {
  return text === 'on' || text === 'off' ? { value: text === 'on' } : { must: 'be on or off' };
}

/** A whole number within bounds, both included. */
export function parseWhole(least: number, most: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most
      ? { value }
      : { must: `be a whole number from ${String(least)} to ${String(most)}` };
  };
}

const POSTGRES_PROTOCOLS = ['postgres:', 'postgresql:'];

/** The URL of a PostgreSQL database. */
export function parseDatabaseUrl(text: string): Parsed<string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPostgres = url !== undefined && POSTGRES_PROTOCOLS.includes(url.protocol);
  if (!isPostgres) return { must: 'be postgres://user:password@host:port/database' };
  if (url.hostname === '') return { must: 'name a host' };
  return /^\/[^/]+$/.test(url.pathname) ? { value: text } : { must: 'end with the name of a database' };
}

/** Such a URL as it may be shown: with its user, and without password or options. */
export function maskDatabaseUrl(text: string): string {
  const { protocol, username, password, host, pathname } = new URL(text);
  const who = username === '' ? '' : `${username}${password === '' ? '' : `:${MASK}`}@`;
  return `${protocol}//${who}${host}${pathname}`;
}

/** A name of a log level. */
export function parseLogLevel(text: string): Parsed<LogLevel> {
  const level = LOG_LEVELS.find((name) => name === text);
  return level === undefined ? { must: `be one of ${LOG_LEVELS.join(', ')}` } : { value: level };
}

/** CIDR blocks, addresses and exact host names between commas, as written. */
export function parseAllowList(text: string): Parsed<readonly string[]> {
  const { problems } = parseEgressAllow(text);
  if (problems.length > 0) return { must: `list CIDR blocks, addresses or exact host names: ${problems.join(' ')}` };
  return { value: items(text) };
}

/** CIDR blocks and addresses between commas, as written. */
export function parseBlocks(text: string): Parsed<readonly string[]> {
  const { problems, values } = parseEgressAllow(text);
  const isBlock = (value: string): boolean => isIP(value.split('/')[0] ?? '') !== 0 && !value.endsWith('/0');
  const isGood = problems.length === 0 && values.every(isBlock);
  if (!isGood) return { must: 'list CIDR blocks or addresses, and not all that there are' };
  return { value: items(text) };
}

/** `host=address:port` between commas, as written. */
export function parseConnectList(text: string): Parsed<readonly string[]> {
  const { problems } = parseEgressConnect(text);
  if (problems.length > 0) return { must: `list host=address:port: ${problems.join(' ')}` };
  return { value: items(text) };
}

function items(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
