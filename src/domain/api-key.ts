// API keys: how the text of one is written and read, what is stored of it, and whether it is good. The text is
// `hw_<id>_<secret><checksum>`; only a hash of the secret is stored.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Actor, Role } from './access.ts';

/** A stored key. */
export interface ApiKey {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly role: Role;
  /** SHA-256 (hex) of the secret. A slow hash would be wasted on 256 random bits. */
  readonly secretSha256: string;
  readonly createdAt: Date;
  /** The id of the key that made it, `hookwright` for the engine, `command_line` for the command line. */
  readonly createdBy: string;
  /** From then on it is not good; `undefined`: it is good for ever. */
  readonly expiresAt: Date | undefined;
  /** To the minute: it is written at most once in one. */
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

/** Whether a key is good, or why it is not. */
export const KEY_STATES = ['active', 'expired', 'revoked'] as const;

export type KeyState = (typeof KEY_STATES)[number];

/** The state of a key at an instant. */
export function keyState(key: Pick<ApiKey, 'expiresAt' | 'revokedAt'>, now: Date): KeyState {
  if (key.revokedAt !== undefined) return 'revoked';
  return key.expiresAt !== undefined && key.expiresAt <= now ? 'expired' : 'active';
}

/** The two halves of a key's text. `id` has its prefix. */
export interface KeyParts {
  readonly id: string;
  readonly secret: string;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
// 62^43 is more than 2^256, and 62^6 more than 2^32.
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const KEY = /^(hw_([0-9a-f-]{36})_([0-9A-Za-z]{43}))([0-9A-Za-z]{6})$/;

/** The two halves of a key's text, or `undefined` where it is no key of ours, or was cut off or mistyped. */
export function parseKey(text: string): KeyParts | undefined {
  const [, head, uuid, secret, checksum] = KEY.exec(text) ?? [];
  if (head === undefined || uuid === undefined || secret === undefined) return undefined;
  return checksumOf(head) === checksum ? { id: `key_${uuid}`, secret } : undefined;
}

/** The text of a key, shown once. `secret` comes from `secretFrom`. */
export function writeKey(id: string, secret: string): string {
  const head = `hw_${id.replace(/^key_/, '')}_${secret}`;
  return `${head}${checksumOf(head)}`;
}

/** A secret of 43 letters and digits that holds all 256 bits of 32 random bytes. */
export function secretFrom(bytes: Uint8Array): string {
  return base62(Buffer.from(bytes).toString('hex'), SECRET_LENGTH);
}

// Against mistakes, not against forgery: whoever scans for lost keys, or misses a character, sees it without asking us.
function checksumOf(head: string): string {
  return base62(sha256(head).slice(0, 8), CHECKSUM_LENGTH);
}

function base62(hex: string, length: number): string {
  let rest = BigInt(`0x${hex}`);
  let digits = '';
  for (; rest > 0n; rest /= 62n) digits = `${ALPHABET[Number(rest % 62n)] ?? ''}${digits}`;
  return digits.padStart(length, '0');
}

/** The hash that is stored of a secret. */
export function hashSecret(secret: string): string {
  return sha256(secret);
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Compares a secret with a stored hash, in constant time. */
export function secretMatches(secret: string, storedSha256: string): boolean {
  const given = Buffer.from(hashSecret(secret), 'hex');
  const stored = Buffer.from(storedSha256, 'hex');
  return given.length === stored.length && timingSafeEqual(given, stored);
}

/** Why a key was not taken. Callers are told of `malformed` and `unknown` only; the others are for log and audit. */
export const KEY_REFUSALS = ['malformed', 'unknown', 'wrong_secret', 'expired', 'revoked'] as const;

export type KeyRefusal = (typeof KEY_REFUSALS)[number];

/** Who holds a key, or why it is not taken. `key` is the stored one whose id was named. */
export type KeyJudgement =
  | { readonly ok: true; readonly actor: Actor }
  | { readonly ok: false; readonly reason: KeyRefusal; readonly key: ApiKey | undefined };

// What a secret is compared with where no key has the id: that takes as long as with one that has.
const NOBODY = hashSecret('');

/** Judges a key by its text and what is stored under its id, `undefined` for nothing. */
export function judgeKey(given: KeyParts, stored: ApiKey | undefined, now: Date): KeyJudgement {
  const isRight = secretMatches(given.secret, stored?.secretSha256 ?? NOBODY);
  if (stored === undefined) return { ok: false, reason: 'unknown', key: undefined };
  if (!isRight) return { ok: false, reason: 'wrong_secret', key: stored };
  const state = keyState(stored, now);
  return state === 'active' ? { ok: true, actor: actorOf(stored) } : { ok: false, reason: state, key: stored };
}

/** The actor that a key makes of its holder. */
export function actorOf(key: Pick<ApiKey, 'id' | 'name' | 'organizationId' | 'role'>): Actor {
  return { keyId: key.id, keyName: key.name, organizationId: key.organizationId, role: key.role };
}
