import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { AppError } from '../../../src/domain/errors.ts';
import { rowsOf } from '../../../src/store/dialect.ts';
import { connectPostgres, POSTGRES } from '../../../src/store/dialect/postgres.ts';
import { openPostgres } from '../../../src/store/open-postgres.ts';
import { NoticeListener } from '../../../src/store/notices.ts';
import { StartupError } from '../../../src/store/startup-error.ts';
import type { Line } from '../../support/database-line.ts';
import { lineTo } from '../../support/database-line.ts';
import { createDatabase, template } from '../../support/databases.ts';

const isUnavailable = (code: string) => (error: unknown) => {
  assert.ok(error instanceof AppError, String(error));
  assert.deepEqual([error.kind, error.code], ['unavailable', code]);
  assert.ok((error.retryAfterSec ?? 0) > 0);
  return true;
};

describe('a pool of PostgreSQL connections', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let line: Line;
  let pools: Knex[];

  beforeEach(async () => {
    database = await createDatabase(await template());
    line = await lineTo(database.url);
    pools = [];
  });
  afterEach(async () => {
    await Promise.all(pools.map((pool) => pool.destroy()));
    await line.close();
    await database.drop();
  });

  const pool = (changes: Partial<Parameters<typeof connectPostgres>[0]> = {}): Knex => {
    const made = connectPostgres({
      url: line.url,
      name: 'test',
      most: 1,
      statementTimeoutMs: 10_000,
      readOnly: false,
      ...changes,
    });
    pools.push(made);
    return made;
  };

  it('has the settings that keep a session from standing in the way', async () => {
    const names = [
      'statement_timeout',
      'lock_timeout',
      'idle_in_transaction_session_timeout',
      'synchronous_commit',
      'TimeZone',
      'application_name',
      'default_transaction_read_only',
    ];
    const sql = `select ${names.map((name) => `current_setting('${name}') as "${name}"`).join(', ')}`;
    const [row] = rowsOf(await pool({ readOnly: true }).raw(sql));
    assert.deepEqual(Object.values(row ?? {}), ['10s', '5s', '30s', 'on', 'UTC', 'test', 'on']);
  });

  it('does not write where it is for reading', async () => {
    const reading = pool({ readOnly: true });
    await assert.rejects(reading('heartbeat').update({ beats: 1 }), isUnavailable('storage_failed'));
  });

  it('gives up a statement that takes too long, and one that waits for a lock', async () => {
    const short = pool({ statementTimeoutMs: 100, most: 2 });
    await assert.rejects(async () => short.raw('select pg_sleep(5)'), isUnavailable('storage_busy'));
    await short.raw('set lock_timeout = 1');
    await pool().transaction(async (trx) => {
      await trx('heartbeat').update({ beats: 0 });
      await assert.rejects(short('heartbeat').update({ beats: 1 }), isUnavailable('storage_busy'));
    });
  });

  it('cuts off a connection that does not answer in time, and has its place free again', async () => {
    const db = pool({ statementTimeoutMs: 100 });
    await db.raw('select 1');
    line.swallow();
    await assert.rejects(async () => db.raw('select 2'), isUnavailable('storage_away'));
    line.heal();
    assert.deepEqual(rowsOf(await db.raw('select 3 as n')), [{ n: 3 }]);
  });

  it('throws away those that were idle when another did not answer', async () => {
    const db = pool({ statementTimeoutMs: 100, most: 3 });
    await Promise.all([1, 2, 3].map(() => db.raw('select pg_sleep(0.01)')));
    line.swallow();
    await assert.rejects(async () => db.raw('select 2'), isUnavailable('storage_away'));
    line.heal();
    await Promise.all([1, 2, 3].map(() => db.raw('select 3')));
  });

  it('ends a transaction whose connection is lost, and stores nothing of it', async () => {
    const db = pool({ statementTimeoutMs: 100 });
    await assert.rejects(
      db.transaction(async (trx) => {
        await trx('heartbeat').update({ beats: 77 });
        line.swallow();
        await trx.raw('select 1');
      }),
      isUnavailable('storage_away'),
    );
    line.heal();
    line.cut();
    const rows = await db('heartbeat').select('beats');
    assert.deepEqual(rows, [{ beats: 0 }]);
  });

  it('goes on after all connections were cut, and nothing is thrown past its callers', async () => {
    const db = pool({ most: 3 });
    await Promise.all([1, 2, 3].map(() => db.raw('select pg_sleep(0.01)')));
    line.cut();
    // The first may still be given a connection that is being closed.
    await db.raw('select 1').catch(isUnavailable('storage_away'));
    await db.raw('select 1');
  });

  it('says which columns are taken, and never a value', async () => {
    const db = pool();
    const row = { id: 'org_1', name: 'canary', name_key: 'canary', created_at: '2026' };
    await db('organizations').insert(row);
    await assert.rejects(db('organizations').insert({ ...row, id: 'org_2' }), (error: unknown) => {
      assert.ok(error instanceof AppError && 'columns' in error);
      assert.deepEqual([error.kind, error.columns], ['conflict', 'organizations.name_key']);
      assert.doesNotMatch(JSON.stringify([error, error.message, error.cause, String(error.cause)]), /canary/);
      return true;
    });
    await assert.rejects(
      async () => db.raw('select ?::integer', ['canary']),
      (error: unknown) => !/canary/.test(`${String(error)} ${JSON.stringify(error)}`),
    );
  });

  it('refuses the character that it cannot hold as a mistake of who sent it', async () => {
    await assert.rejects(async () => pool().raw('select ?::text', ['a\u0000b']), {
      kind: 'invalid',
      code: 'nul_in_text',
    });
  });

  it('is busy where two transactions wait for each other, and one of them goes on', async () => {
    const db = pool({ most: 2 });
    await db('organizations').insert(['a', 'b'].map((id) => ({ id, name: id, name_key: id, created_at: '2026' })));
    const touch = (trx: Knex, id: string) => trx('organizations').where({ id }).update({ created_at: '2027' });
    let arrived = 0;
    let bothThere: () => void;
    const both = new Promise<void>((resolve) => (bothThere = resolve));
    const crossing = (first: string, second: string) =>
      db.transaction(async (trx) => {
        await touch(trx, first);
        arrived += 1;
        if (arrived === 2) bothThere();
        await both;
        await touch(trx, second);
      });
    const results = await Promise.allSettled([crossing('a', 'b'), crossing('b', 'a')]);
    const failed = results.filter((result) => result.status === 'rejected');
    assert.equal(failed.length, 1);
    isUnavailable('storage_busy')(failed[0]?.reason);
  });
});

