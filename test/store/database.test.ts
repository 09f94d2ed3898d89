import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from '../../src/store/database.ts';
import { openDatabase } from '../../src/store/database.ts';
import { rowsOf } from '../../src/store/dialect.ts';
import { connectSqlite } from '../../src/store/dialect/sqlite.ts';
import { AppError } from '../../src/domain/errors.ts';
import { StartupError } from '../../src/store/startup-error.ts';

const DATABASE_MODULE = fileURLToPath(new URL('../../src/store/database.ts', import.meta.url));

describe('openDatabase', () => {
  let folder: string;
  let path: string;
  let open: Database[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hookwright-test-'));
    path = join(folder, 'data', 'hookwright.sqlite');
    open = [];
  });

  afterEach(async () => {
    for (const database of open) await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const openHere = async (busyTimeoutMs = 0): Promise<Database> => {
    const database = await openDatabase({ path, busyTimeoutMs });
    open.push(database);
    return database;
  };

  const pragma = async (database: Database, which: 'writer' | 'reader' | 'lookup', name: string): Promise<unknown> =>
    rowsOf(await database[which].raw(`PRAGMA ${name}`))[0]?.[name];

  it('makes the folder for its owner only', async () => {
    await openHere();
    assert.equal(statSync(join(folder, 'data')).mode & 0o077, 0);
  });

  it('sets what durability and integrity need on the writer', async () => {
    const database = await openHere();
    assert.equal(await pragma(database, 'writer', 'journal_mode'), 'wal');
    assert.equal(await pragma(database, 'writer', 'synchronous'), 2);
    assert.equal(await pragma(database, 'writer', 'foreign_keys'), 1);
    assert.equal(await pragma(database, 'writer', 'journal_size_limit'), 64 * 1024 * 1024);
  });

  it('gives two readers that see commits and cannot write', async () => {
    const database = await openHere();
    await database.writer.raw('create table t (a integer)');
    await database.writer.raw('insert into t values (1)');
    for (const db of [database.reader, database.lookup]) {
      assert.deepEqual(rowsOf(await db.raw('select a from t')), [{ a: 1 }]);
      await assert.rejects(async () => db.raw('insert into t values (2)'));
    }
  });

  it('refuses a second opening of the same folder with one sentence', async () => {
    await openHere();
    await assert.rejects(openHere(), (error: unknown) => {
      assert.ok(error instanceof StartupError);
      assert.match(error.message, /Another Hookwright process is using the data folder .*data\. Stop it first/);
      return true;
    });
  });

  it('can be opened again after it was closed', async () => {
    const first = await openDatabase({ path });
    await first.close();
    await openHere();
  });

  it('keeps another process out while it lives, and not after it was killed', async () => {
    const script = `import { openDatabase } from ${JSON.stringify(DATABASE_MODULE)};
      await openDatabase({ path: ${JSON.stringify(path)} });
      process.stdout.write('open');`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await assert.rejects(openHere(), StartupError);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await openHere();
  });

  it('says what to do where the database is no file that can be opened', async () => {
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(openDatabase({ path: join(folder, 'file', 'hookwright.sqlite') }), StartupError);
    await assert.rejects(openDatabase({ path: folder }), StartupError);
  });

  it('frees the lock where opening failed', async () => {
    const database = await openHere();
    await database.writer.raw('create table t (a integer)');
    await database.close();
    open = [];
    writeFileSync(path, 'this is no database, and long enough to be read as one '.repeat(40));
    await assert.rejects(openHere(), (error: unknown) => {
      assert.ok(error instanceof StartupError, String(error));
      assert.match(error.message, /data\/hookwright\.sqlite is no SQLite database.*Put back the one from your backup/);
      return true;
    });
    rmSync(path);
    await openHere();
  });

  it('keeps every file to its owner, also one that was there before, in a folder that was', async () => {
    const modes = (): Record<string, number> =>
      Object.fromEntries(readdirSync(join(folder, 'data')).map((name) => [name, modeOf(join(folder, 'data', name))]));
    const modeOf = (file: string): number => statSync(file).mode & 0o777;
    mkdirSync(join(folder, 'data'));
    const first = await openHere();
    await first.writer.raw('create table t (a integer)');
    const made = modes();
    for (const name of ['hookwright.lock', 'hookwright.sqlite', 'hookwright.sqlite-shm', 'hookwright.sqlite-wal']) {
      assert.ok(name in made, name);
    }
    for (const [name, mode] of Object.entries(made)) assert.equal(mode, 0o600, name);
    // A process that is killed leaves its write-ahead log.
    const left = [path, `${path}-wal`].map((file) => [file, readFileSync(file)] as const);
    await first.close();
    open = [];
    for (const [file, content] of left) writeFileSync(file, content);
    for (const name of Object.keys(modes())) chmodSync(join(folder, 'data', name), 0o644);
    const second = await openHere();
    assert.deepEqual(rowsOf(await second.writer.raw('select count(*) as n from t')), [{ n: 0 }]);
    for (const [name, mode] of Object.entries(modes())) assert.equal(mode, 0o600, name);
  });
});

describe('a write transaction', () => {
  let folder: string;
  let database: Database;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hookwright-test-'));
    database = await openDatabase({ path: join(folder, 'hookwright.sqlite'), busyTimeoutMs: 0 });
    await database.writer.raw('create table t (a integer unique, b text)');
  });

  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const count = async (): Promise<unknown> =>
    rowsOf(await database.reader.raw('select count(*) as n from t'))[0]?.['n'];

  const isUnavailable = (code: string) => (error: unknown) => {
    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.kind, error.code], ['unavailable', code]);
    assert.ok((error.retryAfterSec ?? 0) > 0);
    return true;
  };

  it('begins IMMEDIATE, and a nested one is a savepoint', async () => {
    const statements: string[] = [];
    database.writer.on('query', (query: { sql: string }) => statements.push(query.sql));
    await database.writer.transaction(async (trx) => {
      await trx.transaction(async (inner) => inner.raw('insert into t values (1, null)'));
    });
    assert.equal(statements[0], 'BEGIN IMMEDIATE;');
    assert.match(statements[1] ?? '', /^SAVEPOINT/);
    assert.equal(statements.at(-1), 'COMMIT;');
  });

  it('leaves nothing behind when its work throws, and passes on what was thrown', async () => {
    const failure = new Error('no');
    await assert.rejects(
      database.writer.transaction(async (trx) => {
        for (let a = 0; a < 50; a += 1) await trx.raw('insert into t values (?, ?)', [a, 'x']);
        throw failure;
      }),
      failure,
    );
    assert.equal(await count(), 0);
    await database.writer.raw('insert into t values (1, null)');
    assert.equal(await count(), 1);
  });

  it('is unavailable while a foreign program holds the database, and its work does not run', async () => {
    const foreign = connectSqlite({ path: join(folder, 'hookwright.sqlite'), setup: 'PRAGMA busy_timeout = 0' });
    let ran = false;
    try {
      await foreign.raw('BEGIN IMMEDIATE');
      await assert.rejects(
        database.writer.transaction(async () => {
          ran = true;
        }),
        isUnavailable('storage_busy'),
      );
      await foreign.raw('COMMIT');
    } finally {
      await foreign.destroy();
    }
    assert.equal(ran, false);
    await database.writer.transaction(async (trx) => trx.raw('insert into t values (1, null)'));
    assert.equal(await count(), 1);
  });

  it('is unavailable while the disk is full, stores nothing of it, and goes on when there is room', async () => {
    const [size] = rowsOf(await database.writer.raw('PRAGMA page_count'));
    await database.writer.raw(`PRAGMA max_page_count = ${String(size?.['page_count'])}`);
    await assert.rejects(
      database.writer.transaction(async (trx) => {
        for (let a = 0; a < 50; a += 1) await trx.raw('insert into t values (?, ?)', [a, 'x'.repeat(4000)]);
      }),
      isUnavailable('storage_full'),
    );
    assert.equal(await count(), 0);
    await database.writer.raw('PRAGMA max_page_count = 1000000');
    await database.writer.transaction(async (trx) => trx.raw('insert into t values (1, ?)', ['x'.repeat(9000)]));
    assert.equal(await count(), 1);
  });

  it('never puts bound values into an error', async () => {
    await database.writer.raw('insert into t values (1, null)');
    await assert.rejects(
      async () => database.writer.raw('insert into t values (?, ?)', [1, 'canary']),
      (error: unknown) => {
        assert.ok(error instanceof AppError && error.kind === 'conflict');
        assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /canary/);
        return true;
      },
    );
    await assert.rejects(async () => database.writer.raw('insert into nowhere values (?)', ['canary']), {
      message: /^(?!.*canary)/s,
    });
  });
});
