// The intake under pressure: many posts of one key at the same time.
import assert from 'node:assert/strict';
import { KINDS } from './support/databases.ts';
import { eventOf } from './support/poster.ts';
import { perform } from './support/scene.ts';
import { howOften } from './support/settings.ts';

const KEYS = howOften('TEST_KEYS', 20, 3);
const POSTS = 100;

for (const kind of KINDS) {
  describe(`${String(POSTS)} parallel posts with one idempotency key on ${kind.name}`, function () {
    this.timeout(300_000);
    const engines = kind.isShared ? 2 : 1;

    it(`are one event, and all are told the same, ${String(KEYS)} times`, () =>
      perform({ name: 'one key', kind, engines }, async (scene) => {
        for (const engine of scene.engines) await engine.start();
        await scene.webhook('/ok');
        for (let number = 1; number <= KEYS; number += 1) {
          const answers = await Promise.all(
            Array.from({ length: POSTS }, (_none, index) => {
              const engine = scene.engines[index % scene.engines.length] ?? scene.engine;
              return engine.call('POST', '/v1/events', eventOf({ number }), {
                'idempotency-key': `key-${String(number)}`,
              });
            }),
          );
          assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202]);
          const told = answers.map(({ body }) => body.events[0]);
          assert.equal(new Set(told.map(({ id }) => id)).size, 1);
          assert.equal(told.filter(({ duplicate }) => duplicate === false).length, 1);
        }
        await scene.drain();
        const { dump } = await scene.judge({ faults: 0 });
        assert.equal(dump.events.length, KEYS);
        assert.equal(dump.deliveries.length, KEYS);
      }));
  });
}
