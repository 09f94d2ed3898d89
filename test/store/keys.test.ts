import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretKey } from '../../src/domain/secret-keys.ts';
import { writeSecretKeys } from '../../src/domain/secret-keys.ts';
import { rowsOf } from '../../src/store/dialect.ts';
import type { KeySource } from '../../src/store/keys.ts';
import { findKeys } from '../../src/store/keys.ts';
import { migrateAnd } from '../../src/store/migrate.ts';
import { newSecretKey } from '../../src/store/secrets.ts';
import { StartupError } from '../../src/store/startup-error.ts';
import { catalogueOf } from '../support/catalogues.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import { NOW, setup, webhookWith } from './fixtures.ts';

// The key of `setup`, by which its webhooks are sealed.
const TEST: SecretKey = { id: 'test', key: Buffer.alloc(32, 7) };
const WRONG: SecretKey = { id: 'test', key: Buffer.alloc(32, 8) };
const NEW: SecretKey = { id: 'new', key: Buffer.alloc(32, 9) };

async function everything({ database }: Setup): Promise<string> {
  const tables = await catalogueOf(database).tables();
  const rows = await Promise.all(
    tables.map(async (table) => [table, rowsOf(await database.writer.raw(`select * from ${table}`))] as const),
  );
  return JSON.stringify(rows);
}

for (const kind of DATABASES) {
  describe(`findKeys on ${kind.name}`, () => {
    let test: Setup;
    let path: string;

    beforeEach(async () => {
      test = await setup(kind);
      path = join(test.folder, 'encryption.key');
    });
    afterEach(() => test.remove());

    const find = (source: Partial<KeySource> = {}): Promise<readonly SecretKey[]> =>
      migrateAnd(test.database, (trx) =>
        findKeys({ dialect: test.database.dialect, trx, now: NOW }, { given: undefined, path, ...source }),
      );
    const refused = async (source: Partial<KeySource>, sentence: RegExp): Promise<void> => {
      const before = await everything(test);
      const file = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
      await assert.rejects(find(source), (error: unknown) => {
        assert.ok(error instanceof StartupError, String(error));
        assert.match(error.message, sentence);
        assert.match(error.message, /othing was changed\.$/);
        for (const { key } of [TEST, WRONG, NEW]) {
          assert.ok(!error.message.includes(Buffer.from(key).toString('base64').slice(0, 8)));
        }
        return true;
      });
      assert.equal(await everything(test), before, 'the database is what it was');
      assert.equal(existsSync(path) ? readFileSync(path, 'utf8') : undefined, file, 'and so is the key file');
    };
    const sealOne = (): Promise<void> => test.store.webhooks.insert(webhookWith());
    const sealing = async (): Promise<unknown> =>
      rowsOf(await test.database.writer.raw('select key_id from sealing_key'))[0]?.['key_id'];

    it('makes a key file while nothing is sealed, finds it again, and lets its key seal', async () => {
      await test.store.webhooks.insert(webhookWith({ headers: {} }));
      const made = await find();
      assert.equal(made.length, 1);
      assert.deepEqual(await find(), made);
      assert.equal(await sealing(), made[0]?.id);
    });

    it('reads and makes no key file where keys are given', async () => {
      assert.deepEqual(await find({ given: [NEW, TEST] }), [NEW, TEST]);
      assert.equal(existsSync(path), false);
      writeFileSync(path, 'unreadable', { mode: 0o644 });
      assert.deepEqual(await find({ given: [NEW, TEST] }), [NEW, TEST]);
      assert.equal(await sealing(), 'new');
    });

    it('refuses where a key is missing that has sealed something', async () => {
      await sealOne();
      const missing = /encrypted with the key "test", which is not in/;
      await refused({}, missing);
      assert.equal(existsSync(path), false, 'an operator must not take a new key for the lost one');
      writeFileSync(path, writeSecretKeys([newSecretKey()]), { mode: 0o600 });
      await refused({}, missing);
      await refused({ given: [NEW] }, /not in HOOKWRIGHT_ENCRYPTION_KEYS\. Add it there/);
    });

    it('names the line of the key file that the environment lacks', async () => {
      await sealOne();
      writeFileSync(path, writeSecretKeys([TEST]), { mode: 0o600 });
      await refused({ given: [NEW] }, /in the key file .*: append the line that begins with "test:" to HOOKWRIGHT_ENC/);
      assert.deepEqual(await find({ given: [NEW, TEST] }), [NEW, TEST]);
    });

    it('refuses another key of the same name, by what it keeps of each', async () => {
      await find({ given: [TEST] });
      await sealOne();
      await refused({ given: [WRONG] }, /The key "test" in HOOKWRIGHT_ENCRYPTION_KEYS is not the one/);
      await refused({ given: [NEW, WRONG] }, /The key "test"/);
      writeFileSync(path, writeSecretKeys([WRONG]), { mode: 0o600 });
      await refused({}, /The key "test" in .*encryption\.key is not the one/);
    });

    it('refuses it, too, in a database that kept nothing of its keys, by what they have sealed', async () => {
      const [broken, whole] = [webhookWith(), webhookWith()];
      for (const webhook of [broken, whole]) await test.store.webhooks.insert(webhook);
      await refused({ given: [WRONG] }, /The key "test"/);
      // A damaged secret speaks for none of the others.
      const settings = '{"headers":{"X-One":"v1:test:a:b:c"}}';
      await test.database.writer('webhook_versions').where('webhook_id', broken.id).update({ settings });
      await refused({ given: [WRONG] }, /The key "test"/);
      assert.deepEqual(await find({ given: [TEST] }), [TEST]);
    });

    it('never lets a retired key seal again', async () => {
      await find({ given: [TEST] });
      await find({ given: [NEW, TEST] });
      await test.database.writer('encryption_keys').where('id', 'test').update({ retired_at: NOW.toISOString() });
      await find({ given: [TEST, NEW] });
      assert.equal(await sealing(), 'new');
    });

    it('lets a process without the key that seals now store no secret, and says why', async () => {
      // The store of `setup` has the key "test" only.
      await find({ given: [NEW, TEST] });
      await assert.rejects(sealOne(), { code: 'encryption_key_missing', kind: 'unavailable' });
      await test.store.webhooks.insert(webhookWith({ headers: {} }));
    });

    it('takes the key that seals for needed only where other processes may seal by it', async () => {
      await find({ given: [NEW, TEST] });
      if (test.database.dialect.isShared) {
        await refused({ given: [TEST] }, /used with the key "new".*need the same keys/);
      } else {
        assert.deepEqual(await find({ given: [TEST] }), [TEST]);
        assert.equal(await sealing(), 'test');
      }
    });
  });
}
