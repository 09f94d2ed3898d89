import assert from 'node:assert/strict';
import { createStore } from '../../src/store/index.ts';
import { POSTGRESQL } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import { after as secondsAfter, eventWith, NOW, ORGANIZATION, setup, writeGroupOf } from './fixtures.ts';

const ms = (count: number): Date => new Date(NOW.getTime() + count);

// SQLite has one writer at a time, so that nothing can be open while another commits.
describe('a transaction that is held open on PostgreSQL', () => {
  let test: Setup;
  beforeEach(async () => {
    test = await setup(POSTGRESQL);
  });
  afterEach(() => test.remove());

  // Accepts an event, and lets `work` run before the transaction ends.
  const whileOpen = (at: Date, work: () => Promise<void>): Promise<void> =>
    test.store.transaction(async (store) => {
      const receivedAt = await store.acceptance.begin(at);
      await store.events.insertMany([eventWith({ receivedAt })]);
      await work();
    });
  const advance = (at: Date) => test.store.acceptance.advance(at);
  const writeGroup = (acceptedAt: Date) => writeGroupOf(test.store, acceptedAt);

  it('keeps everything that came after it from being read, until it has ended', async () => {
    await advance(ms(-10));
    await whileOpen(NOW, async () => {
      await test.store.transaction(async (store) => {
        const receivedAt = await store.acceptance.begin(ms(5));
        await store.events.insertMany([eventWith({ receivedAt })]);
      });
      for (const at of [ms(10), ms(500), secondsAfter(5)]) {
        assert.deepEqual(await advance(at), { until: ms(-9), isBehind: true });
      }
      assert.deepEqual(await test.store.acceptance.readableUntil(), ms(-9));
      assert.equal(await test.store.acceptance.isBehind(ORGANIZATION), true);
    });
    assert.deepEqual(await advance(secondsAfter(5)), {
      until: new Date(secondsAfter(5).getTime() + 1),
      isBehind: false,
    });
    assert.equal(await test.store.acceptance.isBehind(ORGANIZATION), false);
  });

  it('does not keep others from being accepted', async () => {
    await whileOpen(NOW, async () => {
      await advance(ms(10));
      assert.equal(await writeGroup(ms(5)), false, 'before the floor');
      assert.equal(await writeGroup(ms(20)), true);
      await test.store.transaction(async (store) => assert.deepEqual(await store.acceptance.begin(ms(3)), ms(11)));
    });
  });

  it('is waited for, too, where it had joined before the floor was raised, and not seen it', async () => {
    await whileOpen(NOW, async () => {
      // Another process raises it, and asks a second time.
      const other = createStore({ database: test.database, secrets: test.secrets });
      await other.acceptance.advance(ms(10));
      assert.equal((await other.acceptance.advance(ms(20))).isBehind, true);
    });
    assert.equal((await advance(ms(20))).isBehind, false);
  });

  it('is another one where it only writes something else', async () => {
    await test.store.transaction(async (store) => {
      await store.organizations.first();
      assert.equal((await advance(NOW)).isBehind, false);
    });
  });
});
