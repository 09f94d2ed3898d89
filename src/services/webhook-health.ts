// The health of webhooks as others see it: events of the engine, in the transaction of what led to them, and new chances.
import type { Health, HealthChange } from '../domain/health.ts';
import { disabledAt } from '../domain/health.ts';
import type { JsonObject } from '../domain/json.ts';
import type { OwnEvent, OwnEventActor, OwnEventType } from '../domain/own-events.ts';
import { engineActor } from '../domain/own-events.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { EventSink } from './own-events.ts';
import { snapshot } from './webhook-events.ts';

/** A webhook whose health has changed, and how. */
export interface HealthChanged {
  readonly organizationId: string;
  readonly webhookId: string;
  readonly health: Health;
  readonly change: HealthChange;
}

/** The part of the store that this touches. */
export interface HealthStore {
  readonly webhooks: { byIdMasked(organizationId: string, id: string): Promise<Webhook | undefined> };
}

/** What telling touches. */
export interface HealthDeps<Store extends HealthStore> {
  readonly ownEvents: EventSink<Store>;
}

const TYPES: Readonly<Record<HealthChange, OwnEventType>> = {
  failing: 'webhook.failing',
  warned: 'webhook.warning',
  recovered: 'webhook.recovered',
  disabled: 'webhook.disabled',
};

/** Takes an event of the engine in for each change, within the caller's transaction. `actor` is the engine where it is left out. */
export async function tellHealth<Store extends HealthStore>(
  deps: HealthDeps<Store>,
  store: Store,
  changed: readonly HealthChanged[],
  actor?: OwnEventActor,
): Promise<void> {
  for (const one of changed) {
    const webhook = await store.webhooks.byIdMasked(one.organizationId, one.webhookId);
    if (webhook !== undefined) await deps.ownEvents(store, eventOf(webhook, one, actor));
  }
}

function eventOf(webhook: Webhook, { change, health, organizationId }: HealthChanged, actor?: OwnEventActor): OwnEvent {
  return {
    type: TYPES[change],
    action: change,
    actor: actor ?? engineActor(organizationId),
    targetId: webhook.id,
    targetName: webhook.settings.name,
    metadata: { version: webhook.version, health: writeHealth(health) },
    current: snapshot(webhook),
    previous: undefined,
  };
}

/** What is known of the record of an attempt. */
interface Telling {
  readonly changed: readonly HealthChanged[];
}

/** The part of the store that records. */
export interface RecordingStore<Finish, Recorded> extends HealthStore {
  record(finishes: readonly Finish[]): Promise<readonly Recorded[]>;
}

/** Records ends of attempts, with the events about what they changed in the health of their webhooks, in the transaction of `store`. */
export async function recordFinishes<Finish, Recorded extends Telling, Store extends RecordingStore<Finish, Recorded>>(
  deps: HealthDeps<Store>,
  store: Store,
  finishes: readonly Finish[],
): Promise<readonly Recorded[]> {
  if (finishes.length === 0) return [];
  const recorded = await store.record(finishes);
  const changed = recorded.flatMap((one) => one.changed);
  await tellHealth(deps, store, changed);
  return recorded;
}

/** The JSON form of a webhook's health, as `schemas/api/webhook-health.schema.json` describes it. */
export function writeHealth(health: Health): JsonObject {
  return {
    state: health.state,
    reason: health.reason ?? null,
    since: health.since.toISOString(),
    failures: health.failures,
    first_failure_at: instantOrNull(health.firstFailureAt),
    last_success_at: instantOrNull(health.lastSuccessAt),
    last_failure_at: instantOrNull(health.lastFailureAt),
    next_probe_at: instantOrNull(health.probeAt),
    disable_at: instantOrNull(disabledAt(health)),
  };
}

function instantOrNull(at: Date | undefined): string | null {
  return at === undefined ? null : at.toISOString();
}
