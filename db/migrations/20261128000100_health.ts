// Health of webhooks: the breaker's state, how fast each may be served, and until when deliveries are held.
import type { Knex } from 'knex';
import { compareAsBytes } from '../postgres.ts';

/** Makes the table with a row for each webhook, and adds the columns that claiming and holding ask for. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('webhook_health', (table) => {
    table.text('webhook_id').notNullable().primary();
    table.text('organization_id').notNullable();
    table.text('state').notNullable();
    table.text('reason');
    table.text('since').notNullable();
    table.text('recent').notNullable();
    table.text('first_failure_at');
    table.integer('failures').notNullable();
    for (const column of ['last_success_at', 'last_failure_at', 'probe_at', 'warned_at']) table.text(column);
    table.integer('failed_probes').notNullable();
    table.double('rate_state').notNullable();
    table.foreign(['organization_id', 'webhook_id']).references(['organization_id', 'id']).inTable('webhooks');
  });
  await db.raw(`insert into webhook_health
    (organization_id, webhook_id, state, since, recent, failures, failed_probes, rate_state)
    select organization_id, id, 'healthy', created_at, '', 0, 0, 0 from webhooks`);
  await db.raw("create index webhook_health_failing on webhook_health (probe_at) where state = 'failing'");
  await db.schema.alterTable('webhooks', (table) => {
    table.double('rate_per_sec');
    table.integer('rate_burst');
    table.integer('max_held_in_sec').notNullable().defaultTo(1_209_600);
  });
  await db.schema.alterTable('deliveries', (table) => {
    table.text('held_until');
  });
  // Held ones that nobody releases are given up; those held by an earlier version are from now on counted like others.
  await db.raw("update deliveries set held_until = ? where state = 'held'", [inFourteenDays()]);
  await db.raw('drop index deliveries_held');
  await db.raw("create index deliveries_held on deliveries (webhook_id, due_at, id) where state = 'held'");
  await db.raw("create index deliveries_held_until on deliveries (held_until) where state = 'held'");
  await compareAsBytes(db);
}

function inFourteenDays(): string {
  return new Date(Date.now() + 1_209_600_000).toISOString();
}

/** Takes it back. */
export async function down(db: Knex): Promise<void> {
  await db.raw('drop index deliveries_held_until');
  await db.raw('drop index deliveries_held');
  await db.raw("create index deliveries_held on deliveries (webhook_id) where state = 'held'");
  await db.raw('alter table deliveries drop column held_until');
  for (const column of ['rate_per_sec', 'rate_burst', 'max_held_in_sec'])
    await db.raw(`alter table webhooks drop column ${column}`);
  await db.schema.dropTable('webhook_health');
}
