// When the receiver of a delivery last refused its access token: the next attempt, in whichever process, takes a newer one.
import type { Knex } from 'knex';
import { compareAsBytes } from '../postgres.ts';

/** Adds the column. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('deliveries', (table) => {
    table.text('token_refused_at');
  });
  await compareAsBytes(db);
}

/** Takes it away again. */
export async function down(db: Knex): Promise<void> {
  // knex would make the whole table anew on SQLite.
  await db.raw('alter table deliveries drop column token_refused_at');
}
