import assert from 'node:assert/strict';
import { bucketOf, claimRun } from '../../src/store/job-runs.ts';
import { DATABASES } from '../support/databases.ts';
import { after, NOW, setup } from './fixtures.ts';

describe('bucketOf', () => {
  it('is the second by the clock of the database, so that clocks a little apart mean the same run', () => {
    const run = new Date('2026-11-20T12:00:10.004Z');
    for (const skew of [0, 3, -20, 400]) assert.equal(bucketOf(run, skew), '2026-11-20T12:00:10.000Z');
    assert.equal(bucketOf(run, 300_000), '2026-11-20T12:05:10.000Z');
  });
});

for (const kind of DATABASES) {
  describe(`claimRun on ${kind.name}`, () => {
    it('gives a run to one of many where the database is shared, and each later one again', async () => {
      const test = await setup(kind);
      try {
        const claim = (seconds: number): Promise<boolean> =>
          claimRun(test, { job: 'rescue', scheduledAt: after(seconds), now: NOW });
        for (const seconds of [0, 10]) {
          const taken = await Promise.all([1, 2, 3, 4].map(() => claim(seconds)));
          assert.equal(taken.filter(Boolean).length, kind.name === 'SQLite' ? 4 : 1);
        }
        // An hour ahead it was taken before the clock was set back; a second ahead it was by a clock that is a little fast.
        assert.equal(await claim(3600), true);
        assert.equal(await claim(20), true);
        assert.equal(await claim(15), kind.name === 'SQLite');
        assert.equal(await claim(0), kind.name === 'SQLite', 'a run that is past is not made up');
      } finally {
        await test.remove();
      }
    });
  });
}
