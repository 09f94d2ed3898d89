// kill -9 at the points where it hurts most, exactly there: a preload module in the engine counts statements.
import assert from 'node:assert/strict';
import type { Environment } from '../../src/config.ts';
import type { FaultDatabaseKind } from './support/databases.ts';
import { KINDS_OR_ONE } from './support/databases.ts';
import { eventOf } from './support/poster.ts';
import type { Scene } from './support/scene.ts';
import { perform } from './support/scene.ts';
import { howOften, isBounded } from './support/settings.ts';

const KILL_AT = [new URL('preload/kill-at.mjs', import.meta.url)];
const TIMES = howOften('TEST_POINTS', 10, 1);
const LIMIT_MS = 300_000;

const POINTS = [
  'before-ingest-commit',
  'after-ingest-commit',
  'before-claim-commit',
  'after-claim-commit',
  'before-finish',
  'before-finish-commit',
  'after-finish-commit',
] as const;

type Point = (typeof POINTS)[number];

const KEY = { 'idempotency-key': 'the-key' };

// One webhook, one request in flight, one event: so that each number afterwards can be told in advance.
async function alone(kind: FaultDatabaseKind, point: Point, play: (scene: Scene) => Promise<void>): Promise<void> {
  await perform({ name: `kill ${point}`, kind, concurrency: 1, preload: KILL_AT }, async (scene) => {
    const { engine } = scene;
    await engine.start();
    await scene.webhook('/ok');
    await engine.stop();
    await engine.start({ FAULT_POINT: `${point}:1` });
    await play(scene);
  });
}

/** Posts the event until it is acknowledged; the engine may die on the way. */
async function post({ engine }: Scene): Promise<string | undefined> {
  const answer = await engine.call('POST', '/v1/events', eventOf({ number: 1 }), KEY).catch(() => undefined);
  return answer?.status === 202 ? answer.body.events[0].id : undefined;
}

async function died({ engine }: Scene): Promise<void> {
  assert.deepEqual(await engine.exit, { code: null, signal: 'SIGKILL' });
}

for (const kind of KINDS_OR_ONE) {
  describe(`kill -9 at a named point on ${kind.name}`, function () {
    this.timeout(LIMIT_MS);

    it('before the commit of the intake: nothing is there, and the repetition is the first', () =>
      alone(kind, 'before-ingest-commit', async (scene) => {
        assert.equal(await post(scene), undefined);
        await died(scene);
        assert.deepEqual((await scene.database.dump()).events, []);
        await scene.engine.start();
        const eventId = await post(scene);
        await scene.drain();
        const { dump } = await scene.judge({ faults: 0 });
        assert.deepEqual(
          dump.events.map(({ id }) => id),
          [eventId],
        );
      }));

    it('after the commit of the intake: the repetition is told the event that was stored', () =>
      alone(kind, 'after-ingest-commit', async (scene) => {
        assert.equal(await post(scene), undefined);
        await died(scene);
        const [stored] = (await scene.database.dump()).events;
        await scene.engine.start();
        assert.equal(await post(scene), stored?.id);
        await scene.drain();
        const { dump } = await scene.judge({ faults: 0 });
        assert.equal(dump.events.length, 1);
      }));

    it('between claim and request: one attempt is unknown, the next one delivers', () =>
      alone(kind, 'after-claim-commit', async (scene) => {
        await post(scene);
        await died(scene);
        await scene.engine.start();
        await post(scene);
        await scene.drain();
        const { dump, duplicates } = await scene.judge({ faults: 1 });
        assert.deepEqual([outcomesOf(dump), duplicates], [['unknown', 'success'], 0]);
      }));

    it('between response and finish: one duplicate, of the same webhook-id and another attempt', () =>
      alone(kind, 'before-finish', async (scene) => {
        await post(scene);
        await died(scene);
        await scene.engine.start();
        await scene.drain();
        const { dump, duplicates } = await scene.judge({ faults: 1 });
        assert.deepEqual([outcomesOf(dump), duplicates], [['unknown', 'success'], 1]);
        const seen = scene.receiver.seen();
        assert.deepEqual(
          seen.map(({ attempt }) => attempt),
          [1, 2],
        );
        assert.equal(new Set(seen.map(({ messageId }) => messageId)).size, 1);
      }));

    if (!isBounded) underLoad(kind);
  });
}

// What waits since the kill before may bring it to its point before it listens.
async function startAndDie(scene: Scene, env: Environment): Promise<void> {
  await scene.engine.start(env).catch((error: unknown) => {
    if (!String(error).includes('SIGKILL')) throw error;
  });
  await died(scene);
}

function outcomesOf({ invocations }: Awaited<ReturnType<Scene['judge']>>['dump']): string[] {
  return invocations.map(({ outcome }) => outcome);
}

function underLoad(kind: FaultDatabaseKind): void {
  for (const point of POINTS) {
    it(`under load, ${String(TIMES)} times ${point}`, () =>
      perform({ name: `kill ${point} under load`, kind, preload: KILL_AT }, async (scene) => {
        const { engine, dice, poster } = scene;
        await engine.start();
        await scene.webhook('/ok/a');
        await scene.webhook('/ok/b');
        await engine.stop();
        poster.start();
        for (let time = 1; time <= TIMES; time += 1) {
          await startAndDie(scene, { FAULT_POINT: `${point}:${String(dice.whole(1, 20))}` });
        }
        await engine.start();
        await poster.stop();
        await scene.drain();
        await scene.judge({ faults: TIMES });
      }));
  }
}
