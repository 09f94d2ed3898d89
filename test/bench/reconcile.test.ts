// What counts as lost, and what else must not be: three accounts of one load, each of which may be the one that is wrong.
import assert from 'node:assert/strict';
import type { OwnAccount, Reconciled } from '../../bench/end-to-end/reconcile.ts';
import { reconcile, sumOf } from '../../bench/end-to-end/reconcile.ts';
import { verdict } from '../../bench/end-to-end/verdict.ts';

// Three events to two webhooks. All have been acknowledged, and each request has arrived once.
const POSTED = { events: 3, acknowledgedAt: Float64Array.of(105, 112, 130), unclear: 0 };
const RECEIVED = { webhooks: 2, counts: Uint16Array.of(1, 1, 1, 1, 1, 1), late: 0 };
const OWN: OwnAccount = { accepted: 6, delivered: 6, dead: 0, waiting: 0, invocations: 6 };
const NOTHING_WRONG: Reconciled = {
  ...{ published: 3, due: 6, delivered: 6, duplicated: 0, dead: 0, lost: 0, waiting: 0 },
  ...{ unacknowledged: 0, unclear: 0, late: 0, unrecorded: 0, disputed: 0 },
};
const arrived = (...counts: number[]): typeof RECEIVED => ({ ...RECEIVED, counts: Uint16Array.from(counts) });

describe('reconcile', () => {
  it('finds nothing where the accounts agree', () => {
    assert.deepEqual(reconcile(POSTED, RECEIVED, OWN, 2), NOTHING_WRONG);
    assert.deepEqual(reconcile(POSTED, RECEIVED, undefined, 2), NOTHING_WRONG);
  });

  const cases: readonly (readonly [what: string, found: Reconciled, wanted: Partial<Reconciled>])[] = [
    [
      'a request that never came, though the engine calls it delivered',
      reconcile(POSTED, arrived(1, 1, 1, 0, 1, 1), OWN, 2),
      { delivered: 5, lost: 1, disputed: 1 },
    ],
    [
      'a delivery that was given up',
      reconcile(POSTED, arrived(1, 1, 1, 0, 1, 1), { ...OWN, delivered: 5, dead: 1 }, 2),
      { delivered: 5, dead: 1 },
    ],
    [
      'one that was given up although it came, beside one that is lost: neither hides the other',
      reconcile(POSTED, arrived(1, 1, 1, 0, 1, 1), { ...OWN, delivered: 4, dead: 1, waiting: 1 }, 2),
      { delivered: 5, dead: 1, waiting: 1 },
    ],
    [
      'an event that was acknowledged and is not there',
      reconcile(POSTED, arrived(1, 1, 1, 1, 0, 0), { ...OWN, accepted: 4, delivered: 4, invocations: 4 }, 2),
      { delivered: 4, lost: 2, disputed: 2 },
    ],
    [
      'a request that came twice',
      reconcile(POSTED, arrived(1, 2, 1, 1, 1, 1), { ...OWN, invocations: 7 }, 2),
      { duplicated: 1 },
    ],
    ['a request without an invocation', reconcile(POSTED, RECEIVED, { ...OWN, invocations: 5 }, 2), { unrecorded: 1 }],
    ['a request of an earlier load', reconcile(POSTED, { ...RECEIVED, late: 3 }, OWN, 2), { late: 3 }],
    ['more accepted than was posted', reconcile(POSTED, RECEIVED, { ...OWN, accepted: 8 }, 2), { disputed: 2 }],
    [
      'an event whose answer was lost, and which was stored',
      reconcile({ ...POSTED, acknowledgedAt: Float64Array.of(105, 112, 0), unclear: 1 }, RECEIVED, OWN, 2),
      { published: 2, due: 4, delivered: 4, unacknowledged: 2, unclear: 1 },
    ],
    [
      'the dead receiver, which is the last one, left out',
      reconcile(POSTED, arrived(1, 0, 1, 5, 1, 0), { ...OWN, accepted: 3, delivered: 3, invocations: 3 }, 1),
      { due: 3, delivered: 3 },
    ],
  ];
  for (const [what, found, wanted] of cases)
    it(`finds ${what}`, () => {
      assert.deepEqual(found, { ...NOTHING_WRONG, ...wanted });
    });
});

describe('verdict', () => {
  const missed = (all: readonly Reconciled[]): string[] =>
    verdict(all)
      .filter(({ met }) => !met)
      .map(({ name }) => name);

  it('adds all loads up, and is met where nothing is wrong in any', () => {
    assert.equal(sumOf([NOTHING_WRONG, NOTHING_WRONG]).delivered, 12);
    assert.deepEqual(missed([NOTHING_WRONG, NOTHING_WRONG]), []);
  });

  it('is missed by one load of many, by each thing that must not be', () => {
    for (const name of ['lost', 'dead', 'waiting', 'unclear', 'unrecorded', 'disputed'] as const)
      assert.equal(missed([NOTHING_WRONG, { ...NOTHING_WRONG, [name]: 1 }, NOTHING_WRONG]).length, 1, name);
  });

  it('says nothing where nothing was posted, and is missed where nothing has arrived', () => {
    assert.deepEqual(verdict([]), []);
    assert.ok(missed([{ ...NOTHING_WRONG, delivered: 0, lost: 6 }]).includes('lost'));
  });
});
