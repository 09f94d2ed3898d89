import assert from 'node:assert/strict';
import { createWriting } from '../../src/assembly/writing.ts';
import { createTools } from '../../src/assembly/tools.ts';
import { DEFAULT_LEVELS } from '../../src/domain/audit/coverage.ts';
import type { AuditSettings } from '../../src/domain/audit/settings.ts';
import type { Health, HealthStep } from '../../src/domain/health.ts';
import type { Waiting } from '../../src/services/accept.ts';
import type { Birth } from '../../src/services/intake-plan.ts';
import type { Store } from '../../src/store/index.ts';
import type { IngestDeps, IntakeFact, IntakeRequest, IntakeResult } from '../../src/services/ingest.ts';
import { ingest } from '../../src/services/ingest.ts';
import { readPostedEvents } from '../../src/services/intake-body.ts';
import { schemas } from '../schemas/contract.ts';
import type { Setup } from '../store/fixtures.ts';
import {
  eventsIn,
  keyWith,
  newId,
  NOW,
  ORGANIZATION,
  OTHER_ORGANIZATION,
  setup as openStore,
  webhookWith,
} from '../store/fixtures.ts';
import { DATABASES } from '../support/databases.ts';

for (const kind of DATABASES) {
  describe(`ingest on ${kind.name}`, () => {
    let test: Setup;
    let facts: IntakeFact[];
    let wakes: number;
    let deps: IngestDeps;
    let births: Birth[];
    let reserved: string[];
    let room: number;
    const keys = [keyWith(), keyWith({ organizationId: OTHER_ORGANIZATION }), keyWith()];
    const [key, otherKey, revoked] = keys.map(({ id }) => id);
    const slots = {
      reserve: (webhookId: string) => reserved.length < room && reserved.push(webhookId) > 0,
      release: (webhookId: string) => void reserved.splice(reserved.indexOf(webhookId), 1),
    };
    const writingOn = (store: Store) =>
      createWriting({
        tools: createTools({}),
        store,
        database: test.database,
        slots,
        ease: () => Infinity,
        healthChanged: () => undefined,
      });
    before(async () => {
      test = await openStore(kind);
      for (const one of keys) await test.store.apiKeys.insert(one);
      await test.store.webhooks.insert(webhookWith({ eventTypes: ['matched'], filter: undefined }));
    });
    beforeEach(() => {
      facts = [];
      wakes = 0;
      births = [];
      reserved = [];
      room = 0;
      const writing = writingOn(test.store);
      deps = {
        accept: (intake) => writing.accept(intake),
        launch: (some) => births.push(...some),
        payloads: { names: ['audit'], faults: (name, value) => schemas.faults(name, value) },
        newId,
        clock: () => NOW,
        planned: ({ pending }) => void (wakes += pending.length),
        report: { eventsAccepted: (fact) => facts.push(fact) },
      };
    });
    after(() => test.remove());

    const event = (type: string, extra: object = {}) => ({ event_type: type, event_time: '1.5', data: {}, ...extra });
    const run = (value: unknown, extra: Partial<IntakeRequest> = {}) =>
      ingest(deps, {
        organizationId: ORGANIZATION,
        keyId: String(key),
        posted: readPostedEvents(JSON.stringify(value), 'json'),
        idempotencyKey: undefined,
        hop: 0,
        atomic: false,
        ...extra,
      });
    const stored = async (type: string, organizationId = ORGANIZATION) =>
      (await eventsIn(test.store, organizationId)).filter(({ eventType }) => eventType === type);

    it('wakes the dispatcher and reports after the commit, with numbers that add up', async () => {
      let storedAtWake: ReturnType<typeof stored> | undefined;
      deps = { ...deps, planned: () => void (storedAtWake = stored('matched')) };
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
        {
          organizationId: ORGANIZATION,
          count: 2,
          duplicates: 1,
          refused: 1,
          notCovered: 0,
          deliveries: 1,
          durationMs: 0,
        },
      ]);
      assert.equal((await storedAtWake)?.length, 1);
    });

    it('stores and wakes nothing when the transaction fails', async () => {
      const working = deps;
      const broken: Store = {
        ...test.store,
        transaction: (work) =>
          test.store.transaction(async (store) => {
            await work(store);
            throw new Error('the disk is full');
          }),
      };
      const writing = writingOn(broken);
      deps = { ...deps, accept: (intake) => writing.accept(intake) };
      room = 5;
      await assert.rejects(run(event('matched', { idempotency_key: 'i-2' })), /disk is full/);
      await assert.rejects(run(event('matched', { idempotency_key: 'i-2' }), { atomic: true }), /disk is full/);
      assert.deepEqual([await stored('unstored'), wakes, facts, births, reserved], [[], 0, [], [], []]);
      deps = working;
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
        keyId: String(otherKey),
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

    it('leases deliveries with their events while there is room, and leaves the others to claims', async () => {
      room = 1;
      await run([event('matched'), event('matched')]);
      assert.deepEqual([births.length, reserved.length, wakes], [1, 1, 1]);
      const [birth] = births;
      assert.ok(birth);
      const { delivery, invocation, event: carried } = birth.claimed;
      const row = await test.store.deliveries.byId(ORGANIZATION, delivery.id);
      assert.deepEqual(row, delivery);
      assert.deepEqual([delivery.state, delivery.attempts], ['sending', 1]);
      const recorded = await test.store.invocations.byId(ORGANIZATION, invocation.id);
      assert.deepEqual(recorded, { start: invocation, end: undefined });
      assert.deepEqual(carried, await test.store.events.byId(ORGANIZATION, delivery.eventId));
      wakes = 0;
      room = 2;
      await run(event('matched'));
      assert.deepEqual([births.length, wakes], [2, 0], 'nobody has to look for what is leased');
    });

    for (const [what, changes] of [
      ['has a rate limit', { rateLimit: { requestsPerSec: 1, burst: 1 } }],
      ['is failing', {}],
    ] as const) {
      it(`leases nothing at once for a webhook that ${what}`, async () => {
        const webhook = webhookWith({ name: what, eventTypes: [what], filter: undefined, ...changes });
        await test.store.webhooks.insert(webhook);
        if (what === 'is failing') {
          const failing = (health: Health) => ({ health: { ...health, state: 'failing', probeAt: NOW }, changes: [] });
          await test.store.webhookHealths.change(ORGANIZATION, webhook.id, failing as (health: Health) => HealthStep);
        }
        room = 5;
        let told: Waiting | undefined;
        deps = { ...deps, planned: (waitingFor) => void (told = waitingFor) };
        await run(event(what));
        assert.deepEqual([births, reserved], [[], []]);
        const [pending, probes] = what === 'is failing' ? [[], [webhook.id]] : [[webhook.id], []];
        assert.deepEqual(told, { pending, probes });
        const { items } = await test.store.deliveries.list(
          ORGANIZATION,
          { webhookId: webhook.id },
          { limit: 9, after: undefined },
        );
        assert.deepEqual(
          items.map(({ state, reason }) => [state, reason]),
          [what === 'is failing' ? ['held', 'breaker_open'] : ['pending', undefined]],
        );
      });
    }

    it('matches with what the webhooks are when the event is stored', async () => {
      const webhook = webhookWith({ name: 'changing', eventTypes: ['before'], filter: undefined });
      await test.store.webhooks.insert(webhook);
      const numbers = async () =>
        (await run([event('before'), event('after')])).map((one) => 'deliveries' in one && one.deliveries);
      assert.deepEqual(await numbers(), [1, 0]);
      const changed = { ...webhook, version: 2, settings: { ...webhook.settings, eventTypes: ['after'] } };
      await test.store.webhooks.saveVersion(changed, 1);
      assert.deepEqual(await numbers(), [0, 1]);
      await test.store.webhooks.remove(ORGANIZATION, webhook.id, 2, NOW);
      assert.deepEqual(await numbers(), [0, 0]);
    });

    describe('what is not kept', () => {
      // As another process would: nobody tells this one.
      const setElsewhere = async (changes: Partial<AuditSettings>) => {
        const found = await test.store.auditSettings.of(ORGANIZATION);
        assert.ok(await test.store.auditSettings.save({ ...found, ...changes }, 'key_1', NOW));
      };
      const kinds = async (value: unknown, extra: Partial<IntakeRequest> = {}) =>
        (await run(value, extra)).map((one) => one.kind);
      afterEach(() => setElsewhere({ levelByArea: DEFAULT_LEVELS, deniedActions: [] }));

      for (const atomic of [false, true]) {
        it(`goes by the settings when the events are stored${atomic ? ', all or nothing' : ''}`, async () => {
          const webhook = webhookWith({ name: `kept ${String(atomic)}`, eventTypes: ['covered'], filter: undefined });
          await test.store.webhooks.insert(webhook);
          const list = [event('covered', { area: 'security', level: 'advanced' }), event('covered')];
          const before = (await stored('covered')).length;
          assert.deepEqual(await kinds(list, { atomic }), ['accepted', 'accepted']);
          await setElsewhere({ levelByArea: { ...DEFAULT_LEVELS, security: 'base' } });
          facts = [];
          room = 9;
          const [first, second] = await run(list, { atomic });
          const classification = { area: 'security', level: 'advanced' };
          assert.deepEqual(first, { kind: 'excluded', exclusion: { classification, deniedAction: undefined } });
          assert.equal(second?.kind, 'accepted');
          assert.deepEqual([facts[0]?.count, facts[0]?.notCovered, facts[0]?.refused], [1, 1, 0]);
          assert.deepEqual([births.length, reserved.length, (await stored('covered')).length - before], [1, 1, 3]);
          await setElsewhere({ levelByArea: { ...DEFAULT_LEVELS, security: 'advanced' }, deniedActions: ['COVERED'] });
          assert.deepEqual(await kinds(list, { atomic }), ['excluded', 'excluded']);
          await setElsewhere({ deniedActions: [] });
          assert.deepEqual(await kinds(list, { atomic }), ['accepted', 'accepted']);
          await test.store.webhooks.remove(ORGANIZATION, webhook.id, 1, NOW);
        });
      }

      it('takes no idempotency key, and repeats the answer of what was kept', async () => {
        const keyed = (key: string, n = 1) => event('keyed', { idempotency_key: key, area: 'ecosystem', data: { n } });
        const [kept] = await run(keyed('c-1'));
        assert.ok(kept?.kind === 'accepted');
        await setElsewhere({ levelByArea: { ...DEFAULT_LEVELS, ecosystem: 'off' } });
        for (const atomic of [false, true]) {
          // The second time, the settings are remembered.
          for (let times = 0; times < 2; times += 1) {
            assert.deepEqual(await run(keyed('c-1'), { atomic }), [{ ...kept, duplicate: true }]);
            assert.deepEqual(await kinds(keyed('c-2'), { atomic }), ['excluded']);
            assert.deepEqual(await kinds([keyed('c-1', 2), keyed('c-2', 2)]), ['conflict', 'excluded']);
          }
        }
        await setElsewhere({ levelByArea: DEFAULT_LEVELS });
        const [now] = await run(keyed('c-2', 3));
        assert.ok(now?.kind === 'accepted' && !now.duplicate);
        assert.equal((await stored('keyed')).length, 2);
      });

      it('agrees with what is stored, however often the settings change meanwhile', async () => {
        const race = { isOver: false };
        const changing = (async () => {
          for (let times = 0; times < 20; times += 1) {
            await setElsewhere({ levelByArea: { ...DEFAULT_LEVELS, permissions: times % 2 === 0 ? 'off' : 'full' } });
          }
          race.isOver = true;
        })();
        const answers: IntakeResult[] = [];
        while (!race.isOver) {
          const posts = [0, 1, 2, 3].map((n) =>
            run([event('racing', { area: 'permissions', data: { n } }), event('racing.not')], { atomic: n === 3 }),
          );
          answers.push(...(await Promise.all(posts)).flat());
        }
        await changing;
        const ids = answers.flatMap((one) => (one.kind === 'accepted' ? [one.eventId] : []));
        const found = await test.store.events.byIds(ids);
        assert.equal(found.size, ids.length, 'what was answered is stored');
        const all = await test.database
          .writer('events')
          .whereIn('event_type', ['racing', 'racing.not'])
          .count('* as n');
        assert.equal(Number(all[0]?.['n']), ids.length, 'and nothing else');
      });
    });

    it('stores nothing for a key that was revoked meanwhile, and everything of the others', async () => {
      const [third] = keys.slice(2);
      assert.ok(third);
      await test.store.apiKeys.update({ ...third, revokedAt: NOW });
      const outcomes = await Promise.allSettled([
        run(event('revoked'), { keyId: String(revoked) }),
        run(event('good')),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['rejected', 'fulfilled'],
      );
      await assert.rejects(run(event('revoked'), { keyId: String(revoked) }), { code: 'key_revoked_meanwhile' });
      assert.deepEqual([(await stored('revoked')).length, (await stored('good')).length], [0, 1]);
    });
  });
}
