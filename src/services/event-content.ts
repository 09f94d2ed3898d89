// Events for those who need their content: to send it, or to try something out with it.
import type { Delivery } from '../domain/delivery.ts';
import { requireContent } from '../domain/erasure.ts';
import { notFound } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';

/** The part of the store that has them. */
export interface EventFinders {
  byId(organizationId: string, id: string): Promise<Event | undefined>;
  /** One, kept from being erased until the transaction ends. */
  lock(organizationId: string, id: string): Promise<Event | undefined>;
}

/** An event whose content is there. Throws `not_found`, and `conflict` where it was erased. */
export async function eventWithContent(
  events: Pick<EventFinders, 'byId'>,
  organizationId: string,
  id: string,
): Promise<Event> {
  return withContent(await events.byId(organizationId, id), id);
}

/** Keeps the content of an event until the transaction ends. Throws as `eventWithContent`. */
export async function keepContent(
  events: Pick<EventFinders, 'lock'>,
  { organizationId, eventId }: Pick<Delivery, 'organizationId' | 'eventId'>,
): Promise<void> {
  withContent(await events.lock(organizationId, eventId), eventId);
}

function withContent(event: Event | undefined, id: string): Event {
  if (event === undefined) throw notFound('event', id);
  return requireContent(event);
}
