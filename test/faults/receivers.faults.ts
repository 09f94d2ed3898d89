// Receivers that harm their sender, one that is away for a while, and webhooks that change while requests are in flight.
import assert from 'node:assert/strict';
import { HOSTILE } from './support/behaviours.ts';
import type { StoredInvocation } from './support/checker.ts';
import { KINDS_OR_ONE } from './support/databases.ts';
import type { Scene } from './support/scene.ts';
import { perform } from './support/scene.ts';
import { howOften, isBounded } from './support/settings.ts';
import { pause } from './support/time.ts';

const LIMIT_MS = 600_000;
// Ten failures would open the breaker, and nothing more would be sent.
const EVENTS = howOften('TEST_HOSTILE_EVENTS', 9, 2);
const WARM = 30;
const BACKLOG = howOften('TEST_BACKLOG', 1000, 150);
const HEALTHY_MS = isBounded ? 5000 : 2500;
const MAX_GROWN_MIB = 50;
// The short form shares two cores with other experiments.
const DEADLINE_MS = 1000 + (isBounded ? 1000 : 250);

/** What comes of an attempt against each of them, without validators. */
const OUTCOMES: Readonly<Record<string, string>> = {
  'reset-at-once': 'connect_error',
  'reset-in-headers': 'connect_error',
  'reset-after-headers': 'connect_error',
  'reset-in-body': 'connect_error',
  'close-at-once': 'connect_error',
  'close-in-headers': 'connect_error',
  'close-in-body': 'connect_error',
  'close-in-chunks': 'connect_error',
  hang: 'timeout',
  'hang-after-headers': 'timeout',
  'drip-headers': 'timeout',
  'drip-status-line': 'timeout',
  'drip-body': 'timeout',
  'drip-chunks': 'timeout',
  'endless-103': 'timeout',
  'endless-body': 'success',
  'endless-chunks': 'success',
  'endless-headers': 'protocol_error',
  'huge-length': 'success',
  'gzip-bomb': 'success',
  garbage: 'protocol_error',
  'two-lengths': 'protocol_error',
  'bad-chunk': 'protocol_error',
  'two-answers': 'success',
};

for (const kind of KINDS_OR_ONE) {
  describe(`receivers that reset, drip, hang and bomb on ${kind.name}`, function () {
    this.timeout(LIMIT_MS);

    it(`end in time with an outcome, all ${String(Object.keys(HOSTILE).length)} of them`, () =>
      perform({ name: 'hostile receivers', kind, concurrency: 64 }, async (scene) => {
        const { engine } = scene;
        await engine.start();
        const healthy = await scene.webhook('/ok');
        const names = new Map<string, string>();
        const onlyOnce = { retry_policy: { delays_in_sec: [], jitter: 0 } };
        scene.poster.start(WARM);
        await scene.poster.finished();
        await scene.drain();
        scene.webhookIds.length = 0;
        for (const name of Object.keys(HOSTILE)) names.set(await scene.webhook(`/${name}`, onlyOnce), name);
        const warmMib = engine.residentMib() ?? 0;
        let mostMib = warmMib;
        const watching = setInterval(() => (mostMib = Math.max(mostMib, engine.residentMib() ?? 0)), 20);
        scene.poster.start(WARM + EVENTS);
        await scene.poster.finished();
        await scene.drain();
        clearInterval(watching);
        scene.webhookIds.length = 0;
        const dump = await scene.database.dump();
        process.stdout.write(`      from ${warmMib.toFixed(0)} to ${mostMib.toFixed(0)} MiB at most\n`);
        const nameOf = new Map(dump.deliveries.map(({ id, webhookId }) => [id, names.get(webhookId) ?? 'healthy']));
        const found = dump.invocations.map((one) => ({ ...one, name: nameOf.get(one.deliveryId ?? '') ?? '' }));
        assert.deepEqual(lateOnes(found), []);
        assert.deepEqual(outcomesByName(found), { healthy: 'success', ...OUTCOMES });
        await scene.judge({ faults: 0, endStates: ['delivered', 'exhausted'] });
        assert.ok(mostMib - warmMib < MAX_GROWN_MIB);
        const waits = dump.deliveries
          .filter(({ webhookId }) => webhookId === healthy)
          .map(({ createdAtMs, finishedAtMs = Infinity }) => finishedAtMs - createdAtMs);
        assert.ok(Math.max(...waits) < HEALTHY_MS, `a healthy delivery took ${String(Math.max(...waits))} ms`);
      }));
  });

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

type Named = StoredInvocation & { readonly name: string };

function lateOnes(found: readonly Named[]): string[] {
  return found
    .filter(({ timings }) => (timings?.['total'] ?? 0) > DEADLINE_MS)
    .map(({ name, timings }) => `${name} took ${String(timings?.['total'])} ms`);
}

function outcomesByName(found: readonly Named[]): Record<string, string> {
  const all = new Map<string, Set<string>>();
  for (const { name, outcome } of found) all.set(name, (all.get(name) ?? new Set()).add(outcome));
  return Object.fromEntries([...all].map(([name, outcomes]) => [name, [...outcomes].join(' or ')]));
}
