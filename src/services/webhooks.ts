// Making, changing and reading webhooks. Each change is a new version, and an event that goes through the engine itself.
import type { Actor } from '../domain/access.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Fault } from '../domain/errors.ts';
import { AppError, notFound } from '../domain/errors.ts';
import { pointerTo } from '../domain/text.ts';
import { mergePatch } from '../domain/merge-patch.ts';
import type { Webhook, WebhookSettings } from '../domain/webhook.ts';
import { secretsByField } from '../domain/webhook-secrets.ts';
import { writeSettings } from '../domain/webhook-settings.ts';
import type { ApprovalContext } from './webhook-approval.ts';
import { alignHeaderNames, approveWebhook } from './webhook-approval.ts';
import { changeEvent } from './webhook-events.ts';
import type { WebhookDeps, WebhookStore, WriteOptions } from './webhook-saving.ts';
import { announce, commit, refuseStale, save, stale } from './webhook-saving.ts';
import { requireRoom } from './webhook-limit.ts';

export type { WebhookDeps, WebhookStore, WriteOptions } from './webhook-saving.ts';

/** A webhook as it is now, and what is doubtful about it. */
export interface SavedWebhook {
  readonly webhook: Webhook;
  readonly warnings: readonly Fault[];
  /** Whether a version was made: a change that changes nothing makes none. */
  readonly changed: boolean;
}

/** Makes a webhook. Throws `invalid` with all faults, `conflict` where the name is taken or there are too many. */
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
    await requireRoom(store, organizationId);
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
    const { webhook: current, isReadable } = await showWebhook(deps, actor.organizationId, id);
    refuseStale(current, options.expectedVersion);
    // What cannot be read cannot be kept: then each secret has to be sent.
    const context = contextOf(current, isReadable ? current.settings : undefined);
    const { settings, warnings } = await approveWebhook(deps, input, context);
    const isEnabled = input['active'] === true;
    return { ...(await save(deps, actor, current, settings, { ...options, isEnabled })), warnings };
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
    const isEnabled = patch['active'] === true;
    return { ...(await save(deps, actor, current, settings, { ...options, isEnabled })), warnings };
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

/** Changes settings in a way that needs no approval. Throws as `patchWebhook`, `invalid` aside. */
export async function changeSettings<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  actor: Actor,
  id: string,
  options: WriteOptions,
  change: (settings: WebhookSettings) => WebhookSettings,
): Promise<SavedWebhook> {
  return onceNotOvertaken(options, async () => {
    const current = await getWebhook(deps, actor.organizationId, id);
    refuseStale(current, options.expectedVersion);
    const saved = await save(deps, actor, current, change(current.settings), { ...options, isEnabled: false });
    return { ...saved, warnings: [] };
  });
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
    const { webhook: current } = await showWebhook(deps, actor.organizationId, id);
    refuseStale(current, options.expectedVersion);
    const { settings } = await getVersion(deps, actor.organizationId, id, version);
    const { warnings } = await approveWebhook(deps, writeSettings(settings), contextOf(current, settings));
    const saved = await save(deps, actor, current, settings, { ...options, isEnabled: false });
    return { ...saved, warnings: [...warnings, ...restoredSecrets(current.settings, settings)] };
  });
}

// Whoever goes back for the template's sake may not think of the secret that was replaced since.
function restoredSecrets(current: WebhookSettings, restored: WebhookSettings): Fault[] {
  const present = secretsByField(current);
  return [...secretsByField(restored)]
    .filter(([field, secret]) => present.get(field) !== secret)
    .map(([field]) => ({
      pointer: pointerOf(field),
      code: 'secret_restored',
      detail: 'This secret is again what it was at that version.',
      hint: 'Where it was replaced since, send the new one.',
    }));
}

// Names of headers may hold dots.
function pointerOf(field: string): string {
  const header = /^headers\.(.+)$/.exec(field)?.[1];
  return header === undefined ? `/${field.replaceAll('.', '/')}` : pointerTo('/headers', header);
}

/** Deletes a webhook; what waits for it is cancelled, its invocations stay. */
export async function deleteWebhook<S extends WebhookStore>(
  deps: WebhookDeps<S>,
  actor: Actor,
  id: string,
  options: WriteOptions,
): Promise<void> {
  await onceNotOvertaken(options, async () => {
    const { webhook: current } = await showWebhook(deps, actor.organizationId, id);
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

/** One webhook as it may be shown: `isReadable` is false, and every secret `***`, where one of them cannot be opened. Throws `not_found`. */
export async function showWebhook(
  deps: Pick<WebhookDeps, 'store'>,
  organizationId: string,
  id: string,
): Promise<{ readonly webhook: Webhook; readonly isReadable: boolean }> {
  try {
    return { webhook: await getWebhook(deps, organizationId, id), isReadable: true };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'secret_unreadable') throw error;
    const webhook = await deps.store.webhooks.byIdMasked(organizationId, id);
    if (webhook === undefined) throw notFound('webhook', id);
    return { webhook, isReadable: false };
  }
}

/** One webhook. Throws `not_found`, and `conflict` (`secret_unreadable`) where a secret of it cannot be opened. */
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

function contextOf(current: Webhook, stored: WebhookSettings | undefined): ApprovalContext {
  return { organizationId: current.organizationId, current, stored };
}
