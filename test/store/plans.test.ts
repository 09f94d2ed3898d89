// By which index lists and counts find what they ask for: an index with a condition is used only where a query names it.
import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { DELIVERY_STATES } from '../../src/domain/delivery.ts';
import { OUTCOME_NAMES } from '../../src/domain/outcomes.ts';
import { cutOffs as cutOffsOf, DEFAULT_RETENTION } from '../../src/domain/retention.ts';
import type { DeliveryFilter, InvocationFilter } from '../../src/domain/search.ts';
import type { Database } from '../../src/store/database.ts';
import { rowsOf } from '../../src/store/dialect.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import { claimAll, endWith, ORGANIZATION, seedDeliveries, setup } from './fixtures.ts';

const ROWS = 1500;
const SENDING = 5;
const NOT_SENDING = DELIVERY_STATES.filter((state) => state !== 'sending');
const ENDED = OUTCOME_NAMES.filter((outcome) => outcome !== 'sending');

// Reading a whole table, or sorting what may be all of it. The indexes of what is being sent are small.
const READS_ALL = /Seq Scan|Disabled|SCAN (?!\w+ USING (COVERING )?INDEX (deliveries_sending|invocations_open))/;
const SORTS = /Sort Key: (?!i\.id COLLATE "C" DESC\n *-> {2}Index Scan Backward)|TEMP B-TREE/;

