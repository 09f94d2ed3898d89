// Making, changing and reading webhooks. Each change is a new version, and an event that goes through the engine itself.
import type { Actor } from '../domain/access.ts';
import { canonicalJson } from '../domain/json.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Clock } from '../domain/clock.ts';
import type { Fault } from '../domain/errors.ts';
import { AppError, notFound } from '../domain/errors.ts';
import type { NewId } from '../domain/ids.ts';
import { mergePatch } from '../domain/merge-patch.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Webhook, WebhookSettings } from '../domain/webhook.ts';
import { writeSettings } from '../domain/webhook-settings.ts';
import type { EventSink } from './own-events.ts';
import type { ApprovalContext } from './webhook-approval.ts';
import { alignHeaderNames, approveWebhook } from './webhook-approval.ts';
import { changeEvent } from './webhook-events.ts';
import type { WebhookCheckDeps } from './webhook-check.ts';

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

/** A webhook as it is now, and what is doubtful about it. */
export interface SavedWebhook {
  readonly webhook: Webhook;
  readonly warnings: readonly Fault[];
  /** Whether a version was made: a change that changes nothing makes none. */
  readonly changed: boolean;
}

/** Makes a webhook. Throws `invalid` with all faults, `conflict` where the name is taken. */
export async function createWebhook<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  actor: Actor,
  input: JsonObject,
  dryRun: boolean,
): Promise<SavedWebhook> {
  const { organizationId } = actor;
  const context = { organizationId, current: undefined, stored: undefined };
  const { settings, warnings } = await approveWebhook(deps, input, context);
  const now = deps.clock();
  const webhook: Webhook = {
    id: deps.newId('whk'),
    organizationId,
    version: 1,
    settings,
    createdAt: now,
    updatedAt: now,
    createdBy: actor.keyId,
    deletedAt: undefined,
  };
  await commit(deps, dryRun, async (store) => {
    await store.webhooks.insert(webhook);
    await deps.ownEvents(
      store,
      changeEvent(webhook, {
        type: 'webhook.created',
        action: 'created',
        actor,
        current: webhook,
        previous: undefined,
      }),
    );
  });
  if (!dryRun) announce(deps, 'created', webhook, actor);
  return { webhook, warnings, changed: true };
}

/** Replaces all settings. Throws as `createWebhook`, and `precondition_failed` where `expectedVersion` is not that of now. */
export async function replaceWebhook<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  actor: Actor,
  id: string,
  input: JsonObject,
  options: WriteOptions,
): Promise<SavedWebhook> {
  return onceNotOvertaken(options, async () => {
    const current = await getWebhook(deps, actor.organizationId, id);
    refuseStale(current, options.expectedVersion);
    const { settings, warnings } = await approveWebhook(deps, input, contextOf(current, current.settings));
    return { ...(await save(deps, actor, current, settings, options)), warnings };
  });
}

/** Changes some settings by JSON Merge Patch (RFC 7396). Throws as `replaceWebhook`. */
export async function patchWebhook<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  actor: Actor,
  id: string,
  patch: JsonObject,
  options: WriteOptions,
): Promise<SavedWebhook> {
  return onceNotOvertaken(options, async () => {
    const current = await getWebhook(deps, actor.organizationId, id);
    refuseStale(current, options.expectedVersion);
    const merged = mergePatch(writeSettings(current.settings), alignHeaderNames(patch, current.settings));
    const { settings, warnings } = await approveWebhook(deps, merged, contextOf(current, current.settings));
    return { ...(await save(deps, actor, current, settings, options)), warnings };
  });
}

// Far more writers than there ever are at once; each turn, one of them comes through.
const MAX_TURNS = 200;

// A caller that named no version meant none: where somebody else was quicker, the write is made on what is there now.
async function onceNotOvertaken<Result>(options: WriteOptions, write: () => Promise<Result>): Promise<Result> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await write();
    } catch (error) {
      const isOvertaken = error instanceof AppError && error.kind === 'precondition_failed';
      if (!isOvertaken || options.expectedVersion !== undefined || turn === MAX_TURNS) throw error;
    }
  }
}

