// Ten times as many posts at once as the intake takes: who has no place is told so early, and what was taken is kept.
import assert from 'node:assert/strict';
import { KINDS_OR_ONE } from './support/databases.ts';
import { perform } from './support/scene.ts';
import { isBounded } from './support/settings.ts';
import { pause } from './support/time.ts';

// The intake takes 128 requests at once.
const LANES = 1280;
const DURATION_MS = isBounded ? 5000 : 60_000;
const WARM = 500;
const MAX_GROWN_MIB = 100;
// A refusal takes no work, but comes from a process that is at its limit.
const EARLY_MS = 2000;

for (const kind of KINDS_OR_ONE) {
  describe(`overload on ${kind.name}`, function () {
    this.timeout(900_000);

    it('is refused early, with Retry-After, in flat memory, and loses nothing', () =>
      perform({ name: 'overload', kind, lanes: LANES, pauseMs: 0 }, async (scene) => {
        const { engine, poster } = scene;
        await engine.start();
        await scene.webhook('/ok', { timeout_in_sec: 30 });
        poster.start(WARM);
        await poster.finished();
        const warmMib = engine.residentMib() ?? 0;
        let mostMib = warmMib;
        const watching = setInterval(() => (mostMib = Math.max(mostMib, engine.residentMib() ?? 0)), 100);
        poster.refusals.length = 0;
        poster.start();
        await pause(DURATION_MS);
        await poster.stop();
        await scene.drain();
        clearInterval(watching);
        const waits = poster.refusals.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
        const median = waits[Math.floor(waits.length / 2)] ?? Infinity;
        const figures = [
          `${String(waits.length)} refusals`,
          `half of them within ${median.toFixed(0)} ms`,
          `from ${warmMib.toFixed(0)} to ${mostMib.toFixed(0)} MiB at most`,
        ];
        process.stdout.write(`      ${figures.join(', ')}\n`);
        await scene.judge({ faults: 0 });
        assert.ok(waits.length > 0 && poster.refusals.every(({ retryAfter }) => retryAfter !== undefined));
        assert.ok(median < EARLY_MS);
        assert.ok(mostMib - warmMib < MAX_GROWN_MIB);
      }));
  });
}
