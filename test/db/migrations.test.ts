import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { MIGRATIONS } from '../../db/migrations.ts';
import * as hashedKeys from '../../db/migrations/20261129000600_hashed_keys.ts';
import { sha256Hex } from '../../src/domain/event.ts';
import { rowsOf } from '../../src/store/dialect.ts';
import { migrate, migrateDown } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/open-postgres.ts';
import { StartupError } from '../../src/store/startup-error.ts';
import { catalogueOf } from '../support/catalogues.ts';
import type { TestDatabase } from '../support/databases.ts';
import { DATABASES, POSTGRESQL } from '../support/databases.ts';
import {
  after,
  claimAll,
  endWith,
  eventWith,
  keyWith,
  NOW,
  ORGANIZATION,
  replayWith,
  seedDeliveries,
  setup as setupStore,
} from '../store/fixtures.ts';

const EXEMPT = [
  'organizations',
  'heartbeat',
  'job_runs',
  'sealing_key',
  'encryption_keys',
  'acceptance',
  'event_search_state',
  'event_search_partitions',
];

for (const kind of DATABASES) {
  describe(`migrations on ${kind.name}`, () => {
    let test: TestDatabase;

    afterEach(() => test.remove());

    it('go up, down and up again with a row in each table', async () => {
      const { store, database, ...rest } = await setupStore(kind);
      test = { database, ...rest };
      await store.apiKeys.insert(keyWith());
      const event = eventWith({ idempotencyKey: 'k' });
      await store.events.insertMany([event]);
      await store.events.reserveKeys([
        { organizationId: ORGANIZATION, key: 'k', eventId: event.id, valueSha256: 'a'.repeat(64), createdAt: NOW },
      ]);
      const { webhook } = await seedDeliveries(store, 1);
      const [claimed] = await claimAll(store);
      await store.record([{ invocationId: claimed!.invocation.id, end: endWith() }]);

      await database.writer('job_runs').insert({ job: 'rescue', bucket: '1' });
      await database.writer('sealing_key').insert({ id: 1, key_id: 'test' });
      await database.writer('encryption_keys').insert({ id: 'test', check_value: 'v1', created_at: NOW.toISOString() });
      await store.replays.insert(replayWith(webhook));
      await database.writer('erasures').insert({
        organization_id: ORGANIZATION,
        event_id: event.id,
        invocations: 0,
        deliveries_cancelled: 0,
      });
      await database.writer('audit_settings').insert({
        organization_id: ORGANIZATION,
        version: 1,
        coverage: '{}',
        denied_actions: '[]',
        retention: '{}',
        max_file_count: 100,
        updated_at: NOW.toISOString(),
        updated_by: 'key',
      });

      assert.equal(await store.search.append(await store.search.next(after(1), 1), [['word']]), true);

      const catalogue = catalogueOf(database);
      const tables = await catalogue.tables();
      for (const table of tables) {
        const [row] = rowsOf(await database.writer.raw(`select count(*) as n from ${table}`));
        assert.notEqual(Number(row?.['n']), 0, `no row in ${table}`);
      }
      await migrateDown(database);
      assert.deepEqual(await catalogue.tables(), []);
      await migrate(database);
      assert.deepEqual(await catalogue.tables(), tables);
    });

    it('hash the idempotency keys that are there, and keep who holds them', async () => {
      const { store, database, ...rest } = await setupStore(kind);
      test = { database, ...rest };
      const event = eventWith({ idempotencyKey: 'of an event' });
      await store.events.insertMany([event]);
      const reserve = (key: string, eventId: string) =>
        store.events.reserveKeys([
          { organizationId: ORGANIZATION, key, eventId, valueSha256: 'a'.repeat(64), createdAt: NOW },
        ]);
      await reserve('of an event', event.id);
      await hashedKeys.down(database.writer);
      const stored = () => database.writer('idempotency_keys').pluck<string[]>('key');
      assert.deepEqual(await stored(), ['of an event']);

      const row = { organization_id: ORGANIZATION, value_sha256: 'b'.repeat(64), created_at: NOW.toISOString() };
      // Some look like a hash; more than are taken at once.
      const keys = Array.from({ length: 2500 }, (_, n) => (n % 2 === 0 ? `key ${String(n)}` : sha256Hex(String(n))));
      const rows = keys.map((key) => ({ ...row, key, event_id: `of ${key}` }));
      for (let n = 0; n < rows.length; n += 100)
        await database.writer('idempotency_keys').insert(rows.slice(n, n + 100));
      await hashedKeys.up(database.writer);
      const holders = await store.events.keyHolders(ORGANIZATION, ['of an event', ...keys]);
      assert.deepEqual(holders.get('of an event'), { eventId: event.id, valueSha256: 'a'.repeat(64) });
      assert.deepEqual(
        keys.filter((key) => holders.get(key)?.eventId !== `of ${key}`),
        [],
      );
    });

    it('run once, however often they are asked for', async () => {
      test = await kind.open();
      await migrate(test.database);
      await migrate(test.database);
      const rows = rowsOf(await test.database.writer.raw('select name from knex_migrations'));
      assert.deepEqual(
        rows.map((row) => row['name']),
        MIGRATIONS.map(({ name }) => name),
      );
    });

    it('go on after a process that died while it migrated, and left its lock', async () => {
      test = await kind.open();
      await migrate(test.database);
      await migrateDown(test.database);
      await test.database.writer('knex_migrations_lock').update({ is_locked: 1 });
      await migrate(test.database);
      assert.ok((await catalogueOf(test.database).tables()).includes('deliveries'));
    });

    it('refuse a database that a newer program has written', async () => {
      test = await kind.open();
      await migrate(test.database);
      await test.database.writer('knex_migrations').insert({ name: '29990101000000_later', batch: 2 });
      await assert.rejects(migrate(test.database), (error: unknown) => {
        assert.ok(error instanceof StartupError);
        assert.match(error.message, /newer Hookwright \(it has 29990101000000_later/);
        return true;
      });
    });

    it('put organization_id on every table, and first in every unique index besides ids', async () => {
      test = await kind.open();
      await migrate(test.database);
      const catalogue = catalogueOf(test.database);
      for (const table of await catalogue.tables()) {
        if (EXEMPT.includes(table)) continue;
        assert.ok((await catalogue.columns(table)).includes('organization_id'), table);
        for (const { columns } of await catalogue.uniqueIndexes(table)) {
          assert.match(columns, /^(organization_id|id$|seq$|invocation_id$|webhook_id$)/, table);
        }
      }
    });

    it('come to the schema that is committed', async () => {
      test = await kind.open();
      await migrate(test.database);
      const file = new URL(`../../db/schema.${test.database.dialect.name}.sql`, import.meta.url);
      const made = await catalogueOf(test.database).dump();
      if (process.env['WRITE_SCHEMA'] === '1') writeFileSync(file, made);
      assert.equal(readFileSync(file, 'utf8'), made);
    });
  });
}

describe('migrations on PostgreSQL, where others are at it', () => {
  it('run once when several processes start at the same moment', async () => {
    const test = await POSTGRESQL.open();
    const others = await Promise.all([1, 2, 3].map(() => openPostgres({ url: test.path })));
    try {
      await Promise.all([test.database, ...others].map((database) => migrate(database)));
      const [row] = rowsOf(await test.database.writer.raw('select count(*) as n from knex_migrations'));
      assert.equal(Number(row?.['n']), MIGRATIONS.length);
    } finally {
      await Promise.all(others.map((database) => database.close()));
      await test.remove();
    }
  });

  it('leave no text column that is not compared as bytes: call compareAsBytes at the end of a migration', async () => {
    const test = await POSTGRESQL.openMigrated();
    try {
      const rows = rowsOf(
        await test.database.writer.raw(`
          select table_name || '.' || column_name as name from information_schema.columns
          where table_schema = 'public' and data_type = 'text' and collation_name is distinct from 'C'`),
      );
      assert.deepEqual(rows, []);
    } finally {
      await test.remove();
    }
  });
});
