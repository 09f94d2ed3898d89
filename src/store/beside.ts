// Opens the database for a command, beside the engine or without it: no lock of the folder, and no change of the schema.
import { existsSync } from 'node:fs';
import type { Database } from './database.ts';
import { sqliteReaderSetup, sqliteWriterSetup } from './database.ts';
import { connectSqlite, isForeignFile, SQLITE } from './dialect/sqlite.ts';
import { requireSchema } from './migrate.ts';
import { openPostgres } from './open-postgres.ts';
import { StartupError } from './startup-error.ts';

/** Which database: a SQLite file, or the URL of one on PostgreSQL. */
export type BesideOptions = { readonly path: string } | { readonly url: string };

/**
 * Opens a database that an engine has made. Throws `StartupError` with a sentence where it is missing, or its schema is
 * older or newer than this program; nothing is made or changed.
 */
export async function openBeside(options: BesideOptions): Promise<Database> {
  if ('path' in options) return openFile(options.path);
  const database = await openPostgres(options);
  try {
    await requireSchema(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openFile(path: string): Promise<Database> {
  if (!existsSync(path)) {
    throw new StartupError(
      `There is no database at ${path}. Name the folder that the engine uses with HOOKWRIGHT_DATA_DIR.`,
    );
  }
  await requireSchemaOf(path);
  return writing(path);
}

// By a connection that changes nothing: a writer would turn a file that is not ours into one with a write-ahead log.
async function requireSchemaOf(path: string): Promise<void> {
  const writer = connectSqlite({ path, setup: sqliteReaderSetup(), isReadOnly: true });
  try {
    await requireSchema({ writer });
  } catch (error) {
    if (!isForeignFile(error)) throw error;
    throw new StartupError(`The file ${path} is no SQLite database, or is damaged.`, error);
  } finally {
    await writer.destroy();
  }
}

// One connection for everything: a command does one thing after the other. The engine's transactions and ours follow
// each other by SQLite's own locks.
function writing(path: string): Database {
  const writer = connectSqlite({ path, setup: sqliteWriterSetup() });
  return {
    dialect: SQLITE,
    writer,
    reader: writer,
    lookup: writer,
    migrator: writer,
    groups: undefined,
    listen: undefined,
    close: () => writer.destroy(),
  };
}
