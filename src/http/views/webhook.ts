// The wire form of webhooks. Secrets never get this far: header values are masked by the domain's own writer.
import type { Health } from '../../domain/health.ts';
import type { ExactJsonObject } from '../../domain/json.ts';
import type { Webhook } from '../../domain/webhook.ts';
import { writeSettings } from '../../domain/webhook-settings.ts';
import { writeHealth } from '../../services/webhook-health.ts';

/** A webhook as `schemas/api/webhook.schema.json` describes it. */
export function webhookView(webhook: Webhook, health: Health): ExactJsonObject {
  return { ...webhookVersionView(webhook), health: writeHealth(health) };
}

/** One version of a webhook, as `webhook-version.schema.json` describes it: the webhook as it was. */
export function webhookVersionView(webhook: Webhook): ExactJsonObject {
  return {
    id: webhook.id,
    version: webhook.version,
    ...writeSettings(webhook.settings),
    created_at: webhook.createdAt.toISOString(),
    updated_at: webhook.updatedAt.toISOString(),
    created_by: webhook.createdBy,
  };
}
