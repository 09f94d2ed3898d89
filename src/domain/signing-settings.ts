// The settings of a webhook's signing in their JSON form, and what may be wrong with them.
import type { Fault } from './errors.ts';
import { MASK } from './headers.ts';
import type { Json, JsonObject } from './json.ts';
import { isObject } from './json.ts';
import type { Signing, SigningFacts } from './signature.ts';
import { signingFacts, signingSecretProblem } from './signature.ts';

/** The JSON form, secrets as they are given. */
export function writeSigning(signing: Signing | undefined): JsonObject | null {
  if (signing === undefined) return null;
  const { previous } = signing;
  return {
    secret: signing.secret,
    scheme: signing.scheme,
    public_key: signing.publicKey ?? null,
    previous_secret: previous?.secret ?? null,
    previous_public_key: previous?.publicKey ?? null,
    previous_until: previous?.until.toISOString() ?? null,
  };
}

/**
 * From the JSON form. Scheme and public key follow from the secret; the key beside it counts only where the secret cannot
 * be read, because it is sealed or masked.
 */
export function readSigning(input: Json | undefined): Signing | undefined {
  if (!isObject(input)) return undefined;
  const secret = input['secret'];
  if (typeof secret !== 'string') return undefined;
  return {
    secret,
    ...factsOf(secret, input['public_key']),
    previous: readPrevious(input),
  };
}

function readPrevious(input: JsonObject): Signing['previous'] {
  const secret = input['previous_secret'];
  const until = instantOf(input['previous_until']);
  if (typeof secret !== 'string' || until === undefined) return undefined;
  return { secret, ...factsOf(secret, input['previous_public_key']), until };
}

// Only Ed25519 has public keys.
function factsOf(secret: string, publicKey: Json | undefined): SigningFacts {
  const stored: SigningFacts =
    typeof publicKey === 'string' ? { scheme: 'ed25519', publicKey } : { scheme: 'hmac-sha256', publicKey: undefined };
  return signingFacts(secret) ?? stored;
}

function instantOf(value: Json | undefined): Date | undefined {
  const instant = typeof value === 'string' ? new Date(value) : undefined;
  return instant === undefined || Number.isNaN(instant.getTime()) ? undefined : instant;
}

const POINTER = '/signing';

/** Everything that is wrong with the JSON form of a signing whose shape is right. No fault repeats a secret. */
export function signingFaults(input: Json | undefined): Fault[] {
  if (!isObject(input)) return [];
  return [
    ...secretFaults(input['secret'], `${POINTER}/secret`),
    ...secretFaults(input['previous_secret'], `${POINTER}/previous_secret`),
    ...previousFaults(input),
  ];
}

/** What is wrong with a signing secret; `***` is judged by whoever knows what it stands for. */
export function secretFaults(secret: Json | undefined, pointer: string): Fault[] {
  const problem = typeof secret === 'string' && secret !== MASK ? signingSecretProblem(secret) : undefined;
  if (problem === undefined) return [];
  const hint =
    'Use whsec_ and the base64 of 24 to 64 random bytes (HMAC-SHA256), or whsk_ and that of an Ed25519 key. POST …/signing/rotate makes one.';
  return [{ pointer, code: 'signing_secret_invalid', detail: `This is no signing secret. ${problem}`, hint }];
}

function previousFaults(input: JsonObject): Fault[] {
  const secret = input['previous_secret'] ?? null;
  const until = input['previous_until'] ?? null;
  if (until !== null && instantOf(until) === undefined) return [noInstant()];
  if ((secret === null) === (until === null)) return [];
  const [there, missing] =
    secret === null ? ['previous_until', 'previous_secret'] : ['previous_secret', 'previous_until'];
  return [
    {
      pointer: `${POINTER}/${missing}`,
      code: 'required',
      detail: `"${there}" is given without "${missing}".`,
      hint: 'Give both, so that the previous secret signs until then, or neither.',
    },
  ];
}

// A leap second is in its format, and no instant that clocks know.
function noInstant(): Fault {
  const hint = 'Use RFC 3339, such as 2026-11-20T12:00:00Z.';
  return { pointer: `${POINTER}/previous_until`, code: 'format', detail: 'This is no instant.', hint };
}
