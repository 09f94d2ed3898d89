// Keeps secrets unreadable in the database: AES-256-GCM, each value bound to the place it belongs to.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A key and the short name under which envelopes refer to it. */
export interface SecretKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Where a secret belongs. It opens nowhere else, so that a row cannot be copied to another webhook or tenant. */
export type SecretPlace = readonly [organizationId: string, webhookId: string, field: string];

/** Seals and opens secrets. */
export interface SecretBox {
  /** The key that new secrets are sealed with. */
  readonly currentKeyId: string;
  /** All keys that can open. */
  readonly keyIds: readonly string[];
  /** `v1:<key id>:<iv>:<tag>:<ciphertext>`, the last three in base64url. The same text never seals to the same envelope. */
  seal(text: string, place: SecretPlace): string;
  /** The text of an envelope. Throws where the key is unknown, or the envelope is damaged or belongs to another place. */
  open(envelope: string, place: SecretPlace): string;
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
// NIST SP 800-38D §5.2.1.1 recommends 96 bits.
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ENVELOPE = /^v1:([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]+):([A-Za-z0-9_-]+):([A-Za-z0-9_-]*)$/;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/** Makes the box. The first key seals, all open. */
export function createSecretBox(options: { readonly keys: readonly SecretKey[] }): SecretBox {
  const [current] = options.keys;
  if (current === undefined) throw new Error('A secret box needs a key.');
  const byId = new Map(options.keys.map(({ id, key }) => [id, key]));
  return {
    currentKeyId: current.id,
    keyIds: [...byId.keys()],
    seal: (text, place) => seal(current, text, place),
    open: (envelope, place) => open(byId, envelope, place),
  };
}

function seal({ id, key }: SecretKey, text: string, place: SecretPlace): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(bytesOf(place));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return ['v1', id, ...[iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join(':');
}

function open(keys: ReadonlyMap<string, Uint8Array>, envelope: string, place: SecretPlace): string {
  const [, id = '', iv = '', tag = '', sealed = ''] = ENVELOPE.exec(envelope) ?? [];
  if (id === '') throw new Error(`The stored secret ${place.join(' ')} is no envelope of ours.`);
  const key = keys.get(id);
  if (key === undefined) {
    throw new Error(
      `The stored secret ${place.join(' ')} was sealed with the key "${id}", which is not among the keys given: ${[...keys.keys()].join(', ')}.`,
    );
  }
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(iv, 'base64url'), { authTagLength: TAG_BYTES });
    decipher.setAAD(bytesOf(place));
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    return decipher.update(sealed, 'base64url', 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw new Error(
      `The stored secret ${place.join(' ')} cannot be opened: it was changed, or another key now bears the name "${id}".`,
      { cause },
    );
  }
}

// JSON keeps the parts apart: no two places have the same bytes.
function bytesOf(place: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify(place), 'utf8');
}

/** A new key with a random name. */
export function newSecretKey(): SecretKey {
  return { id: randomBytes(4).toString('hex'), key: randomBytes(KEY_BYTES) };
}

/** The text of keys, newest first: `id:base64`, one a line. */
export function writeKeys(keys: readonly SecretKey[]): string {
  return keys.map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64')}\n`).join('');
}

/** Keys from their text, newest first, separated by commas or line ends; `undefined` where it is not that. */
export function parseKeys(text: string): readonly SecretKey[] | undefined {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const keys = entries.map(parseKey).filter((key) => key !== undefined);
  const ids = new Set(keys.map(({ id }) => id));
  return keys.length > 0 && keys.length === entries.length && ids.size === keys.length ? keys : undefined;
}

function parseKey(entry: string): SecretKey | undefined {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(colon, 0));
  const encoded = entry.slice(colon + 1);
  const key = Buffer.from(encoded, 'base64');
  // Node skips what is no base64; only a text that comes back the same was one.
  const exact = key.toString('base64') === encoded;
  return KEY_ID.test(id) && exact && key.length === KEY_BYTES ? { id, key } : undefined;
}