/** Goes back to the settings of an earlier version, which becomes a new one. */
export async function restoreVersion<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  actor: Actor,
  id: string,
  version: number,
  options: WriteOptions,
): Promise<SavedWebhook> {
  return onceNotOvertaken(options, async () => {
    const current = await getWebhook(deps, actor.organizationId, id);
    refuseStale(current, options.expectedVersion);
    const { settings } = await getVersion(deps, actor.organizationId, id, version);
    const { warnings } = await approveWebhook(deps, writeSettings(settings), contextOf(current, settings));
    return { ...(await save(deps, actor, current, settings, options)), warnings };
  });
}

/** Deletes a webhook; what waits for it is cancelled, its invocations stay. */
export async function deleteWebhook<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  actor: Actor,
  id: string,
  options: WriteOptions,
): Promise<void> {
  await onceNotOvertaken(options, async () => {
    // Masked: a webhook can be deleted although the key of its secrets is lost.
    const current = await deps.store.webhooks.byIdMasked(actor.organizationId, id);
    if (current === undefined) throw notFound('webhook', id);
    refuseStale(current, options.expectedVersion);
    await commit(deps, options.dryRun, async (store) => {
      const removed = await store.webhooks.remove(actor.organizationId, id, current.version, deps.clock());
      if (!removed) throw stale(current);
      await deps.ownEvents(
        store,
        changeEvent(current, {
          type: 'webhook.deleted',
          action: 'deleted',
          actor,
          current: undefined,
          previous: current,
        }),
      );
    });
    if (!options.dryRun) announce(deps, 'deleted', current, actor);
  });
}

/** One webhook. Throws `not_found`. */
export async function getWebhook(
  deps: Pick<WebhookDeps, 'store'>,
  organizationId: string,
  id: string,
): Promise<Webhook> {
  const webhook = await deps.store.webhooks.byId(organizationId, id);
  if (webhook === undefined) throw notFound('webhook', id);
  return webhook;
}

/** One version of a webhook. Throws `not_found`. */
export async function getVersion(
  deps: Pick<WebhookDeps, 'store'>,
  organizationId: string,
  id: string,
  version: number,
): Promise<Webhook> {
  const webhook = await deps.store.webhooks.byVersion(organizationId, id, version);
  if (webhook === undefined) throw notFound('version', `${String(version)} of webhook ${id}`);
  return webhook;
}

function contextOf(current: Webhook, stored: WebhookSettings): ApprovalContext {
  return { organizationId: current.organizationId, current, stored };
}

async function save<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  actor: Actor,
  current: Webhook,
  settings: WebhookSettings,
  options: WriteOptions,
): Promise<Omit<SavedWebhook, 'warnings'>> {
  if (sameSettings(current.settings, settings)) return { webhook: current, changed: false };
  const webhook: Webhook = { ...current, settings, version: current.version + 1, updatedAt: deps.clock() };
  await commit(deps, options.dryRun, async (store) => {
    if (!(await store.webhooks.saveVersion(webhook, current.version, actor.keyId))) throw stale(current);
    await deps.ownEvents(
      store,
      changeEvent(webhook, { type: 'webhook.updated', action: 'updated', actor, current: webhook, previous: current }),
    );
  });
  if (!options.dryRun) announce(deps, 'updated', webhook, actor);
  return { webhook, changed: true };
}

// Header values are compared in clear: a changed secret is a change, although both show as `***`.
function sameSettings(a: WebhookSettings, b: WebhookSettings): boolean {
  const comparable = (settings: WebhookSettings): string =>
    canonicalJson({ ...writeSettings(settings), headers: settings.headers });
  return comparable(a) === comparable(b);
}

function refuseStale(current: Webhook, expectedVersion: number | undefined): void {
  if (expectedVersion !== undefined && expectedVersion !== current.version) throw stale(current);
}

function stale(current: Webhook): AppError {
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

// A dry run goes all the way to the commit, so that it finds what only the database knows, and then takes it back.
async function commit<S extends WebhookStore>(
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

function announce<S extends WebhookStore>(deps: WebhookDeps<S>, action: string, webhook: Webhook, actor: Actor): void {
  deps.webhookChanged({ action, webhookId: webhook.id, version: webhook.version, actorKeyId: actor.keyId });
}
