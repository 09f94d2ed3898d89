// Gives a webhook another signing secret, its own or one that is made here, and lets the present one sign on for a while.
import type { Actor } from '../domain/access.ts';
import type { Fault } from '../domain/errors.ts';
import { invalid } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Signing, SigningScheme } from '../domain/signature.ts';
import { SIGNING_SCHEMES, signingFacts, signingSecretFrom } from '../domain/signature.ts';
import { secretFaults } from '../domain/signing-settings.ts';
import type { SavedWebhook, WebhookDeps, WebhookStore, WriteOptions } from './webhooks.ts';
import { changeSettings } from './webhooks.ts';

/** What rotating touches. */
export interface RotationDeps<Store extends WebhookStore = WebhookStore> extends WebhookDeps<Store> {
  /** 32 random bytes. */
  randomBytes(): Uint8Array;
}

/** The webhook as it is now. */
export interface Rotated extends SavedWebhook {
  /** The secret, where it was made and stored just now: nothing shows it again. */
  readonly madeSecret: string | undefined;
}

/** The JSON Schema of the request. */
export const ROTATION_SCHEMA = 'urn:hookwright:api:signing-rotation';

const DEFAULT_OVERLAP_SEC = 86_400;

/**
 * Makes a new version with the new secret, the present one as the previous one. A previous one that is still there signs
 * no more. A secret that is the present one changes nothing. Throws `invalid` with everything that is wrong with the request, and as `patchWebhook`.
 */
export async function rotateSigning<S extends WebhookStore>(
  deps: RotationDeps<S>,
  actor: Actor,
  id: string,
  input: JsonObject,
  options: WriteOptions,
): Promise<Rotated> {
  const faults = rotationFaults(deps, input);
  if (faults.length > 0) throw invalid(faults);
  let made: string | undefined;
  const saved = await changeSettings(deps, actor, id, options, (settings) => {
    const given = typeof input['secret'] === 'string' ? input['secret'] : undefined;
    made = given === undefined ? makeSecret(deps, input, settings.signing) : undefined;
    return { ...settings, signing: rotated(settings.signing, given ?? made ?? '', overlapEnd(deps, input)) };
  });
  return { ...saved, madeSecret: options.dryRun ? undefined : made };
}

function rotationFaults({ check }: Pick<RotationDeps, 'check'>, input: JsonObject): Fault[] {
  const { secret, scheme } = input;
  const shape = check.schemas.faults(ROTATION_SCHEMA, input);
  const facts = typeof secret === 'string' ? signingFacts(secret) : undefined;
  const isOther = facts !== undefined && scheme !== undefined && scheme !== facts.scheme;
  const other: Fault = {
    pointer: '/scheme',
    code: 'scheme_mismatch',
    detail: `The secret that is given signs with ${facts?.scheme ?? 'another scheme'}.`,
    hint: 'Leave scheme out: it is for a secret that is made here.',
  };
  const isMisshapen = shape.some(({ pointer }) => pointer === '/scheme');
  return [...shape, ...secretFaults(secret, '/secret'), ...(isOther && !isMisshapen ? [other] : []), ...masked(secret)];
}

function masked(secret: JsonObject[string] | undefined): Fault[] {
  if (secret !== '***') return [];
  const detail = '"***" is no new secret.';
  return [{ pointer: '/secret', code: 'secret_required', detail, hint: 'Leave secret out, and one is made.' }];
}

function makeSecret(
  { randomBytes }: Pick<RotationDeps, 'randomBytes'>,
  input: JsonObject,
  present: Signing | undefined,
): string {
  const asked = SIGNING_SCHEMES.find((scheme) => scheme === input['scheme']);
  const scheme: SigningScheme = asked ?? present?.scheme ?? 'hmac-sha256';
  return signingSecretFrom(scheme, randomBytes());
}

function overlapEnd({ clock }: Pick<RotationDeps, 'clock'>, input: JsonObject): Date | undefined {
  const overlap = input['overlap_in_sec'];
  const seconds = typeof overlap === 'number' ? overlap : DEFAULT_OVERLAP_SEC;
  return seconds === 0 ? undefined : new Date(clock().getTime() + seconds * 1000);
}

function rotated(present: Signing | undefined, secret: string, until: Date | undefined): Signing {
  const facts = signingFacts(secret);
  if (facts === undefined) throw new Error('A secret that was checked or made is none.');
  // Asked again, after an answer that was lost: the one before must sign on.
  if (present?.secret === secret) return present;
  if (present === undefined || until === undefined) return { secret, ...facts, previous: undefined };
  const { secret: previous, scheme, publicKey } = present;
  return { secret, ...facts, previous: { secret: previous, scheme, publicKey, until } };
}
