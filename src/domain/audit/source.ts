// From which address and on which machine it was done, where the event says so.
import type { ExactJson } from '../json.ts';
import { isList, isObject } from '../json.ts';
import { firstWords, memberOf, placesOf } from './values.ts';

// In the order in which they are looked for. Names are compared without capitals, `_` and `-`.
const NAMES: readonly string[] = [
  'sourceip',
  'clientip',
  'requestip',
  'remoteip',
  'ipaddress',
  'ip',
  'sourceaddress',
  'clientaddress',
  'remoteaddress',
  'remoteaddr',
  'address',
  'xforwardedfor',
  'source',
];

const MAX_ADDRESSES = 20;

/**
 * The client's address: of the members named `source_ip`, `client_ip`, … of `metadata`, `data.location` and `data`, the first
 * that holds addresses and nothing else. Of several, in a list or between commas, all are kept, as `client,proxy`.
 * `undefined` where the event has none: what is no address would break those who read one.
 */
export function sourceOf(value: ExactJson): string | undefined {
  const [data, attributes] = [memberOf(value, 'data'), memberOf(memberOf(value, 'data'), 'attributes')];
  const near = [memberOf(data, 'metadata'), memberOf(attributes, 'location'), memberOf(data, 'location')];
  for (const place of [...near, ...placesOf(value)]) {
    const found = addressIn(place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function addressIn(place: ExactJson | undefined): string | undefined {
  let best: { readonly rank: number; readonly addresses: string } | undefined;
  if (!isObject(place)) return undefined;
  for (const [name, value] of Object.entries(place)) {
    const rank = name.length > MAX_NAME ? -1 : NAMES.indexOf(name.toLowerCase().replace(/[_-]/g, ''));
    if (rank < 0 || (best !== undefined && best.rank <= rank)) continue;
    const addresses = addressesOf(value);
    if (addresses !== undefined) best = { rank, addresses };
  }
  return best?.addresses;
}

const MAX_NAME = 40;

function addressesOf(value: ExactJson): string | undefined {
  const texts: readonly ExactJson[] = isList(value) ? value.slice(0, MAX_ADDRESSES + 1) : [value];
  const parts = texts.flatMap((text) =>
    typeof text === 'string' && text.length <= MAX_LENGTH ? text.split(',') : [''],
  );
  const addresses = parts.map((part) => part.trim());
  const isFew = addresses.length > 0 && addresses.length <= MAX_ADDRESSES;
  return isFew && addresses.every(isAddress) ? addresses.join(',') : undefined;
}

// Twenty addresses of IPv6, with blanks.
const MAX_LENGTH = 1000;
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

function isAddress(text: string): boolean {
  return (
    IPV4.test(text) || (/^[\da-f:.]{2,45}$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`))
  );
}

/** The machine of a cluster on which it was done: of the members `node`, `node_id` and `node_name`; `undefined` without any. */
export function nodeOf(value: ExactJson): string | undefined {
  for (const place of [memberOf(memberOf(value, 'data'), 'metadata'), ...placesOf(value)]) {
    const found = firstWords(place, ['node', 'node_id', 'node_name']);
    if (found !== undefined) return found;
  }
  return undefined;
}
