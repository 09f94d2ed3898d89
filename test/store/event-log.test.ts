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

    it('is read forward from any place as a plain filter and sort find it', async () => {
      const oldestFirst = [...all].reverse();
      const asked = fc.record({
        // Also places where no event is.
        place: fc.option(
          fc.oneof(
            fc.nat(all.length - 1).map((index) => all[index]),
            fc.integer({ min: -1, max: 61 }).map((at) => ({ receivedAt: ms(at), id: '' })),
          ),
          { nil: undefined },
        ),
        until: fc.integer({ min: 0, max: 70 }).map(ms),
        limit: fc.integer({ min: 1, max: 150 }),
      });
      await fc.assert(
        fc.asyncProperty(asked, async ({ place, until, limit }) => {
          const expected = oldestFirst
            .filter(({ receivedAt }) => receivedAt < until)
            .filter((event) => place === undefined || byPlaceDescending(place, event) > 0)
            .slice(0, limit);
          const found = await test.store.eventLog.after(ORGANIZATION, place, until, limit);
          assert.deepEqual(idsOf(found), idsOf(expected));
        }),
        { numRuns: 60 },
      );
    });

    it('names the organizations of which there is something since an instant', async () => {
      const since = (at: number) => test.store.eventLog.organizationsSince(ms(at));
      assert.deepEqual(await since(-1), [ORGANIZATION, OTHER_ORGANIZATION]);
      assert.deepEqual(await since(7), [ORGANIZATION, OTHER_ORGANIZATION]);
      assert.deepEqual(await since(8), [ORGANIZATION]);
      assert.deepEqual(await since(60), []);
    });

    it('names the place of the n-th, and none where there are fewer', async () => {
      const place = await test.store.eventLog.placeAt(ORGANIZATION, { until: END }, 60);
      assert.deepEqual(place, { receivedAt: all[59]?.receivedAt, id: all[59]?.id });
      assert.equal(await test.store.eventLog.placeAt(ORGANIZATION, { until: END }, 121), undefined);
    });

    it('is read by its index, and in its order', async () => {
      const { reader, lookup } = test.database;
      const asked: { sql: string; bindings: readonly unknown[] }[] = [];
      const note = (query: { sql: string; bindings: readonly unknown[] }): void => void asked.push(query);
      for (const connection of new Set([reader, lookup])) connection.on('query', note);
      await test.store.eventLog.page(ORGANIZATION, { until: END, before: all[3], from: NOW, offset: 5, limit: 10 });
      await test.store.eventLog.after(ORGANIZATION, all[3], END, 10);
      await test.store.eventLog.organizationsSince(NOW);
      for (const connection of new Set([reader, lookup])) connection.off('query', note);
      assert.equal(asked.length, 3);
      for (const { sql, bindings } of asked) {
        const plan = await planOf(test, sql, bindings);
        assert.match(plan, /events_by_time/, sql);
        assert.doesNotMatch(plan, /SCAN e|Seq Scan on events/, sql);
      }
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
