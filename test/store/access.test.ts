import assert from 'node:assert/strict';
import { AppError } from '../../src/domain/errors.ts';
import { hasFirstAdmin } from '../../src/store/access.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import {
  after,
  keyWith,
  NOW,
  ORGANIZATION,
  organizationWith,
  OTHER_ORGANIZATION,
  setup,
  webhookWith,
} from './fixtures.ts';

const FIRST_PAGE = { limit: 10, after: undefined };

for (const kind of DATABASES) {
  describe(`store.organizations on ${kind.name}`, () => {
    let test: Setup;
    beforeEach(async () => (test = await setup(kind)));
    afterEach(() => test.remove());

    it('find an organization by id and by name, and the first by its mark', async () => {
      const { organizations } = test.store;
      assert.deepEqual(await organizations.byId(ORGANIZATION), organizationWith());
      assert.deepEqual(await organizations.byName('DEFAULT'), organizationWith());
      assert.equal(await organizations.byName('none'), undefined);
      assert.deepEqual(await organizations.first(), organizationWith());
      assert.deepEqual(
        (await organizations.list(FIRST_PAGE)).items.map(({ name }) => name),
        ['other', 'default'],
      );
    });

    it('refuse a second organization of the same name, whatever its case, also by renaming, and a second first one', async () => {
      const isTaken = (error: unknown): boolean =>
        error instanceof AppError && error.code === 'name_taken' && error.faults[0]?.pointer === '/name';
      const { organizations } = test.store;
      const third = organizationWith({ id: 'org_x', name: 'Default', isFirst: false });
      await assert.rejects(organizations.insert(third), isTaken);
      await assert.rejects(organizations.update(organizationWith({ name: 'OTHER' })), isTaken);
      await assert.rejects(organizations.insert({ ...third, name: 'x', isFirst: true }), { kind: 'conflict' });
    });

    it('save name and limits', async () => {
      const changed = organizationWith({ name: 'renamed', maxWebhooks: 3 });
      await test.store.organizations.update(changed);
      assert.deepEqual(await test.store.organizations.first(), changed);
    });

    it('count webhooks that are not deleted, one organization at a time', async () => {
      const { webhooks } = test.store;
      const [one, two] = [webhookWith(), webhookWith()];
      const other = webhookWith({}, { organizationId: OTHER_ORGANIZATION });
      for (const webhook of [one, two, other]) await webhooks.insert(webhook);
      await webhooks.remove(ORGANIZATION, two.id, 1, NOW);
      assert.deepEqual([await webhooks.count(ORGANIZATION), await webhooks.count(OTHER_ORGANIZATION)], [1, 1]);
    });

    it('let two who hold an organization follow each other', async () => {
      const order: string[] = [];
      const hold = (name: string) =>
        test.store.transaction(async (store) => {
          await store.organizations.hold(ORGANIZATION);
          order.push(`${name} begins`);
          await store.organizations.byId(ORGANIZATION);
          order.push(`${name} ends`);
        });
      await Promise.all([hold('a'), hold('b')]);
      assert.deepEqual(
        order.map((step) => step.split(' ')[1]),
        ['begins', 'ends', 'begins', 'ends'],
      );
    });
  });

  describe(`store.apiKeys on ${kind.name}`, () => {
    let test: Setup;
    beforeEach(async () => (test = await setup(kind)));
    afterEach(() => test.remove());

    it('give back a key as it was inserted, count them, and list those of one organization', async () => {
      const { apiKeys } = test.store;
      assert.equal(await apiKeys.count(), 0);
      const key = keyWith({ role: 'operator' });
      const all = { expiresAt: after(60), lastUsedAt: NOW, revokedAt: after(1), createdBy: key.id };
      const [revoked, other] = [keyWith(all), keyWith({ organizationId: OTHER_ORGANIZATION })];
      for (const one of [key, revoked, other]) await apiKeys.insert(one);
      assert.deepEqual(await apiKeys.byId(key.id), key);
      assert.deepEqual(await apiKeys.byId(revoked.id), revoked);
      assert.equal(await apiKeys.byId('key_3'), undefined);
      assert.equal(await apiKeys.count(), 3);
      assert.deepEqual((await apiKeys.list(ORGANIZATION, FIRST_PAGE)).items, [revoked, key]);
    });

    it('save name, end and revocation, and nothing else', async () => {
      const key = keyWith();
      await test.store.apiKeys.insert(key);
      const changed = { ...key, name: 'second', expiresAt: after(60), revokedAt: after(1) };
      await test.store.apiKeys.update({ ...changed, role: 'source', secretSha256: 'b', lastUsedAt: NOW });
      assert.deepEqual(await test.store.apiKeys.byId(key.id), changed);
    });

    it('note the latest use', async () => {
      const key = keyWith();
      await test.store.apiKeys.insert(key);
      for (const seconds of [5, 9, 3]) await test.store.apiKeys.touch(key.id, after(seconds));
      assert.deepEqual((await test.store.apiKeys.byId(key.id))?.lastUsedAt, after(9));
    });

    it('know the admin keys of an organization that are good', async () => {
      const good = [keyWith(), keyWith({ expiresAt: after(1) })];
      const others = [
        keyWith({ expiresAt: NOW }),
        keyWith({ revokedAt: NOW }),
        keyWith({ role: 'operator' }),
        keyWith({ organizationId: OTHER_ORGANIZATION }),
      ];
      for (const key of others) await test.store.apiKeys.insert(key);
      assert.equal(await hasFirstAdmin(test.database, NOW), false);
      for (const key of good) await test.store.apiKeys.insert(key);
      assert.equal(await hasFirstAdmin(test.database, NOW), true);
      assert.deepEqual(await test.store.apiKeys.goodAdmins(ORGANIZATION, NOW), good);
    });
  });
}
