import assert from 'node:assert/strict';
import { connectSqlite } from '../../src/store/dialect/sqlite.ts';
import { createWriteProbe } from '../../src/store/health.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import { setup } from './fixtures.ts';

const never = (): Promise<void> => new Promise(() => undefined);

for (const kind of DATABASES) {
  describe(`createWriteProbe on ${kind.name}`, () => {
    let test: Setup;

    beforeEach(async () => {
      test = await setup(kind);
      await test.database.writer.raw(kind.name === 'SQLite' ? 'PRAGMA busy_timeout = 0' : 'set lock_timeout = 1');
    });

    afterEach(() => test.remove());

    const beats = async (): Promise<unknown> => (await test.database.reader('heartbeat').select('id', 'beats'))[0];

    it('says nothing while writes are taken, and has written', async () => {
      const problem = createWriteProbe({ database: test.database, pause: never });
      assert.equal(await problem(), undefined);
      assert.equal(await problem(), undefined);
      assert.deepEqual(await beats(), { id: 1, beats: 2 });
    });

    it('says so while another program holds the database, and no longer', async () => {
      const problem = createWriteProbe({ database: test.database, pause: never });
      const sqlite = kind.name === 'SQLite';
      const foreign = sqlite ? connectSqlite({ path: test.path, setup: 'select 1' }) : test.database.migrator;
      await foreign.transaction(async (trx) => {
        await trx('heartbeat').where('id', 1).increment('beats', 1);
        assert.equal(await problem(), 'The database is busy, so nothing was stored.');
      });
      if (sqlite) await foreign.destroy();
      assert.equal(await problem(), undefined);
    });

    it('says so where the database has become read-only', async () => {
      const problem = createWriteProbe({ database: test.database, pause: never });
      const readOnly = kind.name === 'SQLite' ? 'PRAGMA query_only = ON' : 'set default_transaction_read_only = on';
      await test.database.writer.raw(readOnly);
      assert.equal(await problem(), 'The database cannot be read or written now.');
    });

    it('waits two seconds at most, and asks once however many want to know', async () => {
      const pauses: number[] = [];
      const pause = async (limitMs: number): Promise<void> => void pauses.push(limitMs);
      const problem = createWriteProbe({ database: test.database, pause });
      let answers: (string | undefined)[] = [];
      await test.database.writer.transaction(async (trx) => {
        await trx('heartbeat').where('id', 1).update({ beats: 0 });
        answers = await Promise.all([problem(), problem()]);
      });
      const late = 'The database did not take a write within 2 seconds.';
      assert.deepEqual(
        [answers, pauses],
        [
          [late, late],
          [2000, 2000],
        ],
      );
      assert.equal(await createWriteProbe({ database: test.database, pause: never })(), undefined);
      assert.deepEqual(await beats(), { id: 1, beats: 2 });
    });
  });
}
