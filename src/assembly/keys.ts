// Keys from the command line: made, listed and revoked in the database, also while an engine uses it.
import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Role } from '../domain/access.ts';
import type { ApiKey } from '../domain/api-key.ts';
import { writeKey } from '../domain/api-key.ts';
import type { Organization } from '../domain/organization.ts';
import { commandLineActor } from '../domain/own-events.ts';
import { createKey, revokeKey } from '../services/keys.ts';
import type { MadeKey, NewKey } from '../services/keys.ts';
import { createEventSink } from '../services/own-events.ts';
import { openBeside } from '../store/beside.ts';
import type { Store } from '../store/index.ts';
import { createStore } from '../store/index.ts';
import { createSecretBox } from '../store/secrets.ts';
import { StartupError } from '../store/startup-error.ts';
import { databaseFile } from './storage.ts';
import { createTools } from './tools.ts';

/** The database that a configuration names. */
export type KeyPlace = Pick<Config, 'dataDir' | 'databaseUrl'>;

/** The text of a new key. Touches nothing. */
export function generateKey(): string {
  const tools = createTools({});
  return writeKey(tools.newId('key'), tools.newSecret());
}

/** Makes a key in the organization of that name, `undefined` for the first. Throws `StartupError` with a sentence. */
export function makeKey(
  place: KeyPlace,
  organizationName: string | undefined,
  wanted: NewKey & { readonly role: Role },
): Promise<MadeKey & { readonly organization: Organization }> {
  return withStore(place, async (deps) => {
    const organization = await organizationOf(deps.store, organizationName);
    return { ...(await createKey(deps, commandLineActor(organization.id), wanted)), organization };
  });
}

/** All keys of an organization, newest first. Throws as `makeKey`. */
export function listKeys(place: KeyPlace, organizationName: string | undefined): Promise<readonly ApiKey[]> {
  return withStore(place, async ({ store }) => {
    const { id } = await organizationOf(store, organizationName);
    return (await store.apiKeys.list(id, { limit: MOST_LISTED, after: undefined })).items;
  });
}

/** Revokes a key by its id, in whatever organization; also the last one. Throws as `makeKey`. */
export function endKey(place: KeyPlace, id: string): Promise<ApiKey> {
  return withStore(place, async (deps) => {
    const key = await deps.store.apiKeys.byId(id);
    if (key === undefined) throw new StartupError(`There is no key ${id}. hookwright keys list shows them.`);
    return revokeKey(deps, commandLineActor(key.organizationId), id);
  });
}

const MOST_LISTED = 1000;

function keyDeps(store: Store) {
  const tools = createTools({});
  const { newId, clock } = tools;
  return { store, newId, clock, newSecret: () => tools.newSecret(), ownEvents: createEventSink({ newId, clock }) };
}

async function withStore<Result>(
  { dataDir, databaseUrl }: KeyPlace,
  work: (deps: ReturnType<typeof keyDeps>) => Promise<Result>,
): Promise<Result> {
  const database = await openBeside(databaseUrl === undefined ? { path: databaseFile(dataDir) } : { url: databaseUrl });
  // Keys have no sealed secrets, and events need those of no webhook.
  const secrets = createSecretBox({ keys: [{ id: 'none', key: randomBytes(32) }] });
  try {
    return await work(keyDeps(createStore({ database, secrets })));
  } finally {
    await database.close();
  }
}

async function organizationOf(store: Store, name: string | undefined): Promise<Organization> {
  const found = name === undefined ? await store.organizations.first() : await store.organizations.byName(name);
  if (found !== undefined) return found;
  throw new StartupError(
    name === undefined
      ? 'There is no organization yet. Start the engine once, which makes the first.'
      : `There is no organization "${name}".`,
  );
}
