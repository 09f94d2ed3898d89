// Routes of API keys, and of the question who one is.
import { ROLES } from '../../domain/access.ts';
import { invalid } from '../../domain/errors.ts';
import type { ExactJson } from '../../domain/json.ts';
import { parseInstant } from '../../domain/time.ts';
import type { AccessHandlerDeps } from './organizations.ts';
import type { KeyPatch, NewKey } from '../../services/keys.ts';
import { createKey, getKey, revokeKey, updateKey } from '../../services/keys.ts';
import { ownOrganization } from '../../services/organizations.ts';
import { formatFault } from '../../services/schema-faults.ts';
import { nextCursor, pageOf } from '../query.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf, ok, param } from '../route.ts';
import { keyView, meView } from '../views/access.ts';

/** `POST /v1/api-keys` */
export async function create(deps: AccessHandlerDeps, request: ApiRequest): Promise<Reply> {
  const given = request.body?.['role'];
  const role = ROLES.find((known) => known === given);
  if (role === undefined) throw new Error('The schema of the body lets only roles through.');
  const { key, text } = await createKey(deps.access, actorOf(request), { ...readNewKey(request, 'key'), role });
  const body = { ...keyView(key, deps.access.clock()), key: text };
  return { status: 201, body, headers: { location: `/v1/api-keys/${key.id}` } };
}

/** Name and end of a new key, from a body that its schema has let through. */
export function readNewKey({ body = {} }: ApiRequest, unnamed: string): Omit<NewKey, 'role'> {
  const { name, expires_at: expiresAt, expires_in_days: days } = body;
  return {
    name: typeof name === 'string' ? name : unnamed,
    expiresAt: endIn(expiresAt),
    expiresInDays: days === undefined ? undefined : Number(days),
  };
}

// The schema's format takes a few spellings that we do not read.
function endIn(value: ExactJson | undefined): Date | undefined {
  if (typeof value !== 'string') return undefined;
  const end = parseInstant(value);
  if (end === undefined) throw invalid([formatFault('/expires_at', 'date-time', {})]);
  return end;
}

/** `GET /v1/api-keys` */
export async function list(deps: AccessHandlerDeps, request: ApiRequest): Promise<Reply> {
  const { organizationId } = actorOf(request);
  const page = await deps.access.store.apiKeys.list(organizationId, pageOf(request));
  const now = deps.access.clock();
  return ok({ data: page.items.map((key) => keyView(key, now)), next_cursor: nextCursor(request, page.lastId) });
}

/** `GET /v1/api-keys/{key_id}` */
export async function read(deps: AccessHandlerDeps, request: ApiRequest): Promise<Reply> {
  const key = await getKey(deps.access, actorOf(request).organizationId, param(request, 'key_id'));
  return ok(keyView(key, deps.access.clock()));
}

/** `PATCH /v1/api-keys/{key_id}` */
export async function patch(deps: AccessHandlerDeps, request: ApiRequest): Promise<Reply> {
  const key = await updateKey(deps.access, actorOf(request), param(request, 'key_id'), readPatch(request));
  return ok(keyView(key, deps.access.clock()));
}

function readPatch({ body = {} }: ApiRequest): KeyPatch {
  const { name, expires_at: expiresAt } = body;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt: endIn(expiresAt) ?? null }),
  };
}

/** `DELETE /v1/api-keys/{key_id}` */
export async function revoke(deps: AccessHandlerDeps, request: ApiRequest): Promise<Reply> {
  const key = await revokeKey(deps.access, actorOf(request), param(request, 'key_id'));
  return ok(keyView(key, deps.access.clock()));
}

/** `GET /v1/me` */
export async function me(deps: AccessHandlerDeps, request: ApiRequest): Promise<Reply> {
  const actor = actorOf(request);
  const key = await getKey(deps.access, actor.organizationId, actor.keyId);
  return ok(meView(key, await ownOrganization(deps.access, actor), deps.access.clock()));
}
