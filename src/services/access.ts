// The first start of an installation, and who is asking.
import type { ApiKey, KeyJudgement } from '../domain/api-key.ts';
import { hashSecret, judgeKey, keyState, parseKey, secretMatches, writeKey } from '../domain/api-key.ts';
import type { Clock } from '../domain/clock.ts';
import { AppError } from '../domain/errors.ts';
import type { NewId } from '../domain/ids.ts';
import type { Organization } from '../domain/organization.ts';
import { DEFAULT_MAX_WEBHOOKS, FIRST_NAME } from '../domain/organization.ts';
import { engineActor } from '../domain/own-events.ts';
import { keyEvent, organizationEvent } from './access-events.ts';
import type { KnownKeys } from './known-keys.ts';
import type { EventSink } from './own-events.ts';

/** The part of the store that the first start touches. */
export interface AccessStore {
  readonly organizations: {
    first(): Promise<Organization | undefined>;
    insert(organization: Organization): Promise<void>;
  };
  readonly apiKeys: {
    byId(id: string): Promise<ApiKey | undefined>;
    count(): Promise<number>;
    insert(key: ApiKey): Promise<void>;
  };
}

/** What this service touches. */
export interface AccessDeps<Store extends AccessStore = AccessStore> {
  readonly store: Store;
  readonly newId: NewId;
  readonly clock: Clock;
  /** 43 letters and digits with 256 random bits. */
  newSecret(): string;
  readonly ownEvents: EventSink<Store>;
}

/** What a start has found or made. */
export interface Access {
  /** The text of the first admin key where it was made up just now, which is the only time it can be seen. */
  readonly firstKey: string | undefined;
  /** There where the operator's own choice is a stored key that makes nobody an admin of the installation. */
  readonly unfitKey: UnfitKey | undefined;
}

/** A key that is not what its place in the environment says, and why, as the end of a sentence. */
export interface UnfitKey {
  readonly keyId: string;
  readonly why: string;
}

/**
 * Makes the first organization and its first admin key where they are missing, each with its event. `adminKey` is the
 * operator's own choice from the environment: it joins the keys that are there, and a revoked one stays revoked.
 */
export async function ensureAccess<S extends AccessStore>(
  deps: AccessDeps<S>,
  adminKey: string | undefined,
): Promise<Access> {
  const organization = await ensureOrganization(deps);
  const chosen = adminKey === undefined ? undefined : parseKey(adminKey);
  if (chosen !== undefined) {
    const stored = await deps.store.apiKeys.byId(chosen.id);
    if (stored === undefined) await insertAdmin(deps, organization, chosen.id, chosen.secret);
    else if (!secretMatches(chosen.secret, stored.secretSha256)) throw keyIdTaken();
    return { firstKey: undefined, unfitKey: stored && unfitness(stored, organization, deps.clock()) };
  }
  if ((await deps.store.apiKeys.count()) > 0) return { firstKey: undefined, unfitKey: undefined };
  const [id, secret] = [deps.newId('key'), deps.newSecret()];
  await insertAdmin(deps, organization, id, secret);
  return { firstKey: writeKey(id, secret), unfitKey: undefined };
}

function unfitness(key: ApiKey, organization: Organization, now: Date): UnfitKey | undefined {
  const state = keyState(key, now);
  const reasons = [
    ...(state === 'active' ? [] : [`is ${state}`]),
    ...(key.role === 'admin' ? [] : [`has the role ${key.role}`]),
    ...(key.organizationId === organization.id ? [] : ['belongs to another organization than the first']),
  ];
  return reasons.length === 0 ? undefined : { keyId: key.id, why: reasons.join(', and ') };
}

async function ensureOrganization<S extends AccessStore>(deps: AccessDeps<S>): Promise<Organization> {
  const found = await deps.store.organizations.first();
  if (found !== undefined) return found;
  const organization: Organization = {
    id: deps.newId('org'),
    name: FIRST_NAME,
    isFirst: true,
    maxWebhooks: DEFAULT_MAX_WEBHOOKS,
    createdAt: deps.clock(),
  };
  await deps.store.organizations.insert(organization);
  const change = { current: organization, previous: undefined };
  await deps.ownEvents(deps.store, organizationEvent('created', engineActor(organization.id), change));
  return organization;
}

async function insertAdmin<S extends AccessStore>(
  deps: AccessDeps<S>,
  organization: Organization,
  id: string,
  secret: string,
): Promise<void> {
  const actor = engineActor(organization.id);
  const key: ApiKey = {
    id,
    organizationId: organization.id,
    name: 'first admin key',
    role: 'admin',
    secretSha256: hashSecret(secret),
    createdAt: deps.clock(),
    createdBy: actor.keyId,
    expiresAt: undefined,
    lastUsedAt: undefined,
    revokedAt: undefined,
  };
  await deps.store.apiKeys.insert(key);
  await deps.ownEvents(deps.store, keyEvent('created', actor, { current: key, previous: undefined }));
}

function keyIdTaken(): AppError {
  return new AppError(
    'conflict',
    'admin_key_id_taken',
    'HOOKWRIGHT_ADMIN_KEY has the id of a stored key, but another secret.',
    {
      hint: 'Use the stored key, or one with a new id.',
    },
  );
}

/** What finding out who is asking touches. */
export interface RecogniseDeps {
  readonly store: { readonly apiKeys: { byId(id: string): Promise<ApiKey | undefined> } };
  readonly known: Pick<KnownKeys, 'remember' | 'forget'>;
  readonly clock: Clock;
}

/**
 * Who holds this key, or why it is not taken, by what is stored. What was cut off or mistyped is not looked up; what is good
 * is known from then on.
 */
export async function recognise(deps: RecogniseDeps, keyText: string): Promise<KeyJudgement> {
  const given = parseKey(keyText);
  if (given === undefined) return { ok: false, reason: 'malformed', key: undefined };
  const stored = await deps.store.apiKeys.byId(given.id);
  const judgement = judgeKey(given, stored, deps.clock());
  if (judgement.ok && stored !== undefined) deps.known.remember(keyText, stored);
  else deps.known.forget(keyText);
  return judgement;
}
