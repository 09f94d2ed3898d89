// The keys that seal secrets, as text: one form for the key file, the environment and the command line.

/** A key and the short name under which envelopes refer to it. */
export interface SecretKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** What was read: the keys, newest first, or what is wrong with each entry. */
export type SecretKeyReading =
  | { readonly ok: true; readonly keys: readonly SecretKey[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/** The text of keys, newest first: `id:base64`, one a line. */
export function writeSecretKeys(keys: readonly SecretKey[]): string {
  return keys.map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64')}\n`).join('');
}

/**
 * Keys from their text, newest first, separated by commas, blanks or line ends. A problem names its entry by number and
 * quotes nothing of it: what stands in the wrong place may be the secret.
 */
export function readSecretKeys(text: string): SecretKeyReading {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const keys: SecretKey[] = [];
  const problems: string[] = entries.length === 0 ? ['there is no key'] : [];
  for (const [index, entry] of entries.entries()) {
    const read = readEntry(entry);
    const problem = typeof read === 'string' ? read : repeatedId(read, keys);
    if (typeof read !== 'string') keys.push(read);
    if (problem !== undefined) problems.push(`entry ${String(index + 1)} ${problem}`);
  }
  return problems.length === 0 ? { ok: true, keys } : { ok: false, problems };
}

function repeatedId({ id }: SecretKey, before: readonly SecretKey[]): string | undefined {
  const index = before.findIndex((key) => key.id === id);
  return index < 0 ? undefined : 'has the id of an earlier one';
}

function readEntry(entry: string): SecretKey | string {
  const colon = entry.indexOf(':');
  if (colon < 0) return 'has no colon between id and key';
  const id = entry.slice(0, colon);
  const encoded = entry.slice(colon + 1);
  if (!KEY_ID.test(id)) return 'has an id that is not 1 to 32 letters, digits, - or _';
  const key = Buffer.from(encoded, 'base64');
  // Node skips what is no base64; only a text that comes back the same was one.
  if (key.toString('base64') !== encoded) return 'has a key that is not base64 with its padding';
  if (key.length !== KEY_BYTES) return `has a key of ${String(key.length)} bytes, not of ${String(KEY_BYTES)}`;
  return { id, key };
}
