// Puts stored header values back where `***` was sent, so that what is checked is what will be sent.
import type { Fault } from '../domain/errors.ts';
import { isPublicHeader, MASK, restoreHeaders } from '../domain/headers.ts';
import type { JsonObject } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import { pointerTo } from '../domain/text.ts';
import type { WebhookSettings } from '../domain/webhook.ts';
import { readSettings } from '../domain/webhook-settings.ts';

/** The JSON form of a webhook with its secrets in place, and the headers that have none. */
export interface RestoredInput {
  readonly input: JsonObject;
  readonly faults: readonly Fault[];
}

/**
 * Restores the secrets of `stored`. They stay only while scheme and host of the URL stay, and while they stay secret:
 * whoever may edit a webhook could otherwise send them elsewhere, or have them shown.
 */
export function restoreSecrets(input: JsonObject, stored: WebhookSettings | undefined): RestoredInput {
  if (!isObject(input['headers'])) return { input, faults: [] };
  const incoming = readSettings(input);
  const sameTarget = stored !== undefined && sameSchemeAndHost(incoming.url, stored.url);
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
