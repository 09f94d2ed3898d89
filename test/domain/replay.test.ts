import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DELIVERY_STATES } from '../../src/domain/delivery.ts';
import type { ReplaySelection } from '../../src/domain/replay.ts';
import { allowanceAt, judgeForReplay, payFor, REPLAY_BURST_MS } from '../../src/domain/replay.ts';

const START = Date.parse('2026-11-20T12:00:00Z');

describe('judgeForReplay', () => {
  const table: Readonly<Record<ReplaySelection, readonly string[]>> = {
    //          pending sending held    delivered exhausted rejected cancelled, never planned
    failed: ['skip', 'skip', 'skip', 'pass', 'plan', 'plan', 'plan', 'pass'],
    planned: ['skip', 'skip', 'skip', 'plan', 'plan', 'plan', 'plan', 'pass'],
    all: ['skip', 'skip', 'skip', 'plan', 'plan', 'plan', 'plan', 'plan_if_matched'],
  };
  for (const selection of ['failed', 'planned', 'all'] as const) {
    it(`decides for ${selection} by the latest delivery`, () => {
      const latest = [...DELIVERY_STATES.map((state) => ({ state })), undefined];
      assert.deepEqual(
        latest.map((one) => judgeForReplay(selection, one)),
        table[selection],
      );
    });
  }
});

describe('the pace of a replay', () => {
  it('never exceeds the rate, whenever it runs and however much it uses', () => {
    const turn = fc.record({ waitMs: fc.nat(5000), share: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.array(turn, { maxLength: 50 }), (rate, turns) => {
        let paidUntil = new Date(START);
        let nowMs = START;
        const planned: { readonly at: number; readonly count: number }[] = [];
        for (const { waitMs, share } of turns) {
          nowMs += waitMs;
          const { count, from } = allowanceAt(paidUntil, rate, new Date(nowMs));
          const used = Math.floor(count * share);
          paidUntil = payFor(from, used, rate);
          assert.ok(paidUntil.getTime() <= nowMs, 'nothing is planned on credit');
          planned.push({ at: nowMs, count: used });
        }
        planned.forEach((first, index) => {
          let sum = 0;
          for (const { at, count } of planned.slice(index)) {
            sum += count;
            assert.ok(sum <= ((at - first.at + REPLAY_BURST_MS) * rate) / 1000, 'in no span of time');
          }
        });
        const all = planned.reduce((sum, { count }) => sum + count, 0);
        assert.ok(all <= ((nowMs - START) * rate) / 1000, 'nor over all');
      }),
    );
  });

  it('reaches the rate where it runs every second', () => {
    let paidUntil = new Date(START);
    let all = 0;
    for (let second = 1; second <= 60; second += 1) {
      const { count, from } = allowanceAt(paidUntil, 7, new Date(START + second * 1000));
      all += count;
      paidUntil = payFor(from, count, 7);
    }
    assert.ok(all >= 59 * 7 && all <= 60 * 7, String(all));
  });

  it('goes on at once where the clock was set back', () => {
    const back = new Date(START - 3_600_000);
    const { count, from } = allowanceAt(new Date(START), 10, back);
    assert.deepEqual([count, from], [0, back]);
    assert.equal(allowanceAt(payFor(from, 0, 10), 10, new Date(back.getTime() + 1000)).count, 10);
  });
});
