// The index by which events are searched: see src/store/search and docs/adr/0037-search-index.md.
import type { Knex } from 'knex';
import { compareAsBytes, isPostgres } from '../postgres.ts';

/** Makes it, empty. What is stored already is indexed by the job, like what comes. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('event_search_state', (table) => {
    table.integer('id').notNullable().primary();
    // The last event that is indexed, and its number.
    table.bigInteger('last_seq').notNullable();
    table.text('received_at').notNullable();
    table.text('event_id').notNullable();
    // Counts changes of events that are not indexed yet.
    table.bigInteger('changes').notNullable();
  });
  await (isPostgres(db) ? upPostgres(db) : upSqlite(db));
  await compareAsBytes(db);
}

/** Takes it back. */
export async function down(db: Knex): Promise<void> {
  if (isPostgres(db)) await db.schema.dropTable('event_search_partitions');
  else await db.schema.dropTable('event_search_entries');
  await db.schema.dropTable('event_search');
  await db.schema.dropTable('event_search_state');
}

async function upSqlite(db: Knex): Promise<void> {
  await db.schema.createTable('event_search_entries', (table) => {
    table.integer('seq').notNullable().primary();
    table.text('organization_id').notNullable();
    table.text('event_id').notNullable();
    table.text('received_at').notNullable();
    table.index(['received_at', 'event_id'], 'event_search_entries_by_time');
  });
  // Terms come ready, with blanks between them. Their places in an event are of no interest, nor are the terms themselves.
  await db.raw(`create virtual table event_search using fts5(
    terms, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '='")`);
  for (const [setting, value] of Object.entries(MERGING))
    await db.raw(`insert into event_search (event_search, rank) values ('${setting}', ${String(value)})`);
}

// FTS5 merges in steps of 64 pages. Small pages make small steps, which hold the writer for less (measured: bench/README.md).
const MERGING = { automerge: 8, pgsz: 1000 };

async function upPostgres(db: Knex): Promise<void> {
  await db.schema.createTable('event_search', (table) => {
    table.bigInteger('seq').notNullable();
    table.text('organization_id').notNullable();
    table.text('event_id').notNullable();
    table.text('received_at').notNullable();
    table.specificType('terms', 'tsvector').notNullable();
  });
  await partition(db);
  // Where each partition begins: its number, and the first event in it.
  await db.schema.createTable('event_search_partitions', (table) => {
    table.bigInteger('first_seq').notNullable().primary();
    table.text('received_at').notNullable();
    table.text('event_id').notNullable();
  });
}

// New terms wait in a list before they are put into their places, many at once: that costs a third.
async function partition(db: Knex): Promise<void> {
  await db.raw('alter table event_search rename to event_search_whole');
  await db.raw('create table event_search (like event_search_whole) partition by range (seq)');
  await db.raw('drop table event_search_whole');
  await db.raw('alter table event_search add constraint event_search_pkey primary key (seq)');
  await db.raw('create index event_search_by_time on event_search (received_at, event_id)');
  await db.raw(`create index event_search_by_term on event_search using gin (terms)
    with (fastupdate = on, gin_pending_list_limit = 4096)`);
  await db.raw('create table event_search_0 partition of event_search for values from (0) to (32768)');
}
