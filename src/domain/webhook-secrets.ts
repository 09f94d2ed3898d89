// The secrets among a webhook's settings, in one list: what seals, opens, masks and compares them asks here.
import { mapAuthenticationSecrets } from './authentication.ts';
import type { Signing } from './signature.ts';
import type { WebhookSettings } from './webhook.ts';

/** Gives another text for a secret. `field` names it within its webhook: `headers.X-Token`. */
export type SecretChange = (field: string, secret: string) => string;

/** Where the secrets stand in the JSON form of settings, headers aside; joined by dots they are their fields. */
export const SECRET_MEMBERS: readonly (readonly [string, ...string[]])[] = [
  ['authentication', 'basic', 'password'],
  ['authentication', 'bearer', 'token'],
  ['authentication', 'oauth2', 'client_secret'],
  ['signing', 'secret'],
  ['signing', 'previous_secret'],
];

/** The settings with each of their secrets changed. All header values count: which are public may change later. */
export function mapSecrets(settings: WebhookSettings, change: SecretChange): WebhookSettings {
  const headers = Object.entries(settings.headers).map(
    ([name, value]) => [name, change(`headers.${name}`, value)] as const,
  );
  return {
    ...settings,
    headers: Object.fromEntries(headers),
    authentication: mapAuthenticationSecrets(settings.authentication, change),
    signing: mapSigningSecrets(settings.signing, change),
  };
}

function mapSigningSecrets(signing: Signing | undefined, change: SecretChange): Signing | undefined {
  if (signing === undefined) return undefined;
  const { previous } = signing;
  return {
    ...signing,
    secret: change('signing.secret', signing.secret),
    previous:
      previous === undefined ? undefined : { ...previous, secret: change('signing.previous_secret', previous.secret) },
  };
}

/** The secrets by their fields. */
export function secretsByField(settings: WebhookSettings): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>();
  mapSecrets(settings, (field, secret) => {
    secrets.set(field, secret);
    return secret;
  });
  return secrets;
}

/** Whether there is a secret among the settings. */
export function hasSecrets(settings: WebhookSettings): boolean {
  return secretsByField(settings).size > 0;
}
