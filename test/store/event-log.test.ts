import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Knex } from 'knex';
import type { Event } from '../../src/domain/event.ts';
import type { LogPlace } from '../../src/domain/event-window.ts';
import { rowsOf } from '../../src/store/dialect.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import { eventWith, NOW, ORGANIZATION, OTHER_ORGANIZATION, setup } from './fixtures.ts';

const ms = (count: number): Date => new Date(NOW.getTime() + count);
const END = ms(1000);

function byPlaceDescending(a: LogPlace, b: LogPlace): number {
  return b.receivedAt.getTime() - a.receivedAt.getTime() || Number(a.id < b.id) - Number(a.id > b.id);
}

for (const kind of DATABASES) {
  describe(`the log of events on ${kind.name}`, () => {
    let test: Setup;
    let all: readonly Event[];
    before(async () => {
      test = await setup(kind);
      // Fifty in one millisecond, and stored in another order than that of the log.
      const own = Array.from({ length: 120 }, (_, index) =>
        eventWith({ receivedAt: ms(index < 50 ? 7 : (index * 37) % 60) }),
      );
      all = [...own].sort(byPlaceDescending);
      await test.store.events.insertMany(own);
      await test.store.events.insertMany([eventWith({ organizationId: OTHER_ORGANIZATION, receivedAt: ms(7) })]);
    });
    after(() => test.remove());

    const idsOf = (events: readonly Event[]): string[] => events.map(({ id }) => id);

    it('has what a plain filter and sort find, for any window', async () => {
      const instants = fc.option(fc.integer({ min: -1, max: 61 }).map(ms), { nil: undefined });
      const windows = fc.record({
        from: instants,
        to: instants,
        before: fc.option(fc.nat(all.length - 1), { nil: undefined }),
        until: fc.integer({ min: 0, max: 70 }).map(ms),
        offset: fc.nat(10),
        limit: fc.integer({ min: 1, max: 150 }),
      });
      await fc.assert(
        fc.asyncProperty(windows, async ({ before: index, ...window }) => {
          const before = index === undefined ? undefined : all[index];
          const expected = all
            .filter(({ receivedAt }) => receivedAt < window.until)
            .filter(({ receivedAt }) => window.from === undefined || receivedAt >= window.from)
            .filter(({ receivedAt }) => window.to === undefined || receivedAt <= window.to)
            .filter((event) => before === undefined || byPlaceDescending(before, event) < 0)
            .slice(window.offset, window.offset + window.limit);
          const page = await test.store.eventLog.page(ORGANIZATION, { ...window, before });
          assert.deepEqual(idsOf(page), idsOf(expected));
        }),
        { numRuns: 60 },
      );
    });

    it('is read in pages without a gap or a repeat, whatever their size', async () => {
      for (const limit of [1, 2, 49, 200]) {
        const seen: Event[] = [];
        for (;;) {
          const page = await test.store.eventLog.page(ORGANIZATION, {
            until: END,
            before: seen.at(-1),
            offset: 0,
            limit,
          });
          seen.push(...page);
          if (page.length < limit) break;
        }
        assert.deepEqual(seen, all);
      }
    });

    it('names the place of the n-th, and none where there are fewer', async () => {
      const place = await test.store.eventLog.placeAt(ORGANIZATION, { until: END }, 60);
      assert.deepEqual(place, { receivedAt: all[59]?.receivedAt, id: all[59]?.id });
      assert.equal(await test.store.eventLog.placeAt(ORGANIZATION, { until: END }, 121), undefined);
    });

    it('is read by its index, and in its order', async () => {
      const { reader } = test.database;
      const asked: { sql: string; bindings: readonly unknown[] }[] = [];
      const note = (query: { sql: string; bindings: readonly unknown[] }): void => void asked.push(query);
      reader.on('query', note);
      await test.store.eventLog.page(ORGANIZATION, { until: END, before: all[3], from: NOW, offset: 5, limit: 10 });
      reader.off('query', note);
      const [query] = asked;
      assert.ok(query);
      const plan = await planOf(test, query.sql, query.bindings);
      assert.match(plan, /events_by_time/);
      assert.doesNotMatch(plan, /SCAN events|Seq Scan on events/);
    });
  });
}

// What PostgreSQL does with few rows says nothing of many: it may not read whole tables here.
async function planOf({ database }: Setup, sql: string, bindings: readonly unknown[]): Promise<string> {
  const explain = (db: Knex, how: string) => db.raw(`${how} ${sql.replaceAll(/\$\d+/g, '?')}`, bindings as string[]);
  if (database.dialect.name === 'sqlite')
    return JSON.stringify(rowsOf(await explain(database.reader, 'explain query plan')));
  await database.writer.raw('analyze events');
  return database.writer.transaction(async (trx) => {
    await trx.raw('set local enable_seqscan = off');
    return JSON.stringify(rowsOf(await explain(trx, 'explain')));
  });
}
