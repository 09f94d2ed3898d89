// kill -9 under load, again and again: nothing that was acknowledged may be missing afterwards.
import { KINDS } from './support/databases.ts';
import { perform } from './support/scene.ts';
import { howOften, isBounded } from './support/settings.ts';
import { pause } from './support/time.ts';

const KILLS = howOften('TEST_KILLS', 100, 8);

for (const kind of KINDS) {
  describe(`kill -9 under load on ${kind.name}`, function () {
    this.timeout(KILLS * 10_000 + 600_000);

    it(`loses nothing in ${String(KILLS)} times`, () =>
      perform({ name: 'kill -9', kind, lanes: 16, pauseMs: 2 }, async (scene) => {
        const { engine, dice, poster, database } = scene;
        await engine.start();
        await scene.webhook('/ok/a');
        await scene.webhook('/ok/b');
        poster.start();
        const earlier = [];
        for (let kill = 1; kill <= KILLS; kill += 1) {
          await pause(dice.whole(50, isBounded ? 1000 : 2000));
          await engine.kill();
          if (kill % 10 === 0) earlier.push(await database.dump());
          await engine.start();
        }
        await pause(500);
        await poster.stop();
        await scene.drain();
        await scene.judge({ faults: KILLS, earlier });
      }));
  });
}
