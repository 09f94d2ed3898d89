// The search index, on both databases: what is indexed, in which order, and what is found.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Event } from '../../src/domain/event.ts';
import { facetTerm } from '../../src/domain/search-words.ts';
import type { Clauses, SearchWindow } from '../../src/store/search/index.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import { after as at, eventWith, ORGANIZATION, OTHER_ORGANIZATION, setup } from './fixtures.ts';

const UNTIL = at(1_000_000);

for (const kind of DATABASES) {
  describe(`the search index on ${kind.name}`, () => {
    let test: Setup;

    before(async () => {
      test = await setup(kind);
    });
    beforeEach(async () => {
      await indexAll(() => ['gone']);
      const all = await test.database.writer('events').select('id', 'received_at');
      await test.store.search.remove(all.map((row) => ({ id: row.id, receivedAt: new Date(row.received_at) })));
      await test.database.writer('events').delete();
      for (const table of ['event_search_state', ...(kind.name === 'SQLite' ? [] : ['event_search_partitions'])])
        await test.database.writer(table).delete();
    });
    after(() => test.remove());

    const accept = async (seconds: number, changes: Partial<Event> = {}): Promise<Event> => {
      const event = eventWith({ receivedAt: at(seconds), ...changes });
      await test.store.events.insertMany([event]);
      return event;
    };
    // Everything that is readable, in batches; each event has the terms that `termsOf` gives, and its organization's.
    const indexAll = async (
      termsOf: (event: Event) => readonly string[],
      limit = 3,
      until = UNTIL,
    ): Promise<string[]> => {
      const ids: string[] = [];
      for (;;) {
        const batch = await test.store.search.next(until, limit);
        if (batch.events.length === 0) return ids;
        const terms = batch.events.map((event) => [
          facetTerm({ name: 'organization', value: event.organizationId }),
          ...termsOf(event),
        ]);
        assert.equal(await test.store.search.append(batch, terms), true);
        ids.push(...batch.events.map(({ id }) => id));
      }
    };
    const find = async (clauses: Clauses, window: Partial<SearchWindow> = {}, organizationId = ORGANIZATION) => {
      const all = { until: UNTIL, offset: 0, limit: 100, ...window };
      return (await test.store.search.page(organizationId, clauses, all)).map(({ id }) => id);
    };

    it('takes events in the order of their acceptance, those of all organizations together', async () => {
      const c = await accept(2);
      const a = await accept(1, { organizationId: OTHER_ORGANIZATION });
      const b = await accept(1);
      const d = await accept(2, { organizationId: OTHER_ORGANIZATION });
      const [first, second] = [a.id, b.id].sort();
      const expected = [first, second, c.id, d.id];
      assert.deepEqual(
        (await test.store.search.next(UNTIL, 10)).events.map(({ id }) => id),
        expected,
      );
      assert.deepEqual(
        (await test.store.search.next(UNTIL, 3)).events.map(({ id }) => id),
        expected.slice(0, 3),
      );
      assert.deepEqual(await indexAll(() => [], 1), expected);
    });

    it('takes nothing that was accepted at or after the instant until which events are decided', async () => {
      const a = await accept(1);
      await accept(2);
      assert.deepEqual(await indexAll(() => [], 10, at(2)), [a.id]);
    });

    it('says until when everything of an organization is indexed', async () => {
      const { search } = test.store;
      assert.deepEqual(await search.indexedUntil(ORGANIZATION, at(9)), at(9));
      await accept(1);
      await accept(3);
      await accept(2, { organizationId: OTHER_ORGANIZATION });
      assert.deepEqual(await search.indexedUntil(ORGANIZATION, at(9)), at(1));
      assert.equal(await search.append(await search.next(UNTIL, 1), [['x']]), true);
      assert.deepEqual(await search.indexedUntil(ORGANIZATION, at(9)), at(3));
      assert.deepEqual(await search.indexedUntil(OTHER_ORGANIZATION, at(9)), at(2));
    });

    it('indexes each event once where two take the same batch', async () => {
      const a = await accept(1);
      const [one, other] = [await test.store.search.next(UNTIL, 10), await test.store.search.next(UNTIL, 10)];
      const terms = [[facetTerm({ name: 'organization', value: ORGANIZATION }), 'x']];
      const done = await Promise.all([test.store.search.append(one, terms), test.store.search.append(other, terms)]);
      assert.deepEqual(done.sort(), [false, true]);
      assert.deepEqual(await find([['x']]), [a.id]);
    });

    it('does not index what has changed since it was read', async () => {
      const { search } = test.store;
      const a = await accept(1);
      for (const change of [
        () => search.replace({ event: a, terms: ['new'] }),
        () => search.remove([a]),
        () => test.store.transaction((store) => store.search.replace({ event: a, terms: ['new'] })),
      ]) {
        const batch = await search.next(UNTIL, 10);
        await change();
        assert.equal(await search.append(batch, [['old']]), false);
      }
      const b = await accept(2);
      const batch = await search.next(UNTIL, 1);
      await search.remove([b]);
      assert.equal(await search.append(batch, [['old']]), false, 'whichever of them');
      await indexAll(() => ['x'], 1);
      const next = await search.next(UNTIL, 1);
      await search.remove([a]);
      assert.equal(await search.append(next, []), true, 'but not for one that was indexed before');
    });

    it('finds events that have a term of each clause, newest first', async () => {
      const terms = [['a', 'x'], ['a', 'y'], ['b', 'x'], ['a', 'é'], ['東京']];
      const ids: string[] = [];
      for (const index of terms.keys()) ids.push((await accept(index)).id);
      await indexAll(({ id }) => terms[ids.indexOf(id)] ?? []);
      const [a, b, c, d, e] = ids;
      assert.deepEqual(await find([]), [e, d, c, b, a]);
      assert.deepEqual(await find([['a']]), [d, b, a]);
      assert.deepEqual(await find([['a'], ['x']]), [a]);
      assert.deepEqual(await find([['x', 'y']]), [c, b, a]);
      assert.deepEqual(
        await find([
          ['x', 'y'],
          ['a', 'none'],
        ]),
        [b, a],
      );
      assert.deepEqual(await find([['é']]), [d]);
      assert.deepEqual(await find([['e']]), []);
      assert.deepEqual(await find([['東京']]), [e]);
      assert.deepEqual(await find([['none']]), []);
      assert.deepEqual(await find([[]]), []);
      const many = Array.from({ length: 1000 }, (_, index) => `n${String(index)}`);
      assert.deepEqual(await find([[...many, 'y'], ['a']]), [b]);
      assert.deepEqual(await find([['a']], {}, OTHER_ORGANIZATION), []);
      assert.deepEqual(await find([['a']], { limit: 0 }), []);
    });

    it('shows no event to another organization, even where the terms say so', async () => {
      await accept(1);
      await indexAll(() => [facetTerm({ name: 'organization', value: OTHER_ORGANIZATION }), 'x']);
      assert.deepEqual(await find([['x']], {}, OTHER_ORGANIZATION), []);
    });

    it('gives any part of what is found, as a list of all would', async () => {
      const events: Event[] = [];
      // Several in one instant, of two organizations, with pauses.
      for (let index = 0; index < 60; index += 1)
        events.push(
          await accept(Math.floor(index / 7) * 2, index % 5 === 0 ? { organizationId: OTHER_ORGANIZATION } : {}),
        );
      await indexAll(({ id }) => [wordOf(id)], 11);
      const own = events.filter(({ organizationId }) => organizationId === ORGANIZATION);
      const newest = own.toSorted((a, b) => b.receivedAt.getTime() - a.receivedAt.getTime() || (a.id < b.id ? 1 : -1));
      const instant = fc.integer({ min: -2, max: 20 }).map(at);
      const window = fc.record({
        from: fc.option(instant, { nil: undefined }),
        to: fc.option(instant, { nil: undefined }),
        before: fc.option(fc.constantFrom(...own), { nil: undefined }),
        until: fc.constantFrom(UNTIL, at(9)),
        offset: fc.nat({ max: 5 }),
        limit: fc.integer({ min: 1, max: 20 }),
      });
      await fc.assert(
        fc.asyncProperty(window, fc.constantFrom('even', 'odd', undefined), async (asked, word) => {
          const has = (id: string): boolean => word === undefined || wordOf(id) === word;
          const all = newest.filter((event) => has(event.id) && isWithin(event, asked));
          const expected = all.slice(asked.offset, asked.offset + asked.limit).map(({ id }) => id);
          assert.deepEqual(await find(word === undefined ? [] : [[word]], asked), expected);
        }),
        { numRuns: 40 },
      );
      const far = { from: new Date(-8.64e15), to: new Date(8.64e15) };
      assert.equal((await find([], far)).length, own.length);
    });

    it('forgets what is removed, and finds what is replaced by its new terms only', async () => {
      const [a, b, c] = [await accept(1), await accept(2), await accept(3)];
      const org = facetTerm({ name: 'organization', value: ORGANIZATION });
      await indexAll(() => ['secret']);
      await test.store.transaction(async (store) => {
        await store.search.remove([a, eventWith()]);
        await store.search.replace({ event: b, terms: [org, 'skeleton'] });
      });
      await test.store.search.remove([]);
      assert.deepEqual(await find([['secret']]), [c.id]);
      assert.deepEqual(await find([['skeleton']]), [b.id]);
      assert.deepEqual(await find([]), [c.id, b.id]);
      const d = await accept(4);
      await indexAll(() => ['secret']);
      assert.deepEqual(await find([['secret']]), [d.id, c.id]);
    });
  });
}

function wordOf(id: string): string {
  return id.charCodeAt(id.length - 1) % 2 === 0 ? 'even' : 'odd';
}

type Asked = Pick<SearchWindow, 'from' | 'to' | 'before' | 'until'>;

function isWithin({ id, receivedAt }: Event, { from = receivedAt, to = receivedAt, before, until }: Asked): boolean {
  if (receivedAt < from || receivedAt > to || receivedAt >= until) return false;
  if (before === undefined || receivedAt < before.receivedAt) return true;
  return receivedAt.getTime() === before.receivedAt.getTime() && id < before.id;
}
