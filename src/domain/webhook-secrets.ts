// The secrets among a webhook's settings, in one list: what seals, opens, masks and compares them asks here.
import type { WebhookSettings } from './webhook.ts';

/** Gives another text for a secret. `field` names it within its webhook: `headers.X-Token`. */
export type SecretChange = (field: string, secret: string) => string;

/** The settings with each of their secrets changed. All header values count: which are public may change later. */
export function mapSecrets(settings: WebhookSettings, change: SecretChange): WebhookSettings {
  const headers = Object.entries(settings.headers).map(
    ([name, value]) => [name, change(`headers.${name}`, value)] as const,
  );
  return { ...settings, headers: Object.fromEntries(headers) };
}

/** Whether there is a secret among the settings. */
export function hasSecrets(settings: WebhookSettings): boolean {
  return Object.keys(settings.headers).length > 0;
}
