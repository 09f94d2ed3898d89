// Sealing all secrets anew by one key, in small steps that may end anywhere: what is done stays done.
import type { Knex } from 'knex';
import type { SecretKey } from '../domain/secret-keys.ts';
import { text } from './codec/columns.ts';
import type { StoredVersion } from './codec/sealed-settings.ts';
import { readStoredVersion, reseal, sealedFields, STORED_VERSION_COLUMNS } from './codec/sealed-settings.ts';
import type { Database } from './database.ts';
import { rememberKeys } from './keys.ts';
import { nameSealingKey, readSealingKeyId } from './sealing-key.ts';
import type { SecretBox } from './secrets.ts';
import { keyIdOf } from './secrets.ts';
import { readRow, readRows } from './sql/rows.ts';

/** One key took over from others: their ids. */
export interface KeysMoved {
  readonly keyId: string;
  readonly retiredIds: readonly string[];
}

/** What a rotation touches. */
export interface RotationDeps {
  readonly database: Pick<Database, 'dialect' | 'writer'>;
  /** Opens by every key. */
  readonly secrets: SecretBox;
  readonly now: Date;
  /** Told in the transaction in which the key takes over; not where an earlier run has done that. */
  tell(trx: Knex, moved: KeysMoved): Promise<void>;
  /** How many versions are sealed anew in one transaction. */
  readonly batch?: number;
}

/** What a rotation came to. */
export interface Rotation {
  readonly secrets: number;
  readonly versions: number;
  /** Secrets that no key opens, in words; they are left as they were. */
  readonly unreadable: readonly string[];
}

// A webhook has 64 headers at most: some thousand secrets, a few milliseconds.
const BATCH = 100;

/**
 * Lets `key` seal from now on, in every process, retires all others, and seals everything anew by it. When it begins to
 * look for what is sealed by others, nobody seals by them any more. Repeating it goes on where an earlier run ended.
 */
export async function rotate(deps: RotationDeps, key: SecretKey): Promise<Rotation> {
  const box = deps.secrets.sealingWith(key.id);
  if (box === undefined) throw new Error('The key to rotate to is not among those of the box.');
  await retireOthers(deps, key);
  let [secrets, versions] = [0, 0];
  const unreadable: string[] = [];
  let last: StoredVersion | undefined;
  do {
    const done = await resealBatch(deps, box, last);
    for (const { version, result } of done) {
      secrets += result.sealed;
      versions += 1;
      const where = `${version.webhookId}, version ${String(version.version)}`;
      unreadable.push(...result.unreadable.map((field) => `${field} of ${where}`));
    }
    last = done.at(-1)?.version;
  } while (last !== undefined);
  return { secrets, versions, unreadable };
}

async function retireOthers(deps: RotationDeps, key: SecretKey): Promise<void> {
  const { now } = deps;
  const { dialect, writer } = deps.database;
  await writer.transaction(async (trx) => {
    await dialect.lock(trx, 'start');
    const keys = trx('encryption_keys');
    if ((await readRow(keys.clone().where('id', key.id))) === undefined)
      await rememberKeys({ dialect, trx, now }, [key]);
    const isMoving = (await readSealingKeyId(trx)) !== key.id;
    await nameSealingKey(trx, key.id);
    const others = keys.clone().whereNot('id', key.id).whereNull('retired_at');
    const retiredIds = (await readRows(others.clone().select('id').orderBy('id'))).map((row) => text(row, 'id'));
    await others.update({ retired_at: now.toISOString() });
    await keys.clone().where('id', key.id).update({ retired_at: null });
    if (isMoving || retiredIds.length > 0) await deps.tell(trx, { keyId: key.id, retiredIds });
  });
}

interface Done {
  readonly version: StoredVersion;
  readonly result: ReturnType<typeof reseal>;
}

async function resealBatch(
  { database: { dialect, writer }, batch = BATCH }: RotationDeps,
  box: SecretBox,
  after: StoredVersion | undefined,
): Promise<readonly Done[]> {
  return writer.transaction(async (trx) => {
    const query = laterVersions(trx, after)
      .whereNotNull('secret_key_id')
      .whereNot('secret_key_id', box.currentKeyId)
      .limit(batch);
    const versions = (await readRows(dialect.lockRows(query))).map(readStoredVersion);
    const done = versions.map((version) => ({ version, result: reseal(box, version) }));
    for (const { version, result } of done) {
      await trx('webhook_versions')
        .where({ organization_id: version.organizationId, webhook_id: version.webhookId, version: version.version })
        .update({ settings: result.settings, secret_key_id: box.currentKeyId });
    }
    return done;
  });
}

function laterVersions(db: Knex, after: StoredVersion | undefined): Knex.QueryBuilder {
  const query = db('webhook_versions').select(STORED_VERSION_COLUMNS);
  if (after !== undefined) {
    const position = [after.organizationId, after.webhookId, after.version];
    void query.whereRaw('(organization_id, webhook_id, version) > (?, ?, ?)', position);
  }
  return query.orderBy([{ column: 'organization_id' }, { column: 'webhook_id' }, { column: 'version' }]);
}

/** How many secrets are sealed by each key, by its id; '' where an envelope names none. Reads every version there is. */
export async function countSealed(db: Knex): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let last: StoredVersion | undefined;
  do {
    const rows = await readRows(laterVersions(db, last).whereNotNull('secret_key_id').limit(BATCH));
    const versions = rows.map(readStoredVersion);
    for (const [, envelope] of versions.flatMap(sealedFields)) {
      const id = keyIdOf(envelope) ?? '';
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    last = versions.at(-1);
  } while (last !== undefined);
  return counts;
}
