// Puts stored secrets back where `***` was sent, so that what is checked is what will be sent.
import type { Fault } from '../domain/errors.ts';
import { isPublicHeader, MASK, restoreHeaders } from '../domain/headers.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import { pointerTo } from '../domain/text.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import { SECRET_MEMBERS, secretsByField } from '../domain/webhook-secrets.ts';
import { readSettings } from '../domain/webhook-settings.ts';

/** The JSON form of a webhook with its secrets in place, and those that have none. */
export interface RestoredInput {
  readonly input: JsonObject;
  readonly faults: readonly Fault[];
}

/** The names that lead to a member. */
type Path = (typeof SECRET_MEMBERS)[number];

/**
 * Restores the secrets of `stored`. They stay only while scheme and host of the URLs stay that they are sent to, and
 * while they stay secret: whoever may edit a webhook could otherwise send them elsewhere, or have them shown.
 */
export function restoreSecrets(input: JsonObject, stored: WebhookSettings | undefined): RestoredInput {
  const incoming = readSettings(input);
  const sameTarget = stored !== undefined && sameSchemeAndHost(incoming.url, stored.url);
  const sameEndpoint = sameTarget && sameTokenEndpoint(incoming, stored);
  const secrets = stored === undefined ? new Map<string, string>() : secretsByField(stored);
  return maskedMembers(input).reduce<RestoredInput>(
    (restored, path) => {
      const secret = secrets.get(path.join('.'));
      const mayStay = path.includes('oauth2') ? sameEndpoint : sameTarget;
      if (secret !== undefined && mayStay) return { ...restored, input: withMember(restored.input, path, secret) };
      return { ...restored, faults: [...restored.faults, secretRequired(path, secret !== undefined)] };
    },
    restoreHeaderValues(input, incoming, stored, sameTarget),
  );
}

/** Where `***` stands in place of a secret that is no header value. */
export function maskedMembers(input: JsonObject): readonly Path[] {
  return SECRET_MEMBERS.filter((path) => memberAt(input, path) === MASK);
}

function memberAt(input: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((value, name) => (isObject(value) ? value[name] : undefined), input);
}

function withMember(input: JsonObject, [name, ...rest]: Path, value: string): JsonObject {
  const [next, ...others] = rest;
  if (next === undefined) return { ...input, [name]: value };
  const inner = input[name];
  return { ...input, [name]: withMember(isObject(inner) ? inner : {}, [next, ...others], value) };
}

function secretRequired(path: Path, isStored: boolean): Fault {
  const why = isStored
    ? 'a URL now names another host, and a stored secret is never used with a host it was not given for'
    : 'there is no stored one of this kind';
  return {
    pointer: path.reduce<string>(pointerTo, ''),
    code: 'secret_required',
    detail: `"***" keeps a stored secret, but ${why}.`,
    hint: `Send the value of "${path.at(-1) ?? ''}" itself.`,
  };
}

function sameTokenEndpoint({ authentication }: WebhookSettings, stored: WebhookSettings): boolean {
  if (authentication?.kind !== 'oauth2' || stored.authentication?.kind !== 'oauth2') return false;
  return sameSchemeAndHost(authentication.tokenEndpoint, stored.authentication.tokenEndpoint);
}

function restoreHeaderValues(
  input: JsonObject,
  incoming: WebhookSettings,
  stored: WebhookSettings | undefined,
  sameTarget: boolean,
): RestoredInput {
  if (!isObject(input['headers'])) return { input, faults: [] };
  const { headers, faults } = restoreHeaders(incoming.headers, stored?.headers ?? {}, sameTarget);
  const others = Object.entries(input['headers']).filter(([, value]) => typeof value !== 'string');
  const revealed = revealedHeaders(incoming, stored);
  return {
    input: { ...input, headers: { ...headers, ...Object.fromEntries(others) } },
    faults: [...faults, ...revealed],
  };
}

function revealedHeaders(incoming: WebhookSettings, stored: WebhookSettings | undefined): Fault[] {
  if (stored === undefined) return [];
  const names = new Set(Object.keys(stored.headers).map((name) => name.toLowerCase()));
  return Object.entries(incoming.headers)
    .filter(
      ([name, value]) =>
        value === MASK && names.has(name.toLowerCase()) && isPublicHeader(name, incoming.publicHeaders),
    )
    .map(([name]) => ({
      pointer: pointerTo('/headers', name),
      code: 'secret_required',
      detail: `"${name}" becomes public, but a stored secret is never shown.`,
      hint: `Send the value of "${name}" itself together with public_headers.`,
    }));
}

function sameSchemeAndHost(a: string, b: string): boolean {
  const [one, other] = [a, b].map((url) => (URL.canParse(url) ? new URL(url) : undefined));
  return one !== undefined && one.protocol === other?.protocol && one.host === other.host;
}
