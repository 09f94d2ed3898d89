// Opens the database and makes it ready: migrated, its secrets readable, nothing left over from an earlier process.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { isPrivate } from '../config.ts';
import type { SecretKey } from '../domain/secret-keys.ts';
import type { Database } from '../store/database.ts';
import { openDatabase } from '../store/database.ts';
import { openPostgres } from '../store/open-postgres.ts';
import type { Store } from '../store/index.ts';
import { createStore } from '../store/index.ts';
import { createWriteProbe } from '../store/health.ts';
import type { KeySource } from '../store/keys.ts';
import { findKeys } from '../store/keys.ts';
import { hasFirstAdmin } from '../store/access.ts';
import { missingKeyId } from '../store/missing-keys.ts';
import { migrateAnd } from '../store/migrate.ts';
import { createSecretBox } from '../store/secrets.ts';
import { makePrivateFolder } from '../store/private-file.ts';
import { StartupError } from '../store/startup-error.ts';
import type { Tools, Undo } from './tools.ts';
import { pause } from './waiting.ts';

/** Where everything is kept. */
export interface Storage {
  readonly database: Database;
  readonly store: Store;
  /** Why the database takes no writes now, in a sentence; `undefined` where it does. Says so within two seconds. */
  problem(): Promise<string | undefined>;
  /** The id of a key that is needed and was not given at the start. */
  missingKeyId(): Promise<string | undefined>;
}

/** Opens it. Throws `StartupError` with a sentence that says what to do. */
export async function openStorage(config: Config, tools: Tools, undo: Undo[]): Promise<Storage> {
  if (asksForKey(config) && isNew(config)) throw adminKeyNeeded();
  const opened = await openConfigured(config);
  undo.push(() => opened.close());
  if (asksForKey(config) && !(await hasFirstAdmin(opened, tools.clock()))) throw adminKeyNeeded();
  makePrivateFolder(config.dataDir);
  const keys = await migrateWithKeys(opened, keySource(config), tools.clock());
  const database = tools.leasesFollowClock ? withGivenClock(opened) : opened;
  const secrets = createSecretBox({ keys });
  return {
    database,
    store: createStore({ database, secrets }),
    problem: createWriteProbe({ database, pause }),
    missingKeyId: () => missingKeyId(database.lookup, secrets),
  };
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

// A key that is made up and printed is for whoever sits at the machine; where others reach the API, the operator brings one.
function asksForKey(config: Config): boolean {
  return config.adminKey === undefined && !isPrivate(config);
}

// So that nothing is made where the start is refused.
function isNew({ databaseUrl, dataDir }: Config): boolean {
  return databaseUrl === undefined && !existsSync(databaseFile(dataDir));
}

function adminKeyNeeded(): StartupError {
  return new StartupError(
    'It would listen on a public address, and the first organization has no good admin key. Make one with: npm run hookwright -- keys generate, and start with it in HOOKWRIGHT_ADMIN_KEY. Nothing was made or changed.',
  );
}

function withGivenClock(database: Database): Database {
  const leaseNow: Database['dialect']['leaseNow'] = (_db, now) => Promise.resolve(now);
  return { ...database, dialect: { ...database.dialect, leaseNow, hasLeaseClock: false } };
}
