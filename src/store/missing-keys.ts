// Keys that this process was started without, although others seal by them: what they sealed has to wait for such a process.
import type { Knex } from 'knex';
import { text } from './codec/columns.ts';
import type { SecretBox } from './secrets.ts';
import type { StoreDeps } from './sql/rows.ts';
import { readRow } from './sql/rows.ts';

/**
 * The id of a key that seals, or has sealed what is stored, and is not in the box; `undefined` where nothing is missing.
 * Retired keys do not count: what they sealed is sealed anew.
 */
export async function missingKeyId(db: Knex, { keyIds }: Pick<SecretBox, 'keyIds'>): Promise<string | undefined> {
  const hasSealed = db('webhook_versions as v')
    .whereRaw('v.secret_key_id = k.id')
    .whereNull('k.retired_at')
    .select('v.version');
  const query = db('encryption_keys as k')
    .whereNotIn('k.id', keyIds)
    .where((needed) => void needed.whereIn('k.id', db('sealing_key').select('key_id')).orWhereExists(hasSealed));
  const row = await readRow(query.orderBy('k.id').limit(1).select('k.id'));
  return row === undefined ? undefined : text(row, 'id');
}

/** The id of the key that sealed a version, where the database knows it and the box does not. */
export async function missingKeyOf(
  { database, secrets }: StoreDeps,
  organizationId: string,
  webhookId: string,
  version: number,
): Promise<string | undefined> {
  const query = database
    .lookup('webhook_versions as v')
    .join('encryption_keys as k', 'k.id', 'v.secret_key_id')
    .where({ 'v.organization_id': organizationId, 'v.webhook_id': webhookId, 'v.version': version })
    .whereNotIn('k.id', secrets.keyIds);
  const row = await readRow(query.select('k.id'));
  return row === undefined ? undefined : text(row, 'id');
}
