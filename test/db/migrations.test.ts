import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Knex } from 'knex';
import { MIGRATIONS } from '../../db/migrations.ts';
import { rowsOf } from '../../src/store/dialect.ts';
import { migrate, migrateDown } from '../../src/store/migrate.ts';
import { StartupError } from '../../src/store/startup-error.ts';
import type { TestDatabase } from '../support/databases.ts';
import { DATABASES } from '../support/databases.ts';
import {
  claimAll,
  endWith,
  eventWith,
  NOW,
  ORGANIZATION,
  seedDeliveries,
  setup as setupStore,
} from '../store/fixtures.ts';

const DUMP = new URL('../../db/schema.sqlite.sql', import.meta.url);

async function tablesOf(db: Knex): Promise<string[]> {
  const rows = rowsOf(
    await db.raw(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like 'knex%' order by name",
    ),
  );
  return rows.map((row) => String(row['name']));
}

async function dump(db: Knex): Promise<string> {
  const rows = rowsOf(
    await db.raw(
      "select sql from sqlite_master where sql is not null and tbl_name not like 'knex%' and name not like 'sqlite%' order by tbl_name, type desc, name",
    ),
  );
  const statements = rows.map((row) =>
    String(row['sql'])
      .replaceAll('`', '')
      .replace(/^(create table \w+) \((.*)\)$/is, writeTable),
  );
  return `-- The schema after all migrations. Compared in test/db/migrations.test.ts, which writes it with WRITE_SCHEMA=1.\n\n${statements.join(';\n\n')};\n`;
}

function writeTable(_all: string, head: string, body: string): string {
  const columns = body.split(/, (?![^(]*\))/).map((column) => `  ${column}`);
  return `${head} (\n${columns.join(',\n')}\n)`;
}

for (const kind of DATABASES) {
  describe(`migrations on ${kind.name}`, () => {
    let test: TestDatabase;

    afterEach(() => test.remove());

    it('go up, down and up again with a row in each table', async () => {
      const { store, database, ...rest } = await setupStore(kind);
      test = { database, ...rest };
      await store.apiKeys.insert({
        id: 'key_1',
        organizationId: ORGANIZATION,
        name: 'first',
        role: 'admin',
        secretSha256: 'a'.repeat(64),
        createdAt: NOW,
        revokedAt: undefined,
      });
      const event = eventWith({ idempotencyKey: 'k' });
      await store.events.insertMany([event]);
      await store.events.reserveKeys([
        { organizationId: ORGANIZATION, key: 'k', eventId: event.id, valueSha256: event.valueSha256, createdAt: NOW },
      ]);
      await seedDeliveries(store, 1);
      const [claimed] = await claimAll(store);
      await store.record([{ invocationId: claimed!.invocation.id, end: endWith() }]);

      const tables = await tablesOf(database.writer);
      for (const table of tables) {
        const [row] = rowsOf(await database.writer.raw(`select count(*) as n from ${table}`));
        assert.notEqual(row?.['n'], 0, `no row in ${table}`);
      }
      await migrateDown(database.writer);
      assert.deepEqual(await tablesOf(database.writer), []);
      await migrate(database.writer);
      assert.deepEqual(await tablesOf(database.writer), tables);
    });

    it('run once, however often they are asked for', async () => {
      test = await kind.open();
      await migrate(test.database.writer);
      await migrate(test.database.writer);
      const rows = rowsOf(await test.database.writer.raw('select name from knex_migrations'));
      assert.deepEqual(
        rows.map((row) => row['name']),
        MIGRATIONS.map(({ name }) => name),
      );
    });

    it('go on after a process that died while it migrated, and left its lock', async () => {
      test = await kind.open();
      await migrate(test.database.writer);
      await migrateDown(test.database.writer);
      await test.database.writer('knex_migrations_lock').update({ is_locked: 1 });
      await migrate(test.database.writer);
      assert.ok((await tablesOf(test.database.writer)).includes('deliveries'));
    });

    it('refuse a database that a newer program has written', async () => {
      test = await kind.open();
      await migrate(test.database.writer);
      await test.database.writer('knex_migrations').insert({ name: '29990101000000_later', batch: 2 });
      await assert.rejects(migrate(test.database.writer), (error: unknown) => {
        assert.ok(error instanceof StartupError);
        assert.match(error.message, /newer Hookwright \(it has 29990101000000_later/);
        return true;
      });
    });

    it('put organization_id on every table, and first in every unique index besides ids', async () => {
      test = await kind.open();
      await migrate(test.database.writer);
      for (const table of await tablesOf(test.database.writer)) {
        if (['organizations', 'heartbeat'].includes(table)) continue;
        const columns = rowsOf(await test.database.writer.raw(`select name from pragma_table_info('${table}')`));
        assert.ok(
          columns.some((column) => column['name'] === 'organization_id'),
          table,
        );
        const indexes = rowsOf(
          await test.database.writer.raw(
            `select l.name, group_concat(i.name) as columns from pragma_index_list('${table}') l, pragma_index_info(l.name) i where l."unique" = 1 group by l.name`,
          ),
        );
        for (const index of indexes)
          assert.match(String(index['columns']), /^(organization_id|id$|invocation_id$|webhook_id$)/);
      }
    });
  });
}

describe('db/schema.sqlite.sql', () => {
  it('is the schema that the migrations make', async () => {
    const test = await DATABASES[0]!.open();
    try {
      await migrate(test.database.writer);
      const made = await dump(test.database.writer);
      if (process.env['WRITE_SCHEMA'] === '1') writeFileSync(DUMP, made);
      assert.equal(readFileSync(DUMP, 'utf8'), made);
    } finally {
      await test.remove();
    }
  });
});
