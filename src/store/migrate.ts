// Brings the schema up to what this program knows, and refuses a database that knows more.
import type { Knex } from 'knex';
import type { NamedMigration } from '../../db/migrations.ts';
import { MIGRATIONS } from '../../db/migrations.ts';
import { text } from './codec/columns.ts';
import type { Database } from './database.ts';
import { readRows } from './sql/rows.ts';
import { StartupError } from './startup-error.ts';

const TABLE = 'knex_migrations';

// knex stores the name that `getMigrationName` gives. No `directory` and no `loadExtensions` here: either makes knex
// forget this source and read files, whose names differ between .ts and .js.
const SOURCE: Knex.MigrationSource<NamedMigration> = {
  getMigrations: () => Promise.resolve([...MIGRATIONS]),
  getMigrationName: ({ name }) => name,
  getMigration: ({ migration }) => Promise.resolve(migration),
};

/** Runs what is missing. Throws as `migrateAnd`. */
export async function migrate(database: Pick<Database, 'dialect' | 'migrator'>): Promise<void> {
  await migrateAnd(database, () => Promise.resolve());
}

/**
 * Runs what is missing, and then `work`, all in one transaction, and one process at a time: where `work` refuses, the
 * schema is what it was. Throws `StartupError` where a newer program has been here.
 */
export async function migrateAnd<Result>(
  { dialect, migrator }: Pick<Database, 'dialect' | 'migrator'>,
  work: (trx: Knex) => Promise<Result>,
): Promise<Result> {
  return migrator.transaction(async (trx) => {
    await dialect.lock(trx, 'start');
    await refuseNewer(trx);
    // knex has a lock of its own in a table. Whoever left it there has died: nobody else is here.
    await trx.migrate.forceFreeMigrationsLock({ migrationSource: SOURCE, tableName: TABLE });
    await trx.migrate.latest({ migrationSource: SOURCE, tableName: TABLE });
    return work(trx);
  });
}

/** Takes all migrations back, and with them everything that is stored. */
export async function migrateDown({ migrator }: Pick<Database, 'migrator'>): Promise<void> {
  await migrator.migrate.rollback({ migrationSource: SOURCE, tableName: TABLE }, true);
}

/** Throws `StartupError` where the schema is not the one that this program knows. Changes nothing. */
export async function requireSchema({ writer }: Pick<Database, 'writer'>): Promise<void> {
  await refuseNewer(writer);
  const applied = (await writer.schema.hasTable(TABLE)) ? await readRows(writer(TABLE).select('name')) : [];
  if (applied.length === MIGRATIONS.length) return;
  throw new StartupError(
    'The database was made by an older Hookwright, or has no schema yet. Start this version of the engine once, which brings it up.',
  );
}

async function refuseNewer(db: Knex): Promise<void> {
  if (!(await db.schema.hasTable(TABLE))) return;
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const applied = (await readRows(db(TABLE).select('name').orderBy('id'))).map((row) => text(row, 'name'));
  const unknown = applied.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new StartupError(
    `This database was written by a newer Hookwright (it has ${unknown.join(', ')}, which this one does not know). Start the newer version, or restore a backup from before the upgrade.`,
  );
}
