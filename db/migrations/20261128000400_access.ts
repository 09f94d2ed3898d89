// Keys that expire and say when they were last used; organizations with limits, of which one is the first.
import type { Knex } from 'knex';
import { compareAsBytes } from '../postgres.ts';

/** Adds the columns. The oldest organization is the first; before this step there is but one. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('organizations', (table) => {
    table.text('name_key').notNullable().defaultTo('');
    table.boolean('is_first').notNullable().defaultTo(false);
    table.integer('max_webhooks').notNullable().defaultTo(100);
  });
  await db.raw(
    'update organizations set name_key = lower(name), is_first = (id = (select min(id) from organizations))',
  );
  await db.schema.alterTable('organizations', (table) => {
    table.dropUnique(['name'], 'organizations_name');
  });
  await db.raw('create unique index organizations_name on organizations (name_key)');
  await db.raw('create unique index organizations_first on organizations (is_first) where is_first');
  await db.schema.alterTable('api_keys', (table) => {
    table.text('created_by').notNullable().defaultTo('hookwright');
    table.text('expires_at');
    table.text('last_used_at');
  });
  await compareAsBytes(db);
}

/** Takes them away again. */
export async function down(db: Knex): Promise<void> {
  for (const column of ['created_by', 'expires_at', 'last_used_at'])
    await db.raw(`alter table api_keys drop column ${column}`);
  await db.raw('drop index organizations_first');
  await db.raw('drop index organizations_name');
  await db.schema.alterTable('organizations', (table) => {
    table.unique(['name'], { indexName: 'organizations_name' });
  });
  for (const column of ['name_key', 'is_first', 'max_webhooks'])
    await db.raw(`alter table organizations drop column ${column}`);
}
