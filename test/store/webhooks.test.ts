import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src/domain/errors.ts';
import type { Webhook } from '../../src/domain/webhook.ts';
import { createStore } from '../../src/store/index.ts';
import { createSecretBox, newSecretKey } from '../../src/store/secrets.ts';
import { readRows } from '../../src/store/sql/rows.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import { after, NOW, ORGANIZATION, OTHER_ORGANIZATION, settingsWith, setup, webhookWith } from './fixtures.ts';

function nextVersion(webhook: Webhook, seconds: number, changes: Partial<Webhook['settings']> = {}): Webhook {
  return {
    ...webhook,
    version: webhook.version + 1,
    updatedAt: after(seconds),
    settings: { ...webhook.settings, ...changes },
  };
}

async function everythingIn(test: Setup, table: string): Promise<string> {
  return JSON.stringify(await test.database.writer(table).select('*'));
}

for (const kind of DATABASES) {
  describe(`store.webhooks on ${kind.name}`, () => {
    let test: Setup;

    beforeEach(async () => {
      test = await setup(kind);
    });

    afterEach(() => test.remove());

    const isNameTaken = (error: unknown): boolean => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.kind, error.code, error.faults[0]?.pointer], ['conflict', 'name_taken', '/name']);
      return true;
    };

    it('gives back exactly what was inserted, full and sparse', async () => {
      const full = webhookWith();
      const sparse = webhookWith({
        eventTypes: [],
        filter: undefined,
        headers: {},
        publicHeaders: [],
        bodyTemplate: undefined,
        responseValidators: [],
        customValidationErrorMessage: undefined,
        method: 'DELETE',
        active: false,
      });
      for (const webhook of [full, sparse]) {
        await test.store.webhooks.insert(webhook);
        assert.deepEqual(await test.store.webhooks.byId(ORGANIZATION, webhook.id), webhook);
      }
    });

    it('shows a webhook to its own organization only', async () => {
      const webhook = webhookWith();
      await test.store.webhooks.insert(webhook);
      assert.equal(await test.store.webhooks.byId(OTHER_ORGANIZATION, webhook.id), undefined);
      assert.equal(await test.store.webhooks.byVersion(OTHER_ORGANIZATION, webhook.id, 1), undefined);
      assert.equal(await test.store.webhooks.remove(OTHER_ORGANIZATION, webhook.id, 1, NOW), false);
      assert.deepEqual(await test.store.webhooks.listForMatching(OTHER_ORGANIZATION), []);
    });

    it('stores no header value in clear', async () => {
      await test.store.webhooks.insert(webhookWith());
      const files =
        kind.name === 'SQLite'
          ? readdirSync(test.folder).map((name) => readFileSync(join(test.folder, name), 'latin1'))
          : await Promise.all(['webhooks', 'webhook_versions'].map((table) => everythingIn(test, table)));
      assert.ok(files.some((content) => content.includes('receiver.example')));
      for (const content of files) assert.ok(!content.includes('canary-secret-value'));
    });

    it('refuses a name that another has, whatever its case, and stores nothing of it', async () => {
      await test.store.webhooks.insert(webhookWith({ name: 'Orders' }));
      const second = webhookWith({ name: 'ORDERS' });
      await assert.rejects(test.store.webhooks.insert(second), isNameTaken);
      assert.equal(await test.store.webhooks.byVersion(ORGANIZATION, second.id, 1), undefined);
      await test.store.webhooks.insert(webhookWith({ name: 'orders' }, { organizationId: OTHER_ORGANIZATION }));
      const third = webhookWith({ name: 'Third' });
      await test.store.webhooks.insert(third);
      await assert.rejects(test.store.webhooks.saveVersion(nextVersion(third, 1, { name: 'orders' }), 1), isNameTaken);
      assert.equal((await test.store.webhooks.byId(ORGANIZATION, third.id))?.version, 1);
    });

    it('frees the name of a deleted webhook', async () => {
      const first = webhookWith({ name: 'Orders' });
      await test.store.webhooks.insert(first);
      assert.equal(await test.store.webhooks.remove(ORGANIZATION, first.id, 1, after(1)), true);
      await test.store.webhooks.insert(webhookWith({ name: 'orders' }));
      assert.equal(await test.store.webhooks.byId(ORGANIZATION, first.id), undefined);
      assert.deepEqual((await test.store.webhooks.byVersion(ORGANIZATION, first.id, 1))?.deletedAt, after(1));
    });

    it('saves a version only over the one that was expected, and keeps the old ones', async () => {
      const first = webhookWith();
      await test.store.webhooks.insert(first);
      const second = nextVersion(first, 5, { url: 'https://other.example/' });
      assert.equal(await test.store.webhooks.saveVersion(second, 1), true);
      assert.equal(await test.store.webhooks.saveVersion(nextVersion(first, 6), 1), false);
      assert.equal(await test.store.webhooks.remove(ORGANIZATION, first.id, 1, NOW), false);
      assert.deepEqual(await test.store.webhooks.byId(ORGANIZATION, first.id), second);
      assert.deepEqual(await test.store.webhooks.byVersion(ORGANIZATION, first.id, 1), first);
      const { items } = await test.store.webhooks.versions(ORGANIZATION, first.id, { limit: 10, after: undefined });
      assert.deepEqual(items, [second, first]);
    });

    it('lets one of two concurrent changes win', async () => {
      const first = webhookWith();
      await test.store.webhooks.insert(first);
      const saved = await Promise.all([1, 2].map((n) => test.store.webhooks.saveVersion(nextVersion(first, n), 1)));
      assert.deepEqual(saved.toSorted(), [false, true]);
    });

    it('pages through versions by their numbers', async () => {
      let webhook = webhookWith();
      await test.store.webhooks.insert(webhook);
      for (let version = 2; version <= 12; version += 1) {
        webhook = nextVersion(webhook, version);
        await test.store.webhooks.saveVersion(webhook, version - 1);
      }
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await test.store.webhooks.versions(ORGANIZATION, webhook.id, { limit: 5, after: cursor });
        seen.push(...page.items.map(({ version }) => version));
        cursor = page.lastId;
      } while (cursor !== undefined);
      assert.deepEqual(seen, [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    });

    it('lists newest first without the deleted, and matches the active only', async () => {
      const [active, inactive, deleted] = [webhookWith(), webhookWith({ active: false }), webhookWith()];
      for (const webhook of [active, inactive, deleted]) await test.store.webhooks.insert(webhook);
      await test.store.webhooks.remove(ORGANIZATION, deleted.id, 1, NOW);
      const page = await test.store.webhooks.list(ORGANIZATION, { limit: 10, after: undefined });
      assert.deepEqual(page, { items: [inactive, active], lastId: undefined });
      const headers = { Authorization: '***', Accept: '***' };
      assert.deepEqual(await test.store.webhooks.listForMatching(ORGANIZATION), [
        { ...active, settings: { ...active.settings, headers }, healthState: 'healthy' },
      ]);
    });

    it('says what was in force at an instant', async () => {
      const webhook = webhookWith({}, { createdAt: after(10), updatedAt: after(10) });
      await test.store.webhooks.insert(webhook);
      const second = nextVersion(webhook, 20, { active: false });
      await test.store.webhooks.saveVersion(second, 1);
      await test.store.webhooks.remove(ORGANIZATION, webhook.id, 2, after(30));
      const versionsAt = async (seconds: number): Promise<number[]> =>
        (await test.store.webhooks.listAsOf(ORGANIZATION, after(seconds))).map(({ version }) => version);
      assert.deepEqual(await Promise.all([9, 10, 19.999, 20, 29.999, 30].map(versionsAt)), [
        [],
        [1],
        [1],
        [2],
        [2],
        [],
      ]);
    });

    it('cannot open what was sealed with another key', async () => {
      const stranger = createSecretBox({ keys: [newSecretKey()] });
      const webhook = webhookWith(settingsWith({ name: 'with headers' }));
      await test.store.webhooks.insert(webhook);
      const blind = createStore({ database: test.database, secrets: stranger });
      await assert.rejects(blind.webhooks.byId(ORGANIZATION, webhook.id), /sealed with the key "test"/);
      await assert.rejects(blind.webhooks.byVersion(ORGANIZATION, webhook.id, 1), /sealed with the key "test"/);
    });

    it('cannot open what was moved to another organization', async () => {
      const webhook = webhookWith({ headers: { 'X-Token': 'secret' } });
      await test.store.webhooks.insert(webhook);
      const { writer } = test.database;
      // Rows that refer to the webhook go, and come back as those of the other organization.
      const tables = ['webhook_health', 'webhook_versions'];
      const rows = await Promise.all(tables.map((table) => readRows(writer(table).where('webhook_id', webhook.id))));
      for (const table of tables) await writer(table).where('webhook_id', webhook.id).delete();
      await writer('webhooks').where('id', webhook.id).update({ organization_id: OTHER_ORGANIZATION });
      for (const [index, table] of tables.entries()) {
        await writer(table).insert(rows[index]?.map((row) => ({ ...row, organization_id: OTHER_ORGANIZATION })));
      }
      await assert.rejects(test.store.webhooks.byId(OTHER_ORGANIZATION, webhook.id), { code: 'secret_unreadable' });
      const masked = await test.store.webhooks.byIdMasked(OTHER_ORGANIZATION, webhook.id);
      assert.deepEqual(masked?.settings.headers, { 'X-Token': '***' });
    });

    it('needs no secret to match, explain, decide and list: one that cannot be opened is `***`', async () => {
      const stranger = createSecretBox({ keys: [newSecretKey()] });
      const blind = createStore({ database: test.database, secrets: stranger }).webhooks;
      const broken = webhookWith();
      await test.store.webhooks.insert(broken);
      const whole = webhookWith({ headers: {} });
      await blind.insert(whole);
      const headers = { Authorization: '***', Accept: '***' };
      const masked = { ...broken, settings: { ...broken.settings, headers } };
      const page = { limit: 10, after: undefined };
      assert.deepEqual(await blind.byIdMasked(ORGANIZATION, broken.id), masked);
      assert.equal(await blind.byIdMasked(OTHER_ORGANIZATION, broken.id), undefined);
      const planned = [masked, whole].map((webhook) => ({ ...webhook, healthState: 'healthy' }));
      assert.deepEqual(await blind.listForMatching(ORGANIZATION), planned);
      assert.deepEqual(await blind.listAsOf(ORGANIZATION, NOW), [whole, masked]);
      assert.deepEqual((await blind.list(ORGANIZATION, page)).items, [whole, masked]);
      assert.deepEqual((await blind.versions(ORGANIZATION, broken.id, page)).items, [masked]);
      assert.deepEqual((await test.store.webhooks.list(ORGANIZATION, page)).items, [whole, broken]);
    });
  });
}
