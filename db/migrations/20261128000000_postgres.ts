// What several processes need that share a database, and what PostgreSQL needs besides: text compared as bytes, and
// invocations in partitions, of which old ones can be dropped as a whole.
import type { Knex } from 'knex';
import { compareAsBytes, isPostgres } from '../postgres.ts';

/** Makes it. No PostgreSQL database is older than this step, so that there its tables are empty. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('job_runs', (table) => {
    table.text('job').notNullable().primary();
    table.text('bucket').notNullable();
  });
  await db.schema.createTable('sealing_key', (table) => {
    table.integer('id').notNullable().primary();
    table.text('key_id').notNullable();
  });
  if (!isPostgres(db)) return;
  await compareAsBytes(db);
  await partition(db, 'invocations', 'id', INVOCATION_INDEXES);
  await partition(db, 'invocation_bodies', 'invocation_id', []);
  // The table that changes all the time: room for new versions of a row beside the old one, and old ones cleared away
  // before there are many (one per cent of a big history would be).
  await db.raw(`alter table deliveries set (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.02)`);
}

/** Takes it back. Partitioned tables go with their partitions in the step before. */
export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('sealing_key');
  await db.schema.dropTable('job_runs');
}

const INVOCATION_INDEXES = [
  'create index invocations_list on invocations (organization_id, id)',
  'create index invocations_by_webhook on invocations (organization_id, webhook_id, id)',
  'create index invocations_by_event on invocations (organization_id, event_id, id)',
  'create index invocations_by_delivery on invocations (delivery_id, id)',
  'create index invocations_by_outcome on invocations (organization_id, outcome, id)',
  "create index invocations_open on invocations (started_at) where outcome = 'sending'",
];

// The default partition takes what no other does, so that a late job never makes an insert fail.
async function partition(db: Knex, table: string, key: string, indexes: readonly string[]): Promise<void> {
  await db.raw(`alter table ${table} rename to ${table}_whole`);
  await db.raw(`create table ${table} (like ${table}_whole including defaults) partition by range (${key})`);
  await db.raw(`drop table ${table}_whole`);
  await db.raw(`alter table ${table} add constraint ${table}_pkey primary key (${key})`);
  for (const index of indexes) await db.raw(index);
  await db.raw(`create table ${table}_default partition of ${table} default`);
}
