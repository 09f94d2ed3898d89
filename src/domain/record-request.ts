// The request as it is written down: complete, secrets masked. For what was sent, and for what is reconstructed later.
import { authorizationOf } from './authentication.ts';
import type { OutgoingRequest } from './exchange.ts';
import { sha256Hex } from './event.ts';
import { isPublicHeader, MASK } from './headers.ts';
import type { RecordedRequest } from './invocation.ts';
import type { Masker } from './mask.ts';
import { withoutPrefix } from './signature.ts';
import type { WebhookSettings } from './webhook.ts';

/** The settings that hold secrets. */
export type SecretSettings = Pick<WebhookSettings, 'headers' | 'publicHeaders' | 'authentication' | 'signing'>;

/** Masks texts, and counts the places. */
export interface CountingMask {
  /** Of a text that was cut off, also the beginning of a secret at its end. */
  text(text: string, isCutOff?: boolean): string;
  /** Stands for a text that is a secret as a whole. */
  hidden(): string;
  places(): number;
}

/** Makes one that has masked nothing yet, of what takes the secrets out of a text. */
export function createCountingMask(masker: Masker): CountingMask {
  let places = 0;
  return {
    text: (text, isCutOff) => {
      const masked = masker(text, isCutOff);
      places += masked.places;
      return masked.text;
    },
    hidden: () => {
      places += 1;
      return MASK;
    },
    places: () => places,
  };
}

/**
 * The values that must not be written down: those of the headers that are not public, credentials in every form in which
 * they are sent, and what signs. `accessTokens` are those that a receiver may know.
 */
export function secretsOf(settings: SecretSettings, accessTokens: readonly string[] = []): string[] {
  const { signing } = settings;
  const signingSecrets = [signing?.secret, signing?.previous?.secret].filter((secret) => secret !== undefined);
  return [
    ...Object.entries(settings.headers)
      .filter(([name]) => !isPublicHeader(name, settings.publicHeaders))
      .map(([, value]) => value),
    ...credentialsOf(settings.authentication),
    ...accessTokens,
    ...signingSecrets.flatMap((secret) => [secret, withoutPrefix(secret), withoutPrefix(secret).replace(/=+$/, '')]),
  ];
}

function credentialsOf(authentication: SecretSettings['authentication']): string[] {
  switch (authentication?.kind) {
    case undefined:
      return [];
    case 'basic':
      return [authentication.password, authorizationOf(authentication, undefined)];
    case 'bearer':
      return [authentication.token];
    case 'oauth2':
      return [authentication.clientSecret];
  }
}

/** The record of a request, secrets masked by header name and by value; bytes and SHA-256 are those of the request itself. */
export function recordRequest(request: OutgoingRequest, settings: SecretSettings, mask: CountingMask): RecordedRequest {
  const own = new Set(Object.keys(settings.headers).map((name) => name.toLowerCase()));
  const isSecret = (name: string): boolean =>
    (own.has(name.toLowerCase()) && !isPublicHeader(name, settings.publicHeaders)) ||
    (settings.authentication !== undefined && name.toLowerCase() === 'authorization');
  return {
    method: request.method,
    url: mask.text(request.url),
    headers: request.headers.map(([name, value]) => [name, isSecret(name) ? mask.hidden() : mask.text(value)] as const),
    body: request.body === undefined ? undefined : mask.text(request.body),
    bodyBytes: request.body === undefined ? 0 : Buffer.byteLength(request.body, 'utf8'),
    bodySha256: request.body === undefined ? undefined : sha256Hex(request.body),
  };
}
