// Routes of webhooks: writes with ETag and If-Match, versions, and the way back to one.
import { AppError, notFound } from '../../domain/errors.ts';
import { newHealth } from '../../domain/health.ts';
import type { ExactJsonObject, JsonObject } from '../../domain/json.ts';
import { isObject, toPlain } from '../../domain/json.ts';
import type { Webhook } from '../../domain/webhook.ts';
import type { PlanningStore } from '../../services/planning.ts';
import type { RotationDeps } from '../../services/signing-rotation.ts';
import { rotateSigning } from '../../services/signing-rotation.ts';
import type { SavedWebhook, WebhookStore, WriteOptions } from '../../services/webhooks.ts';
import {
  createWebhook,
  deleteWebhook,
  getVersion,
  patchWebhook,
  replaceWebhook,
  restoreVersion,
  showWebhook,
} from '../../services/webhooks.ts';
import { faultView } from '../problem.ts';
import { isVersionNumber, nextCursor, pageOf } from '../query.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf, ok, param } from '../route.ts';
import { webhookVersionView, webhookView } from '../views/webhook.ts';

/** What these routes touch. */
export interface WebhookHandlerDeps {
  readonly webhooks: RotationDeps<WebhookStore & PlanningStore>;
}

/** `POST /v1/webhooks` */
export async function create(deps: WebhookHandlerDeps, request: ApiRequest): Promise<Reply> {
  const dryRun = isDryRun(request);
  const saved = await createWebhook(deps.webhooks, actorOf(request), plainBody(request), dryRun);
  if (dryRun) return savedReply(deps, saved, 200);
  const reply = await savedReply(deps, saved, 201);
  return { ...reply, headers: { ...reply.headers, location: `/v1/webhooks/${saved.webhook.id}` } };
}

/** `GET /v1/webhooks` */
export async function list(deps: WebhookHandlerDeps, request: ApiRequest): Promise<Reply> {
  const page = await deps.webhooks.store.webhooks.list(actorOf(request).organizationId, pageOf(request));
  const data = await currentViews(deps, page.items);
  return ok({ data, next_cursor: nextCursor(request, page.lastId) });
}

/** `GET /v1/webhooks/{webhook_id}` */
export async function read(deps: WebhookHandlerDeps, request: ApiRequest): Promise<Reply> {
  const { webhook } = await showWebhook(deps.webhooks, actorOf(request).organizationId, param(request, 'webhook_id'));
  const [view = {}] = await currentViews(deps, [webhook]);
  return ok(view, { etag: etag(webhook.version) });
}

/** `PUT /v1/webhooks/{webhook_id}` */
export async function replace(deps: WebhookHandlerDeps, request: ApiRequest): Promise<Reply> {
  const id = param(request, 'webhook_id');
  return savedReply(
    deps,
    await replaceWebhook(deps.webhooks, actorOf(request), id, plainBody(request), writeOptions(request)),
    200,
  );
}

/** `PATCH /v1/webhooks/{webhook_id}` */
export async function patch(deps: WebhookHandlerDeps, request: ApiRequest): Promise<Reply> {
  const id = param(request, 'webhook_id');
  return savedReply(
    deps,
    await patchWebhook(deps.webhooks, actorOf(request), id, plainBody(request), writeOptions(request)),
    200,
  );
}

/** `DELETE /v1/webhooks/{webhook_id}` */
export async function remove(deps: WebhookHandlerDeps, request: ApiRequest): Promise<Reply> {
  await deleteWebhook(deps.webhooks, actorOf(request), param(request, 'webhook_id'), writeOptions(request));
  return { status: 204 };
}

