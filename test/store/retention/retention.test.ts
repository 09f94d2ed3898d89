import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DeliveryState } from '../../../src/domain/delivery.ts';
import type { Outcome } from '../../../src/domain/outcomes.ts';
import type { RetentionPeriods } from '../../../src/domain/retention.ts';
import { DEFAULT_RETENTION } from '../../../src/domain/retention.ts';
import type { Webhook } from '../../../src/domain/webhook.ts';
import type { RetentionRun } from '../../../src/services/remove-expired.ts';
import { removeExpired } from '../../../src/services/remove-expired.ts';
import { rowsOf } from '../../../src/store/dialect.ts';
import { makePartitions } from '../../../src/store/partitions.ts';
import { DATABASES, POSTGRESQL } from '../../support/databases.ts';
import type { Setup } from '../fixtures.ts';
import { eventWith, NOW, ORGANIZATION, OTHER_ORGANIZATION, setPeriods, setup, webhookWith } from '../fixtures.ts';
import type { GivenDelivery, GivenInvocation, History, Left, Stored } from './histories.ts';
import { daysAgo, expectedOf, storeHistory } from './histories.ts';

const TABLES = ['invocation_bodies', 'invocations', 'deliveries', 'events', 'idempotency_keys', 'audit_settings'];

const days = (count: number) => ({ years: 0, months: 0, days: count });
const periodsOf = (events: number, deliveries: number, invocations: number, bodies: number, failures = bodies) => ({
  events: days(events),
  deliveries: days(deliveries),
  invocations: days(invocations),
  bodies: days(bodies),
  failures: days(failures),
});

