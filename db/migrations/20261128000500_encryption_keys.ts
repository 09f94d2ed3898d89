// By what a wrong key is told from the right one before anything is read with it, and which keys a rotation has retired.
// `sealing_key` goes on naming the one key that seals.
import type { Knex } from 'knex';
import { compareAsBytes } from '../postgres.ts';

/** Makes the table. It belongs to the whole database, as keys do. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('encryption_keys', (table) => {
    table.text('id').notNullable().primary();
    table.text('check_value').notNullable();
    table.text('created_at').notNullable();
    table.text('retired_at');
  });
  await compareAsBytes(db);
}

/** Drops it. The next start makes the values anew. */
export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('encryption_keys');
}
