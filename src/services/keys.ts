// Making, changing and revoking API keys. Each change is an event of the engine, in the same transaction.
import type { Actor, Role } from '../domain/access.ts';
import type { ApiKey } from '../domain/api-key.ts';
import { hashSecret, keyState, writeKey } from '../domain/api-key.ts';
import type { Clock } from '../domain/clock.ts';
import type { AppError } from '../domain/errors.ts';
import { conflict, invalid, notFound } from '../domain/errors.ts';
import type { NewId } from '../domain/ids.ts';
import type { Organization } from '../domain/organization.ts';
import type { OwnEventActor } from '../domain/own-events.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import { keyEvent } from './access-events.ts';
import type { EventSink } from './own-events.ts';

/** The part of the store that holds keys. */
export interface KeyStore {
  readonly apiKeys: {
    insert(key: ApiKey): Promise<void>;
    update(key: ApiKey): Promise<void>;
    byId(id: string): Promise<ApiKey | undefined>;
    list(organizationId: string, page: PageRequest): Promise<Page<ApiKey>>;
    goodAdmins(organizationId: string, now: Date): Promise<readonly ApiKey[]>;
  };
  readonly organizations: { hold(id: string): Promise<Organization | undefined> };
}

/** What this service touches. */
export interface KeyDeps<Store extends KeyStore = KeyStore> {
  readonly store: Store & { transaction<T>(work: (store: Store) => Promise<T>): Promise<T> };
  readonly newId: NewId;
  readonly clock: Clock;
  /** 43 letters and digits with 256 random bits. */
  newSecret(): string;
  readonly ownEvents: EventSink<Store>;
}

/** What a new key is to be. At most one of the two ends is given; with none, it never ends. */
export interface NewKey {
  readonly name: string;
  readonly role: Role;
  readonly expiresAt?: Date | undefined;
  readonly expiresInDays?: number | undefined;
}

