// The operator's exceptions to the egress rules. They come from the environment only, never through the API.
import ipaddr from 'ipaddr.js';
import { plainFamily } from './addresses.ts';

/** A host that is reached at another address, like curl's `--connect-to`: name, SNI and certificate stay the host's. */
export interface ConnectRule {
  readonly host: string;
  /** An IP address, without brackets. */
  readonly address: string;
  readonly port: number;
  /** PEM of further authorities that are trusted for this host, and for no other. */
  readonly ca?: string | undefined;
}

/** Everything that is allowed beyond the rules. */
export interface EgressExceptions {
  /** CIDR blocks (they allow addresses) and exact host names (they are exempt from suffix and address rules). */
  readonly allow: readonly string[];
  readonly connect: readonly ConnectRule[];
}

/** What was read, and a plain sentence for each thing that could not be. */
export interface Parsed<Value> {
  readonly values: readonly Value[];
  readonly problems: readonly string[];
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const NUMBER_LABEL = /^(?:0x[0-9a-f]*|\d+)$/;

/** Whether a lower-case host is a name that can be resolved: labels of RFC 1035 §2.3.1 (and `_`), not a number. */
export function isHostName(host: string): boolean {
  const labels = host.split('.');
  const last = labels.at(-1) ?? '';
  return host.length <= 253 && labels.every((label) => LABEL.test(label)) && !NUMBER_LABEL.test(last);
}

/** Reads `HOOKWRIGHT_EGRESS_ALLOW`: CIDR blocks, addresses and exact names, separated by commas. */
export function parseEgressAllow(text: string): Parsed<string> {
  return collect(items(text), parseAllowed);
}

/** Reads `HOOKWRIGHT_EGRESS_CONNECT`: `host=address:port`, separated by commas; an IPv6 address stands in brackets. */
export function parseEgressConnect(text: string): Parsed<ConnectRule> {
  const parsed = collect(items(text), parseConnect);
  const hosts = parsed.values.map((rule) => rule.host);
  const repeated = [...new Set(hosts.filter((host, index) => hosts.indexOf(host) !== index))];
  const problems = repeated.map((host) => `"${host}" is given twice; keep one address for it.`);
  return { values: parsed.values, problems: [...parsed.problems, ...problems] };
}

type Item<Value> = { readonly value: Value } | { readonly problem: string };

function items(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '');
}

function collect<Value>(texts: readonly string[], parse: (text: string) => Item<Value>): Parsed<Value> {
  const parsed = texts.map(parse);
  return {
    values: parsed.flatMap((item) => ('value' in item ? [item.value] : [])),
    problems: parsed.flatMap((item) => ('problem' in item ? [item.problem] : [])),
  };
}

function parseAllowed(item: string): Item<string> {
  const family = plainFamily(item);
  if (family !== 0) return { value: `${item}/${family === 4 ? '32' : '128'}` };
  if (item.includes('/')) return parseCidr(item);
  if (item.includes('*')) return { problem: `"${item}" has a wildcard; list each name, or the CIDR block it is in.` };
  return hostProblem(item) ?? { value: item };
}

function parseCidr(item: string): Item<string> {
  const network = item.slice(0, item.indexOf('/'));
  if (plainFamily(network) !== 0 && ipaddr.isValidCIDR(item)) return { value: item };
  return { problem: `"${item}" is not a CIDR block; write it like 10.1.0.0/16 or fd00:1::/32.` };
}

function parseConnect(item: string): Item<ConnectRule> {
  const match = /^([^=]+)=(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(item);
  if (match === null) return { problem: `"${item}" is not host=address:port, like hooks.example.com=127.0.0.1:8443.` };
  const [, host = '', bracketed, plain = '', portText] = match;
  const address = bracketed ?? plain;
  const port = Number(portText);
  const wrongHost = hostProblem(host);
  if (wrongHost !== undefined) return wrongHost;
  if (plainFamily(address) !== (bracketed === undefined ? 4 : 6)) {
    return { problem: `"${address}" in "${item}" is not an IP address; a name would have to be resolved first.` };
  }
  if (port < 1 || port > 65_535) return { problem: `${String(port)} in "${item}" is not a port from 1 to 65535.` };
  return { value: { host, address, port } };
}

function hostProblem(host: string): { readonly problem: string } | undefined {
  if (!isHostName(host)) return { problem: `"${host}" is not a host name.` };
  if (host.includes('.')) return undefined;
  return { problem: `"${host}" has only one label; a webhook's host needs at least two, like ${host}.example.com.` };
}
