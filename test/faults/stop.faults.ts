// Signals under load: SIGTERM drains, a second one leaves at once, SIGSTOP outlasts the lease.
import assert from 'node:assert/strict';
import type { Environment } from '../../src/config.ts';
import { KINDS_OR_ONE } from './support/databases.ts';
import { perform } from './support/scene.ts';
import { howOften } from './support/settings.ts';
import { pause, until } from './support/time.ts';

const STOPS = howOften('TEST_STOPS', 20, 2);
const FREEZES = howOften('TEST_FREEZES', 3, 1);
const LIMIT_MS = 600_000;
const GRACE_SEC = 4;
// The claim that was under way when the signal came may still be committed.
const NO_CLAIM_AFTER_MS = 500;
// timeout_in_sec 1 and a margin of 15 s make the lease 16 s.
const LONGER_THAN_LEASE_MS = 18_000;

function graceOf(sec: number): Environment {
  return { HOOKWRIGHT_SHUTDOWN_GRACE_SEC: String(sec) };
}

for (const kind of KINDS_OR_ONE) {
  describe(`SIGTERM under load on ${kind.name}`, function () {
    this.timeout(LIMIT_MS);

    it(`claims nothing more, ends what is in flight and exits 0, ${String(STOPS)} times`, () =>
      perform({ name: 'SIGTERM', kind, env: graceOf(GRACE_SEC), lanes: 4, pauseMs: 150 }, async (scene) => {
        const { engine, database, dice, poster } = scene;
        await engine.start();
        await scene.webhook('/ok');
        await scene.webhook('/slow', { timeout_in_sec: 5 });
        poster.start();
        for (let stop = 1; stop <= STOPS; stop += 1) {
          await pause(dice.whole(200, 1500));
          const [signalledAtMs, startedMs] = [Date.now(), performance.now()];
          assert.deepEqual(await engine.stop(), { code: 0, signal: null });
          assert.ok(performance.now() - startedMs < GRACE_SEC * 1000 + 1000);
          const { deliveries, invocations } = await database.dump();
          assert.ok(deliveries.every(({ state }) => state !== 'sending'));
          const late = invocations.filter(({ startedAtMs }) => startedAtMs > signalledAtMs + NO_CLAIM_AFTER_MS);
          assert.deepEqual(late, []);
          await engine.start();
        }
        await poster.stop();
        await scene.drain();
        // What was in flight was waited for, so nothing comes twice.
        await scene.judge({ faults: 0 });
      }));

    it('cuts off what outlasts the grace time, and sends it again afterwards', () =>
      perform({ name: 'SIGTERM with silence', kind, env: graceOf(1) }, async (scene) => {
        const { engine, database, poster, receiver } = scene;
        await receiver.tell('/ok/later', 'hang');
        await engine.start();
        await scene.webhook('/ok/later', { timeout_in_sec: 60 });
        poster.start(20);
        await until('requests hang', 10_000, () => receiver.seen().length >= scene.concurrency / 2);
        const startedMs = performance.now();
        assert.deepEqual(await engine.stop(), { code: 0, signal: null });
        assert.ok(performance.now() - startedMs < 3000);
        const { invocations } = await database.dump();
        assert.ok(invocations.some(({ outcome }) => outcome === 'unknown'));
        assert.ok(invocations.every(({ outcome }) => outcome !== 'sending'));
        await receiver.tell('/ok/later', 'ok');
        await engine.start();
        await poster.finished();
        await scene.drain();
        await scene.judge({ faults: 1 });
      }));

    it('leaves at once at the second signal, and the leases do the rest', () =>
      perform({ name: 'SIGTERM twice', kind }, async (scene) => {
        const { engine, database, poster, receiver } = scene;
        await receiver.tell('/ok/later', 'hang');
        await engine.start();
        await scene.webhook('/ok/later', { timeout_in_sec: 5 });
        poster.start(20);
        await until('requests hang', 10_000, () => receiver.seen().length >= scene.concurrency / 2);
        engine.signal('SIGTERM');
        await pause(200);
        const startedMs = performance.now();
        assert.deepEqual(await engine.stop(), { code: 1, signal: null });
        assert.ok(performance.now() - startedMs < 1000);
        const { deliveries } = await database.dump();
        assert.ok(deliveries.some(({ state }) => state === 'sending'));
        await receiver.tell('/ok/later', 'ok');
        await engine.start();
        await poster.finished();
        await scene.drain();
        await scene.judge({ faults: 1 });
      }));
  });

  describe(`SIGSTOP longer than the lease on ${kind.name}`, function () {
    this.timeout(LIMIT_MS);
    const engines = kind.isShared ? 2 : 1;

    it(`changes nothing that was settled meanwhile, ${String(FREEZES)} times`, () =>
      perform({ name: 'SIGSTOP', kind, engines, lanes: 4, pauseMs: 150 }, async (scene) => {
        const { engine, database, poster, dice } = scene;
        for (const one of scene.engines) await one.start();
        await scene.webhook('/ok');
        await scene.webhook('/slow', { timeout_in_sec: 1 });
        const earlier = [];
        for (let freeze = 1; freeze <= FREEZES; freeze += 1) {
          poster.start(freeze * 60);
          await pause(dice.whole(500, 1500));
          engine.signal('SIGSTOP');
          await pause(LONGER_THAN_LEASE_MS);
          // The other one has settled what the frozen one had begun.
          if (kind.isShared) earlier.push(await database.dump());
          engine.signal('SIGCONT');
          await poster.finished();
        }
        await scene.drain();
        await scene.judge({ faults: FREEZES, earlier });
      }));
  });
}