for (const kind of DATABASES) {
  describe(`retention on ${kind.name}`, () => {
    let test: Setup;
    let webhooks: readonly [Webhook, Webhook];

    before(async () => {
      test = await setup(kind);
      webhooks = [webhookWith(), webhookWith({}, { organizationId: OTHER_ORGANIZATION })];
      for (const webhook of webhooks) await test.store.webhooks.insert(webhook);
    });
    beforeEach(() => empty());
    after(() => test.remove());

    const empty = async () => {
      for (const table of TABLES) await test.database.writer(table).delete();
    };

    /** One run; left off after so many batches. */
    const run = async (batches = Number.POSITIVE_INFINITY, failures: unknown[] = []): Promise<RetentionRun> => {
      let left = batches;
      const ran = await removeExpired({
        store: test.store,
        clock: () => NOW,
        monotonicMs: () => 0,
        pause: () => Promise.resolve(void (left -= 1)),
        isStopping: () => left <= 0,
        report: { retentionRun: () => undefined, jobFailed: ({ error }) => void failures.push(error) },
      });
      assert.deepEqual(failures, []);
      return ran;
    };

    const save = (organizationId: string, periods: RetentionPeriods) => setPeriods(test.store, organizationId, periods);

    const idsOf = async (table: string, organizationId: string, column = 'id'): Promise<string[]> => {
      const rows = await test.database.writer(table).where('organization_id', organizationId).select(column);
      return rows.map((row: Record<string, string>) => String(row[column])).sort();
    };
    const left = async (organizationId: string): Promise<Left> => ({
      events: await idsOf('events', organizationId),
      deliveries: await idsOf('deliveries', organizationId),
      invocations: await idsOf('invocations', organizationId),
      bodies: await idsOf('invocation_bodies', organizationId, 'invocation_id'),
      keys: await idsOf('idempotency_keys', organizationId, 'key_sha256'),
    });
    const expected = async (stored: Stored, organizationId = ORGANIZATION): Promise<Left> => {
      const due = await test.store.retention.due(NOW);
      const own = due.find((one) => one.organizationId === organizationId);
      assert.ok(own);
      return expectedOf(stored, own);
    };
    const countsOf = ({ events, deliveries, invocations, bodies, keys }: Left) =>
      [events, deliveries, invocations, bodies, keys].map((ids) => ids.length).join(' ');

    const invocation = (age: number, outcome: Outcome = 'success'): GivenInvocation => ({ age, outcome });
    const delivery = (state: DeliveryState, age: number, changes: Partial<GivenDelivery> = {}): GivenDelivery => {
      const outcome = state === 'delivered' ? 'success' : 'timeout';
      return { state, age, took: 0, invocations: [invocation(age, outcome)], ...changes };
    };
    const eventOf = (age: number, ...deliveries: readonly GivenDelivery[]): History => ({
      events: [{ age, deliveries, tests: [], hasKey: true }],
      tests: [],
    });

    // Ages are such that whole weeks (PostgreSQL) make no difference. What is left: events, deliveries, invocations, bodies, keys.
    const cases: readonly (readonly [string, Parameters<typeof periodsOf>, History, string])[] = [
      ['keeps what is young', [90, 80, 70, 60], eventOf(50, delivery('delivered', 50)), '1 1 1 1 1'],
      ['removes bodies first', [90, 80, 70, 30], eventOf(50, delivery('delivered', 50)), '1 1 1 0 1'],
      ['then invocations', [90, 80, 30, 20], eventOf(50, delivery('delivered', 50)), '1 1 0 0 1'],
      ['then deliveries', [90, 30, 20, 10], eventOf(50, delivery('delivered', 50)), '1 0 0 0 1'],
      ['then events, with their keys', [30, 20, 10, 1], eventOf(50, delivery('delivered', 50)), '0 0 0 0 0'],
      ['keeps keys for two weeks', [1, 1, 1, 1], eventOf(10, delivery('delivered', 10)), '0 0 0 0 1'],
      ['keeps failures longer', [90, 80, 30, 20, 70], eventOf(50, delivery('exhausted', 50)), '1 1 1 1 1'],
      ['and these not for ever', [90, 80, 30, 20, 35], eventOf(50, delivery('exhausted', 50)), '1 1 0 0 1'],
      ['keeps an event that is pending', [1, 1, 1, 1], eventOf(50, delivery('pending', 50)), '1 1 0 0 1'],
      [
        'keeps an event that is being sent, with its record',
        [1, 1, 1, 1],
        eventOf(50, delivery('sending', 50, { invocations: [invocation(50), invocation(49, 'sending')] })),
        '1 1 1 0 1',
      ],
      [
        'keeps an event whose delivery was ended just now',
        [1, 1, 1, 1],
        eventOf(50, delivery('held', 50)),
        '1 1 0 0 1',
      ],
      [
        'counts from the end of a delivery',
        [90, 30, 20, 10],
        eventOf(50, delivery('delivered', 50, { took: 45 })),
        '1 1 0 0 1',
      ],
      [
        'removes with an event what was delivered again, a day after that',
        [30, 30, 30, 30],
        eventOf(50, delivery('delivered', 20), delivery('delivered', 10)),
        '0 0 0 0 0',
      ],
      [
        'keeps the bytes that are to be sent again',
        [90, 30, 20, 10],
        eventOf(50, delivery('delivered', 50, { isAwaited: true })),
        '1 2 1 1 1',
      ],
      [
        'treats tests as invocations',
        [90, 80, 30, 20],
        {
          events: [{ age: 50, deliveries: [], tests: [invocation(50), invocation(15)] }],
          tests: [invocation(50), invocation(15)],
        },
        '1 0 2 2 0',
      ],
      [
        'removes tests with an event before it',
        [30, 30, 30, 30],
        { events: [{ age: 50, deliveries: [], tests: [invocation(5)] }], tests: [invocation(5)] },
        '0 0 1 1 0',
      ],
      [
        'keeps an event that is being tested with',
        [1, 1, 1, 1],
        { events: [{ age: 50, deliveries: [], tests: [invocation(0, 'sending')] }], tests: [] },
        '1 0 1 0 0',
      ],
    ];
    for (const [what, periods, history, counts] of cases) {
      it(what, async () => {
        await save(ORGANIZATION, periodsOf(...periods));
        const stored = await storeHistory(test.store, webhooks[0], history);
        const others = await storeHistory(test.store, webhooks[1], history);
        assert.equal((await run()).finished, true);
        assert.equal(countsOf(await left(ORGANIZATION)), counts);
        assert.deepEqual(await left(ORGANIZATION), await expected(stored));
        // By default nothing of that age goes but bodies.
        assert.equal((await left(OTHER_ORGANIZATION)).invocations.length, others.invocations.length);
      });
    }

    it('ends what is held of an event whose period is over, visibly, and removes it a day later', async () => {
      await save(ORGANIZATION, periodsOf(30, 20, 10, 5));
      const { deliveries } = await storeHistory(test.store, webhooks[0], eventOf(50, delivery('held', 50)));
      assert.equal((await run()).expired, 1);
      const ended = await test.store.deliveries.byId(ORGANIZATION, deliveries[0]!.id);
      const { state, reason, finishedAt, heldUntil } = ended!;
      assert.deepEqual([state, reason, finishedAt, heldUntil], ['exhausted', 'event_expired', NOW, undefined]);
      const { counts, events } = await test.store.reconciliation(ORGANIZATION);
      assert.deepEqual([counts.exhausted, counts.held, events], [1, 0, 1]);
      await test.database.writer('deliveries').update({ finished_at: daysAgo(1.01).toISOString() });
      assert.equal((await run()).removed.events, 1);
      assert.equal((await test.store.reconciliation(ORGANIZATION)).deliveries, 0);
    });

    it('keeps for a year what says that an event was erased, since files and backups may have it still', async () => {
      await save(ORGANIZATION, periodsOf(1, 1, 1, 1));
      const erasure = { eventType: 'event.erased', origin: 'engine' } as const;
      const events = [
        eventWith({ receivedAt: daysAgo(300), ...erasure }),
        eventWith({ receivedAt: daysAgo(300), ...erasure, origin: 'api' }),
        eventWith({ receivedAt: daysAgo(367), ...erasure }),
        eventWith({ receivedAt: daysAgo(300), origin: 'engine' }),
      ];
      await test.store.events.insertMany(events);
      assert.equal((await run()).removed.events, 3);
      assert.deepEqual((await left(ORGANIZATION)).events, [events[0]?.id]);
      assert.equal((await run()).finished, true);
    });

    it('gives the defaults where nobody has set any, and what was set, with each change counted', async () => {
      assert.deepEqual(await test.store.retention.periods(ORGANIZATION), DEFAULT_RETENTION);
      for (const days of [3, 4]) {
        const periods = { ...DEFAULT_RETENTION, bodies: { years: 0, months: 1, days } };
        await save(ORGANIZATION, periods);
        assert.deepEqual(await test.store.retention.periods(ORGANIZATION), periods);
      }
      const [row] = rowsOf(await test.database.writer.raw('select version, max_file_count from audit_settings'));
      assert.deepEqual(row, { version: 2, max_file_count: 100 });
      assert.deepEqual(await test.store.retention.periods(OTHER_ORGANIZATION), DEFAULT_RETENTION);
    });

    const someDays = (max: number) => fc.double({ min: 0.01, max, noNaN: true });
    const anyInvocation = fc.record({
      age: someDays(60),
      outcome: fc.constantFrom<Outcome>('success', 'success', 'timeout', 'unknown', 'sending'),
    });
    // What was sent lies between the beginning of a delivery and its end, and only a delivery that is being sent is at it.
    const anyDelivery = fc
      .record({
        state: fc.constantFrom<DeliveryState>(
          'pending',
          'sending',
          'held',
          'delivered',
          'delivered',
          'exhausted',
          'cancelled',
        ),
        age: someDays(60),
        part: fc.double({ min: 0, max: 1, noNaN: true }),
        parts: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), anyInvocation), { maxLength: 2 }),
        isAwaited: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
      })
      .map(({ state, age, part, parts, isAwaited }): GivenDelivery => {
        const took = age * part;
        const invocations = parts.map(([at, { outcome }]) => ({
          age: age - took * at,
          outcome: outcome === 'sending' && state !== 'sending' ? ('unknown' as const) : outcome,
        }));
        const isFinished = ['delivered', 'exhausted', 'cancelled'].includes(state);
        return { state, age, took, invocations, isAwaited: isAwaited && isFinished };
      });
    // Deliveries and tests come after their event.
    const anyEvent = fc
      .record({
        waited: someDays(40),
        deliveries: fc.array(anyDelivery, { maxLength: 2 }),
        tests: fc.array(anyInvocation, { maxLength: 1 }),
        hasKey: fc.boolean(),
      })
      .map(({ waited, deliveries, tests, hasKey }) => {
        const oldest = Math.max(0, ...deliveries.map(({ age }) => age), ...tests.map(({ age }) => age));
        return { age: oldest + waited, deliveries, tests, hasKey };
      });
    const anyHistory: fc.Arbitrary<History> = fc.record({
      events: fc.array(anyEvent, { maxLength: 5 }),
      tests: fc.array(anyInvocation, { maxLength: 2 }),
    });
    const anyPeriods = fc
      .tuple(...[1, 2, 3, 4, 5].map(() => fc.integer({ min: 1, max: 50 })))
      .map(([a = 1, b = 1, c = 1, d = 1, e = 1]) => periodsOf(a, b, c, d, e));

    it('leaves of any history what has to stay and nothing else, however often a run is left off', async () => {
      const isPostgres = kind.name === 'PostgreSQL';
      const given = fc.tuple(fc.tuple(anyHistory, anyPeriods), fc.tuple(anyHistory, anyPeriods), fc.nat({ max: 40 }));
      let droppedPartitions = 0;
      await fc.assert(
        fc.asyncProperty(given, async ([first, second, batches]) => {
          // What a failure has left would have the next one fail as well.
          await empty();
          // Only of some weeks; what has none lies in the default partition.
          if (isPostgres) await makePartitions(test.database, daysAgo(63));
          const stored = [];
          for (const [index, [history, periods]] of [first, second].entries()) {
            const webhook = webhooks[index]!;
            await save(webhook.organizationId, periods);
            stored.push(await storeHistory(test.store, webhook, history));
          }
          droppedPartitions += (await run(batches)).removed.partitions;
          await assertWhole();
          const last = await run();
          droppedPartitions += last.removed.partitions;
          assert.equal(last.finished, true);
          await assertWhole();
          for (const [index, one] of stored.entries()) {
            const { organizationId } = webhooks[index]!;
            assert.deepEqual(await left(organizationId), await expected(one, organizationId));
          }
          assert.deepEqual(Object.values((await run()).removed), [0, 0, 0, 0, 0, 0], 'there is nothing left to do');
        }),
        { numRuns: isPostgres ? 6 : 25 },
      );
      assert.equal(droppedPartitions > 0, isPostgres);
    });

    /** Whatever refers to something finds it. */
    const assertWhole = async () => {
      const dangling = rowsOf(
        await test.database.writer.raw(`
          select id from deliveries as d where not exists (select 1 from events as e where e.id = d.event_id)
          union all select id from invocations as i where i.delivery_id is not null
            and not exists (select 1 from deliveries as d where d.id = i.delivery_id)
          union all select id from invocations as i where i.event_id is not null
            and not exists (select 1 from events as e where e.id = i.event_id)
          union all select invocation_id from invocation_bodies as b
            where not exists (select 1 from invocations as i where i.id = b.invocation_id)`),
      );
      assert.deepEqual(dangling, []);
    };
  });
}

