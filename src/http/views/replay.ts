// The wire form of replays.
import type { ExactJsonObject } from '../../domain/json.ts';
import type { Replay } from '../../domain/replay.ts';
import type { ReplayPreview } from '../../services/replays.ts';

/** A replay as `schemas/api/replay.schema.json` describes it. */
export function replayView(replay: Replay): ExactJsonObject {
  const { scope } = replay;
  return {
    id: replay.id,
    webhook_id: scope.webhookId,
    state: replay.state,
    reason: replay.reason ?? null,
    select: scope.selection,
    received_after: scope.receivedAfter?.toISOString() ?? null,
    received_before: scope.receivedBefore.toISOString(),
    event_types: scope.eventTypes,
    filter: scope.filter ?? null,
    new_webhook_id: replay.newWebhookId,
    rate_per_sec: replay.ratePerSec,
    progress: { ...replay.progress },
    created_by: replay.createdBy,
    created_at: replay.createdAt.toISOString(),
    updated_at: replay.updatedAt.toISOString(),
    finished_at: replay.finishedAt?.toISOString() ?? null,
  };
}

/** What a replay would do, as `replay-preview.schema.json` describes it. */
export function previewView({ isComplete, ...progress }: ReplayPreview): ExactJsonObject {
  return { complete: isComplete, progress: { ...progress } };
}
