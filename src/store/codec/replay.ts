// Replays as rows.
import type { JsonObject } from '../../domain/json.ts';
import type { Replay, ReplayScope } from '../../domain/replay.ts';
import { REPLAY_SELECTIONS, REPLAY_STATES } from '../../domain/replay.ts';
import type { NewRow } from '../sql/rows.ts';
import type { Row } from './columns.ts';
import {
  flag,
  instant,
  integer,
  oneOf,
  optionalInstant,
  optionalJson,
  optionalText,
  text,
  writeInstant,
  writeOptionalInstant,
  writeOptionalJson,
} from './columns.ts';

/** A replay from its row. */
export function readReplay(row: Row): Replay {
  return {
    id: text(row, 'id'),
    organizationId: text(row, 'organization_id'),
    scope: readScope(row),
    newWebhookId: flag(row, 'new_webhook_id'),
    ratePerSec: integer(row, 'rate_per_sec'),
    state: oneOf(row, 'state', REPLAY_STATES),
    reason: optionalText(row, 'reason'),
    progress: {
      total: integer(row, 'total'),
      scanned: integer(row, 'scanned'),
      planned: integer(row, 'planned'),
      skipped: integer(row, 'skipped'),
    },
    position: optionalText(row, 'position'),
    lastEventId: optionalText(row, 'last_event_id'),
    paidUntil: instant(row, 'paid_until'),
    cancelWaiting: flag(row, 'cancel_waiting'),
    createdBy: text(row, 'created_by'),
    createdAt: instant(row, 'created_at'),
    updatedAt: instant(row, 'updated_at'),
    finishedAt: optionalInstant(row, 'finished_at'),
  };
}

function readScope(row: Row): ReplayScope {
  return {
    webhookId: text(row, 'webhook_id'),
    selection: oneOf(row, 'selection', REPLAY_SELECTIONS),
    receivedAfter: optionalInstant(row, 'received_after'),
    receivedBefore: instant(row, 'received_before'),
    eventTypes: JSON.parse(text(row, 'event_types')) as readonly string[],
    filter: optionalJson(row, 'filter') as JsonObject | undefined,
  };
}

/** The row of a replay. */
export function writeReplay(replay: Replay): NewRow {
  const { scope } = replay;
  return {
    id: replay.id,
    organization_id: replay.organizationId,
    webhook_id: scope.webhookId,
    selection: scope.selection,
    received_after: writeOptionalInstant(scope.receivedAfter),
    received_before: writeInstant(scope.receivedBefore),
    event_types: JSON.stringify(scope.eventTypes),
    filter: writeOptionalJson(scope.filter),
    new_webhook_id: replay.newWebhookId,
    rate_per_sec: replay.ratePerSec,
    last_event_id: replay.lastEventId ?? null,
    created_by: replay.createdBy,
    created_at: writeInstant(replay.createdAt),
    ...writeProgress(replay),
  };
}

/** The columns that change while a replay runs. */
export function writeProgress(replay: Replay): NewRow {
  return {
    state: replay.state,
    reason: replay.reason ?? null,
    ...replay.progress,
    position: replay.position ?? null,
    paid_until: writeInstant(replay.paidUntil),
    cancel_waiting: replay.cancelWaiting,
    updated_at: writeInstant(replay.updatedAt),
    finished_at: writeOptionalInstant(replay.finishedAt),
  };
}
