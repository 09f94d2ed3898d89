// Events whose content was erased: that they were, on the event and on its invocations, and what is still to be done.
import type { Knex } from 'knex';
import { compareAsBytes } from '../postgres.ts';

/** Adds it. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('events', (table) => {
    table.text('erased_at');
    table.text('erased_by');
  });
  // Whoever records the end of an attempt late finds it in the row that he changes.
  await db.schema.alterTable('invocations', (table) => {
    table.text('erased_at');
  });
  await db.schema.createTable('erasures', (table) => {
    table.text('organization_id').notNullable();
    table.text('event_id').notNullable();
    table.integer('invocations').notNullable();
    table.integer('deliveries_cancelled').notNullable();
    // Null until everything that is in no transaction is clean, too.
    table.text('cleaned_at');
    table.primary(['organization_id', 'event_id']);
    table
      .foreign(['organization_id', 'event_id'])
      .references(['organization_id', 'id'])
      .inTable('events')
      .onDelete('cascade');
  });
  await compareAsBytes(db);
  await db.raw('create index erasures_unclean on erasures (organization_id, event_id) where cleaned_at is null');
}

/** Takes it back. */
export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('erasures');
  // knex would make the whole tables anew on SQLite.
  await db.raw('alter table invocations drop column erased_at');
  await db.raw('alter table events drop column erased_by');
  await db.raw('alter table events drop column erased_at');
}
