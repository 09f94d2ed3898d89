// Erasing where somebody else is at the same rows just then.
import assert from 'node:assert/strict';
import { withoutEventContent } from '../../src/domain/erasure.ts';
import type { Event } from '../../src/domain/event.ts';
import type { Claimed } from '../../src/domain/lease.ts';
import type { Store } from '../../src/store/index.ts';
import { rowsOf } from '../../src/store/dialect.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import { after, claimAll, endWith, NOW, ORGANIZATION, seedDeliveries, setup, startWith } from './fixtures.ts';

const CANARY = 'canary-of-the-store';
const erased = { at: after(5), by: 'key_1' };

const end = endWith({
  message: CANARY,
  request: {
    method: 'POST',
    url: 'https://receiver.example/',
    headers: [],
    body: CANARY,
    bodyBytes: 19,
    bodySha256: CANARY,
  },
});

async function erase(store: Store, event: Event) {
  return store.erasures.erase({ ...withoutEventContent(event, erased), erased }, event.idempotencyKey);
}

for (const kind of DATABASES) {
  describe(`store.erasures on ${kind.name}`, () => {
    let test: Setup;
    beforeEach(async () => {
      test = await setup(kind);
    });
    afterEach(() => test.remove());

    const leased = async (): Promise<{ readonly claimed: Claimed; readonly event: Event }> => {
      await seedDeliveries(test.store, 1);
      const [claimed] = await claimAll(test.store);
      const event = await test.store.events.byId(ORGANIZATION, claimed?.delivery.eventId ?? '');
      assert.ok(claimed !== undefined && event !== undefined);
      return { claimed, event };
    };
    const finishOf = ({ delivery, invocation, leaseToken }: Claimed) => ({
      invocationId: invocation.id,
      start: invocation,
      end,
      fence: {
        deliveryId: delivery.id,
        leaseToken,
        settlement: { state: 'pending', dueAt: after(60), reason: 'Retry', counts: true } as const,
        now: after(6),
      },
    });
    const stored = async (): Promise<string> => {
      const tables = ['events', 'invocations', 'invocation_bodies', 'deliveries'];
      return JSON.stringify(await Promise.all(tables.map((table) => test.database.writer(table).select('*'))));
    };
    // The end of an attempt waits for the rows that an erasure has changed.
    const isWaiting = async (): Promise<boolean> =>
      kind.name === 'SQLite' ||
      rowsOf(await test.database.reader.raw('select 1 from pg_locks where not granted')).length > 0;

    it('stores nothing of an attempt whose end is recorded while its event is being erased', async () => {
      const { claimed, event } = await leased();
      let recording: Promise<unknown> = Promise.resolve();
      await test.store.transaction(async (store) => {
        await erase(store, event);
        recording = test.store.record([finishOf(claimed)]);
        while (!(await isWaiting()));
      });
      assert.deepEqual(await recording, [{ settled: true, changed: [] }]);
      const delivery = await test.store.deliveries.byId(ORGANIZATION, claimed.delivery.id);
      assert.deepEqual([delivery?.state, delivery?.reason], ['cancelled', 'event_erased']);
      const invocation = await test.store.invocations.byId(ORGANIZATION, claimed.invocation.id);
      assert.deepEqual([invocation?.end?.outcome, invocation?.erasedAt], [end.outcome, erased.at]);
      assert.ok(!(await stored()).includes(CANARY));
    });

    it('gives a group up that ends an attempt whose event is erased, and stores nothing of it', async () => {
      const { claimed, event } = await leased();
      await test.store.transaction((store) => erase(store, event));
      const intakes = {
        keyIds: [],
        now: NOW,
        acceptedAt: NOW,
        stamps: [],
        reservations: [],
        unclaimed: [],
        events: [],
        waiting: [],
        leased: [],
      };
      const isDone = await test.store.groups?.write(() => ({ intakes, finishes: [finishOf(claimed)] }));
      assert.equal(isDone, false);
      assert.ok(!(await stored()).includes(CANARY));
    });

    it('erases also what others have recorded, and tests that are under way', async () => {
      const { claimed, event } = await leased();
      await test.store.record([finishOf(claimed)]);
      const tested = startWith({ eventId: event.id });
      await test.store.invocations.insertStart(tested);
      const counts = await test.store.transaction((store) => erase(store, event));
      assert.deepEqual(counts, { invocations: 2, deliveriesCancelled: 1 });
      assert.deepEqual(await test.store.erasures.counts({ organizationId: ORGANIZATION, eventId: event.id }), counts);
      await test.store.record([{ invocationId: tested.id, end }]);
      assert.ok(!(await stored()).includes(CANARY));
    });

    it('erases many invocations', async () => {
      const { event } = await leased();
      const starts = Array.from({ length: 405 }, () => startWith({ eventId: event.id }));
      await test.store.transaction(async (store) => {
        for (const start of starts) await store.invocations.insertStart(start);
        await store.record(starts.slice(-10).map(({ id }) => ({ invocationId: id, end })));
      });
      const counts = await test.store.transaction((store) => erase(store, event));
      assert.equal(counts.invocations, 406);
      assert.ok(!(await stored()).includes(CANARY));
    });

    it('changes nothing where it is rolled back', async () => {
      const { event } = await leased();
      const before = await stored();
      const broken = test.store.transaction(async (store) => {
        await erase(store, event);
        throw new Error('power cut');
      });
      await assert.rejects(broken, /power cut/);
      assert.equal(await stored(), before);
      assert.equal(await test.store.erasures.counts({ organizationId: ORGANIZATION, eventId: event.id }), undefined);
    });

    it('remembers what is still to be cleaned', async () => {
      const { event } = await leased();
      await test.store.transaction((store) => erase(store, event));
      const key = { organizationId: ORGANIZATION, eventId: event.id };
      assert.deepEqual(await test.store.erasures.unclean(10), [key]);
      assert.equal(await test.store.erasures.emptyLog(), true);
      await test.store.erasures.markClean(key, after(9));
      assert.deepEqual(await test.store.erasures.unclean(10), []);
    });

    if (kind.name === 'PostgreSQL') {
      it('waits for nobody who is at a delivery of the event: it is busy then', async () => {
        const { claimed, event } = await leased();
        await test.database.writer.transaction(async (trx) => {
          await trx('deliveries').where('id', claimed.delivery.id).forUpdate();
          const busy = test.store.transaction((store) => erase(store, event));
          await assert.rejects(busy, { code: 'storage_busy' });
        });
      });
    }
  });
}
