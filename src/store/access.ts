// The tables of tenants and of API keys. A key is looked up before its organization is known, so that takes none.
import type { ApiKey } from '../domain/api-key.ts';
import type { Organization } from '../domain/organization.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import { nameKey } from '../domain/webhook.ts';
import { readApiKey, readOrganization, writeApiKey, writeOrganization } from './codec/access.ts';
import { integer, text } from './codec/columns.ts';
import type { Database } from './database.ts';
import { refuseTaken } from './sql/conflicts.ts';
import type { StoreDeps } from './sql/rows.ts';
import { insertRows, readPage, readRow, readRows } from './sql/rows.ts';

/** Stored organizations. Writes throw `conflict` (`name_taken`, at /name) where another one has the name. */
export interface Organizations {
  insert(organization: Organization): Promise<void>;
  /** Saves name and limits of one that exists. */
  update(organization: Organization): Promise<void>;
  byId(id: string): Promise<Organization | undefined>;
  /** Upper and lower case alike. */
  byName(name: string): Promise<Organization | undefined>;
  /** The one that the installation began with. */
  first(): Promise<Organization | undefined>;
  /** As `byId`, and until the transaction ends nobody else changes it, or counts what it may have. */
  hold(id: string): Promise<Organization | undefined>;
  /** All, newest first. */
  list(page: PageRequest): Promise<Page<Organization>>;
}

/** Stored keys. */
export interface ApiKeys {
  insert(key: ApiKey): Promise<void>;
  /** Saves name, end and revocation of one that exists. */
  update(key: ApiKey): Promise<void>;
  /** Notes that a key was used, unless a later use is noted. */
  touch(id: string, at: Date): Promise<void>;
  /** The key with this id, good or not. */
  byId(id: string): Promise<ApiKey | undefined>;
  /** All of an organization, newest first, also those that are not good any more. */
  list(organizationId: string, page: PageRequest): Promise<Page<ApiKey>>;
  /** The admin keys of an organization that are good at an instant. */
  goodAdmins(organizationId: string, now: Date): Promise<readonly ApiKey[]>;
  /** Those of these ids whose keys are good at an instant. Asked in each transaction that takes events in. */
  goodAmong(ids: readonly string[], now: Date): Promise<ReadonlySet<string>>;
  /** How many keys there are in all organizations. */
  count(): Promise<number>;
}

/** Makes the functions of the organizations' table. */
export function createOrganizations({ database }: StoreDeps): Organizations {
  const find = async (where: Readonly<Record<string, string | boolean>>): Promise<Organization | undefined> => {
    const row = await readRow(database.lookup('organizations').where(where));
    return row === undefined ? undefined : readOrganization(row);
  };
  return {
    insert: (organization) =>
      refuseTakenName(organization, () => insertRows(database, 'organizations', [writeOrganization(organization)])),
    update: (organization) =>
      refuseTakenName(organization, async () => {
        await database.writer('organizations').where('id', organization.id).update(writeOrganization(organization));
      }),
    byId: (id) => find({ id }),
    byName: (name) => find({ name_key: nameKey(name) }),
    first: () => find({ is_first: true }),
    async hold(id) {
      const row = await readRow(database.dialect.lockOwner(database.writer('organizations').where('id', id)));
      return row === undefined ? undefined : readOrganization(row);
    },
    list: (page) =>
      readPage(database.reader('organizations'), 'id', page, { read: readOrganization, idOf: ({ id }) => id }),
  };
}

function refuseTakenName<Result>({ name }: Organization, write: () => Promise<Result>): Promise<Result> {
  const fault = {
    pointer: '/name',
    code: 'name_taken',
    detail: `There already is an organization named "${name}".`,
    hint: 'Choose another name; upper and lower case do not count.',
  };
  return refuseTaken('organizations.name_key', fault, write);
}

/** The condition that a row of `api_keys` is good at an instant, which is an SQL expression. */
export function isGood(now: string): string {
  return `revoked_at is null and (expires_at is null or expires_at > ${now})`;
}

const IS_GOOD = isGood('?');

/**
 * Whether the first organization has an admin key that is good at an instant. Also answers of a database that has no
 * schema yet, or one from before keys had an end: those keys are not taken any more.
 */
export async function hasFirstAdmin({ writer }: Pick<Database, 'writer'>, now: Date): Promise<boolean> {
  if (!(await writer.schema.hasColumn('api_keys', 'expires_at'))) return false;
  const first = writer('organizations').where('is_first', true).select('id');
  const query = writer('api_keys').where('role', 'admin').whereIn('organization_id', first);
  return (await readRow(query.whereRaw(IS_GOOD, [now.toISOString()]).limit(1))) !== undefined;
}

/** Makes the functions of the keys' table. */
export function createApiKeys({ database }: StoreDeps): ApiKeys {
  return {
    insert: (key) => insertRows(database, 'api_keys', [writeApiKey(key)]),
    async update(key) {
      const { name, expires_at, revoked_at } = writeApiKey(key);
      await database.writer('api_keys').where('id', key.id).update({ name, expires_at, revoked_at });
    },
    async touch(id, at) {
      const instant = at.toISOString();
      const isLater = '(last_used_at is null or last_used_at < ?)';
      await database.writer('api_keys').where('id', id).whereRaw(isLater, [instant]).update({ last_used_at: instant });
    },
    async byId(id) {
      const row = await readRow(database.lookup('api_keys').where('id', id));
      return row === undefined ? undefined : readApiKey(row);
    },
    list: (organizationId, page) =>
      readPage(database.reader('api_keys').where('organization_id', organizationId), 'id', page, {
        read: readApiKey,
        idOf: ({ id }) => id,
      }),
    async goodAdmins(organizationId, now) {
      const query = database.lookup('api_keys').where({ organization_id: organizationId, role: 'admin' });
      return (await readRows(query.whereRaw(IS_GOOD, [now.toISOString()]).orderBy('id'))).map(readApiKey);
    },
    async goodAmong(ids, now) {
      const query = database
        .writer('api_keys')
        .whereIn('id', [...ids])
        .whereRaw(IS_GOOD, [now.toISOString()]);
      const rows = await readRows(query.select('id'));
      return new Set(rows.map((row) => text(row, 'id')));
    },
    async count() {
      const row = await readRow(database.lookup('api_keys').count({ count: '*' }));
      return row === undefined ? 0 : integer(row, 'count');
    },
  };
}
