// What the command line does with encryption keys: a new one, which are in use, and everything sealed anew.
import { existsSync } from 'node:fs';
import type { Knex } from 'knex';
import type { Config } from '../config.ts';
import type { SecretKey } from '../domain/secret-keys.ts';
import { writeSecretKeys } from '../domain/secret-keys.ts';
import { commandLineActor } from '../domain/own-events.ts';
import { rotationEvent } from '../services/encryption-events.ts';
import { createEventSink } from '../services/own-events.ts';
import type { Database } from '../store/database.ts';
import { connectSqlite } from '../store/dialect/sqlite.ts';
import { createStore } from '../store/index.ts';
import { readKeyFile, replaceKeyFile } from '../store/key-file.ts';
import type { KeySource } from '../store/keys.ts';
import { placeOf } from '../store/keys.ts';
import type { Rotation, RotationDeps } from '../store/rotation.ts';
import { countSealed, rotate } from '../store/rotation.ts';
import type { SecretBox } from '../store/secrets.ts';
import { createSecretBox, newSecretKey } from '../store/secrets.ts';
import { StartupError } from '../store/startup-error.ts';
import { sealingKeyIds } from '../store/webhooks.ts';
import { databaseFile, keySource, migrateWithKeys, openConfigured } from './storage.ts';
import { createTools } from './tools.ts';

/** A new key, as its line. */
export function generateKey(): string {
  return writeSecretKeys([newSecretKey()]);
}

/** A key, or the name of one that is not there. */
export interface KeyUse {
  readonly id: string;
  readonly secrets: number;
  /** In words. */
  readonly standing: string;
}

/** Which keys there are, newest first, and then those that are missing. */
export interface KeyStatus {
  readonly place: string;
  readonly keys: readonly KeyUse[];
}

/** Counts, also while engines run; nothing is changed. Throws `StartupError`. */
export async function secretsStatus(config: Config): Promise<KeyStatus> {
  const source = keySource(config);
  const keys = source.given ?? readKeyFile(source.path) ?? [];
  const counts = await withReader(config, countSealed);
  const there = keys.map(({ id }, index) => ({
    id,
    secrets: counts.get(id) ?? 0,
    standing: index === 0 ? 'newest' : 'older',
  }));
  const missing = [...counts].filter(([id]) => !keys.some((key) => key.id === id));
  const lost = missing.map(([id, secrets]) => ({ id, secrets, standing: 'missing: put this key back' }));
  return { place: placeOf(source), keys: [...there, ...lost] };
}

async function withReader<Result>(config: Config, work: (db: Knex) => Promise<Result>): Promise<Result> {
  requireDatabase(config);
  if (config.databaseUrl !== undefined) {
    const database = await openConfigured(config);
    return work(database.reader).finally(() => database.close());
  }
  // Past the lock of the folder, which an engine may hold.
  const setup = 'PRAGMA busy_timeout = 5000';
  const db = connectSqlite({ path: databaseFile(config.dataDir), setup, isReadOnly: true });
  return work(db).finally(() => db.destroy());
}

function requireDatabase({ databaseUrl, dataDir }: Config): void {
  if (databaseUrl !== undefined || existsSync(databaseFile(dataDir))) return;
  throw new StartupError(
    `There is no database in ${dataDir}. Name the folder that the engine uses with HOOKWRIGHT_DATA_DIR.`,
  );
}

/** What a rotation did. */
export interface RotationReport extends Rotation {
  readonly place: string;
  readonly isInEnvironment: boolean;
  readonly keyId: string;
  /** Whether the key was made by this run. */
  readonly isNew: boolean;
  /** The ids of the other keys that were there. */
  readonly others: readonly string[];
  /** Whether the others were taken out of the key file. */
  readonly isDropped: boolean;
}

/**
 * Seals every secret anew by the newest key. With a key file on SQLite a new key is put on top of it first, unless an
 * earlier run was cut off before it was through. Throws `StartupError`, also where an engine has the SQLite database.
 */
export async function rotateSecrets(config: Config, options: { readonly dropOld: boolean }): Promise<RotationReport> {
  requireDatabase(config);
  const source = keySource(config);
  const database = await openConfigured(config);
  try {
    const now = new Date();
    const found = await migrateWithKeys(database, source, now);
    const keys = await keysToRotate(database, source, found, options.dropOld);
    const [key, ...older] = keys;
    if (key === undefined) throw new Error('There are always keys.');
    const secrets = createSecretBox({ keys });
    const done = await rotate({ database, secrets, now, tell: tellOf(database, secrets) }, key);
    await requireDone(database, key);
    const isDropped = options.dropOld && source.given === undefined && older.length > 0 && done.unreadable.length === 0;
    if (isDropped) replaceKeyFile(source.path, [key]);
    return {
      ...done,
      place: placeOf(source),
      isInEnvironment: source.given !== undefined,
      keyId: key.id,
      isNew: keys.length > found.length,
      others: older.map(({ id }) => id),
      isDropped,
    };
  } finally {
    await database.close();
  }
}

// Keys are those of the installation, so the first organization hears of it. A database without one has no webhook yet.
function tellOf(database: Database, secrets: SecretBox): RotationDeps['tell'] {
  const ownEvents = createEventSink(createTools({}));
  return async (trx, moved) => {
    const store = createStore({ database: { ...database, writer: trx, reader: trx, lookup: trx }, secrets });
    const first = await store.organizations.first();
    if (first !== undefined) await ownEvents(store, rotationEvent(commandLineActor(first.id), moved));
  };
}

// The file has both keys before anything is sealed by the new one, and until nothing is sealed by the old.
async function keysToRotate(
  database: Database,
  source: KeySource,
  keys: readonly SecretKey[],
  dropOld: boolean,
): Promise<readonly SecretKey[]> {
  const sealing = await sealingKeyIds(database.writer);
  const isUnderWay = sealing.some((id) => id !== keys[0]?.id);
  const onlyDrops = dropOld && keys.length > 1;
  if (source.given !== undefined || isUnderWay || onlyDrops) return keys;
  if (database.dialect.isShared) {
    throw new StartupError(
      `Everything is encrypted with the newest key in ${source.path} already, and other processes that share the database do not learn of a new one by themselves. Add the line that "hookwright secrets generate" prints to the end of the key file of each process and start each again; then put it first, start each again, and rotate.`,
    );
  }
  const extended = [newSecretKey(), ...keys];
  replaceKeyFile(source.path, extended);
  return extended;
}

async function requireDone({ writer }: Database, { id }: SecretKey): Promise<void> {
  const others = (await sealingKeyIds(writer)).filter((one) => one !== id);
  if (others.length === 0) return;
  throw new StartupError(
    `Another process has encrypted with the key "${others.join('", "')}" meanwhile. Start all processes again with the new list of keys, then run this again.`,
  );
}
