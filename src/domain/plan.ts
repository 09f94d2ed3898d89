// Turns matches into deliveries: what an accepted event sets in motion.
import type { Delivery } from './delivery.ts';
import type { Event } from './event.ts';
import type { NewId } from './ids.ts';

/** One pending delivery, due now, for each webhook that an event is for. */
export function planDeliveries(
  event: Pick<Event, 'id' | 'organizationId' | 'receivedAt'>,
  webhookIds: readonly string[],
  newId: NewId,
): Delivery[] {
  return webhookIds.map((webhookId) => {
    const id = newId('dlv');
    return {
      id,
      organizationId: event.organizationId,
      eventId: event.id,
      webhookId,
      messageId: id,
      state: 'pending',
      reason: undefined,
      attempts: 0,
      dueAt: event.receivedAt,
      createdAt: event.receivedAt,
      updatedAt: event.receivedAt,
      finishedAt: undefined,
    };
  });
}
