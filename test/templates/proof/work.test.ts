import assert from 'node:assert/strict';
import { TooComplexError } from '../../../src/templates/proof/logic/bdd.ts';
import { Work, WORK_LIMITS } from '../../../src/templates/proof/work.ts';

describe('Work', () => {
  for (const kind of ['steps', 'characters', 'sights'] as const) {
    it(`allows as many ${kind} as the limit, and says that dropping conditions would not help beyond it`, () => {
      const work = new Work();
      work.count(kind, WORK_LIMITS[kind] - 1);
      work.count(kind, 1);
      for (const other of ['steps', 'characters', 'sights'] as const) if (other !== kind) work.count(other, 1);
      assert.throws(() => work.count(kind, 1), new TooComplexError(`too many ${kind}`, false));
    });
  }
});
