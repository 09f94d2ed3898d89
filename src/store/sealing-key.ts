// Which key seals: one row, so that of all processes none seals by a key that a rotation is about to retire.
import type { Knex } from 'knex';
import { unavailable } from '../domain/errors.ts';
import { text } from './codec/columns.ts';
import type { SecretBox } from './secrets.ts';
import { readRow } from './sql/rows.ts';

const ONLY_ROW = 1;
const RETRY_AFTER_SEC = 60;

/** The id of the key that seals; `undefined` before the first start. */
export async function readSealingKeyId(db: Knex): Promise<string | undefined> {
  const row = await readRow(db('sealing_key').where('id', ONLY_ROW));
  return row === undefined ? undefined : text(row, 'key_id');
}

/** From the end of this transaction on, this key seals; those that seal by another have ended by then. */
export async function nameSealingKey(trx: Knex, keyId: string): Promise<void> {
  if ((await readSealingKeyId(trx)) === keyId) return;
  await trx('sealing_key').insert({ id: ONLY_ROW, key_id: keyId }).onConflict('id').merge();
}

/**
 * The box, sealing by the key that all processes seal by, which stays so until the transaction ends. Throws
 * `unavailable` where another process has named a key that this one was started without.
 */
export async function lockSealingKey(trx: Knex, secrets: SecretBox): Promise<SecretBox> {
  // knex leaves the lock out on SQLite, where transactions that write follow one another.
  const row = await readRow(trx('sealing_key').where('id', ONLY_ROW).forShare());
  if (row === undefined) return secrets;
  const box = secrets.sealingWith(text(row, 'key_id'));
  if (box !== undefined) return box;
  throw unavailable(
    'encryption_key_missing',
    `Secrets are encrypted with the key "${text(row, 'key_id')}" now, which this process was started without.`,
    RETRY_AFTER_SEC,
  );
}