/** `GET /v1/webhooks/{webhook_id}/versions` */
export async function versions(deps: WebhookHandlerDeps, request: ApiRequest): Promise<Reply> {
  const { organizationId } = actorOf(request);
  const id = param(request, 'webhook_id');
  const page = await deps.webhooks.store.webhooks.versions(organizationId, id, pageOf(request, isVersionNumber));
  // The versions of a deleted webhook stay: invocations name them.
  if (page.items.length === 0 && request.query['cursor'] === undefined) throw notFound('webhook', id);
  return ok({ data: page.items.map(webhookVersionView), next_cursor: nextCursor(request, page.lastId) });
}

/** `GET /v1/webhooks/{webhook_id}/versions/{version}` */
export async function version(deps: WebhookHandlerDeps, request: ApiRequest): Promise<Reply> {
  const { organizationId } = actorOf(request);
  const found = await getVersion(deps.webhooks, organizationId, param(request, 'webhook_id'), versionParam(request));
  return ok(webhookVersionView(found));
}

/** `POST /v1/webhooks/{webhook_id}/versions/{version}/restore` */
export async function restore(deps: WebhookHandlerDeps, request: ApiRequest): Promise<Reply> {
  const id = param(request, 'webhook_id');
  const options = writeOptions(request);
  return savedReply(
    deps,
    await restoreVersion(deps.webhooks, actorOf(request), id, versionParam(request), options),
    200,
  );
}

/** `POST /v1/webhooks/{webhook_id}/signing/rotate` */
export async function rotate(deps: WebhookHandlerDeps, request: ApiRequest): Promise<Reply> {
  const id = param(request, 'webhook_id');
  const options = writeOptions(request);
  const rotated = await rotateSigning(deps.webhooks, actorOf(request), id, plainBody(request), options);
  // With dry_run nothing is stored, so that neither a secret nor its public key would be of use.
  const publicKey = options.dryRun ? undefined : rotated.webhook.settings.signing?.publicKey;
  return savedReply(deps, rotated, 200, { secret: rotated.madeSecret ?? null, public_key: publicKey ?? null });
}

// All of one organization.
async function currentViews(
  { webhooks: { store } }: WebhookHandlerDeps,
  webhooks: readonly Webhook[],
): Promise<ExactJsonObject[]> {
  const [first] = webhooks;
  if (first === undefined) return [];
  const ids = webhooks.map(({ id }) => id);
  const healths = await store.webhookHealths.byWebhooks(first.organizationId, ids);
  // The draft of a dry run has none yet.
  return webhooks.map((webhook) => webhookView(webhook, healths.get(webhook.id) ?? newHealth(webhook.createdAt)));
}

async function savedReply(
  deps: WebhookHandlerDeps,
  { webhook, warnings }: SavedWebhook,
  status: number,
  extra: ExactJsonObject = {},
): Promise<Reply> {
  const [view] = await currentViews(deps, [webhook]);
  const body = { ...view, warnings: warnings.map(faultView), ...extra };
  return { status, body, headers: { etag: etag(webhook.version) } };
}

function etag(version: number): string {
  return `"${String(version)}"`;
}

function writeOptions(request: ApiRequest): WriteOptions {
  return { expectedVersion: ifMatch(request.header('if-match')), dryRun: isDryRun(request) };
}

function isDryRun(request: ApiRequest): boolean {
  return request.query['dry_run'] === true;
}

// `*` means "if it exists", which a missing webhook answers with 404 anyway.
function ifMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^"(\d{1,9})"$/.exec(header.trim())?.[1];
  if (version !== undefined) return Number(version);
  throw new AppError('precondition_failed', 'etag_unknown', `If-Match: ${header.slice(0, 100)} matches no version.`, {
    hint: 'Send the ETag of a GET as it was, with its quotes, such as If-Match: "3".',
  });
}

function versionParam(request: ApiRequest): number {
  const text = param(request, 'version');
  if (isVersionNumber(text)) return Number(text);
  throw notFound('version', `${text.slice(0, 100)} of webhook ${param(request, 'webhook_id')}`);
}

function plainBody(request: ApiRequest): JsonObject {
  const plain = toPlain(request.body ?? {});
  return isObject(plain) ? plain : {};
}
