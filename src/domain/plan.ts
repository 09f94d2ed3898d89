// Turns matches into deliveries: what an accepted event sets in motion.
import type { Asked, Delivery, HeldReason } from './delivery.ts';
import { heldUntil } from './delivery.ts';
import type { Event } from './event.ts';
import type { HealthState } from './health.ts';
import type { NewId } from './ids.ts';
import type { WebhookSettings } from './webhook.ts';

/** What planning asks of a webhook. */
export interface PlannedFor {
  readonly id: string;
  readonly settings: Pick<WebhookSettings, 'maxHeldInSec'>;
  readonly healthState: HealthState;
}

/** One delivery, due at once, for each webhook that an event is for: pending, or held where its health stands against it. */
export function planDeliveries(
  event: Pick<Event, 'id' | 'organizationId' | 'receivedAt'>,
  webhooks: readonly PlannedFor[],
  newId: NewId,
  dueAt = event.receivedAt,
): Delivery[] {
  return webhooks.map(({ id: webhookId, settings, healthState }) => {
    const id = newId('dlv');
    const reason = HELD_FOR[healthState];
    return {
      id,
      organizationId: event.organizationId,
      eventId: event.id,
      webhookId,
      messageId: id,
      state: reason === undefined ? 'pending' : 'held',
      reason,
      attempts: 0,
      dueAt,
      createdAt: event.receivedAt,
      updatedAt: event.receivedAt,
      finishedAt: undefined,
      heldUntil: reason === undefined ? undefined : heldUntil(event.receivedAt, settings.maxHeldInSec),
      asked: undefined,
      cancelRequestedAt: undefined,
      tokenRefusedAt: undefined,
    };
  });
}

// DELIVERY.md sections 1 and 7. What is due is held while the breaker is open: stored as pending, it would have to be moved.
const HELD_FOR: Readonly<Record<HealthState, HeldReason | undefined>> = {
  healthy: undefined,
  failing: 'breaker_open',
  disabled: 'webhook_disabled',
};

/** How a delivery is asked for. `newMessageId`: it gets a `webhook-id` of its own. */
export interface RepeatRequest extends Pick<Asked, 'by' | 'replayId' | 'sameBytesOf'> {
  readonly newMessageId: boolean;
  readonly now: Date;
}

/**
 * A new delivery of an event to a webhook, due now. `earlier` is the one that it repeats, whose `webhook-id` it keeps
 * where no other is asked for; `undefined` where there never was one.
 */
export function planAgain(
  target: Pick<Delivery, 'organizationId' | 'eventId' | 'webhookId'>,
  earlier: Pick<Delivery, 'id' | 'messageId'> | undefined,
  request: RepeatRequest,
  newId: NewId,
): Delivery {
  const id = newId('dlv');
  const { by, replayId, sameBytesOf, now } = request;
  return {
    id,
    organizationId: target.organizationId,
    eventId: target.eventId,
    webhookId: target.webhookId,
    messageId: request.newMessageId ? id : (earlier?.messageId ?? id),
    state: 'pending',
    reason: undefined,
    attempts: 0,
    dueAt: now,
    createdAt: now,
    updatedAt: now,
    finishedAt: undefined,
    heldUntil: undefined,
    asked: { by, repeats: earlier?.id, replayId, sameBytesOf },
    cancelRequestedAt: undefined,
    tokenRefusedAt: undefined,
  };
}
