// The wire form of deliveries.
import type { Asked, Delivery } from '../../domain/delivery.ts';
import { isFinal } from '../../domain/delivery.ts';
import type { Invocation } from '../../domain/invocation.ts';
import type { ExactJsonObject } from '../../domain/json.ts';
import { invocationSummaryView } from './invocation.ts';

/** A delivery as `schemas/api/delivery.schema.json` describes it. */
export function deliveryView(delivery: Delivery): ExactJsonObject {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    webhook_id: delivery.webhookId,
    message_id: delivery.messageId,
    state: delivery.state,
    reason: delivery.reason ?? null,
    attempts: delivery.attempts,
    due_at: isFinal(delivery) ? null : delivery.dueAt.toISOString(),
    created_at: delivery.createdAt.toISOString(),
    updated_at: delivery.updatedAt.toISOString(),
    finished_at: delivery.finishedAt?.toISOString() ?? null,
    held_until: delivery.heldUntil?.toISOString() ?? null,
    ...askedView(delivery.asked),
    cancel_requested_at: delivery.cancelRequestedAt?.toISOString() ?? null,
  };
}

function askedView(asked: Asked | undefined): ExactJsonObject {
  return {
    requested_by: asked?.by ?? null,
    repeats: asked?.repeats ?? null,
    replay_id: asked?.replayId ?? null,
    same_bytes_of: asked?.sameBytesOf ?? null,
  };
}

/** A delivery with its attempts, as `delivery-detail.schema.json` describes it. `invocations` come oldest first. */
export function deliveryDetailView(delivery: Delivery, invocations: readonly Invocation[]): ExactJsonObject {
  return { ...deliveryView(delivery), invocations: invocations.map(invocationSummaryView) };
}
