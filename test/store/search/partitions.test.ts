// The search index on PostgreSQL across its partitions, and by which plans it is asked.
import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import type { Event } from '../../../src/domain/event.ts';
import { facetTerm } from '../../../src/domain/search-words.ts';
import { rowsOf } from '../../../src/store/dialect.ts';
import { PARTITION_SIZE } from '../../../src/store/search/partitions.ts';
import { POSTGRESQL } from '../../support/databases.ts';
import type { Setup } from '../fixtures.ts';
import { after as at, eventWith, ORGANIZATION, setup } from '../fixtures.ts';

const UNTIL = at(1_000_000);
const EVENTS = 1600;

describe('the partitions of the search index', () => {
  let test: Setup;
  let events: Event[];

  // Entries at the end of the first partition, all of the second and the beginning of the third, most of them copies.
  before(async () => {
    test = await setup(POSTGRESQL);
    events = Array.from({ length: 4 }, (_, index) => eventWith({ receivedAt: at(index) }));
    await test.store.events.insertMany(events);
    await indexAfter(PARTITION_SIZE - 2, 2);
    await fill(test.database.writer, EVENTS);
    await indexAfter(2 * PARTITION_SIZE - 2, 2);
  });
  after(() => test.remove());

  const indexAfter = async (seq: number, count: number): Promise<void> => {
    const state = test.database.writer('event_search_state');
    if (seq > PARTITION_SIZE) await state.update({ last_seq: seq });
    else await state.insert({ id: 1, last_seq: seq, received_at: '', event_id: '', changes: 0 });
    const batch = await test.store.search.next(UNTIL, count);
    const terms = batch.events.map(({ id }) => [
      facetTerm({ name: 'organization', value: ORGANIZATION }),
      'all',
      ownWord(id),
    ]);
    assert.equal(await test.store.search.append(batch, terms), true);
  };
  const find = async (word: string, window = {}): Promise<readonly string[]> => {
    const found = await test.store.search.page(ORGANIZATION, [[word]], {
      until: UNTIL,
      offset: 0,
      limit: 3000,
      ...window,
    });
    return found.map(({ id }) => id);
  };

  it('are made when they are needed, and searched one after another, newest first', async () => {
    const tables = rowsOf(
      await test.database.writer.raw('select first_seq from event_search_partitions order by first_seq'),
    );
    assert.deepEqual(
      tables.map((row) => Number(row['first_seq'])),
      [0, 1, 2].map((index) => index * PARTITION_SIZE),
    );
    const all = await find('all');
    assert.equal(all.length, EVENTS + 4);
    assert.deepEqual(all.slice(0, 2), [events[3]?.id, events[2]?.id]);
    assert.deepEqual(all.slice(-2), [events[1]?.id, events[0]?.id]);
    for (const { id } of events) assert.deepEqual(await find(ownWord(id)), [id]);
    assert.deepEqual(
      await find('rare'),
      (await find('all')).filter((id) => id.endsWith('00') && !events.some((event) => event.id === id)),
    );
    assert.deepEqual(await find('none'), []);
  });

  it('leave the planner one way: by number for what is looked at, by the index for the rest', async () => {
    for (const word of ['all', 'rare', 'none']) {
      const plans = await plansOf(test, () => find(word));
      for (const plan of plans) {
        assert.doesNotMatch(plan, /Seq Scan on event_search_\d/, plan);
        if (plan.includes('all_of_them')) assert.match(plan, /Bitmap Index Scan on event_search_\w*terms_idx/, plan);
      }
      assert.ok(plans.some((plan) => plan.includes('each_one')));
    }
  });

  it('find an entry to change by its place', async () => {
    const plans = await plansOf(test, () => test.store.search.remove([eventWith({ receivedAt: at(1) })]));
    const [plan = ''] = plans.filter((one) => one.includes('Delete on'));
    assert.match(plan, /Index (Only )?Scan using event_search_\w*received_at_event_id_idx/);
  });

  it('are dropped once nothing is left in them, but for the newest', async () => {
    assert.equal(await test.store.search.dropEmpty(), 0);
    const rest = await find('all');
    await test.database
      .writer('event_search')
      .where('seq', '<', 2 * PARTITION_SIZE)
      .delete();
    assert.equal(await test.store.search.dropEmpty(), 2);
    assert.deepEqual(await find('all'), rest.slice(0, await countLeft()));
    await test.store.search.remove(events);
    assert.equal(await test.store.search.dropEmpty(), 0);
    assert.deepEqual(await find('all'), []);
  });

  const countLeft = async (): Promise<number> => {
    const [row] = rowsOf(await test.database.writer.raw('select count(*) as n from event_search'));
    return Number(row?.['n']);
  };
});

const ownWord = (id: string): string => `own${id.slice(-12)}`;

// Copies of the newest entry, all after it, ten in a millisecond.
async function fill(writer: Knex, count: number): Promise<void> {
  await writer.raw(
    `insert into event_search (seq, organization_id, event_id, received_at, terms)
     select seq + n, organization_id, substr(event_id, 1, 35) || (100000 + n),
       to_char(timestamp '2026-11-20 12:00:01' + (n + 10) * interval '1 millisecond' / 10, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       array_to_tsvector(case when n % 100 = 0 then array['rare'] else array['usual'] end
         || array['all', '${facetTerm({ name: 'organization', value: ORGANIZATION })}'])
     from event_search, generate_series(1, ${String(count)}) n where seq = (select max(seq) from event_search)`,
  );
  await writer.raw('analyze event_search');
}

async function plansOf({ database }: Setup, work: () => Promise<unknown>): Promise<string[]> {
  const queries: Knex.Sql[] = [];
  const note = (query: Knex.Sql): void => void queries.push(query);
  for (const db of [database.reader, database.writer]) db.on('query', note);
  await work();
  for (const db of [database.reader, database.writer]) db.off('query', note);
  return database.writer.transaction(async (trx) => {
    await trx.raw('set local enable_seqscan = off');
    const plans: string[] = [];
    for (const { sql, bindings } of queries.filter((query) => /event_search_\d/.test(query.sql))) {
      const rows = rowsOf(await trx.raw(`explain (costs off) ${sql.replace(/\$\d+/g, '?')}`, [...bindings]));
      plans.push(rows.map((row) => String(row['QUERY PLAN'])).join('\n'));
    }
    return plans;
  });
}