describe('dropPartitions', () => {
  it('gives way to whoever is at these tables, and drops the week when asked again', async () => {
    const test = await setup(POSTGRESQL);
    try {
      await makePartitions(test.database, daysAgo(63));
      const webhook = webhookWith();
      await test.store.webhooks.insert(webhook);
      const ages = [60, 59].map((age) => ({ age, outcome: 'success' as const }));
      await storeHistory(test.store, webhook, { events: [], tests: ages });
      for (const organizationId of [ORGANIZATION, OTHER_ORGANIZATION])
        await setPeriods(test.store, organizationId, periodsOf(9, 9, 9, 9));
      const due = await test.store.retention.due(NOW);
      await test.database.writer.transaction(async (trx) => {
        await trx.raw('select 1 from invocation_bodies limit 1');
        const { partitions, inTheWay } = await test.store.retention.dropPartitions(due);
        assert.deepEqual([partitions, inTheWay], [0, true]);
        assert.ok(await test.store.invocations.list(ORGANIZATION, {}, { limit: 10, after: undefined }));
      });
      const dropped = await test.store.retention.dropPartitions(due);
      assert.ok(dropped.partitions >= 10, String(dropped.partitions));
      assert.equal(dropped.inTheWay, false);
      const { items } = await test.store.invocations.list(ORGANIZATION, {}, { limit: 10, after: undefined });
      assert.deepEqual(items, []);
      assert.deepEqual(await test.store.retention.dropPartitions(due), { partitions: 0, inTheWay: false });
    } finally {
      await test.remove();
    }
  });
});
