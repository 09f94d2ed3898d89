// The keys that the stored secrets need, found and tried before anything else is read: better at the start than later.
import type { Knex } from 'knex';
import type { SecretKey } from '../domain/secret-keys.ts';
import { text } from './codec/columns.ts';
import { openOrNot, readStoredVersion, sealedFields, STORED_VERSION_COLUMNS } from './codec/sealed-settings.ts';
import type { Dialect } from './dialect.ts';
import { loadOrCreateKeyFile, readKeyFile } from './key-file.ts';
import { nameSealingKey, readSealingKeyId } from './sealing-key.ts';
import type { SecretBox, SecretPlace } from './secrets.ts';
import { createSecretBox } from './secrets.ts';
import { readRows } from './sql/rows.ts';
import { StartupError } from './startup-error.ts';
import { sealingKeyIds } from './webhooks.ts';

/** Where keys come from. */
export interface KeySource {
  /** Those of the environment, newest first; `undefined`: they are in the key file. */
  readonly given: readonly SecretKey[] | undefined;
  /** Of the key file. */
  readonly path: string;
}

/** What finding keys touches. All of it happens in one transaction, so that a refusal changes nothing. */
export interface KeyDeps {
  readonly dialect: Pick<Dialect, 'isShared'>;
  readonly trx: Knex;
  readonly now: Date;
}

/**
 * The keys to use, newest first. A key file is made only where no keys are given, nothing is sealed yet and, where
 * several processes may share the database, none has named its key. Throws `StartupError` where a key is needed that is
 * not there, or one is not what it was. The caller holds the lock `start`.
 */
export async function findKeys(deps: KeyDeps, source: KeySource): Promise<readonly SecretKey[]> {
  const { trx } = deps;
  const sealing = await sealingKeyIds(trx);
  const named = deps.dialect.isShared ? await readSealingKeyId(trx) : undefined;
  const keys = source.given ?? findInFile([...sealing, ...(named === undefined ? [] : [named])], source.path);
  refuseMissing(keys, sealing, source);
  if (named !== undefined) refuseStranger(keys, named, source);
  const known = await knownKeys(trx);
  for (const key of keys) await refuseWrong(trx, key, known.get(key.id)?.checkValue, source);
  await rememberKeys(
    deps,
    keys.filter(({ id }) => !known.has(id)),
  );
  const current = keys.find(({ id }) => known.get(id)?.isRetired !== true) ?? keys[0];
  if (current !== undefined) await nameSealingKey(trx, current.id);
  return keys;
}

function findInFile(needed: readonly string[], path: string): readonly SecretKey[] {
  return needed.length === 0 ? loadOrCreateKeyFile(path) : (readKeyFile(path) ?? []);
}

/** What a message calls the place that keys come from. */
export function placeOf({ given, path }: KeySource): string {
  return given === undefined ? path : 'HOOKWRIGHT_ENCRYPTION_KEYS';
}

function refuseMissing(keys: readonly SecretKey[], sealing: readonly string[], source: KeySource): void {
  const missing = sealing.filter((id) => !keys.some((key) => key.id === id));
  if (missing.length === 0) return;
  const names = missing.map((id) => `"${id}"`).join(', ');
  throw new StartupError(
    `Secrets of some webhooks were encrypted with the key ${names}, which is not in ${placeOf(source)}. ${wayOut(missing, source)}; nothing was changed.`,
  );
}

function wayOut(missing: readonly string[], { given, path }: KeySource): string {
  if (given === undefined) {
    return 'Put the key file back from your backup, or set HOOKWRIGHT_ENCRYPTION_KEYS again if the key was there';
  }
  const beside = readBeside(path).filter(({ id }) => missing.includes(id));
  if (beside.length < missing.length) return 'Add it there, from your backup, behind the others';
  const lines = beside.map(({ id }) => `the line that begins with "${id}:"`).join(' and ');
  return `It is in the key file ${path}: append ${lines} to HOOKWRIGHT_ENCRYPTION_KEYS`;
}

// Only to say where the key is: whatever is wrong with the file does not matter here.
function readBeside(path: string): readonly SecretKey[] {
  try {
    return readKeyFile(path) ?? [];
  } catch (error) {
    if (error instanceof StartupError) return [];
    throw error;
  }
}

// A process with a key of its own would seal what no other can open.
function refuseStranger(keys: readonly SecretKey[], named: string, source: KeySource): void {
  if (keys.some(({ id }) => id === named)) return;
  throw new StartupError(
    `This database is used with the key "${named}", which is not in ${placeOf(source)}. All processes that share a database need the same keys: take them over from the others; nothing was changed.`,
  );
}

interface KnownKey {
  readonly checkValue: string;
  readonly isRetired: boolean;
}

async function knownKeys(trx: Knex): Promise<ReadonlyMap<string, KnownKey>> {
  const rows = await readRows(trx('encryption_keys').select('*'));
  return new Map(
    rows.map((row) => [
      text(row, 'id'),
      { checkValue: text(row, 'check_value'), isRetired: row['retired_at'] !== null },
    ]),
  );
}

const CHECK_TEXT = 'hookwright';

function placeOfCheck(id: string): SecretPlace {
  return ['', '', `key ${id}`];
}

/** Keeps by what a key is known again. */
export async function rememberKeys({ trx, now }: KeyDeps, keys: readonly SecretKey[]): Promise<void> {
  for (const key of keys) {
    const checkValue = createSecretBox({ keys: [key] }).seal(CHECK_TEXT, placeOfCheck(key.id));
    await trx('encryption_keys').insert({ id: key.id, check_value: checkValue, created_at: now.toISOString() });
  }
}

async function refuseWrong(
  trx: Knex,
  key: SecretKey,
  checkValue: string | undefined,
  source: KeySource,
): Promise<void> {
  const box = createSecretBox({ keys: [key] });
  const isRight =
    checkValue === undefined
      ? await opensSomething(trx, box, key.id)
      : openOrNot(box, checkValue, placeOfCheck(key.id)) === CHECK_TEXT;
  if (isRight) return;
  throw new StartupError(
    `The key "${key.id}" in ${placeOf(source)} is not the one that this database knows by that name. Put the right one back from your backup; a new key needs an id of its own. Nothing was changed.`,
  );
}

// So many are tried that a damaged one among them does not speak for all.
const TRIED_VERSIONS = 20;

// A database from before keys were remembered: what the key has sealed tells.
async function opensSomething(trx: Knex, box: SecretBox, keyId: string): Promise<boolean> {
  const query = trx('webhook_versions').where('secret_key_id', keyId).select(STORED_VERSION_COLUMNS);
  const versions = (await readRows(query.limit(TRIED_VERSIONS))).map(readStoredVersion);
  const opened = versions.flatMap((version) =>
    sealedFields(version).map(([field, envelope]) =>
      openOrNot(box, envelope, [version.organizationId, version.webhookId, field]),
    ),
  );
  return opened.length === 0 || opened.some((secret) => secret !== undefined);
}
