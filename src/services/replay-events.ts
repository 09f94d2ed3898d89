// What the audit log says of a replay, and the form that it has there.
import type { JsonObject } from '../domain/json.ts';
import type { OwnEvent, OwnEventActor, OwnEventType } from '../domain/own-events.ts';
import type { Replay } from '../domain/replay.ts';

/** The event of something that became of a replay. */
export function replayEvent(
  type: Extract<OwnEventType, `replay.${string}`>,
  actor: OwnEventActor,
  replay: Replay,
  metadata: JsonObject = {},
): OwnEvent {
  return {
    type,
    action: type.slice('replay.'.length),
    actor,
    targetId: replay.id,
    // Replays have no name of their own.
    targetName: replay.id,
    metadata: { ...metadata, ...(replay.reason === undefined ? {} : { reason: replay.reason }) },
    current: snapshot(replay),
    previous: undefined,
  };
}

function snapshot({ id, scope, state, progress, newWebhookId, ratePerSec }: Replay): JsonObject {
  return {
    id,
    webhook_id: scope.webhookId,
    select: scope.selection,
    received_after: scope.receivedAfter?.toISOString() ?? null,
    received_before: scope.receivedBefore.toISOString(),
    event_types: scope.eventTypes,
    filter: scope.filter ?? null,
    new_webhook_id: newWebhookId,
    rate_per_sec: ratePerSec,
    state,
    progress: { ...progress },
  };
}
