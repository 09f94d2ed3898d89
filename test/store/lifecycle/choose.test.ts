import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Head, Slots } from '../../../src/store/lifecycle/choose.ts';
import { shareSlots } from '../../../src/store/lifecycle/choose.ts';

const CAP = 4;

// Webhooks w0, w1, …: how many of each are in flight, when its last turn was, since when its oldest is due.
type Given = readonly (readonly [inFlight: number, turn: number, dueAtMs: number])[];

function asked(given: Given): { heads: Head[]; slots: Slots } {
  const of = (webhookId: string): Given[number] => given[Number(webhookId.slice(1))]!;
  return {
    heads: given.map(([, , dueAtMs], index) => ({ webhookId: `w${String(index)}`, dueAt: new Date(dueAtMs) })),
    slots: {
      freeSlots: (webhookId) => CAP - of(webhookId)[0],
      isQuick: () => false,
      lastTurn: (webhookId) => of(webhookId)[1],
    },
  };
}

function share(given: Given, limit: number): Record<string, number> {
  const { heads, slots } = asked(given);
  return Object.fromEntries(
    shareSlots(heads, { limit, slowLimit: limit }, slots).map(({ webhookId, count }) => [webhookId, count]),
  );
}

const givens = fc.array(fc.tuple(fc.nat(CAP + 1), fc.nat(9), fc.nat(9)), { maxLength: 12 });

describe('shareSlots', () => {
  const cases: readonly (readonly [string, Given, number, Record<string, number>])[] = [
    [
      'one each a round',
      [
        [0, 0, 1],
        [0, 0, 2],
        [0, 0, 3],
      ],
      5,
      { w0: 2, w1: 2, w2: 1 },
    ],
    [
      'those with the least in flight first',
      [
        [3, 0, 1],
        [1, 0, 2],
        [0, 9, 3],
      ],
      2,
      { w2: 1, w1: 1 },
    ],
    [
      'then the one whose turn was longest ago',
      [
        [1, 7, 1],
        [1, 5, 2],
        [1, 6, 3],
      ],
      1,
      { w1: 1 },
    ],
    [
      'then the one whose oldest is due longest',
      [
        [0, 0, 3],
        [0, 0, 1],
        [0, 0, 2],
      ],
      2,
      { w1: 1, w2: 1 },
    ],
    [
      'no more than a webhook has free',
      [
        [3, 0, 1],
        [4, 0, 2],
        [5, 0, 3],
        [2, 0, 4],
      ],
      64,
      { w0: 1, w3: 2 },
    ],
    ['nothing where nothing is free', [[4, 0, 1]], 64, {}],
    ['nothing where no slot is left', [[0, 0, 1]], 0, {}],
  ];
  for (const [what, given, limit, expected] of cases) {
    it(`gives ${what}`, () => {
      assert.deepEqual(share(given, limit), expected);
    });
  }

  it('never passes the limit or the slots of a webhook, and stops short of neither without need', () => {
    fc.assert(
      fc.property(givens, fc.nat(40), (given, limit) => {
        const shares = share(given, limit);
        const free = given.map(([inFlight]) => Math.max(CAP - inFlight, 0));
        const possible = free.reduce((sum, count) => sum + count, 0);
        const total = Object.values(shares).reduce((sum, count) => sum + count, 0);
        assert.equal(total, Math.min(limit, possible));
        free.forEach((count, index) => assert.ok((shares[`w${String(index)}`] ?? 0) <= count));
      }),
    );
  });

  it('gives nobody two before everybody with a free slot has one', () => {
    fc.assert(
      fc.property(givens, fc.nat(40), (given, limit) => {
        const shares = share(given, limit);
        if (Math.max(0, ...Object.values(shares)) < 2) return;
        given.forEach(([inFlight], index) => assert.ok(inFlight >= CAP || `w${String(index)}` in shares));
      }),
    );
  });

  it('comes to everybody in as many single slots as there are webhooks, whatever their backlogs', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 12 }), (dueAts) => {
        const turns = dueAts.map(() => 0);
        const served = dueAts.map((_dueAt, step) => {
          const [first] = Object.keys(
            share(
              dueAts.map((dueAt, index) => [0, turns[index]!, dueAt]),
              1,
            ),
          );
          turns[Number(first!.slice(1))] = step + 1;
          return first;
        });
        assert.equal(new Set(served).size, dueAts.length);
      }),
    );
  });
});
