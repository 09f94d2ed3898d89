// The order in which events were accepted, and until when it is known: see src/store/acceptance.ts.
import type { Knex } from 'knex';
import { compareAsBytes } from '../postgres.ts';

/** Makes it. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('acceptance', (table) => {
    table.integer('id').notNullable().primary();
    table.integer('epoch').notNullable();
    table.text('floor').notNullable();
    table.text('readable_until').notNullable();
  });
  await compareAsBytes(db);
  await db('acceptance').insert({ id: 1, epoch: 1, floor: '', readable_until: '' });
  await db.raw('create index events_by_time on events (organization_id, received_at, id)');
  // What asked for types in the order of ids now asks the index of the search.
  await db.raw('drop index events_by_type');
}

/** Takes it back. */
export async function down(db: Knex): Promise<void> {
  await db.raw('create index events_by_type on events (organization_id, event_type, id)');
  await db.raw('drop index events_by_time');
  await db.schema.dropTable('acceptance');
}
