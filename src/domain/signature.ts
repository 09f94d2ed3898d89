// Signatures of requests after Standard Webhooks: what a signing secret is, and the header that receivers verify.
import { createHmac, createPrivateKey, createPublicKey, sign as signWith } from 'node:crypto';

/** How a secret signs; its prefix says which. */
export const SIGNING_SCHEMES = ['hmac-sha256', 'ed25519'] as const;

export type SigningScheme = (typeof SIGNING_SCHEMES)[number];

/** What is known of a signing secret without the secret itself. */
export interface SigningFacts {
  readonly scheme: SigningScheme;
  /** `whpk_…`: by which receivers verify what an Ed25519 key has signed; `undefined` for HMAC, which has none. */
  readonly publicKey: string | undefined;
}

/** The signing of a webhook's requests. */
export interface Signing extends SigningFacts {
  readonly secret: string;
  /** The secret before this one, and until when it signs, too: so long receivers may take to change over. */
  readonly previous: (SigningFacts & { readonly secret: string; readonly until: Date }) | undefined;
}

// Standard Webhooks, "Signature scheme" and "Secrets".
const PREFIXES = { 'hmac-sha256': 'whsec_', ed25519: 'whsk_' } as const satisfies Record<SigningScheme, string>;
const VERSIONS = { 'hmac-sha256': 'v1', ed25519: 'v1a' } as const satisfies Record<SigningScheme, string>;
const PUBLIC_PREFIX = 'whpk_';

// Standard Webhooks, "Signature scheme": between 24 and 64 bytes.
const [SHORTEST_SECRET_BYTES, LONGEST_SECRET_BYTES] = [24, 64];
/** The bytes of a generated secret, and of the seed of an Ed25519 key (RFC 8032 §5.1.5). */
export const SECRET_BYTES = 32;
// What precedes the seed in the PKCS #8 form of an Ed25519 key (RFC 8410 §7).
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** What is wrong with the text of a signing secret, in a sentence that does not repeat it; `undefined`: nothing. */
export function signingSecretProblem(secret: string): string | undefined {
  const scheme = schemeOf(secret);
  if (scheme === undefined) return 'It begins with neither whsec_ nor whsk_.';
  const bytes = bytesOf(secret);
  if (bytes === undefined) return 'What follows its prefix is no base64.';
  if (scheme === 'ed25519') return keyProblem(bytes);
  if (bytes.length >= SHORTEST_SECRET_BYTES && bytes.length <= LONGEST_SECRET_BYTES) return undefined;
  return `It has ${String(bytes.length)} bytes; ${String(SHORTEST_SECRET_BYTES)} to ${String(LONGEST_SECRET_BYTES)} are allowed.`;
}

// The libraries of Standard Webhooks keep the seed with its public key behind it; a seed alone says the same.
function keyProblem(bytes: Buffer): string | undefined {
  if (bytes.length === SECRET_BYTES) return undefined;
  if (bytes.length !== 2 * SECRET_BYTES) {
    return `It has ${String(bytes.length)} bytes; an Ed25519 key has 32 (its seed) or 64 (seed and public key).`;
  }
  if (publicBytes(bytes).equals(bytes.subarray(SECRET_BYTES))) return undefined;
  return 'Its last 32 bytes are not the public key of its first 32.';
}

/** Scheme and public key of a secret; `undefined` where the text is none. */
export function signingFacts(secret: string): SigningFacts | undefined {
  const scheme = schemeOf(secret);
  const bytes = bytesOf(secret);
  if (scheme === undefined || bytes === undefined || signingSecretProblem(secret) !== undefined) return undefined;
  if (scheme === 'hmac-sha256') return { scheme, publicKey: undefined };
  return { scheme, publicKey: `${PUBLIC_PREFIX}${publicBytes(bytes).toString('base64')}` };
}

/** The secret of a scheme that 32 random bytes make. */
export function signingSecretFrom(scheme: SigningScheme, random: Uint8Array): string {
  const seed = Buffer.from(random);
  const bytes = scheme === 'ed25519' ? Buffer.concat([seed, publicBytes(seed)]) : seed;
  return `${PREFIXES[scheme]}${bytes.toString('base64')}`;
}

/** The part of a secret behind its prefix, by which it could be recognised as well. */
export function withoutPrefix(secret: string): string {
  return secret.slice(secret.indexOf('_') + 1);
}

/** What is signed. */
export interface SignedRequest {
  readonly messageId: string;
  /** Unix seconds, as the header `webhook-timestamp` says them. */
  readonly timestamp: string;
  readonly body: string | undefined;
}

/**
 * The value of `webhook-signature`: the signature of the secret of now, then that of the previous one while it is in
 * force at `now`. Both secrets must be such that nothing is wrong with them.
 */
export function signatureHeader(signing: Signing, request: SignedRequest, now: Date): string {
  const { secret, previous } = signing;
  const secrets = previous !== undefined && now < previous.until ? [secret, previous.secret] : [secret];
  // Standard Webhooks, "Signature scheme": id, timestamp and body, joined by dots. Without a body the text ends there.
  const text = Buffer.from(`${request.messageId}.${request.timestamp}.${request.body ?? ''}`, 'utf8');
  return secrets.map((one) => signatureOf(one, text)).join(' ');
}

function signatureOf(secret: string, text: Buffer): string {
  const scheme = schemeOf(secret);
  const bytes = bytesOf(secret);
  // Nothing but the name of the fault: the secret itself must not get into a log.
  if (scheme === undefined || bytes === undefined) throw new Error('A stored signing secret is none.');
  const signature =
    scheme === 'ed25519' ? signWith(null, text, privateKey(bytes)) : createHmac('sha256', bytes).update(text).digest();
  return `${VERSIONS[scheme]},${signature.toString('base64')}`;
}

function schemeOf(secret: string): SigningScheme | undefined {
  return SIGNING_SCHEMES.find((scheme) => secret.startsWith(PREFIXES[scheme]));
}

// Node skips what is no base64; only a text that comes back the same was one. Padding may be left out.
function bytesOf(secret: string): Buffer | undefined {
  const encoded = withoutPrefix(secret).replace(/={1,2}$/, '');
  const bytes = Buffer.from(encoded, 'base64');
  return encoded !== '' && bytes.toString('base64').replace(/=+$/, '') === encoded ? bytes : undefined;
}

function privateKey(bytes: Buffer): ReturnType<typeof createPrivateKey> {
  const key = Buffer.concat([PKCS8_PREFIX, bytes.subarray(0, SECRET_BYTES)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function publicBytes(bytes: Buffer): Buffer {
  const { x = '' } = createPublicKey(privateKey(bytes)).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}
