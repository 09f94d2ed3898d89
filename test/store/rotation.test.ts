import assert from 'node:assert/strict';
import type { SecretKey } from '../../src/domain/secret-keys.ts';
import type { Webhook } from '../../src/domain/webhook.ts';
import { rowsOf } from '../../src/store/dialect.ts';
import { createStore } from '../../src/store/index.ts';
import type { KeysMoved } from '../../src/store/rotation.ts';
import { countSealed, rotate } from '../../src/store/rotation.ts';
import type { SecretBox } from '../../src/store/secrets.ts';
import { createSecretBox } from '../../src/store/secrets.ts';
import { sealingKeyIds } from '../../src/store/webhooks.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import { NOW, ORGANIZATION, OTHER_ORGANIZATION, setup, webhookWith } from './fixtures.ts';

const OLD: SecretKey = { id: 'test', key: Buffer.alloc(32, 7) };
const NEW: SecretKey = { id: 'new', key: Buffer.alloc(32, 9) };
const BOTH = createSecretBox({ keys: [NEW, OLD] });

for (const kind of DATABASES) {
  describe(`rotate on ${kind.name}`, () => {
    let test: Setup;
    let webhooks: Webhook[];
    let told: KeysMoved[];

    beforeEach(async () => {
      told = [];
      test = await setup(kind);
      webhooks = [1, 2, 3, 4, 5].map((number) =>
        webhookWith({}, { organizationId: number % 2 === 0 ? ORGANIZATION : OTHER_ORGANIZATION }),
      );
      for (const webhook of webhooks) await test.store.webhooks.insert(webhook);
      const [first] = webhooks as [Webhook];
      await test.store.webhooks.saveVersion({ ...first, version: 2 }, 1);
      await test.store.webhooks.insert(webhookWith({ headers: {} }));
    });
    afterEach(() => test.remove());

    const go = (secrets: SecretBox = BOTH, batch = 2) =>
      rotate(
        { database: test.database, secrets, now: NOW, batch, tell: async (_trx, moved) => void told.push(moved) },
        NEW,
      );
    const counts = async (): Promise<Record<string, number>> =>
      Object.fromEntries(await countSealed(test.database.writer));
    const texts = async (): Promise<string[]> =>
      rowsOf(await test.database.writer.raw('select settings from webhook_versions order by webhook_id, version')).map(
        ({ settings }) => String(settings),
      );
    const read = async (secrets: SecretBox): Promise<void> => {
      const { webhooks: stored } = createStore({ database: test.database, secrets });
      for (const { organizationId, id, settings } of webhooks) {
        assert.deepEqual((await stored.byVersion(organizationId, id, 1))?.settings, settings);
      }
    };

    it('seals every secret of every version anew, and changes nothing else in it', async () => {
      const blank = (text: string): string => text.replaceAll(/v1:[\w-]+:[\w:-]+/g, '?');
      const before = await texts();
      assert.deepEqual(await counts(), { test: 12 });
      assert.deepEqual(await go(), { secrets: 12, versions: 6, unreadable: [] });
      assert.deepEqual(await counts(), { new: 12 });
      assert.deepEqual(await sealingKeyIds(test.database.writer), ['new']);
      assert.deepEqual((await texts()).map(blank), before.map(blank));
      await read(createSecretBox({ keys: [NEW] }));
      assert.deepEqual(await go(), { secrets: 0, versions: 0, unreadable: [] });
    });

    it('goes on where it was cut off, with everything readable in between', async () => {
      let left = 5;
      const failing: SecretBox = {
        ...BOTH,
        sealingWith: (id) => {
          const box = BOTH.sealingWith(id);
          return (
            box && {
              ...box,
              seal(...given) {
                if (left === 0) throw new Error('The lights went out.');
                left -= 1;
                return box.seal(...given);
              },
            }
          );
        },
      };
      await assert.rejects(go(failing), /lights/);
      assert.deepEqual(
        await counts(),
        { new: 4, test: 8 },
        'one batch of two versions is done, and half a batch is not',
      );
      await read(BOTH);
      assert.deepEqual(await go(), { secrets: 8, versions: 4, unreadable: [] });
      assert.equal(told.length, 1, 'the second run only goes on');
      await read(createSecretBox({ keys: [NEW] }));
    });

    it('lets no store seal by the old key from its first moment on, whichever it would prefer', async () => {
      await go();
      const late = createStore({ database: test.database, secrets: createSecretBox({ keys: [OLD, NEW] }) });
      await late.webhooks.insert(webhookWith());
      assert.deepEqual(await sealingKeyIds(test.database.writer), ['new']);
      await assert.rejects(test.store.webhooks.insert(webhookWith()), { code: 'encryption_key_missing' });
    });

    it('leaves what no key opens as it is, names it, and comes to an end', async () => {
      const [one, other] = webhooks as [Webhook, Webhook];
      const rows = test.database.writer('webhook_versions');
      const [row] = await rows.clone().where({ webhook_id: other.id }).select('settings');
      // A copy, which belongs to another webhook: here it opens for nobody.
      await rows.clone().where({ webhook_id: one.id, version: 1 }).update({ settings: row.settings });
      const { secrets, versions, unreadable } = await go();
      assert.deepEqual([secrets, versions], [10, 6]);
      assert.deepEqual(
        unreadable,
        ['Authorization', 'Accept'].map((name) => `headers.${name} of ${one.id}, version 1`),
      );
      assert.deepEqual(await counts(), { new: 10, test: 2 });
      webhooks = webhooks.filter(({ id }) => id !== one.id);
      await read(createSecretBox({ keys: [NEW] }));
    });

    if (kind.name === 'PostgreSQL') {
      it('waits for a transaction that seals by the old key, and then finds what it has sealed', async () => {
        const store = createStore({ database: test.database, secrets: BOTH.sealingWith('test') ?? BOTH });
        await test.database.writer('sealing_key').insert({ id: 1, key_id: 'test' });
        let rotating: ReturnType<typeof go> | undefined;
        await store.transaction(async (store) => {
          await store.webhooks.insert(webhookWith());
          rotating = go();
          // It stands before the row that this transaction holds, until it is seen there.
          for (;;) {
            const [row] = rowsOf(
              await test.database.reader.raw(
                "select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
              ),
            );
            if (row?.['n'] === 1) break;
          }
          assert.deepEqual(await sealingKeyIds(test.database.writer), ['test']);
        });
        assert.deepEqual(await rotating, { secrets: 14, versions: 7, unreadable: [] });
        assert.deepEqual(await counts(), { new: 14 });
      });
    }
  });
}
