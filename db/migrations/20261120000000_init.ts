// The first schema: tenants, keys, events, webhooks with their versions, deliveries, invocations.
// `organization_id` is on every table and leads every unique index besides the ids themselves, which are UUIDs.
// Times are RFC 3339 text in UTC with milliseconds; JSON that must come back exactly is text.
import type { Knex } from 'knex';

/** Makes the tables. */
export async function up(db: Knex): Promise<void> {
  await createAccess(db);
  await createEvents(db);
  await createWebhooks(db);
  await createDeliveries(db);
  await createInvocations(db);
  await createHeartbeat(db);
}

/** Drops them. */
export async function down(db: Knex): Promise<void> {
  const tables = [
    'heartbeat',
    'invocation_bodies',
    'invocations',
    'deliveries',
    'webhook_versions',
    'webhooks',
    'idempotency_keys',
    'events',
    'api_keys',
    'organizations',
  ];
  for (const table of tables) await db.schema.dropTable(table);
}

async function createAccess(db: Knex): Promise<void> {
  await db.schema.createTable('organizations', (table) => {
    table.text('id').notNullable().primary();
    table.text('name').notNullable();
    table.text('created_at').notNullable();
    table.unique(['name'], { indexName: 'organizations_name' });
  });
  await db.schema.createTable('api_keys', (table) => {
    table.text('id').notNullable().primary();
    table.text('organization_id').notNullable().references('organizations.id');
    table.text('name').notNullable();
    table.text('role').notNullable();
    table.text('secret_sha256').notNullable();
    table.text('created_at').notNullable();
    table.text('revoked_at');
    table.index(['organization_id', 'id'], 'api_keys_list');
  });
}

async function createEvents(db: Knex): Promise<void> {
  await db.schema.createTable('events', (table) => {
    table.text('id').notNullable().primary();
    table.text('organization_id').notNullable().references('organizations.id');
    table.text('schema').notNullable();
    table.text('event_type').notNullable();
    table.text('event_time').notNullable();
    table.text('event_time_exact').notNullable();
    table.text('received_at').notNullable();
    table.text('origin').notNullable();
    table.text('idempotency_key');
    table.text('value_sha256').notNullable();
    table.integer('hop').notNullable();
    table.text('body').notNullable();
    table.unique(['organization_id', 'id'], { indexName: 'events_list' });
    table.index(['organization_id', 'event_type', 'id'], 'events_by_type');
  });
  // No reference to the event: a key is reserved before its event is stored, and may outlive it.
  await db.schema.createTable('idempotency_keys', (table) => {
    table.text('organization_id').notNullable().references('organizations.id');
    table.text('key').notNullable();
    table.text('event_id').notNullable();
    table.text('value_sha256').notNullable();
    table.text('created_at').notNullable();
    table.primary(['organization_id', 'key']);
    table.index(['created_at'], 'idempotency_keys_age');
  });
}

async function createWebhooks(db: Knex): Promise<void> {
  await db.schema.createTable('webhooks', (table) => {
    table.text('id').notNullable().primary();
    table.text('organization_id').notNullable().references('organizations.id');
    table.text('name').notNullable();
    table.text('name_key').notNullable();
    table.boolean('active').notNullable();
    table.text('schema').notNullable();
    table.integer('timeout_in_sec').notNullable();
    table.integer('max_attempts').notNullable();
    table.integer('version').notNullable();
    table.text('created_at').notNullable();
    table.text('created_by').notNullable();
    table.text('updated_at').notNullable();
    table.text('deleted_at');
    table.unique(['organization_id', 'id'], { indexName: 'webhooks_list' });
  });
  // The name of a deleted webhook is free again.
  await db.raw('create unique index webhooks_name on webhooks (organization_id, name_key) where deleted_at is null');
  await db.schema.createTable('webhook_versions', (table) => {
    table.text('organization_id').notNullable();
    table.text('webhook_id').notNullable();
    table.integer('version').notNullable();
    table.text('settings').notNullable();
    table.text('secret_key_id');
    table.text('created_at').notNullable();
    table.text('created_by').notNullable();
    table.primary(['organization_id', 'webhook_id', 'version']);
    table.foreign(['organization_id', 'webhook_id']).references(['organization_id', 'id']).inTable('webhooks');
  });
}

