// Keys and organizations: the first start, and who is asking.
import type { Actor, ApiKey } from '../domain/access.ts';
import { actorOf, hashSecret, parseKey, secretMatches, writeKey } from '../domain/access.ts';
import type { Clock } from '../domain/clock.ts';
import { AppError } from '../domain/errors.ts';
import type { NewId } from '../domain/ids.ts';

/** A tenant. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** What this service touches. */
export interface AccessDeps {
  readonly store: {
    readonly organizations: {
      byName(name: string): Promise<Organization | undefined>;
      insert(organization: Organization): Promise<void>;
    };
    readonly apiKeys: {
      byId(id: string): Promise<ApiKey | undefined>;
      count(): Promise<number>;
      insert(key: ApiKey): Promise<void>;
    };
  };
  readonly newId: NewId;
  readonly clock: Clock;
  /** 256 random bits as base64url. */
  newSecret(): string;
}

const DEFAULT_ORGANIZATION = 'default';

/**
 * Makes the first organization and its first admin key where they are missing. Gives the key's text when it was made
 * up here, which is the only time it can be seen. `adminKey` is the operator's own choice from the environment.
 */
export async function ensureAccess(deps: AccessDeps, adminKey: string | undefined): Promise<string | undefined> {
  const organization = await ensureOrganization(deps);
  const chosen = adminKey === undefined ? undefined : parseKey(adminKey);
  if (chosen !== undefined) {
    const stored = await deps.store.apiKeys.byId(chosen.id);
    if (stored === undefined) await insertAdmin(deps, organization, chosen.id, chosen.secret);
    else if (!secretMatches(chosen.secret, stored.secretSha256)) throw keyIdTaken();
    return undefined;
  }
  if ((await deps.store.apiKeys.count()) > 0) return undefined;
  const [id, secret] = [deps.newId('key'), deps.newSecret()];
  await insertAdmin(deps, organization, id, secret);
  return writeKey(id, secret);
}

async function ensureOrganization(deps: AccessDeps): Promise<Organization> {
  const found = await deps.store.organizations.byName(DEFAULT_ORGANIZATION);
  if (found !== undefined) return found;
  const organization = { id: deps.newId('org'), name: DEFAULT_ORGANIZATION, createdAt: deps.clock() };
  await deps.store.organizations.insert(organization);
  return organization;
}

async function insertAdmin(deps: AccessDeps, organization: Organization, id: string, secret: string): Promise<void> {
  await deps.store.apiKeys.insert({
    id,
    organizationId: organization.id,
    name: 'first admin key',
    role: 'admin',
    secretSha256: hashSecret(secret),
    createdAt: deps.clock(),
    revokedAt: undefined,
  });
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

/** Who holds this key. Throws `unauthenticated`, without saying which part of the key is wrong. */
export async function authenticate(deps: Pick<AccessDeps, 'store'>, keyText: string): Promise<Actor> {
  const parsed = parseKey(keyText);
  const key = parsed === undefined ? undefined : await deps.store.apiKeys.byId(parsed.id);
  const isGood = key?.revokedAt === undefined && secretMatches(parsed?.secret ?? '', key?.secretSha256 ?? '');
  if (key === undefined || !isGood) {
    throw new AppError('unauthenticated', 'key_unknown', 'This API key is not known here.', {
      hint: 'Send "Authorization: Bearer hw_…" with a key of this installation.',
    });
  }
  return actorOf(key);
}
