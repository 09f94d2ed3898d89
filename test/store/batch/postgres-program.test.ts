import assert from 'node:assert/strict';
import type { Database } from '../../../src/store/database.ts';
import { connectSqlite } from '../../../src/store/dialect/sqlite.ts';
import { openPostgres } from '../../../src/store/open-postgres.ts';
import { createStore } from '../../../src/store/index.ts';
import type { PlannedGroup } from '../../../src/store/batch/group-writer.ts';
import { readRow, readRows } from '../../../src/store/sql/rows.ts';
import { createDatabase, DATABASES, POSTGRESQL } from '../../support/databases.ts';
import type { Setup } from '../fixtures.ts';
import { deliveryWith, eventWith, NOW, setup, webhookWith } from '../fixtures.ts';
import { dump, finishOf, lease } from './arbitraries.ts';

const PASSING = { kind: 'unavailable' };

function groupOf(webhook: ReturnType<typeof webhookWith>, now = NOW): PlannedGroup {
  const event = eventWith();
  const nothing = { keyIds: [], stamps: [], reservations: [], unclaimed: [], waiting: [] };
  return {
    intakes: { ...nothing, now, acceptedAt: now, events: [event], leased: [lease(event, webhook)] },
    finishes: [],
  };
}

for (const kind of DATABASES) {
  describe(`a group on ${kind.name} that somebody is in the way of`, () => {
    let test: Setup;
    let webhook: ReturnType<typeof webhookWith>;
    before(async () => {
      test = await setup(kind);
      webhook = webhookWith();
      await test.store.webhooks.insert(webhook);
    });
    after(() => test.remove());

    const write = (group: PlannedGroup): Promise<boolean> | undefined => test.store.groups?.write(() => group);

    // Another connection that holds what the group needs, until `work` is done.
    const inTheWay = async (work: () => Promise<void>): Promise<void> => {
      if (kind.name === 'SQLite') {
        await test.database.writer.raw('PRAGMA busy_timeout = 0');
        const other = connectSqlite({ path: test.path, setup: 'PRAGMA busy_timeout = 0' });
        await other.raw('BEGIN IMMEDIATE');
        await work().finally(() => other.destroy());
        return;
      }
      await test.database.writer.transaction(async (trx) => {
        await trx.raw('lock table events in access exclusive mode');
        await work();
      });
    };
    // Whoever waits for a lock: cut off, since a test does not wait as long as the server does.
    const cutOffWaiting = async (): Promise<void> => {
      if (kind.name === 'SQLite') return;
      const waiting = test.database.reader('pg_stat_activity').where('wait_event_type', 'Lock');
      const find = () =>
        readRows(waiting.clone().whereRaw("query like 'select pg_temp.hookwright_group(%'").select('pid'));
      let found = await find();
      while (found.length === 0) found = await find();
      await test.database.migrator.raw('select pg_terminate_backend(?)', [Number(found[0]?.['pid'])]);
    };

    it('is unavailable, stores nothing, and goes through afterwards', async () => {
      const group = groupOf(webhook);
      const found = await dump(test.database);
      await inTheWay(async () => {
        const written = assert.rejects(async () => write(group), PASSING);
        await cutOffWaiting();
        await written;
      });
      assert.deepEqual(await dump(test.database), found);
      assert.equal(await write(group), true);
      const [first] = group.intakes.leased;
      assert.ok(first);
      assert.equal(await write({ ...groupOf(webhook), finishes: [finishOf(first)] }), true);
    });
  });
}

describe('a group on a PostgreSQL server', () => {
  let test: Setup;
  let own: Database;
  let webhook: ReturnType<typeof webhookWith>;
  before(async () => {
    test = await setup(POSTGRESQL);
    // With the clock of the database.
    own = await openPostgres({ url: test.path });
    webhook = webhookWith();
    await test.store.webhooks.insert(webhook);
  });
  after(async () => {
    await own.close();
    await test.remove();
  });

  const write = (group: PlannedGroup) =>
    createStore({ database: own, secrets: test.secrets }).groups?.write(() => group);

  it('leases by the clock of the server, however wrong that of the process is', async () => {
    const group = groupOf(webhook, NOW);
    const [leased] = group.intakes.leased;
    assert.ok(leased);
    const forMs = leased.leaseUntil.getTime() - NOW.getTime();
    const earliest = await own.dialect.leaseNow(own.writer, NOW);
    assert.equal(await write(group), true);
    const latest = await own.dialect.leaseNow(own.writer, NOW);
    const row = await readRow(own.writer('deliveries').where('id', leased.delivery.id).select('lease_until'));
    const until = String(row?.['lease_until']);
    assert.equal(new Date(until).toISOString(), until);
    const beganMs = Date.parse(until) - forMs;
    // Of an instant, the milliseconds are stored.
    assert.ok(beganMs >= earliest.getTime() - 1 && beganMs <= latest.getTime(), until);
  });

  it('tells other processes of what waits, and not of what is under way or waits for nothing', async () => {
    const heard: (() => void)[] = [];
    let notices = 0;
    assert.ok(own.listen);
    const connection = await own.listen(() => {
      notices += 1;
      for (const tell of heard.splice(0)) tell();
    });
    const next = new Promise<void>((resolve) => heard.push(resolve));
    const group = groupOf(webhook);
    const [event] = group.intakes.events;
    assert.ok(event);
    const heldBack = deliveryWith(event, webhook, { state: 'held' });
    assert.equal(await write({ ...group, intakes: { ...group.intakes, waiting: [heldBack] } }), true);
    const other = groupOf(webhook);
    const [otherEvent] = other.intakes.events;
    assert.ok(otherEvent);
    const waiting = [deliveryWith(otherEvent, webhook), deliveryWith(otherEvent, webhook)];
    assert.equal(await write({ ...other, intakes: { ...other.intakes, waiting } }), true);
    await next;
    assert.equal(notices, 1);
    await connection.close();
  });

  it('looks plans over as tables fill, and after its connection was lost', async () => {
    for (let count = 0; count < 20; count += 1) assert.equal(await write(groupOf(webhook)), true);
    await test.database.migrator.raw(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity
       where datname = current_database() and application_name = 'hookwright writer'`,
    );
    assert.equal(await write(groupOf(webhook)), true);
  });
});

describe('a PostgreSQL server where nobody may make temporary objects', () => {
  it('is never asked for a group again', async () => {
    const { url, drop } = await createDatabase('template0');
    const owner = await openPostgres({ url });
    // A role that every server has, which may do as little as anybody.
    const restricted = new URL(url);
    restricted.searchParams.set('options', '-c role=pg_monitor');
    const database = await openPostgres({ url: restricted.href });
    try {
      await owner.migrator.raw(`revoke temporary on database ${new URL(url).pathname.slice(1)} from public`);
      let choices = 0;
      const choose = () => Promise.resolve(void (choices += 1));
      assert.equal(await database.groups?.run(choose), false);
      await owner.migrator.raw(`grant temporary on database ${new URL(url).pathname.slice(1)} to public`);
      assert.equal(await database.groups?.run(choose), false);
      assert.equal(choices, 0);
      assert.equal(await owner.groups?.run(choose), false);
      assert.equal(choices, 1);
    } finally {
      await database.close();
      await owner.close();
      await drop();
    }
  });
});
