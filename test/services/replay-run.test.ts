import assert from 'node:assert/strict';
import type { Delivery } from '../../src/domain/delivery.ts';
import type { Replay, ReplaySelection } from '../../src/domain/replay.ts';
import { createEventSink } from '../../src/services/own-events.ts';
import type { ReplayRunDeps } from '../../src/services/replay-run.ts';
import { runReplays, stepReplay } from '../../src/services/replay-run.ts';
import { SCANNED_AT_ONCE } from '../../src/services/replay-scan.ts';
import type { Store } from '../../src/store/index.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from '../store/fixtures.ts';
import {
  after,
  claimAll,
  deliveryWith,
  eventsIn,
  eventWith,
  newId,
  ORGANIZATION,
  replayWith,
  seedDeliveries,
  setup,
  webhookWith,
} from '../store/fixtures.ts';

class Crash extends Error {}

for (const kind of DATABASES) {
  describe(`running replays on ${kind.name}`, () => {
    let test: Setup;
    let now = after(100);
    const failures: unknown[] = [];

    beforeEach(async () => {
      test = await setup(kind);
      now = after(100);
      failures.length = 0;
    });

    afterEach(() => test.remove());

    const depsWith = (changes: Partial<ReplayRunDeps<Store>> = {}): ReplayRunDeps<Store> => ({
      store: test.store,
      newId,
      clock: () => now,
      ownEvents: createEventSink({ newId, clock: () => now }),
      wake: () => undefined,
      yieldToOthers: async () => undefined,
      isStopping: () => false,
      report: { jobFailed: ({ error }) => void failures.push(error) },
      ...changes,
    });

    /** A webhook with this many events that were delivered to it, and a replay of them. */
    const seed = async (count: number, changes: Partial<Replay> = {}, delivery: Partial<Delivery> = {}) => {
      const webhook = webhookWith({ filter: undefined });
      const { deliveries } = await seedDeliveries(test.store, count, webhook, { state: 'delivered', ...delivery });
      const replay = replayWith(webhook, {
        ratePerSec: 1000,
        progress: { total: count, scanned: 0, planned: 0, skipped: 0 },
        lastEventId: deliveries.at(-1)?.eventId,
        ...changes,
      });
      await test.store.replays.insert(replay);
      return { webhook, deliveries, replay };
    };
    const read = async ({ id }: Replay) => {
      const replay = await test.store.replays.byId(ORGANIZATION, id);
      assert.ok(replay);
      return replay;
    };
    const madeBy = async (replay: Replay) =>
      (await test.store.deliveries.list(ORGANIZATION, { replayId: replay.id }, { limit: 5000, after: undefined }))
        .items;

    it('plans each event once, in the order of events, and finishes', async () => {
      const { replay, deliveries, webhook } = await seed(450);
      assert.equal(await runReplays(depsWith()), 450);
      const made = (await madeBy(replay)).toReversed();
      assert.deepEqual(
        made.map(({ eventId, messageId, asked }) => [eventId, messageId, asked?.repeats]),
        deliveries.map(({ id, eventId, messageId }) => [eventId, messageId, id]),
      );
      const [first] = made;
      assert.deepEqual([first?.state, first?.webhookId, first?.dueAt], ['pending', webhook.id, now]);
      assert.deepEqual(first?.asked?.by, replay.createdBy);
      const finished = await read(replay);
      assert.deepEqual([finished.state, finished.finishedAt], ['finished', now]);
      assert.deepEqual(finished.progress, { total: 450, scanned: 450, planned: 450, skipped: 0 });
      const event = (await eventsIn(test.store)).find(({ eventType }) => eventType === 'replay.finished');
      assert.ok(event?.body.includes(replay.id));
    });

    it('loses and doubles nothing where a step dies anywhere in its transaction', async () => {
      const { replay } = await seed(SCANNED_AT_ONCE + 50);
      const dying = (when: 'before' | 'after'): ReplayRunDeps<Store> => {
        const crash = <Args extends unknown[]>(work: (...args: Args) => Promise<void>) => {
          return async (...args: Args) => {
            if (when === 'after') await work(...args);
            throw new Crash();
          };
        };
        return depsWith({
          store: {
            replays: test.store.replays,
            transaction: (work) =>
              test.store.transaction((store) =>
                work({ ...store, replays: { ...store.replays, update: crash((one) => store.replays.update(one)) } }),
              ),
          },
        });
      };
      for (const when of ['before', 'after'] as const) {
        await assert.rejects(stepReplay(dying(when), replay), Crash);
        assert.deepEqual([(await madeBy(replay)).length, (await read(replay)).position], [0, undefined]);
      }
      assert.deepEqual(await stepReplay(depsWith(), replay), { moved: SCANNED_AT_ONCE, again: true });
      await assert.rejects(stepReplay(dying('after'), replay), Crash);
      assert.equal((await madeBy(replay)).length, SCANNED_AT_ONCE);
      assert.deepEqual(await stepReplay(depsWith(), replay), { moved: 50, again: false });
      const events = (await madeBy(replay)).map(({ eventId }) => eventId);
      assert.equal(new Set(events).size, SCANNED_AT_ONCE + 50);
      assert.equal(events.length, SCANNED_AT_ONCE + 50);
    });

    it('makes nothing twice even where a step is repeated after it was committed', async () => {
      const { replay } = await seed(5);
      await runReplays(depsWith());
      await test.store.replays.update({ ...replay, position: undefined, state: 'running' });
      for (const { id } of await madeBy(replay)) await test.store.deliveries.cancel(ORGANIZATION, id, now);
      await runReplays(depsWith());
      assert.equal((await madeBy(replay)).length, 5);
    });

    it('keeps its rate, and goes on where it stopped', async () => {
      const { replay } = await seed(25, { ratePerSec: 10, paidUntil: after(99) });
      const counts: number[] = [];
      for (let second = 0; second < 4; second += 1) {
        await runReplays(depsWith());
        counts.push((await madeBy(replay)).length);
        await runReplays(depsWith());
        now = new Date(now.getTime() + 1000);
      }
      assert.deepEqual(counts, [10, 20, 25, 25]);
      assert.equal((await read(replay)).state, 'finished');
    });

    const selections: Readonly<Record<ReplaySelection, readonly string[]>> = {
      failed: ['exhausted'],
      planned: ['delivered', 'exhausted'],
      all: ['delivered', 'exhausted', 'never'],
    };
    for (const selection of ['failed', 'planned', 'all'] as const) {
      it(`takes for ${selection} what it says, counts what waits, and judges by the latest delivery`, async () => {
        const webhook = webhookWith({ filter: undefined, eventTypes: ['user.*'] });
        await test.store.webhooks.insert(webhook);
        const names = new Map<string, string>();
        const add = async (name: string, type: string, ...states: Delivery['state'][]) => {
          const event = eventWith({ eventType: type });
          names.set(event.id, name);
          await test.store.events.insertMany([event]);
          await test.store.deliveries.insertMany(states.map((state) => deliveryWith(event, webhook, { state })));
          return event.id;
        };
        await add('delivered', 'user.a', 'exhausted', 'delivered');
        await add('exhausted', 'user.a', 'delivered', 'exhausted');
        await add('waiting', 'user.a', 'exhausted', 'held');
        await add('never', 'user.a');
        const lastEventId = await add('not for it', 'other.a');
        const scope = { ...replayWith(webhook).scope, selection };
        const replay = replayWith(webhook, { scope, lastEventId, ratePerSec: 1000 });
        await test.store.replays.insert(replay);
        await runReplays(depsWith());
        const made = (await madeBy(replay)).map(({ eventId }) => names.get(eventId)).toReversed();
        assert.deepEqual(made, selections[selection]);
        const { progress } = await read(replay);
        assert.deepEqual([progress.scanned, progress.planned, progress.skipped], [5, made.length, 1]);
      });
    }

    it('narrows by time of receipt, event type and filter', async () => {
      const webhook = webhookWith({ filter: undefined });
      await test.store.webhooks.insert(webhook);
      const body = (source: string) => `{"event_type":"user.created","data":{"source":"${source}"}}`;
      const events = [
        eventWith({ receivedAt: after(-1), body: body('API') }),
        eventWith({ receivedAt: after(0), body: body('API') }),
        eventWith({ receivedAt: after(1), body: body('UI') }),
        eventWith({ receivedAt: after(2), eventType: 'user.deleted', body: body('API') }),
        eventWith({ receivedAt: after(10), body: body('API') }),
      ];
      await test.store.events.insertMany(events);
      await test.store.deliveries.insertMany(events.map((one) => deliveryWith(one, webhook, { state: 'exhausted' })));
      const range = { receivedAfter: after(0), receivedBefore: after(10) };
      const span = await test.store.replays.span(ORGANIZATION, range);
      assert.deepEqual(span, { count: 3, lastId: events[3]!.id });
      const { scope } = replayWith(webhook);
      const narrow = { ...scope, ...range, eventTypes: ['*.created'], filter: { 'data.source': 'API' } };
      const replay = replayWith(webhook, { scope: narrow, lastEventId: span.lastId });
      await test.store.replays.insert(replay);
      await runReplays(depsWith());
      assert.deepEqual(
        (await madeBy(replay)).map(({ eventId }) => eventId),
        [events[1]!.id],
      );
    });

    it('finishes at once where there are no events', async () => {
      const { replay } = await seed(0, { paidUntil: now });
      await runReplays(depsWith());
      assert.equal((await read(replay)).state, 'finished');
    });

    it('pauses where the webhook is switched off, and ends where it is deleted', async () => {
      const { replay, webhook } = await seed(2);
      const off = { ...webhook, version: 2, settings: { ...webhook.settings, active: false } };
      await test.store.webhooks.saveVersion(off, 1);
      await runReplays(depsWith());
      const paused = await read(replay);
      assert.deepEqual([paused.state, paused.reason, paused.finishedAt], ['paused', 'webhook_inactive', undefined]);
      await test.store.replays.update({ ...paused, state: 'running' });
      await test.store.webhooks.remove(ORGANIZATION, webhook.id, 2, now);
      await runReplays(depsWith());
      const ended = await read(replay);
      assert.deepEqual([ended.state, ended.reason, ended.finishedAt], ['cancelled', 'webhook_deleted', now]);
      assert.deepEqual(await madeBy(replay), []);
    });

    it('cancels its deliveries that are not over, many at a time, and no others', async () => {
      const { replay, webhook } = await seed(1200);
      await runReplays(depsWith());
      now = after(102);
      await runReplays(depsWith());
      const others = await seedDeliveries(test.store, 1);
      await claimAll(test.store, { now, limit: 3, freeSlots: (id) => (id === webhook.id ? 3 : 0) });
      await test.store.replays.update({ ...(await read(replay)), cancelWaiting: true });
      assert.equal(await runReplays(depsWith()), 1200);
      const states = (await madeBy(replay)).map((one) => `${one.state} ${String(one.cancelRequestedAt !== undefined)}`);
      assert.deepEqual([...new Set(states)].toSorted(), ['cancelled true', 'sending true']);
      assert.equal(states.filter((state) => state.startsWith('sending')).length, 3);
      assert.equal((await test.store.deliveries.byId(ORGANIZATION, others.deliveries[0]!.id))?.state, 'pending');
      assert.deepEqual(await test.store.replays.open(), []);
    });

    it('lets no replay that fails keep others from going on, and stops between two steps', async () => {
      const broken = await seed(1, { lastEventId: 'evt_z', createdBy: 'key_2' });
      await test.database.writer('events').update({ body: 'no JSON' });
      const scope = { ...broken.replay.scope, filter: { a: 1 } };
      const failing = replayWith(broken.webhook, { scope, lastEventId: broken.deliveries[0]!.eventId });
      await test.store.replays.insert(failing);
      const { replay } = await seed(1);
      assert.equal(await runReplays(depsWith({ isStopping: () => true })), 0);
      await runReplays(depsWith());
      assert.equal(failures.length, 1);
      assert.equal((await read(failing)).state, 'running');
      assert.equal((await read(replay)).state, 'finished');
    });
  });
}
