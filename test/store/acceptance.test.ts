import assert from 'node:assert/strict';
import { acceptAll } from '../../src/services/accept.ts';
import type { Intake } from '../../src/services/intake-plan.ts';
import { Matchers } from '../../src/services/planning.ts';
import { AcceptanceClock } from '../../src/domain/acceptance.ts';
import type { Store } from '../../src/store/index.ts';
import { DATABASES } from '../support/databases.ts';
import type { Setup } from './fixtures.ts';
import {
  after as secondsAfter,
  eventWith,
  keyWith,
  newId,
  NOW,
  ORGANIZATION,
  setup,
  writeGroupOf,
} from './fixtures.ts';

const ms = (count: number): Date => new Date(NOW.getTime() + count);

for (const kind of DATABASES) {
  describe(`the order of acceptance on ${kind.name}`, () => {
    let test: Setup;
    const key = keyWith();
    beforeEach(async () => {
      test = await setup(kind);
      await test.store.apiKeys.insert(key);
    });
    afterEach(() => test.remove());

    const acceptIn = async (store: Store, at: Date, event = eventWith()): Promise<string> => {
      const deps = {
        newId,
        newLeaseToken: () => 'token',
        slots: { reserve: () => false, release: () => undefined },
        monotonicMs: () => 0,
        matchers: new Matchers(),
        acceptance: new AcceptanceClock(() => at),
      };
      const intake: Intake = {
        organizationId: ORGANIZATION,
        keyId: key.id,
        checked: [{ event, value: {} }],
        atomic: false,
        isList: false,
        receivedAt: at,
      };
      await acceptAll(deps, store, [intake]);
      return event.id;
    };
    const accept = (at: Date): Promise<string> => test.store.transaction((store) => acceptIn(store, at));
    const receivedAt = async (id: string): Promise<Date | undefined> =>
      (await test.store.events.byId(ORGANIZATION, id))?.receivedAt;
    const writeGroup = (acceptedAt: Date) => writeGroupOf(test.store, acceptedAt);

    it('is decided up to any instant while nothing is under way, and that instant included', async () => {
      await accept(NOW);
      assert.equal(await test.store.acceptance.isBehind(ORGANIZATION), true);
      const { until, isBehind } = await test.store.acceptance.advance(NOW);
      assert.deepEqual([until, isBehind], [ms(1), false]);
      assert.deepEqual(await test.store.acceptance.readableUntil(), ms(1));
      assert.equal(await test.store.acceptance.isBehind(ORGANIZATION), false);
    });

    it('takes nothing before what is decided: step by step it comes after it, and a group is refused', async () => {
      await test.store.acceptance.advance(secondsAfter(60));
      assert.deepEqual(await receivedAt(await accept(NOW)), new Date(secondsAfter(60).getTime() + 1));
      assert.equal(await writeGroup(secondsAfter(60)), false);
      assert.equal(await writeGroup(secondsAfter(61)), true);
    });

    it('goes on while the clock stands still, or was set back', async () => {
      for (const at of [NOW, NOW, ms(-5000)]) {
        const id = await accept(at);
        const { until } = await test.store.acceptance.advance(at);
        const received = await receivedAt(id);
        assert.ok(received !== undefined && received < until, `${String(received?.toISOString())} is not readable`);
      }
    });

    it('is the same for one that was rolled back as if it had never been', async () => {
      await assert.rejects(
        test.store.transaction(async (store) => {
          await acceptIn(store, NOW);
          throw new Error('no');
        }),
      );
      assert.deepEqual((await test.store.acceptance.advance(ms(10))).until, ms(11));
    });
  });
}
