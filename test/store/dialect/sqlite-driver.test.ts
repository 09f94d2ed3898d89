import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { sqliteReaderSetup, sqliteWriterSetup } from '../../../src/store/database.ts';
import type { PreparingClient, Statement } from '../../../src/store/dialect.ts';
import { preparingClient, rowsOf } from '../../../src/store/dialect.ts';
import { connectSqlite } from '../../../src/store/dialect/sqlite.ts';

const INSERT: Statement = { key: 'insert', text: () => 'insert into t values (?)' };
const OTHER: Statement = { key: 'other insert', text: () => 'insert into t values (? || 2)' };
const REFUSED: Statement = { key: 'refused', text: () => 'insert into t values (null)' };

describe('prepared statements of SQLite', () => {
  let folder: string;
  let writer: Knex;
  let foreign: Knex;
  let client: PreparingClient;
  let connection: unknown;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hookwright-'));
    const path = join(folder, 'test.db');
    writer = connectSqlite({ path, setup: sqliteWriterSetup(0) });
    foreign = connectSqlite({ path, setup: sqliteWriterSetup(0) });
    await writer.raw('create table t (a text not null)');
    client = preparingClient(writer);
  });
  beforeEach(async () => {
    await foreign.raw('delete from t');
    connection = await client.acquireConnection();
  });
  afterEach(() => client.releaseConnection(connection));
  after(async () => {
    await writer.destroy();
    await foreign.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  const stored = async (): Promise<unknown[]> => {
    const reader = connectSqlite({ path: join(folder, 'test.db'), setup: sqliteReaderSetup() });
    try {
      return rowsOf(await reader.raw('select a from t')).map((row) => row['a']);
    } finally {
      await reader.destroy();
    }
  };

  it('does not keep others from being committed where one found the database locked', async () => {
    await foreign.raw('begin immediate');
    await assert.rejects(client.runPrepared(connection, INSERT, ['a']), { code: 'storage_busy' });
    await foreign.raw('rollback');
    await client.runPrepared(connection, OTHER, ['b']);
    assert.deepEqual(await stored(), ['b2']);
    await client.runPrepared(connection, INSERT, ['c']);
    assert.deepEqual(await stored(), ['b2', 'c']);
  });

  it('does not do so either where one was refused', async () => {
    await assert.rejects(client.runPrepared(connection, REFUSED, []), /NOT NULL/);
    await client.runPrepared(connection, INSERT, ['a']);
    assert.deepEqual(await stored(), ['a']);
  });
});

describe('a transaction of SQLite whose rollback fails', () => {
  it('leaves its connection to nobody: what that did next would never be committed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hookwright-'));
    const path = join(folder, 'test.db');
    // The next connection may come before this one is closed, and waits for that as it does for any other program.
    const writer = connectSqlite({ path, setup: sqliteWriterSetup() });
    const reader = connectSqlite({ path, setup: sqliteReaderSetup() });
    try {
      await writer.raw('create table t (a text not null)');
      const failing = writer.transaction(async (trx) => {
        await trx.raw("insert into t values ('undone')");
        failNextStatement(await preparingClient(trx).acquireConnection());
        throw new Error('no more of it');
      });
      await assert.rejects(failing, /no more of it/);
      await writer.raw("insert into t values ('done')");
      assert.deepEqual(rowsOf(await reader.raw('select a from t')), [{ a: 'done' }]);
    } finally {
      await writer.destroy();
      await reader.destroy();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

type Call = (sql: string, values: unknown, done: (error: Error) => void) => void;

// As a driver without memory would.
function failNextStatement(connection: object): void {
  const fail: Call = (_sql, _values, done) => {
    Reflect.deleteProperty(connection, 'all');
    Reflect.deleteProperty(connection, 'run');
    setImmediate(done, new Error('out of memory'));
  };
  Object.assign(connection, { all: fail, run: fail });
}
