// Writing a webhook that exists: a new version with its event and what it means for the webhook's health, in one transaction.
import type { Actor } from '../domain/access.ts';
import type { Clock } from '../domain/clock.ts';
import { AppError } from '../domain/errors.ts';
import type { Health, HealthStep } from '../domain/health.ts';
import { afterMending, enable } from '../domain/health.ts';
import type { NewId } from '../domain/ids.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Webhook, WebhookSettings } from '../domain/webhook.ts';
import { writeSettingsAsTheyAre } from '../domain/webhook-settings.ts';
import type { EventSink } from './own-events.ts';
import type { WebhookCheckDeps } from './webhook-check.ts';
import { changeEvent } from './webhook-events.ts';
import type { HealthChanged } from './webhook-health.ts';
import { tellHealth } from './webhook-health.ts';
import type { WebhookLimitStore } from './webhook-limit.ts';

/** The part of the store that holds webhooks. */
export interface WebhookStore {
  readonly webhooks: {
    insert(webhook: Webhook): Promise<void>;
    saveVersion(webhook: Webhook, expectedVersion: number, changedBy: string): Promise<boolean>;
    remove(organizationId: string, id: string, expectedVersion: number, at: Date): Promise<boolean>;
    byId(organizationId: string, id: string): Promise<Webhook | undefined>;
    /** Without opening its secrets: every header value is `***`. */
    byIdMasked(organizationId: string, id: string): Promise<Webhook | undefined>;
    /** The webhook that bears a name, whatever its case. */
    idOfName(organizationId: string, name: string): Promise<string | undefined>;
    byVersion(organizationId: string, id: string, version: number): Promise<Webhook | undefined>;
    list(organizationId: string, page: PageRequest): Promise<Page<Webhook>>;
    versions(organizationId: string, id: string, page: PageRequest): Promise<Page<Webhook>>;
  } & WebhookLimitStore['webhooks'];
  readonly organizations: WebhookLimitStore['organizations'];
  readonly webhookHealths: {
    byWebhooks(organizationId: string, webhookIds: readonly string[]): Promise<ReadonlyMap<string, Health>>;
    change(
      organizationId: string,
      webhookId: string,
      step: (health: Health) => HealthStep,
    ): Promise<readonly HealthChanged[]>;
  };
}

/** What this service touches. `Sink` is the part of the store that takes the engine's own events. */
export interface WebhookDeps<Store extends WebhookStore = WebhookStore> {
  readonly check: WebhookCheckDeps;
  readonly store: Store & { transaction<T>(work: (store: Store) => Promise<T>): Promise<T> };
  readonly newId: NewId;
  readonly clock: Clock;
  readonly ownEvents: EventSink<Store>;
  /** Told after the commit that deliveries may have to be held, released or cancelled. */
  webhookChanged(change: { action: string; webhookId: string; version: number; actorKeyId: string }): void;
}

/** How a write is meant. */
export interface WriteOptions {
  /** From `If-Match`; `undefined` where the caller does not mind. */
  readonly expectedVersion: number | undefined;
  /** Check everything, store nothing. */
  readonly dryRun: boolean;
}

/** A write of a webhook that exists. */
interface SaveOptions extends WriteOptions {
  /** Whether it says that the webhook is to be active: then `disabled` ends, although nothing else may change. */
  readonly isEnabled: boolean;
}

/** Saves settings as a new version, unless they are those of now, and gives a webhook that is to be active a new chance. */
export async function save<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  actor: Actor,
  current: Webhook,
  settings: WebhookSettings,
  options: SaveOptions,
): Promise<{ readonly webhook: Webhook; readonly changed: boolean }> {
  const changed = !sameSettings(current.settings, settings);
  if (!changed && !options.isEnabled) return { webhook: current, changed };
  const updatedAt = deps.clock();
  const webhook = changed ? { ...current, settings, version: current.version + 1, updatedAt } : current;
  await commit(deps, options.dryRun, async (store) => {
    if (changed) await saveChange(deps, store, actor, webhook, current);
    await mendHealth(deps, store, actor, webhook, options.isEnabled);
  });
  if (!options.dryRun) announce(deps, changed ? 'updated' : 'enabled', webhook, actor);
  return { webhook, changed };
}

async function saveChange<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  store: S,
  actor: Actor,
  webhook: Webhook,
  previous: Webhook,
): Promise<void> {
  if (!(await store.webhooks.saveVersion(webhook, previous.version, actor.keyId))) throw stale(previous);
  await deps.ownEvents(
    store,
    changeEvent(webhook, { type: 'webhook.updated', action: 'updated', actor, current: webhook, previous }),
  );
}

// Whoever mends a webhook wants to see at once whether that has helped.
async function mendHealth<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  store: S,
  actor: Actor,
  { organizationId, id }: Webhook,
  isEnabled: boolean,
): Promise<void> {
  const now = deps.clock();
  const step = (health: Health): HealthStep =>
    isEnabled ? enable(health, now) : { health: afterMending(health, now), changes: [] };
  await tellHealth(deps, store, await store.webhookHealths.change(organizationId, id, step), actor);
}

// Secrets are compared in clear: a changed one is a change, although both show as `***`.
function sameSettings(a: WebhookSettings, b: WebhookSettings): boolean {
  return canonicalJson(writeSettingsAsTheyAre(a)) === canonicalJson(writeSettingsAsTheyAre(b));
}

/** Throws `precondition_failed` where the write was meant for another version than that of now. */
export function refuseStale(current: Webhook, expectedVersion: number | undefined): void {
  if (expectedVersion !== undefined && expectedVersion !== current.version) throw stale(current);
}

/** The error of a write that somebody else was faster than. */
export function stale(current: Webhook): AppError {
  return new AppError(
    'precondition_failed',
    'stale_version',
    `The webhook is at version ${String(current.version)} or later now.`,
    {
      hint: 'GET it again, look at what changed, and send the change with its new ETag.',
    },
  );
}

class DryRunOver extends Error {}

/** Runs a write in a transaction. A dry run goes all the way to the commit, so that it finds what only the database knows, and then takes it back. */
export async function commit<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  dryRun: boolean,
  work: (store: S) => Promise<void>,
): Promise<void> {
  try {
    await deps.store.transaction(async (store) => {
      await work(store);
      if (dryRun) throw new DryRunOver();
    });
  } catch (error) {
    if (!(error instanceof DryRunOver)) throw error;
  }
}

/** Tells after the commit that a webhook has changed. */
export function announce<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  action: string,
  webhook: Webhook,
  actor: Actor,
): void {
  deps.webhookChanged({ action, webhookId: webhook.id, version: webhook.version, actorKeyId: actor.keyId });
}
