// A receiver that is away for a while, and webhooks that change while requests are in flight.
import assert from 'node:assert/strict';
import type { StoredInvocation } from './support/checker.ts';
import { KINDS_OR_ONE } from './support/databases.ts';
import type { Scene } from './support/scene.ts';
import { perform } from './support/scene.ts';
import { howOften, isBounded } from './support/settings.ts';
import { pause } from './support/time.ts';

const LIMIT_MS = 600_000;
const BACKLOG = howOften('TEST_BACKLOG', 1000, 150);

for (const kind of KINDS_OR_ONE) {
  describe(`a receiver that is away, with a backlog, on ${kind.name}`, function () {
    this.timeout(LIMIT_MS);

    it(`gets all ${String(BACKLOG)} events when it is back, and the neighbour is not kept waiting`, () =>
      perform({ name: 'receiver away', kind, lanes: 16, pauseMs: 1 }, async (scene) => {
        const { engine, receiver, poster } = scene;
        await engine.start();
        await scene.webhook('/ok');
        await receiver.tell('/ok/away', 'status-503');
        const away = await scene.webhook('/ok/away', { retry_policy: { delays_in_sec: delays(), jitter: 0.5 } });
        poster.start(BACKLOG);
        await poster.finished();
        await receiver.tell('/ok/away', 'reset-at-once');
        await pause(1000);
        await receiver.tell('/ok/away', 'ok');
        // The breaker is open by now. A change of the webhook probes at once; by itself that comes within a minute.
        if (isBounded) await change(scene, 'PATCH', away, { timeout_in_sec: 2 });
        await scene.drain();
        const { dump } = await scene.judge({ faults: 0 });
        assert.ok(dump.deliveries.some(({ webhookId, attempts }) => webhookId === away && attempts > 1));
      }));
  });

  describe(`webhooks that change while requests are in flight on ${kind.name}`, function () {
    this.timeout(LIMIT_MS);

    it('send nothing after they were switched off, and go on when they are on', () =>
      perform({ name: 'switching', kind }, async (scene) => {
        const { engine, database, poster } = scene;
        await engine.start();
        const id = await scene.webhook('/slow', { timeout_in_sec: 2 });
        scene.webhookIds.length = 0;
        poster.start();
        const off: { readonly fromMs: number; readonly toMs: number }[] = [];
        for (let round = 0; round < 3; round += 1) {
          await pause(700);
          await change(scene, 'PATCH', id, { active: false });
          const fromMs = Date.now();
          await pause(1500);
          const toMs = Date.now();
          await change(scene, 'PATCH', id, { active: true });
          off.push({ fromMs, toMs });
        }
        await poster.stop();
        await scene.drain();
        await scene.judge({ faults: 0 });
        const { invocations } = await database.dump();
        for (const { fromMs, toMs } of off) assert.deepEqual(begunBetween(invocations, fromMs, toMs), []);
      }));

    it('end what waits when they are deleted', () =>
      perform({ name: 'deleting', kind }, async (scene) => {
        const { engine, poster } = scene;
        await engine.start();
        const id = await scene.webhook('/slow', { timeout_in_sec: 2 });
        scene.webhookIds.length = 0;
        poster.start();
        await pause(1000);
        await change(scene, 'DELETE', id);
        const deletedAtMs = Date.now();
        await pause(500);
        await poster.stop();
        await scene.drain();
        const { dump } = await scene.judge({ faults: 0, endStates: ['delivered', 'cancelled'] });
        assert.ok(dump.deliveries.some(({ state }) => state === 'cancelled'));
        assert.deepEqual(begunBetween(dump.invocations, deletedAtMs, Infinity), []);
      }));

    it('use a header value from the moment on that it was changed', () =>
      perform({ name: 'rotating', kind }, async (scene) => {
        const { engine, receiver, poster } = scene;
        await engine.start();
        const id = await scene.webhook('/slow', { timeout_in_sec: 2, headers: { 'x-mark': 'value-0' } });
        const changedAtMs: number[] = [0];
        poster.start();
        for (let round = 1; round <= 5; round += 1) {
          await pause(400);
          await change(scene, 'PATCH', id, { headers: { 'x-mark': `value-${String(round)}` } });
          changedAtMs.push(Date.now());
        }
        await poster.stop();
        await scene.drain();
        const { dump } = await scene.judge({ faults: 0 });
        const begun = new Map(
          dump.invocations.map((one) => [`${one.deliveryId ?? ''} ${String(one.attempt)}`, one.startedAtMs]),
        );
        for (const { deliveryId, attempt, mark } of receiver.seen()) {
          const startedAtMs = begun.get(`${deliveryId} ${String(attempt)}`) ?? 0;
          const least = changedAtMs.filter((atMs) => atMs < startedAtMs).length - 1;
          assert.ok(
            Number(mark.slice('value-'.length)) >= least,
            `${mark} was sent, and value ${String(least)} was due`,
          );
        }
      }));
  });
}

function delays(): number[] {
  return Array.from({ length: 20 }, () => 1);
}

async function change(scene: Scene, method: string, id: string, body?: object): Promise<void> {
  const { status } = await scene.engine.call(method, `/v1/webhooks/${id}`, body);
  assert.ok(status < 300, String(status));
}

// What is held is set free, or cancelled, by a job.
function begunBetween(invocations: readonly StoredInvocation[], fromMs: number, toMs: number): StoredInvocation[] {
  return invocations.filter(({ startedAtMs }) => startedAtMs > fromMs && startedAtMs < toMs);
}