for (const kind of DATABASES) {
  describe(`the plans of lists on ${kind.name}`, () => {
    let test: Setup;
    const names = { webhookId: '', eventId: '', deliveryId: '' };

    before(async () => {
      test = await setup(kind);
      const { webhook, deliveries } = await seedDeliveries(test.store, 1);
      const [claimed] = await claimAll(test.store);
      await test.store.record([{ invocationId: claimed!.invocation.id, end: endWith() }]);
      const [delivery] = deliveries;
      Object.assign(names, { webhookId: webhook.id, eventId: delivery!.eventId, deliveryId: delivery!.id });
      await fill(test.database);
    });

    after(() => test.remove());

    const pages = (last: string) => [undefined, last].map((after) => ({ limit: 10, after }));
    const deliveries = (filter: DeliveryFilter) =>
      plansOf(test.database, () =>
        Promise.all(pages('dlv_1').map((page) => test.store.deliveries.list(ORGANIZATION, filter, page))),
      );
    const invocations = (filter: InvocationFilter) =>
      plansOf(test.database, () =>
        Promise.all(pages('inv_1').map((page) => test.store.invocations.list(ORGANIZATION, filter, page))),
      );

    const hold = (plans: readonly string[], index: RegExp, about: string) => {
      assert.equal(plans.length, 2);
      for (const plan of plans) {
        assert.match(plan, index, `${about}: ${plan}`);
        assert.doesNotMatch(plan, READS_ALL, `${about}: ${plan}`);
      }
    };

    it('deliveries in a state: by the index of states, and in its order', async () => {
      for (const state of NOT_SENDING) {
        const plans = await deliveries({ state });
        // Where most rows are wanted, PostgreSQL knows it, and any index in the order of ids will do.
        const isUsual = state === 'delivered' && kind.name === 'PostgreSQL';
        hold(plans, isUsual ? /Index Scan Backward/ : /deliveries_by_state/, state);
        for (const plan of plans) assert.doesNotMatch(plan, SORTS, state);
      }
      const { webhookId, eventId, deliveryId } = names;
      const state = 'exhausted';
      hold(await deliveries({ state, webhookId }), /deliveries_by_state/, 'of a webhook');
      hold(await deliveries({ state, eventId }), /deliveries_by_event/, 'of an event');
      hold(await deliveries({ state, replayId: 'rpl_1' }), /deliveries_by_replay/, 'of a replay');
      hold(await deliveries({ state, repeats: deliveryId }), /deliveries_by_repeated/, 'that repeat one');
    });

    it('invocations with an outcome: by the index of outcomes, and in its order', async () => {
      for (const outcome of ENDED) {
        const plans = await invocations({ outcome });
        hold(plans, /invocations_by_outcome/, outcome);
        for (const plan of plans) assert.doesNotMatch(plan, SORTS, outcome);
      }
      const { webhookId, eventId, deliveryId } = names;
      const outcome = 'success';
      hold(await invocations({ outcome, webhookId }), /invocations_by_outcome/, 'of a webhook');
      hold(await invocations({ outcome, eventId }), /invocations_by_event/, 'of an event');
      hold(await invocations({ outcome, deliveryId }), /invocations_by_delivery/, 'of a delivery');
    });

    it('invocations of a delivery: by its index, and not through all of the organization', async () => {
      hold(await invocations({ deliveryId: names.deliveryId }), /invocations_by_delivery/, 'all');
      const newest = () => test.store.invocations.newestWithBytes(ORGANIZATION, names.deliveryId);
      const [plan = ''] = await plansOf(test.database, newest, { asked: test.database.lookup });
      assert.match(plan, /invocations_by_delivery/);
    });

    it('what is being sent: by its own small indexes', async () => {
      const { webhookId, eventId, deliveryId } = names;
      for (const filter of [{}, { webhookId }])
        hold(await deliveries({ state: 'sending', ...filter }), /deliveries_sending/, JSON.stringify(filter));
      hold(await deliveries({ state: 'sending', eventId }), /deliveries_(by_event|sending)/, 'of an event');
      for (const filter of [{}, { webhookId }, { eventId }, { deliveryId }])
        hold(await invocations({ outcome: 'sending', ...filter }), /invocations_open/, JSON.stringify(filter));
    });

    it('what retention looks for: oldest first, by an index, and without sorting', async () => {
      const cutOffs = cutOffsOf(DEFAULT_RETENTION, new Date(0));
      const due = [{ organizationId: ORGANIZATION, cutOffs, now: new Date(0) }];
      const plans = await plansOf(test.database, async () => {
        for (const pass of test.store.retention.passes(due))
          for (const after of [undefined, '1 1']) await pass({ after, limit: 10 });
      });
      const wanted = [
        /invocation_bodies/,
        // PostgreSQL knows that there is nothing, and takes any.
        /invocations_list|Index Scan using invocations_default_pkey/,
        /invocations_by_outcome|Index Scan using invocations_default_pkey/,
        ...[1, 2, 3, 4].map(() => /deliveries_by_state|Index Scan using deliveries_/),
        /events_by_time/,
        /idempotency_keys_age/,
      ];
      assert.equal(plans.length, 2 * wanted.length);
      for (const [index, plan] of plans.entries()) {
        assert.match(plan, wanted[Math.floor(index / 2)]!, plan);
        assert.doesNotMatch(plan.replace('SCAN b\n', ''), READS_ALL, plan);
        // PostgreSQL sorts where it knows that there is little.
        if (kind.name === 'SQLite') assert.doesNotMatch(plan, /Sort Key|TEMP B-TREE/, plan);
      }
    });

    it('counts by state: no row of the table, only the two indexes', async () => {
      const count = async (): Promise<void> => {
        await test.store.deliveries.countByState();
        await test.store.deliveries.countByState(ORGANIZATION);
      };
      // By the sample that PostgreSQL takes of a table this small, reading rows looks as good now and then.
      const plans = await plansOf(test.database, count, { off: ['enable_seqscan', 'enable_bitmapscan'] });
      assert.equal(plans.length, 2);
      for (const plan of plans) {
        assert.match(plan, /(COVERING INDEX|Index Only Scan using) deliveries_by_state/);
        assert.match(plan, /deliveries_sending/);
        assert.doesNotMatch(plan, /Seq Scan|SCAN deliveries$/m);
      }
    });
  });
}

