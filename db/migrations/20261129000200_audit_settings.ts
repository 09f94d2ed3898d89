// What each organization keeps in its audit log, and for how long. No row: the defaults.
import type { Knex } from 'knex';
import { compareAsBytes } from '../postgres.ts';

/** Makes it. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('audit_settings', (table) => {
    table.text('organization_id').notNullable().primary().references('organizations.id');
    // Counts changes: part of what intake has to have seen when it plans ahead.
    table.integer('version').notNullable();
    table.text('coverage').notNullable();
    table.text('denied_actions').notNullable();
    table.text('retention').notNullable();
    table.integer('max_file_count').notNullable();
    table.text('updated_at').notNullable();
    table.text('updated_by').notNullable();
  });
  await compareAsBytes(db);
}

/** Takes it back. */
export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('audit_settings');
}