describe('openPostgres', () => {
  const refused = async (url: string): Promise<string> => {
    const error: unknown = await openPostgres({ url }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof StartupError, String(error));
    assert.doesNotMatch(error.message, /s3cret/);
    return error.message;
  };

  it('says what to do where the server cannot be used, without the password', async () => {
    const { url, drop } = await createDatabase(await template());
    try {
      const changed = (change: (url: URL) => void): string => {
        const other = new URL(url);
        other.password = 's3cret';
        change(other);
        return other.href;
      };
      assert.match(await refused(changed(() => undefined)), /refuses this user or password/);
      const right = new URL(url).password;
      assert.match(
        await refused(changed((other) => Object.assign(other, { password: right, pathname: '/nowhere' }))),
        /no database of this name/,
      );
      assert.match(await refused(changed((other) => (other.port = '1'))), /Nothing answers there\. Start PostgreSQL/);
      assert.match(await refused(changed((other) => (other.hostname = 'nowhere.invalid'))), /host|looked up/);
    } finally {
      await drop();
    }
  });
});

describe('NoticeListener', () => {
  it('hears each transaction that tells something, and listens again after its connection was cut', async () => {
    const { url, drop } = await createDatabase(await template());
    const line = await lineTo(url);
    const heard: (() => void)[] = [];
    let notices = 0;
    const next = (): Promise<void> => new Promise((resolve) => heard.push(resolve));
    const database = await openPostgres({ url });
    const through = await openPostgres({ url: line.url });
    const { listen } = through;
    assert.ok(listen !== undefined);
    const listener = new NoticeListener({
      listen,
      onNotice: () => {
        notices += 1;
        for (const tell of heard.splice(0)) tell();
      },
      pause: async () => undefined,
    });
    const tell = () => database.writer.transaction((trx) => POSTGRES.notify(trx));
    try {
      const first = next();
      listener.start();
      await first;
      const second = next();
      await tell();
      await second;
      assert.equal(notices, 2, 'one for having begun to listen, one for the transaction');
      const again = next();
      line.cut();
      await again;
      const third = next();
      await tell();
      await third;
    } finally {
      await listener.stop();
      await through.close();
      await database.close();
      await line.close();
      await drop();
    }
  });
});
