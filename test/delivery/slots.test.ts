import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Slots } from '../../src/delivery/slots.ts';

function setup(concurrency = 16, webhookConcurrency = 4) {
  const clock = { nowMs: 0 };
  const slots = new Slots({ concurrency, webhookConcurrency, monotonicMs: () => clock.nowMs });
  /** Leases one, sends it, and has it answered after so many milliseconds. */
  const deliver = (id: string, tookMs: number): void => {
    slots.lease(id);
    void slots.enter(id);
    clock.nowMs += tookMs;
    slots.leave(id, tookMs);
    slots.release(id, true);
  };
  const leaseAll = (id: string, most = 1000): number => {
    let count = 0;
    for (; count < most && slots.roomFor(id) > 0; count += 1) slots.lease(id);
    return count;
  };
  return { slots, clock, deliver, leaseAll };
}

describe('Slots', () => {
  it('leases as much for a webhook as may be on the wire, and sixteen times that once its receiver has been quick', () => {
    const { leaseAll, deliver } = setup();
    assert.equal(leaseAll('new'), 4);
    deliver('quick', 250);
    assert.equal(leaseAll('quick'), 64);
    deliver('slow', 251);
    assert.equal(leaseAll('slow'), 4);
  });

  it('takes a webhook for slow while a request to it is out for long', () => {
    const { slots, clock, deliver } = setup();
    deliver('w', 1);
    slots.lease('w');
    void slots.enter('w');
    assert.equal(slots.isQuick('w'), true);
    clock.nowMs += 251;
    assert.equal(slots.isQuick('w'), false);
    slots.leave('w', 251);
    assert.equal(slots.isQuick('w'), false, 'it has answered slowly');
  });

  it('does not take what never went out for an answer', () => {
    const { slots } = setup();
    slots.lease('w');
    void slots.enter('w');
    slots.leave('w', undefined);
    slots.release('w', true);
    assert.equal(slots.isQuick('w'), false);
  });

  it('bounds what is in memory, however many webhooks are quick', () => {
    const { slots, deliver, leaseAll } = setup();
    const ids = Array.from({ length: 20 }, (_, index) => `w${String(index)}`);
    for (const id of ids) deliver(id, 1);
    const leased = ids.map((id) => leaseAll(id));
    assert.equal(
      leased.reduce((sum, one) => sum + one, 0),
      256,
    );
    assert.equal(slots.room, 0);
  });

  it('sends no more than eight times its share of the wire before results are stored', async () => {
    const { slots } = setup(16, 4);
    let sent = 0;
    for (let count = 0; count < 40; count += 1) {
      slots.lease('w');
      if (slots.enter('w') !== undefined) break;
      sent += 1;
      slots.leave('w', 1);
    }
    assert.equal(sent, 32);
    slots.release('w', true);
    assert.equal(slots.onWire, 1, 'the one that waits goes out when a result is stored');
  });

  it('slows intake down to what it sends itself, and not to what receivers take', () => {
    const { slots, clock, deliver, leaseAll } = setup(64, 4);
    const ease = (waiting: readonly string[] = []): number => slots.ease((id) => waiting.includes(id));
    assert.equal(ease(), Infinity, 'nothing is under way');
    deliver('prompt', 20);
    leaseAll('prompt', 10);
    assert.equal(ease(), 4 * 6 - 10);
    assert.equal(ease(['prompt']), 4 * 3 - 10, 'half is for what waits in the database');
    leaseAll('prompt', 30);
    assert.equal(ease(), 0);
    deliver('sluggish', 21);
    leaseAll('sluggish', 60);
    leaseAll('unknown', 4);
    assert.equal(ease(), 0, 'the least decides');
    void slots.enter('prompt');
    clock.nowMs += 251;
    assert.equal(ease(), Infinity, 'it stands still now');
  });

  it('shares the room that is left in all among those that are under way', () => {
    const { slots, deliver, leaseAll } = setup(16, 16);
    for (const id of ['a', 'b']) deliver(id, 1);
    leaseAll('a', 90);
    leaseAll('b', 90);
    assert.equal(
      slots.ease(() => false),
      6,
    );
    for (const id of ['c', 'd']) {
      deliver(id, 1);
      leaseAll(id, 35);
    }
    assert.equal(
      slots.ease(() => false),
      (256 - 250) / 4,
    );
  });

  it('lets the least served enter first when a request is off the wire', async () => {
    const { slots } = setup(4, 4);
    for (let count = 0; count < 3; count += 1) {
      slots.lease('busy');
      assert.equal(slots.enter('busy'), undefined);
    }
    const order: string[] = [];
    for (const id of ['busy', 'idle', 'busy']) {
      slots.lease(id);
      void slots.enter(id)?.then(() => order.push(id));
    }
    assert.equal(slots.onWire, 4, 'the last quarter is for who has nothing on the wire');
    slots.leave('busy', 1);
    slots.leave('busy', 1);
    await Promise.resolve();
    assert.deepEqual(order, ['busy']);
  });

  it('never has more on the wire than its limits, leases no more than there is room for, and ends empty', () => {
    const step = fc.record({
      webhook: fc.integer({ min: 0, max: 5 }),
      act: fc.integer({ min: 0, max: 9 }),
      tookMs: fc.integer({ min: 0, max: 600 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { slots, clock } = setup(8, 3);
        const entered: string[] = [];
        const onWireOf = (id: string): number => entered.filter((one) => one === id).length;
        const leased: string[] = [];
        for (const { webhook, act, tookMs } of steps) {
          const id = `w${String(webhook)}`;
          clock.nowMs += tookMs / 10;
          if (act < 6 && slots.roomFor(id) > 0) {
            slots.lease(id);
            leased.push(id);
            if (slots.enter(id) === undefined) entered.push(id);
          } else if (entered.includes(id)) {
            entered.splice(entered.indexOf(id), 1);
            const before = slots.onWire;
            slots.leave(id, tookMs);
            slots.release(id, true);
            leased.splice(leased.indexOf(id), 1);
            // Those that were let in enter in the same step; who they are is seen by the numbers.
            assert.ok(slots.onWire >= before - 1);
          }
          assert.ok(slots.onWire <= 8 && leased.length <= 128);
          for (const one of new Set(entered)) assert.ok(onWireOf(one) <= 3);
        }
      }),
    );
  });
});
