// Idempotency keys are known by their hash, so that nothing of a key is left when its event is erased.
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { isPostgres } from '../postgres.ts';

/** Hashes those that are there. */
export async function up(db: Knex): Promise<void> {
  await db.raw('alter table idempotency_keys rename column key to key_sha256');
  await (isPostgres(db) ? db.raw(HASH_ALL) : hashAll(db));
}

const HASH_ALL = `update idempotency_keys
  set key_sha256 = encode(sha256(convert_to(organization_id || chr(10) || key_sha256, 'UTF8')), 'hex')`;

const AT_ONCE = 1000;

// SQLite has no such function. A row keeps its rowid when it changes, so that none is hashed twice.
async function hashAll(db: Knex): Promise<void> {
  for (let after = 0; ;) {
    const rows = await db.raw<readonly KeyRow[]>(NEXT_KEYS, [after, AT_ONCE]);
    const hashed = rows.map(({ at, organization_id, key_sha256 }) => [at, hashOf(organization_id, key_sha256)]);
    await db.raw(STORE_HASHES, [JSON.stringify(hashed)]);
    if (rows.length < AT_ONCE) return;
    after = rows.at(-1)?.at ?? after;
  }
}

interface KeyRow {
  readonly at: number;
  readonly organization_id: string;
  readonly key_sha256: string;
}

const NEXT_KEYS = `select rowid as at, organization_id, key_sha256 from idempotency_keys
  where rowid > ? order by rowid limit ?`;

const STORE_HASHES = `update idempotency_keys set key_sha256 = json_extract(given.value, '$[1]')
  from json_each(?) as given where idempotency_keys.rowid = json_extract(given.value, '$[0]')`;

function hashOf(organizationId: string, key: string): string {
  return createHash('sha256').update(`${organizationId}\n${key}`).digest('hex');
}

const EVENT = `from events as e
  where e.organization_id = idempotency_keys.organization_id and e.id = idempotency_keys.event_id
    and e.idempotency_key is not null`;

/** Takes it back, as far as events have their keys; a repetition of another one would be a new event. */
export async function down(db: Knex): Promise<void> {
  await db.raw(
    `update idempotency_keys set key_sha256 = (select e.idempotency_key ${EVENT}) where exists (select 1 ${EVENT})`,
  );
  await db.raw('alter table idempotency_keys rename column key_sha256 to key');
}
