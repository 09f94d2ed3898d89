// What the audit log says of a change to a webhook: before and after, with secrets masked.
import type { JsonObject } from '../domain/json.ts';
import type { OwnEvent } from '../domain/own-events.ts';
import { createMasker, maskObject } from '../domain/mask.ts';
import { secretsOf } from '../domain/record-request.ts';
import type { Webhook, WebhookSettings } from '../domain/webhook.ts';
import { writeSettings } from '../domain/webhook-settings.ts';

/** A change: nothing before a creation, nothing after a deletion. */
export interface WebhookChange extends Pick<OwnEvent, 'type' | 'action' | 'actor'> {
  readonly current: Webhook | undefined;
  readonly previous: Webhook | undefined;
}

/** The event of a change of `target`. */
export function changeEvent(target: Webhook, change: WebhookChange): OwnEvent {
  return {
    type: change.type,
    action: change.action,
    actor: change.actor,
    targetId: target.id,
    targetName: target.settings.name,
    metadata: { version: target.version },
    current: change.current === undefined ? undefined : snapshot(change.current),
    previous: change.previous === undefined ? undefined : snapshot(change.previous),
  };
}

/** A webhook as events of the engine show it. */
export function snapshot(webhook: Webhook): JsonObject {
  return { id: webhook.id, version: webhook.version, ...shownSettings(webhook.settings) };
}

/** Settings as events of the engine show them: secrets masked in their place and by value, should one stand elsewhere, too. */
export function shownSettings(settings: WebhookSettings): JsonObject {
  return maskObject(createMasker(secretsOf(settings)), writeSettings(settings));
}
