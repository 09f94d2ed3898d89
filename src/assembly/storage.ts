// Opens the database and makes it ready: migrated, its secrets readable, nothing left over from an earlier process.
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Database } from '../store/database.ts';
import { openDatabase } from '../store/database.ts';
import { openPostgres } from '../store/open-postgres.ts';
import type { Store } from '../store/index.ts';
import { createStore } from '../store/index.ts';
import { createWriteProbe } from '../store/health.ts';
import { findKeys } from '../store/keys.ts';
import { migrate } from '../store/migrate.ts';
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
  const opened = await open(config);
  undo.push(() => opened.close());
  await migrate(opened);
  const database = tools.leasesFollowClock ? withGivenClock(opened) : opened;
  const secrets = createSecretBox({ keys: await findKeys(database, join(config.dataDir, 'encryption.key')) });
  return { database, store: createStore({ database, secrets }), problem: createWriteProbe({ database, pause }) };
}

function open({ databaseUrl, dataDir }: Config): Promise<Database> {
  if (databaseUrl !== undefined) return openPostgres({ url: databaseUrl });
  return openDatabase({ path: join(dataDir, 'hookwright.db') });
}

function withGivenClock(database: Database): Database {
  return { ...database, dialect: { ...database.dialect, leaseNow: (_db, now) => Promise.resolve(now) } };
}
