// The host of a webhook's URL, which is all that the log says of it: taking the URL apart each time takes as long as loading.
import type { WebhookSettings } from '../domain/webhook.ts';

// Settings never change, and are forgotten with whoever has them.
const hosts = new WeakMap<Pick<WebhookSettings, 'url'>, string | undefined>();

/** The host, with its port where it is not that of https; `undefined` where the URL is none. */
export function urlHostOf(settings: Pick<WebhookSettings, 'url'>): string | undefined {
  if (hosts.has(settings)) return hosts.get(settings);
  const host = URL.canParse(settings.url) ? new URL(settings.url).host : undefined;
  hosts.set(settings, host);
  return host;
}
