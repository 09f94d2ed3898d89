// Acts on single deliveries by hand: deliver once more, and cancel. Each is an audit event, in the same transaction.
import type { Actor } from '../domain/access.ts';
import type { Clock } from '../domain/clock.ts';
import type { Delivery } from '../domain/delivery.ts';
import { isFinal } from '../domain/delivery.ts';
import type { AppError } from '../domain/errors.ts';
import { conflict, notFound } from '../domain/errors.ts';
import type { NewId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { OwnEvent } from '../domain/own-events.ts';
import { planAgain } from '../domain/plan.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { EventFinders } from './event-content.ts';
import { keepContent } from './event-content.ts';
import type { EventSink } from './own-events.ts';

/** The part of the store that these acts touch. */
export interface RedeliveryStore {
  readonly deliveries: {
    byId(organizationId: string, id: string): Promise<Delivery | undefined>;
    insertMany(deliveries: readonly Delivery[]): Promise<void>;
    /** Cancels one that is open; gives whether it did so just now. */
    cancel(organizationId: string, id: string, now: Date): Promise<boolean>;
  };
  readonly events: Pick<EventFinders, 'lock'>;
  readonly webhooks: { byIdMasked(organizationId: string, id: string): Promise<Webhook | undefined> };
  readonly invocations: {
    /** The newest invocation of a delivery whose body is kept as it was sent. */
    newestWithBytes(organizationId: string, deliveryId: string): Promise<string | undefined>;
  };
}

/** What this service touches. */
export interface RedeliveryDeps<Store extends RedeliveryStore = RedeliveryStore> {
  readonly store: { transaction<T>(work: (store: Store) => Promise<T>): Promise<T> };
  readonly newId: NewId;
  readonly clock: Clock;
  readonly ownEvents: EventSink<Store>;
  /** Told after the commit that there is work. */
  wake(): void;
}

/** How a delivery is repeated. */
export interface RedeliveryOptions {
  /** It gets a `webhook-id` of its own. */
  readonly newWebhookId: boolean;
  /** The body is that of the newest invocation, not rendered anew. */
  readonly sameBytes: boolean;
}

/**
 * Makes a new delivery of the same event to the same webhook, due now; gives it. Asked twice, it makes two. Throws
 * `not_found`, and `conflict` where the delivery is not over, its webhook is off or gone, its event is erased, or the bytes are not
 * kept.
 */
export async function redeliver<S extends RedeliveryStore>(
  deps: RedeliveryDeps<S>,
  actor: Actor,
  id: string,
  options: RedeliveryOptions,
): Promise<Delivery> {
  const planned = await deps.store.transaction(async (store) => {
    const earlier = await finalDelivery(store, actor, id);
    await keepContent(store.events, earlier);
    requireReceiver(await store.webhooks.byIdMasked(actor.organizationId, earlier.webhookId));
    const sameBytesOf = options.sameBytes ? await invocationWithBytes(store, earlier) : undefined;
    const request = {
      by: actor.keyId,
      replayId: undefined,
      sameBytesOf,
      newMessageId: options.newWebhookId,
      now: deps.clock(),
    };
    const delivery = planAgain(earlier, earlier, request, deps.newId);
    await store.deliveries.insertMany([delivery]);
    const details = {
      new_delivery_id: delivery.id,
      new_webhook_id: options.newWebhookId,
      same_bytes_of: sameBytesOf ?? null,
    };
    await deps.ownEvents(store, actEvent('delivery.redelivered', actor, earlier, details));
    return delivery;
  });
  deps.wake();
  return planned;
}

/**
 * Cancels a delivery that is not over; gives it as it is then. One that is being sent is cancelled when its attempt has
 * ended, unless that succeeds. Throws `not_found`, and `conflict` where it is over.
 */
export async function cancelDelivery<S extends RedeliveryStore>(
  deps: RedeliveryDeps<S>,
  actor: Actor,
  id: string,
): Promise<Delivery> {
  const delivery = await deps.store.transaction(async (store) => {
    const isNew = await store.deliveries.cancel(actor.organizationId, id, deps.clock());
    const now = await existing(store, actor, id);
    if (isNew) await deps.ownEvents(store, actEvent('delivery.cancelled', actor, now, { state: now.state }));
    else if (isFinal(now)) throw alreadyOver(now);
    return now;
  });
  deps.wake();
  return delivery;
}

function alreadyOver({ state }: Delivery): AppError {
  return conflict(
    'delivery_final',
    `The delivery is ${state} already, and stays so.`,
    'Only deliveries that are pending, held or sending can be cancelled.',
  );
}

/** Refuses a webhook that takes no deliveries now: 409 `webhook_deleted` or `webhook_inactive`. */
export function requireReceiver(webhook: Webhook | undefined): Webhook {
  if (webhook === undefined) {
    throw conflict(
      'webhook_deleted',
      'The webhook has been deleted, so nothing can be delivered to it.',
      'Make a webhook anew; events that came before it existed can be replayed to it.',
    );
  }
  if (webhook.settings.active) return webhook;
  throw conflict(
    'webhook_inactive',
    `The webhook "${webhook.settings.name}" is switched off.`,
    'Switch it on first: PATCH it with { "active": true }.',
  );
}

async function existing(store: RedeliveryStore, actor: Actor, id: string): Promise<Delivery> {
  const delivery = await store.deliveries.byId(actor.organizationId, id);
  if (delivery === undefined) throw notFound('delivery', id);
  return delivery;
}

async function finalDelivery(store: RedeliveryStore, actor: Actor, id: string): Promise<Delivery> {
  const delivery = await existing(store, actor, id);
  if (isFinal(delivery)) return delivery;
  throw conflict(
    'delivery_not_final',
    `The delivery is ${delivery.state}: the engine still works on it.`,
    'Wait until it is over, or cancel it first.',
  );
}

async function invocationWithBytes(store: RedeliveryStore, earlier: Delivery): Promise<string> {
  const id = await store.invocations.newestWithBytes(earlier.organizationId, earlier.id);
  if (id !== undefined) return id;
  throw conflict(
    'bytes_not_kept',
    'No invocation of this delivery has its body as it was sent: nothing was sent, a secret in it was masked, or it is older than bodies are kept.',
    'Leave same_bytes out: the body is rendered by the current version of the webhook then.',
  );
}

function actEvent(type: OwnEvent['type'], actor: Actor, delivery: Delivery, details: JsonObject): OwnEvent {
  return {
    type,
    action: type.split('.')[1] ?? type,
    actor,
    targetId: delivery.id,
    // Deliveries have no name of their own.
    targetName: delivery.id,
    metadata: { event_id: delivery.eventId, webhook_id: delivery.webhookId, ...details },
    current: undefined,
    previous: undefined,
  };
}
