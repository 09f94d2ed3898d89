// The wire form of deliveries.
import type { Delivery } from '../../domain/delivery.ts';
import { FINAL_STATES } from '../../domain/delivery.ts';
import type { Invocation } from '../../domain/invocation.ts';
import type { ExactJsonObject } from '../../domain/json.ts';
import { invocationSummaryView } from './invocation.ts';

/** A delivery as `schemas/api/delivery.schema.json` describes it. */
export function deliveryView(delivery: Delivery): ExactJsonObject {
  const isFinal = FINAL_STATES.includes(delivery.state);
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    webhook_id: delivery.webhookId,
    message_id: delivery.messageId,
    state: delivery.state,
    reason: delivery.reason ?? null,
    attempts: delivery.attempts,
    due_at: isFinal ? null : delivery.dueAt.toISOString(),
    created_at: delivery.createdAt.toISOString(),
    updated_at: delivery.updatedAt.toISOString(),
    finished_at: delivery.finishedAt?.toISOString() ?? null,
    held_until: delivery.heldUntil?.toISOString() ?? null,
  };
}

/** A delivery with its attempts, as `delivery-detail.schema.json` describes it. `invocations` come oldest first. */
export function deliveryDetailView(delivery: Delivery, invocations: readonly Invocation[]): ExactJsonObject {
  return { ...deliveryView(delivery), invocations: invocations.map(invocationSummaryView) };
}
