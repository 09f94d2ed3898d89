// Indexes by which retention finds what it may remove, and what it must not.
import type { Knex } from 'knex';

/** Makes them. */
export async function up(db: Knex): Promise<void> {
  // Keys go by the period of their organization; nothing asks for those of all.
  await db.raw('drop index idempotency_keys_age');
  await db.raw('create index idempotency_keys_age on idempotency_keys (organization_id, created_at, key)');
  // Of the few deliveries that are to send the bytes of an earlier invocation.
  await db.raw('create index deliveries_same_bytes on deliveries (same_bytes_of) where same_bytes_of is not null');
}

/** Takes them back. */
export async function down(db: Knex): Promise<void> {
  await db.raw('drop index deliveries_same_bytes');
  await db.raw('drop index idempotency_keys_age');
  await db.raw('create index idempotency_keys_age on idempotency_keys (created_at)');
}
