import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Expectation, Step } from '../../../src/store/batch/steps.ts';
import type { BatchWriter } from '../../../src/store/batch/writer-thread.ts';
import { startWriterThread } from '../../../src/store/batch/writer-thread.ts';
import { sqliteReaderSetup, sqliteWriterSetup } from '../../../src/store/database.ts';
import type { SqlValue } from '../../../src/store/dialect.ts';
import { rowsOf } from '../../../src/store/dialect.ts';
import { connectSqlite } from '../../../src/store/dialect/sqlite.ts';

// A worker does not inherit what lets its process read TypeScript.
const SOURCE = `
  const { workerData } = require('node:worker_threads');
  import(workerData.loader).then(({ register }) => { register(); return import(workerData.worker); });`;

function fromSource(setup: { path: string; setup: string }): Worker {
  const loader = import.meta.resolve('tsx/esm/api');
  const worker = new URL('../../../src/store/batch/worker.ts', import.meta.url).href;
  return new Worker(SOURCE, { eval: true, workerData: { ...setup, loader, worker } });
}

const step = (text: string, values: readonly SqlValue[] = [], expects?: Expectation): Step => ({
  statement: { key: text, text: () => text },
  values,
  ...(expects === undefined ? {} : { expects }),
});
const insert = (value: SqlValue): Step => step('insert into t values (?) returning a', [value], 1);

describe('the thread that writes', () => {
  let folder: string;
  let path: string;
  let thread: BatchWriter;
  let worker: Worker;
  let ends = 0;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hookwright-'));
    path = join(folder, 'test.db');
    const start = (setup: { path: string; setup: string }) => (worker = fromSource(setup));
    thread = await startWriterThread({ start, ended: () => void (ends += 1) }, { path, setup: sqliteWriterSetup(0) });
    await thread.run([step('create table t (a text not null)')]);
  });
  beforeEach(() => thread.run([step('delete from t')]));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const stored = async (): Promise<unknown[]> => {
    const reader = connectSqlite({ path, setup: sqliteReaderSetup() });
    try {
      return rowsOf(await reader.raw('select a from t order by a')).map((row) => row['a']);
    } finally {
      await reader.destroy();
    }
  };

  it('commits what came to what it had to', async () => {
    assert.equal(
      await thread.run([insert('a'), insert('b'), step('select a from t', [], '[{"a":"a"},{"a":"b"}]')]),
      true,
    );
    assert.equal(await thread.run([insert('c')]), true, 'the text of a statement goes there once');
    assert.deepEqual(await stored(), ['a', 'b', 'c']);
  });

  it('runs one after the other, however many are given to it at once', async () => {
    const all = ['a', 'b', 'c'].map((value, index) =>
      thread.run([insert(value), step(`select ${String(index)}`), step('select a from t', [], index + 1)]),
    );
    assert.deepEqual(await Promise.all(all), [true, true, true]);
    assert.deepEqual(await stored(), ['a', 'b', 'c']);
  });

  for (const [what, expects] of [
    ['number of rows', 2],
    ['rows', '[{"a":"x"}]'],
  ] as const) {
    it(`changes nothing where a statement gives another ${what}, and does not go on`, async () => {
      const found = step('select a from t', [], expects);
      assert.equal(await thread.run([insert('a'), found, step('not even SQL')]), false);
      assert.equal(await thread.run([insert('b')]), true);
      assert.deepEqual(await stored(), ['b']);
    });
  }

  it('changes nothing where a statement fails, says so as the store does, and goes on with the next', async () => {
    await assert.rejects(thread.run([insert('a'), step('insert into missing values (1)')]), /no such table/);
    await assert.rejects(thread.run([insert('a'), insert(null)]), /NOT NULL/);
    const locker = connectSqlite({ path, setup: 'PRAGMA busy_timeout = 0' });
    try {
      await locker.raw('BEGIN IMMEDIATE');
      await assert.rejects(thread.run([insert('a')]), { kind: 'unavailable', code: 'storage_busy' });
      await locker.raw('ROLLBACK');
    } finally {
      await locker.destroy();
    }
    assert.equal(await thread.run([insert('b')]), true);
    assert.deepEqual(await stored(), ['b']);
  });

  it('ends when it is closed, with the files free', async () => {
    const deps = { start: fromSource, ended: () => void (ends += 1) };
    const closing = await startWriterThread(deps, { path, setup: '' });
    await closing.run([insert('last')]);
    await closing.close();
    assert.equal(ends, 1);
    assert.deepEqual(await stored(), ['last']);
  });

  it('takes nothing more once it has died', async () => {
    await worker.terminate();
    await assert.rejects(thread.run([insert('a')]), { kind: 'unavailable' });
    assert.equal(ends, 2);
  });
});
