// PostgreSQL in bad conditions: it crashes, it falls silent, it is cut off during COMMIT; and several engines share it.
import assert from 'node:assert/strict';
import type { PostgresServer } from '../support/postgres-server.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { onServer, POSTGRESQL } from './support/databases.ts';
import type { Proxy, ProxyMode } from './support/proxy.ts';
import { startProxy } from './support/proxy.ts';
import type { Scene } from './support/scene.ts';
import { perform } from './support/scene.ts';
import { diceFor, howOften, isBounded } from './support/settings.ts';
import { pause, until } from './support/time.ts';

const CRASHES = howOften('TEST_CRASHES', 20, 2);
const EVENTS = howOften('TEST_EVENTS', 10_000, 300);
const CUTS = howOften('TEST_CUTS', 50, 5);
const LIMIT_MS = 900_000;
const SILENCE_MS = 20_000;
// A statement may take 10 s, and 2 s more pass before its connection is given up; waiting for one takes 5 s at most.
const LONGEST_POST_MS = 20_000;
const RECOVERY_MS = 15_000;

describe('several engines on one PostgreSQL', function () {
  this.timeout(LIMIT_MS);

  for (const engines of isBounded ? [2] : [2, 4]) {
    it(`send nothing twice, ${String(engines)} of them`, () =>
      perform(
        { name: `${String(engines)} engines`, kind: POSTGRESQL, engines, lanes: 16, pauseMs: 1 },
        async (scene) => {
          await Promise.all(scene.engines.map((engine) => engine.start()));
          await scene.webhook('/ok/a');
          scene.poster.start(EVENTS);
          await scene.poster.finished();
          await scene.drain();
          await scene.judge({ faults: 0 });
        },
      ));
  }

  if (!isBounded) itKillsEach();
});

function itKillsEach(): void {
  it('lose nothing when each of them is killed', () =>
    perform({ name: 'engines killed in turn', kind: POSTGRESQL, engines: 2, pauseMs: 20 }, async (scene) => {
      await Promise.all(scene.engines.map((engine) => engine.start()));
      await scene.webhook('/ok/a');
      scene.poster.start();
      for (const engine of scene.engines) {
        await pause(scene.dice.whole(300, 1000));
        await engine.kill();
        await pause(500);
        await engine.start();
      }
      await scene.poster.stop();
      await scene.drain();
      await scene.judge({ faults: scene.engines.length });
    }));
}

describe('PostgreSQL stopped with immediate', function () {
  this.timeout(LIMIT_MS);
  let server: PostgresServer;
  before(async () => (server = await startPostgres({ durable: true })));
  after(() => server.stop());

  it(`loses nothing in ${String(CRASHES)} times, and the engine goes on by itself`, () =>
    perform({ name: 'immediate', kind: onServer(server), engines: 2, pauseMs: 20 }, async (scene) => {
      await Promise.all(scene.engines.map((engine) => engine.start()));
      const pids = scene.engines.map(({ pid }) => pid);
      await scene.webhook('/ok/a');
      scene.poster.start();
      for (let crash = 1; crash <= CRASHES; crash += 1) {
        await pause(scene.dice.whole(500, 2000));
        await server.crash();
        await until('/readyz says no', RECOVERY_MS, async () => (await readiness(scene)) === 503);
        await server.restart();
        await goesOn(scene);
      }
      await scene.poster.stop();
      await scene.drain();
      assert.deepEqual(
        scene.engines.map(({ pid }) => pid),
        pids,
      );
      assertEarly(scene);
      // Whoever sent, or waited for the answer, could not write down what came of it.
      await scene.judge({ faults: CRASHES * scene.engines.length });
    }));
});

describe('the connection to PostgreSQL', function () {
  this.timeout(LIMIT_MS);
  let server: PostgresServer;
  let proxy: Proxy;
  const dice = diceFor('proxy');

  before(async () => {
    server = await startPostgres();
    proxy = await startProxy(Number(new URL(server.url).port), () => dice.next() < 0.2);
  });
  after(async () => {
    await proxy.close();
    await server.stop();
  });

  it('may fall silent: posts end with 503 in time, and all goes on when it is back', () =>
    perform({ name: 'half-open', kind: onServer(server, proxy.port), pauseMs: 20 }, async (scene) => {
      await scene.engine.start();
      await scene.webhook('/ok/half-open');
      scene.poster.start();
      await pause(1000);
      proxy.mode = 'swallow';
      await until('/readyz says no', RECOVERY_MS, async () => (await readiness(scene)) === 503);
      await pause(SILENCE_MS);
      proxy.mode = 'pass';
      await goesOn(scene);
      await scene.poster.stop();
      await scene.drain();
      assertEarly(scene);
      await scene.judge({ faults: 1 });
    }));

  for (const mode of ['cut-before-commit', 'cut-after-commit'] satisfies readonly ProxyMode[]) {
    it(`may be cut, ${mode}: what was acknowledged is there, and once`, () =>
      perform({ name: mode, kind: onServer(server, proxy.port), pauseMs: 20 }, async (scene) => {
        await scene.engine.start();
        await scene.webhook(`/ok/${mode}`);
        const before = proxy.cuts();
        proxy.mode = mode;
        scene.poster.start();
        await until(`${String(CUTS)} commits are cut`, 120_000, () => proxy.cuts() - before >= CUTS);
        proxy.mode = 'pass';
        await goesOn(scene);
        await scene.poster.stop();
        await scene.drain();
        await scene.judge({ faults: proxy.cuts() - before });
      }));
  }
});

async function readiness({ engine }: Scene): Promise<number> {
  return (await engine.call('GET', '/readyz')).status;
}

async function goesOn(scene: Scene): Promise<void> {
  const before = scene.poster.count;
  await until('it accepts again', RECOVERY_MS, () => scene.poster.count >= before + 20);
}

// Who cannot be served is told so, and when to come again; nobody is left hanging.
function assertEarly({ poster }: Scene): void {
  const silent = poster.refusals.filter(({ retryAfter }) => retryAfter === undefined);
  assert.deepEqual(silent, []);
  assert.deepEqual(poster.unexpected, []);
  const slowest = Math.max(0, ...poster.refusals.map(({ durationMs }) => durationMs));
  assert.ok(slowest < LONGEST_POST_MS, `a post took ${slowest.toFixed(0)} ms`);
}
