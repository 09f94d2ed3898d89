// Routes of organizations.
import type { ExactJsonObject } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { OrganizationDeps, OrganizationInput, OrganizationStore } from '../../services/organizations.ts';
import {
  createFirstAdminKey,
  createOrganization,
  getOrganization,
  listOrganizations,
  updateOrganization,
} from '../../services/organizations.ts';
import type { PlanningStore } from '../../services/planning.ts';
import { nextCursor, pageOf } from '../query.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf, ok, param } from '../route.ts';
import { keyView, organizationView } from '../views/access.ts';
import { readNewKey } from './keys.ts';

/** What the routes of keys and organizations touch. */
export interface AccessHandlerDeps {
  readonly access: OrganizationDeps<OrganizationStore & PlanningStore>;
}

/** `GET /v1/organizations` */
export async function list(deps: AccessHandlerDeps, request: ApiRequest): Promise<Reply> {
  const page = await listOrganizations(deps.access, actorOf(request), pageOf(request));
  return ok({ data: page.items.map(organizationView), next_cursor: nextCursor(request, page.lastId) });
}

/** `POST /v1/organizations` */
export async function create(deps: AccessHandlerDeps, request: ApiRequest): Promise<Reply> {
  const { name = '', ...limits } = readInput(request.body ?? {});
  const organization = await createOrganization(deps.access, actorOf(request), { name, ...limits });
  const headers = { location: `/v1/organizations/${organization.id}` };
  return { status: 201, body: organizationView(organization), headers };
}

/** `GET /v1/organizations/{organization_id}` */
export async function read(deps: AccessHandlerDeps, request: ApiRequest): Promise<Reply> {
  return ok(organizationView(await getOrganization(deps.access, actorOf(request), param(request, 'organization_id'))));
}

/** `PATCH /v1/organizations/{organization_id}` */
export async function patch(deps: AccessHandlerDeps, request: ApiRequest): Promise<Reply> {
  const id = param(request, 'organization_id');
  return ok(
    organizationView(await updateOrganization(deps.access, actorOf(request), id, readInput(request.body ?? {}))),
  );
}

/** `POST /v1/organizations/{organization_id}/api-keys` */
export async function createAdminKey(deps: AccessHandlerDeps, request: ApiRequest): Promise<Reply> {
  const wanted = readNewKey(request, 'first admin key');
  const { key, text } = await createFirstAdminKey(
    deps.access,
    actorOf(request),
    param(request, 'organization_id'),
    wanted,
  );
  return { status: 201, body: { ...keyView(key, deps.access.clock()), key: text } };
}

// The schema of the body has let it through.
function readInput({ name, limits }: ExactJsonObject): OrganizationInput {
  const most = isObject(limits) ? limits['max_webhooks'] : undefined;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(most === undefined ? {} : { maxWebhooks: Number(most) }),
  };
}
