// The databases that the storage and API suites run on: SQLite always. PostgreSQL becomes one more entry.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/store/database.ts';
import { openDatabase } from '../../src/store/database.ts';

/** An empty database of its own, without a schema. */
export interface TestDatabase {
  readonly database: Database;
  /** The folder and the file it is in. */
  readonly folder: string;
  readonly path: string;
  /** Closes it and removes its files. */
  remove(): Promise<void>;
}

/** A kind of database. */
export interface DatabaseKind {
  readonly name: string;
  open(): Promise<TestDatabase>;
}

/** All kinds that the suites run on. */
export const DATABASES: readonly DatabaseKind[] = [{ name: 'SQLite', open: openSqlite }];

async function openSqlite(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'hookwright-test-'));
  const path = join(folder, 'hookwright.sqlite');
  const database = await openDatabase({ path });
  return {
    database,
    folder,
    path,
    async remove() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
