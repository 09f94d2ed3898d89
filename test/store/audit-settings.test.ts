import assert from 'node:assert/strict';
import { levelsBy } from '../../src/domain/audit/coverage.ts';
import { defaultSettings } from '../../src/domain/audit/settings.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import { after as secondsAfter, NOW, ORGANIZATION, OTHER_ORGANIZATION, setup } from './fixtures.ts';

for (const kind of DATABASES) {
  describe(`audit settings on ${kind.name}`, () => {
    let test: Setup;
    before(async () => {
      test = await setup(kind);
    });
    after(() => test.remove());

    const changed = {
      levelByArea: levelsBy((area) => (area === 'security' ? 'off' : 'advanced')),
      deniedActions: ['user.login', 'Größe "x"'],
      retention: { events: { years: 1, months: 2, days: 3 }, bodies: { years: 0, months: 0, days: 7 }, other: [1.5] },
      maxFileCount: 7,
    };

    it('are the defaults where nothing was set, and come back as they were saved', async () => {
      const { auditSettings } = test.store;
      const found = await auditSettings.of(ORGANIZATION);
      assert.deepEqual(found, defaultSettings(ORGANIZATION));
      assert.equal(await auditSettings.save({ ...found, ...changed }, 'key_1', NOW), true);
      const next = { ...changed, organizationId: ORGANIZATION, version: 1 };
      assert.deepEqual(await auditSettings.of(ORGANIZATION), next);
      assert.equal(await auditSettings.save({ ...next, maxFileCount: 8 }, 'key_2', secondsAfter(1)), true);
      assert.deepEqual(await auditSettings.of(ORGANIZATION), { ...next, version: 2, maxFileCount: 8 });
      assert.deepEqual(await auditSettings.of(OTHER_ORGANIZATION), defaultSettings(OTHER_ORGANIZATION));
      const [row] = await test.database.writer('audit_settings').select('updated_at', 'updated_by');
      assert.deepEqual({ ...row }, { updated_at: '2026-11-20T12:00:01.000Z', updated_by: 'key_2' });
    });

    it('are not saved over a version that was not read', async () => {
      const { auditSettings } = test.store;
      const found = await auditSettings.of(ORGANIZATION);
      for (const version of [0, found.version - 1, found.version + 1]) {
        assert.equal(await auditSettings.save({ ...found, version, maxFileCount: 99 }, 'key_3', NOW), false);
      }
      assert.deepEqual(await auditSettings.of(ORGANIZATION), found);
    });

    it('are part of what matching is remembered by', async () => {
      const { auditSettings, webhooks } = test.store;
      const stamp = await webhooks.matchingStamp(OTHER_ORGANIZATION);
      const undone = test.store.transaction(async (store) => {
        await store.auditSettings.save({ ...(await auditSettings.of(OTHER_ORGANIZATION)), maxFileCount: 2 }, 'k', NOW);
        assert.notEqual(await store.webhooks.matchingStamp(OTHER_ORGANIZATION), stamp);
        throw new Error('undone');
      });
      await assert.rejects(undone, /undone/);
      assert.equal(await webhooks.matchingStamp(OTHER_ORGANIZATION), stamp);
    });

    it('cover an area fully that was not there when they were saved', async () => {
      const below = test.database.writer('audit_settings').where('organization_id', ORGANIZATION);
      await below.update({ coverage: '{"security":"base"}' });
      const { levelByArea } = await test.store.auditSettings.of(ORGANIZATION);
      assert.deepEqual(
        levelByArea,
        levelsBy((area) => (area === 'security' ? 'base' : 'full')),
      );
    });
  });
}
