// What has become of a webhook, as far as it decides where a delivery of it goes.
import type { AttemptEnd, WebhookStanding } from '../../domain/delivery.ts';
import type { Row } from './columns.ts';
import { flag, text } from './columns.ts';
import { readSealedSettings } from './webhook.ts';

/** What a query for it selects: `w` is the current row of the webhook, `v` its version, `h` its health. */
export const STANDING_COLUMNS = ['w.active', 'w.deleted_at', 'v.settings', 'h.state as health_state'];

/** It is what `settle` asks of a webhook. */
export type Standing = Pick<AttemptEnd, 'policy' | 'standing' | 'maxHeldInSec'>;

/** The standing in a row with `STANDING_COLUMNS`. */
export function readStanding(row: Row): Standing {
  const { retryPolicy, maxHeldInSec } = readSealedSettings(text(row, 'settings'));
  return { policy: retryPolicy, maxHeldInSec, standing: standingOf(row) };
}

function standingOf(row: Row): WebhookStanding {
  if (row['deleted_at'] !== null) return 'deleted';
  if (!flag(row, 'active')) return 'inactive';
  return row['health_state'] === 'disabled' ? 'disabled' : 'active';
}
