// The search index on SQLite: FTS5 for the terms, by the numbers of entries, and a table that says whose they are.
import type { Knex } from 'knex';
import { facetTerm } from '../../domain/search-words.ts';
import { instant, integer, text } from '../codec/columns.ts';
import { overwriting, rowsOf } from '../dialect.ts';
import type { StoreDeps } from '../sql/rows.ts';
import { inTransaction, runStatement } from '../sql/rows.ts';
import type { Clauses, EventPlace, IndexedEvent, Numbered, SearchTables, SearchWindow } from './entries.ts';
import { endOf, placeOf, startOf } from './entries.ts';

/** The tables of the index. */
export const SQLITE_SEARCH: SearchTables = {
  add,
  remove,
  replace,
  page,
  // Deleted rows leave room that new ones fill.
  dropEmpty: () => Promise.resolve(0),
  forget,
};

const ADD_ENTRIES = {
  key: 'search add entries',
  text: () => `insert into event_search_entries (seq, organization_id, event_id, received_at)
    select value->>0, value->>1, value->>2, value->>3 from json_each(?)`,
};

const ADD_TERMS = {
  key: 'search add terms',
  text: () => 'insert into event_search (rowid, terms) select value->>0, value->>1 from json_each(?)',
};

// FTS5 merges as it adds: the pages that this frees hold words, too.
function add(database: StoreDeps['database'], entries: readonly Numbered[]): Promise<void> {
  return overwriting(database, () => addEntries(database, entries));
}

async function addEntries(database: StoreDeps['database'], entries: readonly Numbered[]): Promise<void> {
  const rows = entries.map(({ seq, event }) => [seq, event.organizationId, event.id, event.receivedAt]);
  await runStatement(database, ADD_ENTRIES, [JSON.stringify(rows)]);
  await runStatement(database, ADD_TERMS, [JSON.stringify(entries.map(({ seq, terms }) => [seq, terms.join(' ')]))]);
}

const NUMBERS = `select e.seq from json_each(?) given cross join event_search_entries e
  on e.received_at = given.value->>0 and e.event_id = given.value->>1`;

async function remove(database: StoreDeps['database'], events: readonly EventPlace[]): Promise<void> {
  const places = JSON.stringify(events.map(placeOf));
  for (const [table, column] of [
    ['event_search', 'rowid'],
    ['event_search_entries', 'seq'],
  ] as const) {
    const statement = () => `delete from ${table} where ${column} in (${NUMBERS})`;
    await runStatement(database, { key: `search remove ${table}`, text: statement }, [places]);
  }
}

const REPLACE = {
  key: 'search replace',
  text: () => `insert or replace into event_search (rowid, terms)
    select seq, ? from event_search_entries where received_at = ? and event_id = ?`,
};

async function replace(database: StoreDeps['database'], { event, terms }: IndexedEvent): Promise<void> {
  await runStatement(database, REPLACE, [terms.join(' '), ...placeOf(event)]);
}

// FTS5 takes null for "no limit", so it is given a number that leaves nothing. Where one organization's entries begin and
// end among those of others is of no matter: numbers ascend with time.
const UP_TO = `f.rowid <= coalesce((select seq from event_search_entries where (received_at, event_id) < (?, ?)
  order by received_at desc, event_id desc limit 1), -1)`;
const FROM = `f.rowid >= coalesce((select seq from event_search_entries where received_at >= ?
  order by received_at, event_id limit 1), 9223372036854775807)`;

async function page(
  { reader }: StoreDeps['database'],
  organizationId: string,
  clauses: Clauses,
  window: SearchWindow,
): Promise<readonly EventPlace[]> {
  const start = startOf(window);
  const rows = rowsOf(
    await reader.raw(
      `select e.event_id, e.received_at from event_search f cross join event_search_entries e on e.seq = f.rowid
       where f.event_search match ? and ${UP_TO} ${start === undefined ? '' : `and ${FROM}`} and e.organization_id = ?
       order by f.rowid desc limit ? offset ?`,
      [
        matchOf([[facetTerm({ name: 'organization', value: organizationId })], ...clauses]),
        ...endOf(window),
        ...(start === undefined ? [] : [start]),
        organizationId,
        window.limit,
        window.offset,
      ],
    ),
  );
  return rows.map((row) => ({ id: text(row, 'event_id'), receivedAt: instant(row, 'received_at') }));
}

