// Opens the database and makes it ready: migrated, its secrets readable, nothing left over from an earlier process.
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { SecretKey } from '../domain/secret-keys.ts';
import type { Database } from '../store/database.ts';
import { openDatabase } from '../store/database.ts';
import { openPostgres } from '../store/open-postgres.ts';
import type { Store } from '../store/index.ts';
import { createStore } from '../store/index.ts';
import { createWriteProbe } from '../store/health.ts';
import type { KeySource } from '../store/keys.ts';
import { findKeys } from '../store/keys.ts';
import { migrateAnd } from '../store/migrate.ts';
import { createSecretBox } from '../store/secrets.ts';
import { makePrivateFolder } from '../store/private-file.ts';
import type { Tools, Undo } from './tools.ts';
import { pause } from './waiting.ts';

/** Where everything is kept. */
export interface Storage {
  readonly database: Database;
  readonly store: Store;
  /** Why the database takes no writes now, in a sentence; `undefined` where it does. Says so within two seconds. */
  problem(): Promise<string | undefined>;
}

/** Opens it. Throws `StartupError` with a sentence that says what to do. */
export async function openStorage(config: Config, tools: Tools, undo: Undo[]): Promise<Storage> {
  makePrivateFolder(config.dataDir);
  const opened = await openConfigured(config);
  undo.push(() => opened.close());
  const keys = await migrateWithKeys(opened, keySource(config), tools.clock());
  const database = tools.leasesFollowClock ? withGivenClock(opened) : opened;
  const secrets = createSecretBox({ keys });
  return { database, store: createStore({ database, secrets }), problem: createWriteProbe({ database, pause }) };
}

/** Opens the database that the settings name. Throws `StartupError`. */
export function openConfigured({ databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<Database> {
  if (databaseUrl !== undefined) return openPostgres({ url: databaseUrl });
  return openDatabase({ path: databaseFile(dataDir) });
}

/** The SQLite database of a data folder. */
export function databaseFile(dataDir: string): string {
  return join(dataDir, 'hookwright.db');
}

/** Where the settings say that keys are. */
export function keySource({ encryptionKeys, dataDir }: Pick<Config, 'encryptionKeys' | 'dataDir'>): KeySource {
  return { given: encryptionKeys, path: join(dataDir, 'encryption.key') };
}

/** Brings the schema up and finds the keys. Throws `StartupError`, and then has changed neither. */
export function migrateWithKeys(database: Database, source: KeySource, now: Date): Promise<readonly SecretKey[]> {
  const { dialect } = database;
  return migrateAnd(database, (trx) => findKeys({ dialect, trx, now }, source));
}

function withGivenClock(database: Database): Database {
  return { ...database, dialect: { ...database.dialect, leaseNow: (_db, now) => Promise.resolve(now) } };
}
