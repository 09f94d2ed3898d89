// Deliveries that somebody asked for, and those that somebody wants cancelled while an attempt is under way.
import type { Knex } from 'knex';
import { compareAsBytes } from '../postgres.ts';

const COLUMNS = ['repeats', 'replay_id', 'requested_by', 'same_bytes_of', 'cancel_requested_at'];

/** Adds the columns; the indexes hold only deliveries that were asked for, so others cost nothing more. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('deliveries', (table) => {
    for (const column of COLUMNS) table.text(column);
  });
  await db.raw(
    'create index deliveries_by_repeated on deliveries (organization_id, repeats, id) where repeats is not null',
  );
  await db.raw(
    'create index deliveries_by_replay on deliveries (organization_id, replay_id, id) where replay_id is not null',
  );
  // A replay delivers an event once to a webhook, however often one of its steps is repeated.
  await db.raw(
    `create unique index deliveries_replayed on deliveries (organization_id, replay_id, event_id, webhook_id)
      where replay_id is not null`,
  );
  await compareAsBytes(db);
}

/** Takes them away again. */
export async function down(db: Knex): Promise<void> {
  for (const index of ['deliveries_replayed', 'deliveries_by_replay', 'deliveries_by_repeated']) {
    await db.raw(`drop index ${index}`);
  }
  // knex would make the whole table anew on SQLite.
  for (const column of COLUMNS) await db.raw(`alter table deliveries drop column ${column}`);
}
