import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chooseFairly } from '../../../src/store/work/choose.ts';

const candidates = fc
  .array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 })
  .map((webhooks) => webhooks.map((webhook, index) => ({ id: String(index), webhookId: `w${String(webhook)}` })));

describe('chooseFairly', () => {
  it('takes the oldest of each webhook before the second oldest of any', () => {
    const due = ['a', 'a', 'a', 'b', 'c', 'b'].map((webhookId, index) => ({ id: String(index), webhookId }));
    assert.deepEqual(
      chooseFairly(due, 4, () => 10).map(({ id }) => id),
      ['0', '3', '4', '1'],
    );
  });

  it('never passes the limit or the slots of a webhook, and stops short of neither without need', () => {
    fc.assert(
      fc.property(candidates, fc.nat(20), fc.nat(4), (due, limit, slots) => {
        const chosen = chooseFairly(due, limit, () => slots);
        const ofEach = (items: typeof due, id: string): number =>
          items.filter(({ webhookId }) => webhookId === id).length;
        const webhooks = [...new Set(due.map(({ webhookId }) => webhookId))];
        const possible = webhooks.reduce((sum, id) => sum + Math.min(slots, ofEach(due, id)), 0);
        assert.equal(chosen.length, Math.min(limit, possible));
        assert.equal(new Set(chosen).size, chosen.length);
        for (const id of webhooks) assert.ok(ofEach(chosen, id) <= slots);
      }),
    );
  });

  it('takes no younger delivery of a webhook before an older one', () => {
    fc.assert(
      fc.property(candidates, fc.nat(20), (due, limit) => {
        const chosen = chooseFairly(due, limit, () => 3);
        for (const { webhookId } of due) {
          const own = chosen.filter((item) => item.webhookId === webhookId).map(({ id }) => Number(id));
          assert.deepEqual(
            own,
            own.toSorted((a, b) => a - b),
          );
        }
      }),
    );
  });
});
