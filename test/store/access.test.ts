import assert from 'node:assert/strict';
import type { ApiKey } from '../../src/domain/access.ts';
import { AppError } from '../../src/domain/errors.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import { NOW, ORGANIZATION, setup } from './fixtures.ts';

for (const kind of DATABASES) {
  describe(`store.organizations and store.apiKeys on ${kind.name}`, () => {
    let test: Setup;

    beforeEach(async () => {
      test = await setup(kind);
    });

    afterEach(() => test.remove());

    it('find an organization by id and by name', async () => {
      const organization = { id: ORGANIZATION, name: 'default', createdAt: NOW };
      assert.deepEqual(await test.store.organizations.byId(ORGANIZATION), organization);
      assert.deepEqual(await test.store.organizations.byName('default'), organization);
      assert.equal(await test.store.organizations.byName('none'), undefined);
    });

    it('refuse a second organization of the same name', async () => {
      await assert.rejects(
        test.store.organizations.insert({ id: 'org_x', name: 'default', createdAt: NOW }),
        (error: unknown) => error instanceof AppError && error.kind === 'conflict',
      );
    });

    it('give back a key as it was inserted, and count them', async () => {
      assert.equal(await test.store.apiKeys.count(), 0);
      const key: ApiKey = {
        id: 'key_1',
        organizationId: ORGANIZATION,
        name: 'first',
        role: 'operator',
        secretSha256: 'a'.repeat(64),
        createdAt: NOW,
        revokedAt: undefined,
      };
      await test.store.apiKeys.insert(key);
      await test.store.apiKeys.insert({ ...key, id: 'key_2', revokedAt: NOW });
      assert.deepEqual(await test.store.apiKeys.byId('key_1'), key);
      assert.deepEqual((await test.store.apiKeys.byId('key_2'))?.revokedAt, NOW);
      assert.equal(await test.store.apiKeys.byId('key_3'), undefined);
      assert.equal(await test.store.apiKeys.count(), 2);
    });
  });
}
