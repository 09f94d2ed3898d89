import assert from 'node:assert/strict';
import type { IngestDeps, IntakeFact, IntakeRequest } from '../../src/services/ingest.ts';
import { ingest } from '../../src/services/ingest.ts';
import { readPostedEvents } from '../../src/services/intake-body.ts';
import { schemas } from '../schemas/contract.ts';
import type { Setup } from '../store/fixtures.ts';
import { newId, NOW, ORGANIZATION, OTHER_ORGANIZATION, setup as openStore, webhookWith } from '../store/fixtures.ts';
import { DATABASES } from '../support/databases.ts';

for (const kind of DATABASES) {
  describe(`ingest on ${kind.name}`, () => {
    let test: Setup;
    let facts: IntakeFact[];
    let wakes: number;
    let deps: IngestDeps;
    before(async () => {
      test = await openStore(kind);
      await test.store.webhooks.insert(webhookWith({ eventTypes: ['matched'], filter: undefined }));
    });
    beforeEach(() => {
      facts = [];
      wakes = 0;
      deps = {
        store: test.store,
        payloads: { names: ['audit'], faults: (name, value) => schemas.faults(name, value) },
        newId,
        clock: () => NOW,
        wake: () => void (wakes += 1),
        report: { eventsAccepted: (fact) => facts.push(fact) },
      };
    });
    after(() => test.remove());

    const event = (type: string, extra: object = {}) => ({ event_type: type, event_time: '1.5', data: {}, ...extra });
    const run = (value: unknown, extra: Partial<IntakeRequest> = {}) =>
      ingest(deps, {
        organizationId: ORGANIZATION,
        posted: readPostedEvents(JSON.stringify(value), 'json'),
        idempotencyKey: undefined,
        hop: 0,
        atomic: false,
        ...extra,
      });
    const stored = async (type: string, organizationId = ORGANIZATION) =>
      (await test.store.events.list(organizationId, { eventType: type }, { limit: 200, after: undefined })).items;

    it('wakes the dispatcher and reports after the commit, with numbers that add up', async () => {
      let storedAtWake: ReturnType<typeof stored> | undefined;
      deps = { ...deps, wake: () => void (storedAtWake = stored('matched')) };
      const list = [
        event('matched', { idempotency_key: 'i-1' }),
        event('matched', { idempotency_key: 'i-1' }),
        7,
        event('other'),
      ];
      const results = await run(list);
      assert.deepEqual(
        results.map((one) => one.kind),
        ['accepted', 'accepted', 'refused', 'accepted'],
      );
      assert.deepEqual(facts, [
        { organizationId: ORGANIZATION, count: 2, duplicates: 1, refused: 1, deliveries: 1, durationMs: 0 },
      ]);
      assert.equal((await storedAtWake)?.length, 1);
    });

    it('stores and wakes nothing when the transaction fails', async () => {
      const broken: IngestDeps = {
        ...deps,
        store: {
          transaction: (work) =>
            test.store.transaction(async (store) => {
              await work(store);
              throw new Error('the disk is full');
            }),
        },
      };
      deps = broken;
      await assert.rejects(run(event('unstored', { idempotency_key: 'i-2' })), /disk is full/);
      assert.deepEqual([await stored('unstored'), wakes, facts], [[], 0, []]);
      deps = { ...deps, store: test.store };
      const [result] = await run(event('unstored', { idempotency_key: 'i-2' }));
      assert.ok(result?.kind === 'accepted' && !result.duplicate, 'the key was not taken, either');
    });

    it('takes no key of what it refuses as a whole', async () => {
      await assert.rejects(run([event('whole', { idempotency_key: 'i-3' }), {}], { atomic: true }), {
        code: 'events_refused',
      });
      await run(event('whole', { idempotency_key: 'i-4' }));
      const conflicting = [
        event('whole', { idempotency_key: 'i-5' }),
        event('whole', { idempotency_key: 'i-4', data: { other: 1 } }),
      ];
      await assert.rejects(run(conflicting, { atomic: true }), (error: { faults: { pointer: string }[] }) => {
        assert.deepEqual(
          error.faults.map((fault) => fault.pointer),
          ['/1/idempotency_key'],
        );
        return true;
      });
      for (const key of ['i-3', 'i-5']) {
        const [result] = await run(event('whole', { idempotency_key: key, data: { anything: key } }));
        assert.ok(result?.kind === 'accepted' && !result.duplicate, key);
      }
      assert.equal((await stored('whole')).length, 3);
    });

    it('keeps the keys of one organization from those of another', async () => {
      await run(event('tenant', { idempotency_key: 'i-6' }));
      const [result] = await run(event('tenant', { idempotency_key: 'i-6', data: { other: 1 } }), {
        organizationId: OTHER_ORGANIZATION,
      });
      assert.ok(result?.kind === 'accepted' && !result.duplicate);
      assert.equal((await stored('tenant', OTHER_ORGANIZATION)).length, 1);
    });

    it('gives one of two that post the same key at once the event of the other', async () => {
      const posts = Array.from({ length: 8 }, () => run(event('matched', { idempotency_key: 'i-7' })));
      const results = (await Promise.all(posts)).flat();
      const ids = new Set(results.map((one) => (one.kind === 'accepted' ? one.eventId : one.kind)));
      assert.equal(ids.size, 1);
      assert.equal(results.filter((one) => one.kind === 'accepted' && !one.duplicate).length, 1);
      for (const one of results) assert.equal(one.kind === 'accepted' ? one.deliveries : -1, 1);
    });

    it('refuses an event that came through more than three engines, and counts the others', async () => {
      await assert.rejects(run(event('hop'), { hop: 4 }), { code: 'loop_detected' });
      await run(event('hop'), { hop: 3 });
      assert.deepEqual(
        (await stored('hop')).map((one) => one.hop),
        [3],
      );
    });
  });
}
