// The tables of tenants and of API keys. A key is looked up before its organization is known, so that takes none.
import type { ApiKey } from '../domain/access.ts';
import type { Organization } from './codec/access.ts';
import { readApiKey, readOrganization, writeApiKey, writeOrganization } from './codec/access.ts';
import { integer } from './codec/columns.ts';
import type { StoreDeps } from './sql/rows.ts';
import { insertRows, readRow } from './sql/rows.ts';

/** Stored organizations. */
export interface Organizations {
  /** Throws `conflict` where the name is taken. */
  insert(organization: Organization): Promise<void>;
  byId(id: string): Promise<Organization | undefined>;
  byName(name: string): Promise<Organization | undefined>;
}

/** Stored keys. */
export interface ApiKeys {
  insert(key: ApiKey): Promise<void>;
  /** The key with this id, revoked or not. */
  byId(id: string): Promise<ApiKey | undefined>;
  /** How many keys there are in all organizations. */
  count(): Promise<number>;
}

/** Makes the functions of the organizations' table. */
export function createOrganizations({ database }: StoreDeps): Organizations {
  const find = async (column: 'id' | 'name', value: string): Promise<Organization | undefined> => {
    const row = await readRow(database.lookup('organizations').where(column, value));
    return row === undefined ? undefined : readOrganization(row);
  };
  return {
    insert: (organization) => insertRows(database, 'organizations', [writeOrganization(organization)]),
    byId: (id) => find('id', id),
    byName: (name) => find('name', name),
  };
}

/** Makes the functions of the keys' table. */
export function createApiKeys({ database }: StoreDeps): ApiKeys {
  return {
    insert: (key) => insertRows(database, 'api_keys', [writeApiKey(key)]),
    async byId(id) {
      const row = await readRow(database.lookup('api_keys').where('id', id));
      return row === undefined ? undefined : readApiKey(row);
    },
    async count() {
      const row = await readRow(database.writer('api_keys').count({ count: '*' }));
      return row === undefined ? 0 : integer(row, 'count');
    },
  };
}