async function createDeliveries(db: Knex): Promise<void> {
  await db.schema.createTable('deliveries', (table) => {
    table.text('id').notNullable().primary();
    table.text('organization_id').notNullable();
    table.text('event_id').notNullable();
    table.text('webhook_id').notNullable();
    table.text('message_id').notNullable();
    table.text('state').notNullable();
    table.text('reason');
    table.integer('attempts').notNullable();
    table.text('due_at').notNullable();
    table.text('lease_token');
    table.text('lease_until');
    table.text('created_at').notNullable();
    table.text('updated_at').notNullable();
    table.text('finished_at');
    // Both halves together: a delivery cannot join the event of one tenant with the webhook of another.
    table.foreign(['organization_id', 'event_id']).references(['organization_id', 'id']).inTable('events');
    table.foreign(['organization_id', 'webhook_id']).references(['organization_id', 'id']).inTable('webhooks');
    table.index(['organization_id', 'id'], 'deliveries_list');
    table.index(['organization_id', 'webhook_id', 'id'], 'deliveries_by_webhook');
    table.index(['organization_id', 'event_id', 'id'], 'deliveries_by_event');
    table.index(['organization_id', 'state', 'id'], 'deliveries_by_state');
  });
  // What is looked for all the time is a sliver of the table: history does not make it slower.
  // By webhook first: a claim shares its slots among webhooks, and skips what is due to one that it cannot serve.
  await db.raw("create index deliveries_pending on deliveries (webhook_id, due_at, id) where state = 'pending'");
  await db.raw("create index deliveries_sending on deliveries (lease_until, id) where state = 'sending'");
  await db.raw("create index deliveries_held on deliveries (webhook_id) where state = 'held'");
}

// Nothing refers to these two and they refer to nothing: PostgreSQL partitions them by id and drops whole partitions.
async function createInvocations(db: Knex): Promise<void> {
  await db.schema.createTable('invocations', (table) => {
    table.text('id').notNullable().primary();
    table.text('organization_id').notNullable();
    table.text('kind').notNullable();
    for (const column of ['delivery_id', 'event_id', 'webhook_id']) table.text(column);
    table.integer('webhook_version');
    table.text('webhook_name').notNullable();
    table.text('requested_by');
    table.integer('attempt').notNullable();
    table.integer('max_attempts').notNullable();
    for (const column of ['scheduled_at', 'started_at']) table.text(column).notNullable();
    table.text('finished_at');
    table.text('outcome').notNullable();
    for (const column of ['phase', 'error_code', 'message', 'template_sha256']) table.text(column);
    for (const column of ['method', 'url', 'request_headers']) table.text(column);
    table.integer('request_bytes');
    table.text('request_sha256');
    table.integer('status');
    for (const column of ['http_version', 'response_headers', 'response_encoding']) table.text(column);
    for (const column of ['response_bytes', 'response_truncated']) table.integer(column);
    for (const column of ['timings', 'peer', 'validators', 'warnings']) table.text(column);
    for (const column of ['next_attempt_at', 'next_attempt_reason']) table.text(column);
    table.integer('masked_places');
    table.index(['organization_id', 'id'], 'invocations_list');
    table.index(['organization_id', 'webhook_id', 'id'], 'invocations_by_webhook');
    table.index(['organization_id', 'event_id', 'id'], 'invocations_by_event');
    table.index(['delivery_id', 'id'], 'invocations_by_delivery');
    table.index(['organization_id', 'outcome', 'id'], 'invocations_by_outcome');
  });
  await db.raw("create index invocations_open on invocations (started_at) where outcome = 'sending'");
  await db.schema.createTable('invocation_bodies', (table) => {
    table.text('invocation_id').notNullable().primary();
    table.text('organization_id').notNullable();
    table.text('request_body');
    table.text('response_body');
  });
}

// One row that belongs to no tenant: changing it shows that the database takes writes now.
async function createHeartbeat(db: Knex): Promise<void> {
  await db.schema.createTable('heartbeat', (table) => {
    table.integer('id').notNullable().primary();
    table.integer('beats').notNullable();
  });
  await db('heartbeat').insert({ id: 1, beats: 0 });
}
