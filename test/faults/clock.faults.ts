// The wall clock is set an hour forth and back while the engine runs: leases hold, durations stay, nothing comes twice
// but what was in flight.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS_OR_ONE } from './support/databases.ts';
import { perform } from './support/scene.ts';
import { howOften } from './support/settings.ts';
import { pause } from './support/time.ts';

const CLOCK = [new URL('preload/clock.mjs', import.meta.url)];
const HOUR_MS = 3_600_000;
const ROUNDS = howOften('TEST_CLOCK_ROUNDS', 10, 1);

for (const kind of KINDS_OR_ONE) {
  describe(`clock steps on ${kind.name}`, function () {
    this.timeout(600_000);

    it(`of an hour forth and back, ${String(ROUNDS)} times, harm nothing`, () =>
      perform({ name: 'clock steps', kind, preload: CLOCK }, async (scene) => {
        const { engine, poster, dice } = scene;
        const file = join(scene.folder, 'clock');
        const set = async (offsetMs: number): Promise<void> => {
          await pause(dice.whole(500, 1500));
          writeFileSync(file, String(offsetMs));
        };
        await engine.start({ FAULT_CLOCK_FILE: file });
        await scene.webhook('/ok');
        await scene.webhook('/slow');
        poster.start();
        for (let round = 1; round <= ROUNDS; round += 1) {
          await set(HOUR_MS);
          await set(0);
          await set(-HOUR_MS);
          await set(0);
        }
        await poster.stop();
        // What was planned while the clock was ahead is due when it says so again.
        await set(HOUR_MS);
        await scene.drain();
        await scene.judge({ faults: ROUNDS * 4 + 1, clockWasSet: true });
      }));
  });
}
