// Replays: jobs that deliver past events again, or for the first time, and how far they have come.
import type { Knex } from 'knex';
import { compareAsBytes } from '../postgres.ts';

/** Makes the table. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('replays', (table) => {
    table.text('id').notNullable().primary();
    table.text('organization_id').notNullable();
    table.text('webhook_id').notNullable();
    table.text('selection').notNullable();
    table.text('received_after');
    table.text('received_before').notNullable();
    table.text('event_types').notNullable();
    table.text('filter');
    table.boolean('new_webhook_id').notNullable();
    table.integer('rate_per_sec').notNullable();
    table.text('state').notNullable();
    table.text('reason');
    for (const column of ['total', 'scanned', 'planned', 'skipped']) table.integer(column).notNullable();
    table.text('position');
    table.text('last_event_id');
    table.text('paid_until').notNullable();
    table.boolean('cancel_waiting').notNullable();
    table.text('created_by').notNullable();
    table.text('created_at').notNullable();
    table.text('updated_at').notNullable();
    table.text('finished_at');
    table.foreign(['organization_id', 'webhook_id']).references(['organization_id', 'id']).inTable('webhooks');
    table.index(['organization_id', 'id'], 'replays_list');
  });
  await compareAsBytes(db);
}

/** Drops it. */
export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('replays');
}
