// Commands beside the engine: they use the schema that is there, or say in a sentence why not, and change nothing.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS } from '../../db/migrations.ts';
import type { BesideOptions } from '../../src/store/beside.ts';
import { openBeside } from '../../src/store/beside.ts';
import { rowsOf } from '../../src/store/dialect.ts';
import { connectSqlite } from '../../src/store/dialect/sqlite.ts';
import { StartupError } from '../../src/store/startup-error.ts';
import { catalogueOf } from '../support/catalogues.ts';
import type { TestDatabase } from '../support/databases.ts';
import { DATABASES } from '../support/databases.ts';

async function refusal(options: BesideOptions): Promise<string> {
  const error = await openBeside(options).then(
    async (database) => {
      await database.close();
      assert.fail('It was opened.');
    },
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof StartupError, String(error));
  return error.message;
}

const NEWEST = MIGRATIONS.at(-1)?.name ?? '';

for (const kind of DATABASES) {
  describe(`openBeside on ${kind.name}`, () => {
    let test: TestDatabase;
    afterEach(() => test.remove());

    const at = (): BesideOptions => (kind.name === 'SQLite' ? { path: test.path } : { url: test.path });
    const everything = async (): Promise<string> => {
      const catalogue = catalogueOf(test.database);
      const tables = await catalogue.tables();
      const rows = tables.map(async (table) => rowsOf(await test.database.writer.raw(`select * from ${table}`)));
      return JSON.stringify([tables, await Promise.all(rows)]);
    };
    const refused = async (sentence: RegExp): Promise<void> => {
      const before = await everything();
      assert.match(await refusal(at()), sentence);
      assert.equal(await everything(), before, 'nothing was changed');
    };

    it('opens one with the schema of this program, also while an engine has it', async () => {
      test = await kind.openMigrated();
      const database = await openBeside(at());
      const [row] = rowsOf(await database.writer.raw('select count(*) as n from organizations'));
      assert.equal(Number(row?.['n']), 0);
      await database.close();
    });

    it('refuses one without a schema, an older and a newer one', async () => {
      test = await kind.open();
      await refused(/^The database was made by an older Hookwright, or has no schema yet\. Start this version/);
      await test.remove();
      test = await kind.openMigrated();
      const { writer } = test.database;
      await writer('knex_migrations').where('name', NEWEST).delete();
      await refused(/^The database was made by an older Hookwright/);
      await writer('knex_migrations').insert({ name: '9999_from_the_future', batch: 1, migration_time: new Date() });
      await refused(/^This database was written by a newer Hookwright \(it has 9999_from_the_future, which/);
      await writer('knex_migrations').insert({ name: NEWEST, batch: 1, migration_time: new Date() });
      await refused(/newer Hookwright/);
      // What was changed here is set back: the next test may get this database emptied.
      await writer('knex_migrations').where('name', '9999_from_the_future').delete();
    });
  });
}

describe('openBeside', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hookwright-beside-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const bytes = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

  it('makes no file where there is none', async () => {
    const path = join(folder, 'none', 'hookwright.db');
    assert.match(await refusal({ path }), /^There is no database at .*HOOKWRIGHT_DATA_DIR/);
    assert.match(await refusal({ path: join(folder, 'hookwright.db') }), /^There is no database at/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('leaves a file that is not ours as it is, to the last byte', async () => {
    const other = connectSqlite({ path: join(folder, 'other.db'), setup: '' });
    await other.raw('create table theirs (id text)');
    await other.destroy();
    writeFileSync(join(folder, 'text.db'), 'This is a text, and no database. '.repeat(100));
    writeFileSync(join(folder, 'empty.db'), '');
    const sentences: Readonly<Record<string, RegExp>> = {
      'other.db': /has no schema yet/,
      'text.db': /text\.db is no SQLite database/,
      'empty.db': /has no schema yet/,
    };
    const files = readdirSync(folder);
    for (const [name, sentence] of Object.entries(sentences)) {
      const before = bytes(join(folder, name));
      assert.match(await refusal({ path: join(folder, name) }), sentence);
      assert.equal(bytes(join(folder, name)), before, name);
    }
    assert.deepEqual(readdirSync(folder), files);
  });
});