/** A key that was made just now, and its text, which is seen this once. */
export interface MadeKey {
  readonly key: ApiKey;
  readonly text: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Makes a key for the actor's organization. Throws `invalid` where its end is given twice or has passed. */
export async function createKey<S extends KeyStore>(
  deps: KeyDeps<S>,
  actor: OwnEventActor,
  wanted: NewKey,
): Promise<MadeKey> {
  const made = draftKey(deps, actor.organizationId, actor.keyId, wanted);
  await deps.store.transaction(async (store) => {
    await store.apiKeys.insert(made.key);
    await deps.ownEvents(store, keyEvent('created', actor, { current: made.key, previous: undefined }));
  });
  return made;
}

/** A key that is not stored yet. Throws as `createKey`. */
export function draftKey(
  deps: Pick<KeyDeps, 'newId' | 'clock' | 'newSecret'>,
  organizationId: string,
  createdBy: string,
  wanted: NewKey,
): MadeKey {
  const now = deps.clock();
  const [id, secret] = [deps.newId('key'), deps.newSecret()];
  const key: ApiKey = {
    id,
    organizationId,
    name: wanted.name,
    role: wanted.role,
    secretSha256: hashSecret(secret),
    createdAt: now,
    createdBy,
    expiresAt: endOf(wanted, now),
    lastUsedAt: undefined,
    revokedAt: undefined,
  };
  return { key, text: writeKey(id, secret) };
}

function endOf({ expiresAt, expiresInDays }: NewKey, now: Date): Date | undefined {
  if (expiresAt !== undefined && expiresInDays !== undefined) {
    throw invalid([
      {
        pointer: '/expires_in_days',
        code: 'expiry_twice',
        detail: 'The end is given twice: by expires_at and by expires_in_days.',
        hint: 'Leave one of them out.',
      },
    ]);
  }
  if (expiresInDays !== undefined) return new Date(now.getTime() + expiresInDays * DAY_MS);
  refusePast(expiresAt, now);
  return expiresAt;
}

function refusePast(expiresAt: Date | undefined, now: Date): void {
  if (expiresAt === undefined || expiresAt > now) return;
  throw invalid([
    {
      pointer: '/expires_at',
      code: 'expiry_in_past',
      detail: `The end ${expiresAt.toISOString()} has passed already.`,
      hint: 'Give a later one. To end a key now, revoke it: DELETE /v1/api-keys/{key_id}.',
    },
  ]);
}

/** A key of the organization. Throws `not_found`. */
export async function getKey(
  deps: { readonly store: Pick<KeyStore, 'apiKeys'> },
  organizationId: string,
  id: string,
): Promise<ApiKey> {
  const key = await deps.store.apiKeys.byId(id);
  if (key?.organizationId !== organizationId) throw notFound('key', id);
  return key;
}

/** What may be changed of a key; what is absent stays. `expiresAt: null`: it never ends. */
export interface KeyPatch {
  readonly name?: string;
  readonly expiresAt?: Date | null;
}

/**
 * Changes a key; what changes nothing is no event. Throws `not_found`, `invalid` where the end has passed, `conflict`
 * where it is revoked, or is the last good admin key and would end sooner.
 */
export async function updateKey<S extends KeyStore>(
  deps: KeyDeps<S>,
  actor: Actor,
  id: string,
  patch: KeyPatch,
): Promise<ApiKey> {
  const now = deps.clock();
  return deps.store.transaction(async (store) => {
    await store.organizations.hold(actor.organizationId);
    const previous = await getKey({ store }, actor.organizationId, id);
    if (previous.revokedAt !== undefined) throw keyIsRevoked();
    const current = patched(previous, patch);
    const endsOtherwise = current.expiresAt?.getTime() !== previous.expiresAt?.getTime();
    if (!endsOtherwise && current.name === previous.name) return previous;
    if (endsOtherwise) refusePast(current.expiresAt, now);
    if (endsSooner(current, previous)) await refuseLastAdmin(store, previous, now);
    await store.apiKeys.update(current);
    await deps.ownEvents(store, keyEvent('updated', actor, { current, previous }));
    return current;
  });
}

function patched(previous: ApiKey, { name = previous.name, expiresAt = previous.expiresAt }: KeyPatch): ApiKey {
  return { ...previous, name, expiresAt: expiresAt ?? undefined };
}

function endsSooner(current: ApiKey, previous: ApiKey): boolean {
  const endOfKey = ({ expiresAt }: ApiKey): number => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return endOfKey(current) < endOfKey(previous);
}

/** Revokes a key, for good; doing it again changes nothing. Throws `not_found`, `conflict` for the last good admin key. */
export async function revokeKey<S extends KeyStore>(
  deps: KeyDeps<S>,
  actor: OwnEventActor,
  id: string,
): Promise<ApiKey> {
  const now = deps.clock();
  return deps.store.transaction(async (store) => {
    await store.organizations.hold(actor.organizationId);
    const previous = await getKey({ store }, actor.organizationId, id);
    if (previous.revokedAt !== undefined) return previous;
    // Whoever has the machine can make another one.
    if (actor.type !== 'command_line') await refuseLastAdmin(store, previous, now);
    const current: ApiKey = { ...previous, revokedAt: now };
    await store.apiKeys.update(current);
    await deps.ownEvents(store, keyEvent('revoked', actor, { current, previous }));
    return current;
  });
}

// The organization is held meanwhile, so that two admins cannot each revoke the other's.
async function refuseLastAdmin(store: KeyStore, key: ApiKey, now: Date): Promise<void> {
  if (key.role !== 'admin' || keyState(key, now) !== 'active') return;
  const others = (await store.apiKeys.goodAdmins(key.organizationId, now)).filter(({ id }) => id !== key.id);
  if (others.length > 0) return;
  throw conflict(
    'last_admin_key',
    'This is the last good admin key of the organization: nobody could manage it without.',
    'Make another admin key first, and see that it works.',
  );
}

function keyIsRevoked(): AppError {
  return conflict('key_revoked', 'The key is revoked, and stays so.', 'Make a new key: POST /v1/api-keys.');
}
