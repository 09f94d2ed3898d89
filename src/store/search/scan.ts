// How PostgreSQL finds the newest entries that satisfy a query, in a time that has a bound, whatever the query. Words that
// many events have are found by looking at the newest entries one by one; others by the index of one partition after
// another, which gives all that a partition has of them.
import type { Knex } from 'knex';
import { instant, integer, text } from '../codec/columns.ts';
import { rowsOf } from '../dialect.ts';
import type { EventPlace, PlaceText } from './entries.ts';
import type { Partition } from './partitions.ts';
import { partitionsBetween } from './partitions.ts';

/** What is looked for. */
export interface Sought {
  readonly organizationId: string;
  /** A `tsquery`. */
  readonly query: string;
  /** The earliest time. */
  readonly start: string;
  /** The place before which everything has to be. */
  readonly end: PlaceText;
  /** How many entries are enough. */
  readonly count: number;
}

// One by one, an entry costs about a microsecond, and each statement half a millisecond.
const FIRST_LOOK = 1000;
const LONGEST_LOOK = 16_384;

/** The newest entries that are sought, newest first. In a transaction whose settings leave the planner no other way. */
export async function readPage(trx: Knex, sought: Sought): Promise<readonly EventPlace[]> {
  const found: EventPlace[] = [];
  let looked = 0;
  for (const partition of await partitionsBetween(trx, [sought.start, ''], sought.end)) {
    const stretch = await stretchOf(trx, partition, sought);
    if (stretch === undefined) continue;
    let { last } = stretch;
    while (found.length < sought.count && last >= stretch.first) {
      const length = lookLength(looked, found.length, sought.count);
      if (length === undefined) break;
      const first = Math.max(stretch.first, last - length + 1);
      found.push(...(await lookAtEach(trx, partition, sought, { first, last }, sought.count - found.length)));
      looked += last - first + 1;
      last = first - 1;
    }
    if (found.length < sought.count && last >= stretch.first)
      found.push(...(await askIndex(trx, partition, sought, { ...stretch, last }, sought.count - found.length)));
    if (found.length >= sought.count) break;
  }
  return found;
}

// How many entries to look at next; none where that would take longer than to ask the index.
function lookLength(looked: number, found: number, wanted: number): number | undefined {
  if (looked < FIRST_LOOK) return FIRST_LOOK - looked;
  if (found === 0) return undefined;
  const likely = Math.ceil(((wanted - found) * looked * MARGIN) / found);
  return looked + likely <= LONGEST_LOOK ? Math.max(likely, FIRST_LOOK) : undefined;
}

const MARGIN = 1.2;

interface Stretch {
  readonly first: number;
  readonly last: number;
}

// The numbers of a partition that are within the time; none where there are no entries. Only the partitions at the ends
// have any outside of it.
async function stretchOf(trx: Knex, partition: Partition, sought: Sought): Promise<Stretch | undefined> {
  const [row] = rowsOf(
    await trx.raw(
      `select
         (select seq from ${partition.table} where received_at >= ? order by received_at, event_id limit 1) as first,
         (select seq from ${partition.table} where (received_at, event_id) < (?, ?)
          order by received_at desc, event_id desc limit 1) as last`,
      [sought.start, ...sought.end],
    ),
  );
  if (row === undefined || row['first'] === null || row['last'] === null) return undefined;
  return { first: integer(row, 'first'), last: integer(row, 'last') };
}

// `offset 0` keeps the conditions outside from being moved inside, where they would offer the planner another way.
async function lookAtEach(
  trx: Knex,
  { table }: Partition,
  { organizationId, query }: Sought,
  { first, last }: Stretch,
  limit: number,
): Promise<EventPlace[]> {
  const found: unknown = await trx.raw(
    `select event_id, received_at from (
       select seq, organization_id, event_id, received_at, terms from ${table}
       where seq between ? and ? order by seq desc offset 0) each_one
     where terms @@ ?::tsquery and organization_id = ? order by seq desc limit ?`,
    [first, last, query, organizationId, limit],
  );
  return rowsOf(found).map(readFound);
}

async function askIndex(
  trx: Knex,
  { table }: Partition,
  { organizationId, query }: Sought,
  { first, last }: Stretch,
  limit: number,
): Promise<EventPlace[]> {
  const found: unknown = await trx.raw(
    `select event_id, received_at from (
       select seq, organization_id, event_id, received_at from ${table} where terms @@ ?::tsquery offset 0) all_of_them
     where organization_id = ? and seq between ? and ? order by seq desc limit ?`,
    [query, organizationId, first, last, limit],
  );
  return rowsOf(found).map(readFound);
}

function readFound(row: Readonly<Record<string, unknown>>): EventPlace {
  return { id: text(row, 'event_id'), receivedAt: instant(row, 'received_at') };
}
