import assert from 'node:assert/strict';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { rowsOf } from '../../src/store/dialect.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/open-postgres.ts';
import { makePartitions, partitionStatements, weeksFrom } from '../../src/store/partitions.ts';
import { POSTGRESQL } from '../support/databases.ts';
import { NOW, ORGANIZATION, setup, startWith } from './fixtures.ts';

describe('weeksFrom', () => {
  it('gives weeks from Monday to Monday, the first with the instant in it, one after the other', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1970-02-01'), max: new Date('2200-01-01'), noInvalidDate: true }), (at) => {
        const weeks = weeksFrom(at, 4);
        assert.equal(weeks.length, 5);
        assert.ok(weeks[0]!.from <= at && at < weeks[0]!.to);
        for (const [index, { from, to }] of weeks.entries()) {
          assert.equal(from.getUTCDay(), 1);
          assert.equal(from.toISOString().slice(11), '00:00:00.000Z');
          assert.equal(weeks[index + 1]?.from.getTime() ?? to.getTime(), to.getTime());
        }
      }),
    );
  });
});

describe('partitionStatements', () => {
  it('name a partition for its first day, and bound it by ids', () => {
    assert.deepEqual(partitionStatements('invocations', weeksFrom(NOW, 0)[0]!), [
      'create table invocations_20261116 (like invocations including all)',
      "alter table invocations attach partition invocations_20261116 for values from ('inv_01a1e1a7-4c00') to ('inv_01a205b3-d000')",
    ]);
  });
});

describe('makePartitions', () => {
  const partitionsOf =
    "select relname as name from pg_class where relispartition and relkind = 'r' and relname like ? order by 1";

  it('makes five weeks of each table, once, however many do so at once', async () => {
    const test = await POSTGRESQL.open();
    const others = await Promise.all([1, 2].map(() => openPostgres({ url: test.path })));
    try {
      await migrate(test.database);
      const made = await Promise.all([test.database, ...others].map((database) => makePartitions(database, NOW)));
      assert.ok(made.reduce((sum, count) => sum + count) >= 10);
      assert.equal(await makePartitions(test.database, NOW), 0);
      const rows = rowsOf(await test.database.writer.raw(partitionsOf, ['invocation_bodies_2%']));
      assert.ok(rows.length >= 5);
    } finally {
      await Promise.all(others.map((database) => database.close()));
      await test.remove();
    }
  });

  it('puts a row into its week, and leaves rows where they are that came before their partition', async () => {
    const test = await setup(POSTGRESQL);
    try {
      const far = new Date('2031-01-01T00:00:00.000Z');
      const early = startWith({ id: `inv_${v7({ msecs: far.getTime() })}` });
      await test.store.invocations.insertStart(early);
      assert.equal(await makePartitions(test.database, far), 9, 'all but the one that the default has a row of');
      const late = startWith({ id: `inv_${v7({ msecs: far.getTime() + 8 * 86_400_000 })}` });
      await test.store.invocations.insertStart(late);
      const rows = rowsOf(
        await test.database.writer.raw('select id, tableoid::regclass::text as place from invocations order by id'),
      );
      assert.deepEqual(
        rows.map(({ place }) => place),
        ['invocations_default', 'invocations_20310106'],
      );
      for (const { id } of [early, late]) assert.ok(await test.store.invocations.byId(ORGANIZATION, id));
    } finally {
      await test.remove();
    }
  });
});