type Query = Pick<Knex.Sql, 'sql' | 'bindings'>;

interface PlanOptions {
  readonly asked?: Knex;
  readonly off?: readonly string[];
}

/** The plans of the queries that `work` asks the reader, or another connection; on PostgreSQL without some ways. */
async function plansOf(
  { reader, writer, dialect }: Database,
  work: () => Promise<unknown>,
  { asked = reader, off = ['enable_seqscan'] }: PlanOptions = {},
): Promise<string[]> {
  const queries: Query[] = [];
  const note = (query: Knex.Sql): void => void queries.push(query);
  asked.on('query', note);
  await work();
  asked.off('query', note);
  return writer.transaction(async (trx) => {
    // The tables are small: what counts is whether an index can be used at all, and which.
    if (dialect.name === 'postgres') for (const way of off) await trx.raw(`set local ${way} = off`);
    const plans: string[] = [];
    for (const query of queries) plans.push(await explain(trx, dialect.name, query));
    return plans;
  });
}

async function explain(trx: Knex, name: Database['dialect']['name'], { sql, bindings }: Query): Promise<string> {
  const how = name === 'sqlite' ? 'query plan' : '(costs off)';
  const rows = rowsOf(await trx.raw(`explain ${how} ${sql.replace(/\$\d+/g, '?')}`, [...bindings]));
  const plan = rows.map((row) => String(row['detail'] ?? row['QUERY PLAN'])).join('\n');
  return plan.replace(/\binvocations_\w+?_(\w*id|started_at)_idx/g, (_all, columns: string) => nameOf(columns));
}

// Indexes of partitions are called after their columns.
function nameOf(columns: string): string {
  const ends = { outcome_id: 'by_outcome', webhook_id_id: 'by_webhook', event_id_id: 'by_event' };
  const all = Object.entries({ ...ends, delivery_id_id: 'by_delivery', started_at: 'open' });
  return `invocations_${all.find(([end]) => columns.endsWith(end))?.[1] ?? 'list'}`;
}

// Copies of one event, its delivery and its invocation. Most went well, some are in each other state, few are being sent.
async function fill({ writer, dialect }: Database): Promise<void> {
  const copied = (column: string): string => `substr(${column}, 1, 36) || (100000 + n)`;
  const spread = (usual: string, names: readonly string[]): string =>
    `case when n <= ${String(SENDING)} then 'sending' else case n % 25 ${names
      .map((name, index) => `when ${String(index)} then '${name}'`)
      .join(' ')} else '${usual}' end end`;
  const [id, event] = [copied('id'), copied('event_id')];
  await copy(writer, 'events', { id });
  await copy(writer, 'deliveries', { id, event_id: event, state: spread('delivered', NOT_SENDING) });
  const own = { id, event_id: event, delivery_id: copied('delivery_id'), outcome: spread('success', ENDED) };
  await copy(writer, 'invocations', own);
  // SQLite plans without figures, as it does for the engine.
  if (dialect.name === 'postgres') await vacuum(writer);
}

// Rows that somebody may still see in an older form, such as a connection that is just being closed, are left for the next
// time; and while there are any, no plan reads an index alone.
async function vacuum(writer: Knex): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    await writer.raw('vacuum analyze deliveries, invocations');
    const [row] = rowsOf(
      await writer.raw("select relallvisible = relpages as done from pg_class where relname = 'deliveries'"),
    );
    if (row?.['done'] === true) return;
  }
  assert.fail('Somebody keeps old rows from being cleared away.');
}

async function copy(writer: Knex, table: string, own: Readonly<Record<string, string>>): Promise<void> {
  const columns = Object.keys(await writer(table).columnInfo());
  await writer.raw(
    `insert into ${table} (${columns.join(', ')})
     with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${String(ROWS)})
     select ${columns.map((column) => own[column] ?? column).join(', ')} from numbers, ${table}`,
  );
}
