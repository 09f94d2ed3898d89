// Readers that follow pages, and readers that poll, while others write: what nobody may miss.
import assert from 'node:assert/strict';
import { AcceptanceClock } from '../../src/domain/acceptance.ts';
import type { Event } from '../../src/domain/event.ts';
import type { LogPlace } from '../../src/domain/event-window.ts';
import { acceptAll } from '../../src/services/accept.ts';
import { Horizon } from '../../src/services/horizon.ts';
import { Matchers } from '../../src/services/planning.ts';
import type { LogQuery, ReadLogDeps } from '../../src/services/read-log.ts';
import { checkPlace, readLog } from '../../src/services/read-log.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from '../store/fixtures.ts';
import { eventWith, keyWith, newId, ORGANIZATION, OTHER_ORGANIZATION, setup } from '../store/fixtures.ts';

for (const kind of DATABASES) {
  describe(`reading the log on ${kind.name}`, () => {
    let test: Setup;
    let deps: ReadLogDeps;
    let now: number;
    const clock = (): Date => new Date(now);
    let acceptance: AcceptanceClock;
    const key = keyWith();

    beforeEach(async () => {
      test = await setup(kind);
      await test.store.apiKeys.insert(key);
      now = Date.parse('2026-11-20T12:00:00.000Z');
      acceptance = new AcceptanceClock(clock);
      const horizon = new Horizon({
        store: { ...test.store, search: { indexedUntil: async (_id, readableUntil) => readableUntil } },
        acceptance,
        indexNow: () => Promise.resolve(),
        monotonicMs: () => now,
        pause: async (pauseMs) => void (now += pauseMs),
      });
      deps = { store: { ...test.store, search: { page: () => assert.fail() } }, horizon };
    });
    afterEach(() => test.remove());

    // Fifty at once are of one millisecond.
    const write = async (count = 50): Promise<void> => {
      const accepting = {
        newId,
        newLeaseToken: () => 'token',
        slots: { reserve: () => false, release: () => undefined },
        monotonicMs: () => 0,
        matchers: new Matchers(),
        acceptance,
      };
      const checked = Array.from({ length: count }, () => ({ event: eventWith({ receivedAt: clock() }), value: {} }));
      const intake = {
        organizationId: ORGANIZATION,
        keyId: key.id,
        checked,
        atomic: false,
        isList: true,
        receivedAt: clock(),
      };
      await test.store.transaction((store) => acceptAll(accepting, store, [intake]));
    };
    const read = async (query: Partial<LogQuery>): Promise<Event[]> => {
      const { batches } = await readLog(deps, ORGANIZATION, { clauses: [], offset: 0, limit: 200, ...query });
      const events: Event[] = [];
      for await (const batch of batches) events.push(...batch);
      return events;
    };
    const ids = (events: readonly Event[]): string[] => events.map(({ id }) => id);

    for (const limit of [1, 2, 200, 1000]) {
      it(`gives who follows pages of ${String(limit)} all that was there at the first, while a thousand are written`, async () => {
        const pages = limit === 1 ? 60 : limit === 2 ? 30 : 2;
        const first = limit < 3 ? 60 : limit * 2 + 100;
        for (let left = first; left > 0; left -= 50) await write(Math.min(left, 50));
        const there = ids(await read({ limit: 100_000 }));
        const perPage = Math.ceil(1000 / pages);
        const between = async (): Promise<void> => {
          now += 1;
          for (let left = perPage; left > 0; left -= 50) await write(Math.min(left, 50));
        };
        const byCursor = new Map<string, number>();
        let before: LogPlace | undefined;
        for (;;) {
          const page = await read({ limit, before });
          for (const { id } of page) byCursor.set(id, (byCursor.get(id) ?? 0) + 1);
          if (page.length < limit) break;
          before = page.at(-1);
          await between();
        }
        assert.deepEqual([...byCursor.keys()], there);
        assert.ok([...byCursor.values()].every((times) => times === 1));
      });
    }

    it('gives who counts his way through it all that was there at the first', async () => {
      await write(300);
      const there = ids(await read({ limit: 100_000 }));
      const seen = new Set<string>();
      for (let offset = 0, writes = 20; ; offset += 100) {
        const page = await read({ offset, limit: 100 });
        for (const { id } of page) seen.add(id);
        if (page.length < 100) break;
        if (writes-- > 0) await write();
      }
      assert.deepEqual(
        there.filter((id) => !seen.has(id)),
        [],
      );
    });

    it('gives who polls from the newest time that he has seen everything, while it is written by many', async () => {
      const seen = new Set<string>();
      let from: Date | undefined;
      const poll = async (): Promise<void> => {
        const page = await read({ from, limit: 100_000 });
        for (const { id } of page) seen.add(id);
        from = page[0]?.receivedAt ?? from;
      };
      for (let round = 0; round < 10; round += 1) {
        // The clock stands still, goes on, or is set back.
        now += [0, 1, 7, -3][round % 4] ?? 0;
        await Promise.all([write(), poll(), write()]);
      }
      await poll();
      const all = ids(await read({ limit: 100_000 }));
      assert.equal(all.length, 1000);
      assert.deepEqual(
        all.filter((id) => !seen.has(id)),
        [],
      );
    });

    it('gives who reads one stretch of time after the other everything, once, while it is written by many', async () => {
      const seen: string[] = [];
      let from: Date | undefined;
      const next = async (aheadMs: number): Promise<void> => {
        const to = new Date(now + aheadMs);
        seen.push(...ids(await read({ from, to, limit: 100_000 })));
        from = new Date(to.getTime() + 1);
      };
      for (let round = 0; round < 10; round += 1) {
        await Promise.all([write(), next([0, 2, -5][round % 3] ?? 0), write()]);
        now += [0, 1, 7, -3][round % 4] ?? 0;
      }
      now += 5000;
      await next(0);
      assert.deepEqual(new Set(seen), new Set(ids(await read({ limit: 100_000 }))));
      assert.equal(seen.length, 1000);
    });

    it('looks at no more than the newest so many, whatever page is asked for', async () => {
      await write(50);
      now += 5;
      await write(50);
      const all = ids(await read({ limit: 1000 }));
      assert.deepEqual(ids(await read({ scanLimit: 70, limit: 1000 })), all.slice(0, 70));
      assert.deepEqual(ids(await read({ scanLimit: 70, offset: 60, limit: 1000 })), all.slice(60, 70));
      assert.deepEqual(ids(await read({ scanLimit: 5000, limit: 3 })), all.slice(0, 3));
      const place = (await read({ offset: 59, limit: 1 }))[0];
      assert.deepEqual(ids(await read({ scanLimit: 10, before: place, limit: 1000 })), all.slice(60, 70));
      const scanTo = (await read({ offset: 79, limit: 1 }))[0];
      assert.deepEqual(ids(await read({ scanLimit: 10, before: place, scanTo, limit: 1000 })), all.slice(60, 80));
      const older = await read({ offset: 50, limit: 1 });
      assert.deepEqual(ids(await read({ scanLimit: 10, to: older[0]?.receivedAt, limit: 1000 })), all.slice(50, 60));
    });

    it('knows the places that there are', async () => {
      await write(1);
      const [event] = await read({});
      assert.ok(event);
      await checkPlace(deps, ORGANIZATION, event, '?cursor');
      const unknown = { code: 'cursor_unknown', kind: 'malformed' };
      await assert.rejects(checkPlace(deps, OTHER_ORGANIZATION, event, '?cursor'), unknown);
      await assert.rejects(checkPlace(deps, ORGANIZATION, { ...event, receivedAt: new Date(5) }, '?cursor'), unknown);
      await assert.rejects(checkPlace(deps, ORGANIZATION, { ...event, id: newId('evt') }, '?cursor'), unknown);
    });
  });
}
