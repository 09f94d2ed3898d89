// Turns matches into deliveries: what an accepted event sets in motion.
import type { Delivery } from './delivery.ts';
import { heldUntil } from './delivery.ts';
import type { Event } from './event.ts';
import type { NewId } from './ids.ts';
import type { WebhookSettings } from './webhook.ts';

/** What planning asks of a webhook. */
export interface PlannedFor {
  readonly id: string;
  readonly settings: Pick<WebhookSettings, 'maxHeldInSec'>;
  readonly isDisabled: boolean;
}

/** One pending delivery, due now, for each webhook that an event is for; held where the engine has disabled it. */
export function planDeliveries(
  event: Pick<Event, 'id' | 'organizationId' | 'receivedAt'>,
  webhooks: readonly PlannedFor[],
  newId: NewId,
): Delivery[] {
  return webhooks.map(({ id: webhookId, settings, isDisabled }) => {
    const id = newId('dlv');
    return {
      id,
      organizationId: event.organizationId,
      eventId: event.id,
      webhookId,
      messageId: id,
      state: isDisabled ? 'held' : 'pending',
      reason: isDisabled ? 'webhook_disabled' : undefined,
      attempts: 0,
      dueAt: event.receivedAt,
      createdAt: event.receivedAt,
      updatedAt: event.receivedAt,
      finishedAt: undefined,
      heldUntil: isDisabled ? heldUntil(event.receivedAt, settings.maxHeldInSec) : undefined,
    };
  });
}
