// The keys that the stored secrets need, found before anything else is read: better at the start than later.
import type { Knex } from 'knex';
import { text } from './codec/columns.ts';
import type { Database } from './database.ts';
import { loadOrCreateKeyFile, readKeyFile } from './key-file.ts';
import type { SecretKey } from '../domain/secret-keys.ts';
import { readRow } from './sql/rows.ts';
import { StartupError } from './startup-error.ts';
import { sealingKeyIds } from './webhooks.ts';

/**
 * The keys in the file at `path`. It is made only where nothing is sealed yet and, where several processes may share
 * the database, none has named its key. Throws `StartupError` where a key is needed that is not there, and then
 * changes nothing.
 */
export async function findKeys(
  { dialect, writer }: Pick<Database, 'dialect' | 'writer'>,
  path: string,
): Promise<readonly SecretKey[]> {
  return writer.transaction(async (trx) => {
    await dialect.lock(trx, 'start');
    const sealing = await sealingKeyIds(trx);
    const named = dialect.isShared ? await readNamedKey(trx) : undefined;
    const keys = findAll([...sealing, ...(named ?? [])], path);
    refuseMissing(keys, sealing, path);
    refuseStranger(keys, named ?? [], path);
    if (dialect.isShared) await nameKey(trx, keys[0]?.id ?? '');
    return keys;
  });
}

function findAll(needed: readonly string[], path: string): readonly SecretKey[] {
  return needed.length === 0 ? loadOrCreateKeyFile(path) : (readKeyFile(path) ?? []);
}

function refuseMissing(keys: readonly SecretKey[], sealing: readonly string[], path: string): void {
  const missing = lacking(keys, sealing);
  if (missing.length === 0) return;
  throw new StartupError(
    `The header values of some webhooks were encrypted with the key ${missing.map((id) => `"${id}"`).join(', ')}, which is not in ${path}. Put the key file back from your backup; nothing was changed.`,
  );
}

// A process with a key of its own would seal what no other can open.
function refuseStranger(keys: readonly SecretKey[], named: readonly string[], path: string): void {
  const [missing] = lacking(keys, named);
  if (missing === undefined) return;
  throw new StartupError(
    `This database is used with the key "${missing}", which is not in ${path}. All processes that share a database need the same key file: copy it from the data folder of the first; nothing was changed.`,
  );
}

function lacking(keys: readonly SecretKey[], ids: readonly string[]): string[] {
  return ids.filter((id) => !keys.some((key) => key.id === id));
}

const ONLY_ROW = 1;

async function readNamedKey(trx: Knex): Promise<readonly string[]> {
  const row = await readRow(trx('sealing_key').where('id', ONLY_ROW));
  return row === undefined ? [] : [text(row, 'key_id')];
}

// A key put on top of the file is the one that seals from now on, and that others then need.
async function nameKey(trx: Knex, keyId: string): Promise<void> {
  await trx('sealing_key').insert({ id: ONLY_ROW, key_id: keyId }).onConflict('id').merge();
}
