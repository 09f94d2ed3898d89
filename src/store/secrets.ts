// Keeps secrets unreadable in the database: AES-256-GCM, each value bound to the place it belongs to.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { AppError } from '../domain/errors.ts';
import { conflict } from '../domain/errors.ts';
import type { SecretKey } from '../domain/secret-keys.ts';

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
  /**
   * The text of an envelope. Throws `conflict` (`secret_unreadable`) where the key is unknown, or the envelope is damaged
   * or belongs to another place.
   */
  open(envelope: string, place: SecretPlace): string;
  /** The same box, sealing with another of its keys; `undefined` where it has no key of this name. */
  sealingWith(keyId: string): SecretBox | undefined;
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
// NIST SP 800-38D §5.2.1.1 recommends 96 bits.
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ENVELOPE = /^v1:([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]+):([A-Za-z0-9_-]+):([A-Za-z0-9_-]*)$/;

/** Makes the box. The first key seals, all open. */
export function createSecretBox(options: { readonly keys: readonly SecretKey[] }): SecretBox {
  const [current] = options.keys;
  if (current === undefined) throw new Error('A secret box needs a key.');
  return boxOf(current, new Map(options.keys.map(({ id, key }) => [id, key])));
}

function boxOf(current: SecretKey, byId: ReadonlyMap<string, Uint8Array>): SecretBox {
  return {
    currentKeyId: current.id,
    keyIds: [...byId.keys()],
    seal: (text, place) => seal(current, text, place),
    open: (envelope, place) => open(byId, envelope, place),
    sealingWith(id) {
      const key = byId.get(id);
      return key === undefined ? undefined : boxOf({ id, key }, byId);
    },
  };
}

/** The name of the key that an envelope was sealed with; `undefined` where it is no envelope of ours. */
export function keyIdOf(envelope: string): string | undefined {
  return ENVELOPE.exec(envelope)?.[1];
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
  if (id === '') throw unreadable(place, 'is no envelope of ours');
  const key = keys.get(id);
  if (key === undefined) {
    const known = [...keys.keys()].join(', ');
    throw unreadable(place, `was sealed with the key "${id}", which is not among the keys given: ${known}`);
  }
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(iv, 'base64url'), { authTagLength: TAG_BYTES });
    decipher.setAAD(bytesOf(place));
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    return decipher.update(sealed, 'base64url', 'utf8') + decipher.final('utf8');
  } catch {
    throw unreadable(place, `cannot be opened: it was changed, or another key now bears the name "${id}"`);
  }
}

// Not a bug, since only what was done to database or keys leads here; and not to be waited out.
function unreadable([, webhookId, field]: SecretPlace, why: string): AppError {
  return conflict(
    'secret_unreadable',
    `The stored secret ${field} of ${webhookId} ${why}.`,
    'Replace the webhook (PUT) with the values of all its secrets, or start the engine with the key that is missing.',
  );
}

// JSON keeps the parts apart: no two places have the same bytes.
function bytesOf(place: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify(place), 'utf8');
}

/** A new key with a random name. */
export function newSecretKey(): SecretKey {
  return { id: randomBytes(4).toString('hex'), key: randomBytes(KEY_BYTES) };
}
