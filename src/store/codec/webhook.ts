// Webhooks as two rows: the current one, and one for each version with its settings as JSON text, secrets sealed.
import { MASK } from '../../domain/headers.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { Webhook, WebhookSettings } from '../../domain/webhook.ts';
import { nameKey } from '../../domain/webhook.ts';
import { hasSecrets, mapSecrets } from '../../domain/webhook-secrets.ts';
import { readSettings, writeSettingsAsTheyAre } from '../../domain/webhook-settings.ts';
import type { SecretBox, SecretPlace } from '../secrets.ts';
import type { NewRow } from '../sql/rows.ts';
import type { Row } from './columns.ts';
import { instant, integer, optionalInstant, text, writeInstant, writeOptionalInstant } from './columns.ts';

/** What a query for webhooks selects: `w` is the current row, `v` the row of one version. */
export const WEBHOOK_COLUMNS = [
  'w.id',
  'w.organization_id',
  'w.created_at',
  'w.created_by',
  'w.deleted_at',
  'v.version',
  'v.settings',
  'v.created_at as version_created_at',
];

/** Gives the secret that an envelope stands for. */
type Opener = (envelope: string, place: SecretPlace) => string;

/** A webhook at one version, from a row with `WEBHOOK_COLUMNS`. Throws where its secrets cannot be opened. */
export function readWebhook(secrets: SecretBox, row: Row): Webhook {
  return webhookFrom(row, (envelope, place) => secrets.open(envelope, place));
}

/** As `readWebhook`, for showing: a value that cannot be opened is `***`, so that one of them does not hide a list. */
export function readShownWebhook(secrets: SecretBox, row: Row): Webhook {
  return webhookFrom(row, (envelope, place) => {
    try {
      return secrets.open(envelope, place);
    } catch {
      return MASK;
    }
  });
}

/** As `readWebhook`, without opening anything: every secret is `***`. For deciding, never for sending. */
export function readMaskedWebhook(row: Row): Webhook {
  return webhookFrom(row, () => MASK);
}

function webhookFrom(row: Row, open: Opener): Webhook {
  const id = text(row, 'id');
  const organizationId = text(row, 'organization_id');
  return {
    id,
    organizationId,
    version: integer(row, 'version'),
    settings: openSettings(open, organizationId, id, text(row, 'settings')),
    createdAt: instant(row, 'created_at'),
    updatedAt: instant(row, 'version_created_at'),
    createdBy: text(row, 'created_by'),
    deletedAt: optionalInstant(row, 'deleted_at'),
  };
}

/** Settings from their stored text, without opening their secrets, which are useless here. */
export function readSealedSettings(stored: string): WebhookSettings {
  return readSettings(parseObject(stored));
}

/** The current row. Beside the names it repeats the settings that matching and claiming ask for. */
export function writeWebhook(webhook: Webhook): NewRow {
  const { settings } = webhook;
  return {
    id: webhook.id,
    organization_id: webhook.organizationId,
    name: settings.name,
    name_key: nameKey(settings.name),
    active: settings.active,
    schema: settings.schema,
    timeout_in_sec: settings.timeoutInSec,
    max_attempts: settings.retryPolicy.delaysInSec.length + 1,
    rate_per_sec: settings.rateLimit?.requestsPerSec ?? null,
    rate_burst: settings.rateLimit?.burst ?? null,
    max_held_in_sec: settings.maxHeldInSec,
    version: webhook.version,
    created_at: writeInstant(webhook.createdAt),
    created_by: webhook.createdBy,
    updated_at: writeInstant(webhook.updatedAt),
    deleted_at: writeOptionalInstant(webhook.deletedAt),
  };
}

/** The row of a version. */
export function writeVersion(secrets: SecretBox, webhook: Webhook, changedBy: string): NewRow {
  const { settings } = webhook;
  return {
    webhook_id: webhook.id,
    organization_id: webhook.organizationId,
    version: webhook.version,
    settings: sealSettings(secrets, webhook.organizationId, webhook.id, settings),
    secret_key_id: hasSecrets(settings) ? secrets.currentKeyId : null,
    created_at: writeInstant(webhook.updatedAt),
    created_by: changedBy,
  };
}

function sealSettings(secrets: SecretBox, organizationId: string, id: string, settings: WebhookSettings): string {
  const sealed = mapSecrets(settings, (field, value) => secrets.seal(value, [organizationId, id, field]));
  return JSON.stringify(writeSettingsAsTheyAre(sealed));
}

function openSettings(open: Opener, organizationId: string, id: string, stored: string): WebhookSettings {
  return mapSecrets(readSealedSettings(stored), (field, sealed) => open(sealed, [organizationId, id, field]));
}

function parseObject(stored: string): JsonObject {
  const value = JSON.parse(stored) as Json;
  if (!isObject(value)) throw new Error('The stored settings of a webhook are not a JSON object.');
  return value;
}