function matchOf(clauses: Clauses): string {
  return clauses.map((terms) => `(${terms.map(quoted).join(' OR ')})`).join(' AND ');
}

function quoted(term: string): string {
  return `"${term.replaceAll('"', '""')}"`;
}

// Pages that one step writes: some milliseconds (measured: 100,000 entries in 123 steps, 0.4 s together, the longest 8 ms).
const STEP_PAGES = 64;

// FTS5 only marks what was removed, whose words stay in its segments until these are merged: so all of them are, step by
// step. With a negative number it begins a merge of everything.
async function forget(database: StoreDeps['database'], rest: () => Promise<void>): Promise<void> {
  for (let pages = -STEP_PAGES; await mergeStep(database, pages); pages = STEP_PAGES) await rest();
  await overwriteGaps(database);
}

// Gives whether there was something to do: sqlite.org/fts5.html#the_merge_command.
function mergeStep(database: StoreDeps['database'], pages: number): Promise<boolean> {
  return inTransaction(database, (trx) =>
    overwriting(trx, async () => {
      const { writer } = trx;
      const before = await changes(writer);
      await writer.raw(`insert into event_search (event_search, rank) values ('merge', ${String(pages)})`);
      return (await changes(writer)) - before >= 2;
    }),
  );
}

// Pages that a merge empties are overwritten. In those that it only takes something from, a copy of what was moved elsewhere
// when they were divided may stand between their cells, where SQLite never looks again. Emptied as a whole, a table leaves
// none of its pages as they were: that is done where it holds the writer for a fifth of a second at most (measured: 10 to 20 ms
// for each megabyte). In a larger one, most of what is left was written anew by the merge, into pages of its own.
async function overwriteGaps(database: StoreDeps['database']): Promise<void> {
  const [row] = rowsOf(await database.reader.raw('select count(*) as count, max(id) as last from event_search_data'));
  if (integer(row ?? {}, 'count') <= MOST_ROWS_AT_ONCE) await writeAnew(database);
  else await fillEnds(database, integer(row ?? {}, 'last') + 1);
}

// Of a kilobyte each.
const MOST_ROWS_AT_ONCE = 10_000;

function writeAnew(database: StoreDeps['database']): Promise<void> {
  return inTransaction(database, (trx) =>
    overwriting(trx, async () => {
      const { writer } = trx;
      await writer.raw('create temp table event_search_copy as select id, block from event_search_data');
      await writer.raw('delete from event_search_data');
      await writer.raw(
        'insert into event_search_data (id, block) select id, block from temp.event_search_copy order by id',
      );
      await writer.raw('drop table temp.event_search_copy');
    }),
  );
}

// A row as large as what is free takes all of that, and is overwritten when it goes.
async function fillEnds(database: StoreDeps['database'], afterLast: number): Promise<void> {
  const leaves = rowsOf(await database.reader.raw(LEAVES)).map((row) => integer(row, 'unused'));
  const places = [
    { id: SPARE_ID, unused: leaves[0] ?? 0 },
    { id: afterLast, unused: leaves.at(-1) ?? 0 },
  ];
  for (const { id, unused } of places) if (unused > ROW_OVERHEAD) await fill(database, id, unused - ROW_OVERHEAD);
}

const LEAVES = `select unused from dbstat where name = 'event_search_data' and pagetype = 'leaf' order by path`;
// FTS5 has its own rows at 1 and 10, and its segments far above.
const SPARE_ID = 2;
// The pointer to a cell, the lengths of row and record, an id of up to nine bytes, and some to spare.
const ROW_OVERHEAD = 22;

function fill(database: StoreDeps['database'], id: number, bytes: number): Promise<void> {
  return inTransaction(database, (trx) =>
    overwriting(trx, async () => {
      const { writer } = trx;
      await writer.raw('insert into event_search_data (id, block) values (?, zeroblob(?))', [id, bytes]);
      await writer.raw('delete from event_search_data where id = ?', [id]);
    }),
  );
}

async function changes(db: Knex): Promise<number> {
  const [row] = rowsOf(await db.raw('select total_changes() as count'));
  return Number(row?.['count']);
}
