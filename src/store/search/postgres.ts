// The search index on PostgreSQL: entries with their terms, in partitions by number, each with an index of its terms.
// What the planner knows of terms must not decide how they are looked for, so each statement leaves it one way.
import { facetTerm } from '../../domain/search-words.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { runStatement } from '../sql/rows.ts';
import type { Clauses, EventPlace, IndexedEvent, Numbered, SearchTables, SearchWindow } from './entries.ts';
import { comparePlaces, endOf, placeOf, startOf } from './entries.ts';
import { dropEmptyPartitions, isPartitionGone, makePartitions, partitionsBetween } from './partitions.ts';
import { readPage } from './scan.ts';

/** The tables of the index. */
export const POSTGRES_SEARCH: SearchTables = {
  add,
  remove,
  replace,
  page,
  dropEmpty: dropEmptyPartitions,
  // The server does so by itself.
  forget: () => Promise.resolve(),
};

const ADD = {
  key: 'search add',
  text: () => `insert into event_search (seq, organization_id, event_id, received_at, terms)
    select (v->>0)::bigint, v->>1, v->>2, v->>3, array_to_tsvector(string_to_array(v->>4, ' '))
    from json_array_elements(?::json) v`,
};

async function add(database: StoreDeps['database'], entries: readonly Numbered[]): Promise<void> {
  await makePartitions(database, entries);
  const rows = entries.map(({ seq, event: { organizationId, id, receivedAt }, terms }) => [
    seq,
    organizationId,
    id,
    receivedAt,
    terms.join(' '),
  ]);
  await runStatement(database, ADD, [JSON.stringify(rows)]);
}

// Each is looked up by its place: a join of them all could read the whole partition.
const numbersIn = (table: string): string => `seq = any(array(
  select found.seq from json_array_elements(?::json) v cross join lateral (
    select p.seq from ${table} p where p.received_at = v->>0 and p.event_id = v->>1 offset 0) found))`;

async function remove(database: StoreDeps['database'], events: readonly EventPlace[]): Promise<void> {
  const places = events.map(placeOf).sort(comparePlaces);
  for (const { table } of await partitionsOf(database, places)) {
    await database.writer.raw(`delete from ${table} where ${numbersIn(table)}`, [JSON.stringify(places)]);
  }
}

async function replace(database: StoreDeps['database'], { event, terms }: IndexedEvent): Promise<void> {
  const place = placeOf(event);
  for (const { table } of await partitionsOf(database, [place])) {
    await database.writer.raw(
      `update ${table} set terms = array_to_tsvector(string_to_array(?, ' ')) where ${numbersIn(table)}`,
      [terms.join(' '), JSON.stringify([place])],
    );
  }
}

function partitionsOf({ writer }: StoreDeps['database'], places: readonly (readonly [string, string])[]) {
  const [first = ['', ''], last = first] = [places[0], places.at(-1)];
  return partitionsBetween(writer, first, last);
}

// Processors are better used for others than for one search; and compiling takes longer than most of them.
const SETTINGS = `select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
  set_config('max_parallel_workers_per_gather', '0', true)`;

async function page(
  { reader }: StoreDeps['database'],
  organizationId: string,
  clauses: Clauses,
  window: SearchWindow,
): Promise<readonly EventPlace[]> {
  const sought = {
    organizationId,
    query: queryOf([[facetTerm({ name: 'organization', value: organizationId })], ...clauses]),
    start: startOf(window) ?? '',
    end: endOf(window),
    count: window.offset + window.limit,
  };
  const look = (): Promise<readonly EventPlace[]> =>
    reader.transaction(async (trx) => {
      await trx.raw(SETTINGS);
      return readPage(trx, sought);
    });
  return (await againIfGone(look)).slice(window.offset);
}

// A partition that was dropped meanwhile was empty.
async function againIfGone<Result>(look: () => Promise<Result>): Promise<Result> {
  try {
    return await look();
  } catch (error) {
    if (isPartitionGone(error)) return look();
    throw error;
  }
}

function queryOf(clauses: Clauses): string {
  return clauses.map((terms) => `(${terms.map(quoted).join(' | ')})`).join(' & ');
}

function quoted(term: string): string {
  return `'${term.replaceAll(/['\\]/g, '$&$&')}'`;
}
