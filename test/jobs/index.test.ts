import assert from 'node:assert/strict';
import { validate } from 'node-cron';
import { JOBS } from '../../src/jobs/index.ts';

describe('JOBS', () => {
  it('have names of their own and schedules that cron understands', () => {
    assert.equal(new Set(JOBS.map((job) => job.name)).size, JOBS.length);
    for (const { name, schedule } of JOBS) assert.ok(validate(schedule), name);
  });

  for (const name of ['rescue', 'follow-webhooks', 'replays']) {
    it(`${name} wakes the dispatcher only where it has moved something`, async () => {
      for (const count of [0, 3]) {
        let woken = 0;
        const deps = {
          rescue: async () => count,
          followWebhooks: async () => count,
          makePartitions: async () => 0,
          indexEvents: async () => 0,
          runReplays: async () => count,
          removeExpired: async () => undefined,
          cleanErasures: async () => count,
          wake: () => void (woken += 1),
        };
        await JOBS.find((job) => job.name === name)?.run(deps);
        assert.equal(woken, count === 0 ? 0 : 1);
      }
    });
  }
});
