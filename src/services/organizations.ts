// Organizations: who sees which, who changes what. The admins of the first one are those of the installation: they make
// organizations, rename them and set their limits, and get nothing of what is in them.
import type { Actor } from '../domain/access.ts';
import type { ApiKey } from '../domain/api-key.ts';
import { AppError, conflict, notFound } from '../domain/errors.ts';
import type { Organization } from '../domain/organization.ts';
import { DEFAULT_MAX_WEBHOOKS } from '../domain/organization.ts';
import type { OwnEventActor } from '../domain/own-events.ts';
import { installationAdminActor } from '../domain/own-events.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import { keyEvent, organizationEvent, tellBoth } from './access-events.ts';
import type { KeyDeps, KeyStore, MadeKey, NewKey } from './keys.ts';
import { draftKey } from './keys.ts';

/** The part of the store that holds organizations. */
export interface OrganizationStore {
  readonly organizations: KeyStore['organizations'] & {
    insert(organization: Organization): Promise<void>;
    update(organization: Organization): Promise<void>;
    byId(id: string): Promise<Organization | undefined>;
    list(page: PageRequest): Promise<Page<Organization>>;
  };
  readonly apiKeys: KeyStore['apiKeys'];
}

/** What this service touches. */
export type OrganizationDeps<Store extends OrganizationStore = OrganizationStore> = KeyDeps<Store>;

/** What may be said of an organization; what is absent stays, or is as by default. */
export interface OrganizationInput {
  readonly name?: string;
  readonly maxWebhooks?: number;
}

/** The actor's own organization. */
export async function ownOrganization(
  { store }: { readonly store: Pick<OrganizationStore, 'organizations'> },
  { organizationId }: Pick<Actor, 'organizationId'>,
): Promise<Organization> {
  const own = await store.organizations.byId(organizationId);
  if (own === undefined) throw new Error('A key belongs to an organization that is not there.');
  return own;
}

/** Whether an actor is an admin of the installation. */
export function managesInstallation(actor: Pick<Actor, 'role'>, own: Organization): boolean {
  return own.isFirst && actor.role === 'admin';
}

/** All organizations, newest first, for an admin of the installation; for everybody else a page with their own. */
export async function listOrganizations(
  deps: Pick<OrganizationDeps, 'store'>,
  actor: Actor,
  page: PageRequest,
): Promise<Page<Organization>> {
  const own = await ownOrganization(deps, actor);
  if (managesInstallation(actor, own)) return deps.store.organizations.list(page);
  const isBefore = page.after === undefined || own.id < page.after;
  return { items: isBefore ? [own] : [], lastId: undefined };
}

/** One organization that the actor may see. Throws `not_found`. */
export async function getOrganization(
  deps: { readonly store: Pick<OrganizationStore, 'organizations'> },
  actor: Actor,
  id: string,
): Promise<Organization> {
  const own = await ownOrganization(deps, actor);
  if (own.id === id) return own;
  const found = managesInstallation(actor, own) ? await deps.store.organizations.byId(id) : undefined;
  if (found === undefined) throw notFound('organization', id);
  return found;
}

/** Makes an organization. Throws `forbidden`, `conflict` where the name is taken. */
export async function createOrganization<S extends OrganizationStore>(
  deps: OrganizationDeps<S>,
  actor: Actor,
  input: OrganizationInput & { readonly name: string },
): Promise<Organization> {
  await requireInstallationAdmin(deps, actor, 'make organizations');
  const organization: Organization = {
    id: deps.newId('org'),
    name: input.name,
    isFirst: false,
    maxWebhooks: input.maxWebhooks ?? DEFAULT_MAX_WEBHOOKS,
    createdAt: deps.clock(),
  };
  await deps.store.transaction(async (store) => {
    await store.organizations.insert(organization);
    await tell(deps, store, actor, 'created', { current: organization, previous: undefined });
  });
  return organization;
}

/**
 * Renames an organization, or sets its limits, which only an admin of the installation may; what changes nothing is no
 * event. Throws `not_found`, `forbidden`, `conflict` where the name is taken.
 */
export async function updateOrganization<S extends OrganizationStore>(
  deps: OrganizationDeps<S>,
  actor: Actor,
  id: string,
  input: OrganizationInput,
): Promise<Organization> {
  return deps.store.transaction(async (store) => {
    await getOrganization({ store }, actor, id);
    const previous = await store.organizations.hold(id);
    if (previous === undefined) throw notFound('organization', id);
    const current = { ...previous, ...input };
    if (current.maxWebhooks !== previous.maxWebhooks) await requireInstallationAdmin({ store }, actor, 'set limits');
    if (current.maxWebhooks === previous.maxWebhooks && current.name === previous.name) return previous;
    await store.organizations.update(current);
    await tell(deps, store, actor, 'updated', { current, previous });
    return current;
  });
}

function tell<S extends OrganizationStore>(
  deps: Pick<OrganizationDeps<S>, 'ownEvents'>,
  store: S,
  actor: Actor,
  action: 'created' | 'updated',
  change: { readonly current: Organization; readonly previous: Organization | undefined },
): Promise<void> {
  const eventBy = (by: OwnEventActor) => organizationEvent(action, by, change);
  return tellBoth(deps.ownEvents, store, actor, change.current.id, eventBy);
}

/**
 * Makes an admin key for an organization that has no good one. Whoever has one makes the others himself: an admin of the
 * installation has no other way into an organization. Throws `not_found`, `forbidden`, `invalid` and `conflict`.
 */
export async function createFirstAdminKey<S extends OrganizationStore>(
  deps: OrganizationDeps<S>,
  actor: Actor,
  id: string,
  wanted: Omit<NewKey, 'role'>,
): Promise<MadeKey> {
  // What one may not see comes before what one may not do.
  await getOrganization(deps, actor, id);
  await requireInstallationAdmin(deps, actor, 'make the first admin key of an organization');
  const made = draftKey(deps, id, installationAdminActor(id).keyId, { ...wanted, role: 'admin' });
  await deps.store.transaction(async (store) => {
    await store.organizations.hold(id);
    refuseSecond(await store.apiKeys.goodAdmins(id, deps.clock()));
    await store.apiKeys.insert(made.key);
    const eventBy = (by: OwnEventActor) => keyEvent('created', by, { current: made.key, previous: undefined });
    await tellBoth(deps.ownEvents, store, actor, id, eventBy);
  });
  return made;
}

function refuseSecond(admins: readonly ApiKey[]): void {
  if (admins.length === 0) return;
  throw conflict(
    'has_admin_key',
    'The organization has a good admin key already.',
    'Its admins make further keys themselves: POST /v1/api-keys. If theirs is lost: hookwright keys create, on the machine.',
  );
}

/** Throws `forbidden` where a key belongs to another organization than the first: what is counted in all is not for it. */
export async function requireFirstOrganization(
  deps: { readonly store: Pick<OrganizationStore, 'organizations'> },
  actor: Actor,
): Promise<void> {
  if ((await ownOrganization(deps, actor)).isFirst) return;
  throw new AppError('forbidden', 'first_organization_only', 'The metrics count what all organizations do together.', {
    hint: 'Use a key of the first organization, or read them on the machine itself.',
  });
}

async function requireInstallationAdmin(
  deps: { readonly store: Pick<OrganizationStore, 'organizations'> },
  actor: Actor,
  what: string,
): Promise<void> {
  if (managesInstallation(actor, await ownOrganization(deps, actor))) return;
  throw new AppError('forbidden', 'installation_admin_only', `Only an admin of the installation may ${what}.`, {
    hint: 'Its admins are those of the first organization; ask one of them.',
  });
}
