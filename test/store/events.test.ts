import assert from 'node:assert/strict';
import { AppError } from '../../src/domain/errors.ts';
import { DATABASES } from '../support/databases.ts';
import { readRows } from '../../src/store/sql/rows.ts';
import type { Setup } from './fixtures.ts';
import { eventsIn, eventWith, NOW, ORGANIZATION, OTHER_ORGANIZATION, setup } from './fixtures.ts';

for (const kind of DATABASES) {
  describe(`store.events on ${kind.name}`, () => {
    let test: Setup;

    beforeEach(async () => {
      test = await setup(kind);
    });

    afterEach(() => test.remove());

    it('gives back exactly what was inserted', async () => {
      const event = eventWith({ idempotencyKey: 'k', hop: 2, body: ' {"é": "\u2028😀", "n": 1.10} ' });
      await test.store.events.insertMany([event]);
      assert.deepEqual(await test.store.events.byId(ORGANIZATION, event.id), event);
      assert.equal(await test.store.events.byId(OTHER_ORGANIZATION, event.id), undefined);
    });

    it('inserts more rows than one statement can bind', async () => {
      const events = Array.from({ length: 3000 }, () => eventWith({ body: '{}' }));
      await test.store.events.insertMany(events);
      assert.deepEqual(
        (await eventsIn(test.store)).map(({ id }) => id),
        events.map(({ id }) => id).toReversed(),
      );
    });

    it('refuses the same id twice as a conflict', async () => {
      const event = eventWith();
      await test.store.events.insertMany([event]);
      await assert.rejects(
        test.store.events.insertMany([event]),
        (error: unknown) => error instanceof AppError && error.kind === 'conflict',
      );
    });

    describe('reserveKeys', () => {
      const reservation = (key: string, eventId: string, organizationId = ORGANIZATION) => ({
        organizationId,
        key,
        eventId,
        valueSha256: `sha of ${eventId}`,
        createdAt: NOW,
      });

      it('gives a key to the first, within a call and across calls', async () => {
        const first = await test.store.events.reserveKeys([
          reservation('a', 'evt_1'),
          reservation('a', 'evt_2'),
          reservation('b', 'evt_3'),
        ]);
        assert.deepEqual(
          first,
          new Map([
            ['a', { eventId: 'evt_1', valueSha256: 'sha of evt_1' }],
            ['b', { eventId: 'evt_3', valueSha256: 'sha of evt_3' }],
          ]),
        );
        const second = await test.store.events.reserveKeys([reservation('b', 'evt_4'), reservation('c', 'evt_5')]);
        assert.deepEqual([second.get('b')?.eventId, second.get('c')?.eventId, second.size], ['evt_3', 'evt_5', 2]);
      });

      it('keeps no text of a key, and not the same for two organizations', async () => {
        for (const organizationId of [ORGANIZATION, OTHER_ORGANIZATION])
          await test.store.events.reserveKeys([reservation('text of a key', 'evt_1', organizationId)]);
        const rows = await readRows(test.database.writer('idempotency_keys'));
        assert.equal(new Set(rows.map((row) => row['key_sha256'])).size, 2);
        assert.doesNotMatch(JSON.stringify(rows), /text of a key/);
      });

      it('keeps organizations apart', async () => {
        await test.store.events.reserveKeys([reservation('a', 'evt_1')]);
        const other = await test.store.events.reserveKeys([reservation('a', 'evt_2', OTHER_ORGANIZATION)]);
        assert.equal(other.get('a')?.eventId, 'evt_2');
        await assert.rejects(
          test.store.events.reserveKeys([reservation('x', 'evt_1'), reservation('x', 'evt_2', OTHER_ORGANIZATION)]),
        );
      });

      it('has one winner among concurrent transactions', async () => {
        const holders = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            test.store.transaction((store) => store.events.reserveKeys([reservation('race', `evt_${String(n)}`)])),
          ),
        );
        assert.equal(new Set(holders.map((held) => held.get('race')?.eventId)).size, 1);
      });
    });
  });

  describe(`store.transaction on ${kind.name}`, () => {
    let test: Setup;

    beforeEach(async () => {
      test = await setup(kind);
    });

    afterEach(() => test.remove());

    it('sees its own writes in every read, and others do not before the commit', async () => {
      const event = eventWith();
      await test.store.transaction(async (store) => {
        await store.events.insertMany([event]);
        assert.deepEqual(await store.events.byId(ORGANIZATION, event.id), event);
        assert.equal((await eventsIn(store)).length, 1);
        // A lookup does not wait for the transaction.
        assert.equal(await test.store.events.byId(ORGANIZATION, event.id), undefined);
        assert.equal((await eventsIn(test.store)).length, 0);
      });
      assert.deepEqual(await test.store.events.byId(ORGANIZATION, event.id), event);
    });

    it('rolls back everything, inner transactions too', async () => {
      const events = Array.from({ length: 5000 }, () => eventWith());
      await assert.rejects(
        test.store.transaction(async (store) => {
          await store.events.insertMany(events);
          await store.transaction(async (store) => {
            await store.events.reserveKeys([
              { organizationId: ORGANIZATION, key: 'k', eventId: 'evt', valueSha256: 'v', createdAt: NOW },
            ]);
          });
          throw new Error('stop');
        }),
        /stop/,
      );
      assert.deepEqual(await eventsIn(test.store), []);
      const held = await test.store.events.reserveKeys([
        { organizationId: ORGANIZATION, key: 'k', eventId: 'evt_new', valueSha256: 'v', createdAt: NOW },
      ]);
      assert.equal(held.get('k')?.eventId, 'evt_new');
    });

    it('gives back what its work gives', async () => {
      assert.equal(await test.store.transaction(async () => 42), 42);
    });
  });
}
