// Indexes of states without what is being sent: a delivery that goes well comes into them once, at its end, instead of
// coming in, going out and coming in again. What is being sent is little, and has indexes of its own.
import type { Knex } from 'knex';

interface StateIndex {
  readonly name: string;
  readonly table: string;
  readonly column: string;
}

const INDEXES: readonly StateIndex[] = [
  { name: 'deliveries_by_state', table: 'deliveries', column: 'state' },
  { name: 'invocations_by_outcome', table: 'invocations', column: 'outcome' },
];

/** Makes them anew. On PostgreSQL those of the partitions go and come with that of their table. */
export async function up(db: Knex): Promise<void> {
  await replace(db, (column) => `where ${column} <> 'sending'`);
}

/** Makes them of all rows again. */
export async function down(db: Knex): Promise<void> {
  await replace(db, () => '');
}

async function replace(db: Knex, conditionOn: (column: string) => string): Promise<void> {
  for (const { name, table, column } of INDEXES) {
    await db.raw(`drop index ${name}`);
    await db.raw(`create index ${name} on ${table} (organization_id, ${column}, id) ${conditionOn(column)}`.trimEnd());
  }
}
