import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttemptEnd, Settlement, Verdict } from '../../src/domain/delivery.ts';
import { DELIVERY_STATES, FINAL_STATES, kindOfDelivery, settle } from '../../src/domain/delivery.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

/** The end of the first of three attempts, of a webhook that is active; no jitter. */
function end(changes: Partial<AttemptEnd> = {}): AttemptEnd {
  return {
    attempt: 1,
    policy: { delaysInSec: [60, 600], jitter: 0 },
    standing: 'active',
    maxHeldInSec: 3600,
    now: NOW,
    chance: 0.5,
    ...changes,
  };
}

const failed: Verdict = { kind: 'failed', reason: 'server_error' };
const tokenRefused: Verdict = { kind: 'failed', reason: 'client_error', tokenRefused: true };
const WITH_NEW_TOKEN = 'The receiver refused the access token: due again at once, with a new token.';

describe('kindOfDelivery', () => {
  it('tells from who asked for it why its requests are made', () => {
    const asked = { by: 'key_1', repeats: 'dlv_1', replayId: undefined, sameBytesOf: undefined };
    assert.equal(kindOfDelivery({ asked: undefined }), 'delivery');
    assert.equal(kindOfDelivery({ asked }), 'redelivery');
    assert.equal(kindOfDelivery({ asked: { ...asked, replayId: 'rpl_1' } }), 'replay');
  });
});

describe('settle', () => {
  it('ends what was cancelled meanwhile, unless the attempt succeeded', () => {
    const verdicts: readonly Verdict[] = [
      failed,
      { kind: 'refused', reason: 'gone' },
      { kind: 'unsent' },
      { kind: 'unknown' },
    ];
    for (const verdict of verdicts) {
      const settlement = settle(verdict, end({ cancelRequested: true }));
      assert.deepEqual(settlement, { state: 'cancelled', reason: 'cancelled_by_hand' }, verdict.kind);
    }
    assert.deepEqual(settle({ kind: 'accepted' }, end({ cancelRequested: true })), { state: 'delivered' });
  });

  it('ends what has nothing to be sent again, unless the attempt succeeded', () => {
    const erased = end({ eventErased: true, cancelRequested: true });
    for (const verdict of [failed, { kind: 'unsent' }, { kind: 'unknown' }] satisfies Verdict[])
      assert.deepEqual(settle(verdict, erased), { state: 'cancelled', reason: 'event_erased' }, verdict.kind);
    assert.deepEqual(settle({ kind: 'accepted' }, erased), { state: 'delivered' });
  });

  const table: readonly (readonly [when: string, Verdict, Partial<AttemptEnd>, Settlement])[] = [
    ['accepted', { kind: 'accepted' }, {}, { state: 'delivered' }],
    ['accepted although the webhook is gone', { kind: 'accepted' }, { standing: 'deleted' }, { state: 'delivered' }],
    [
      'failed, delays left',
      failed,
      {},
      { state: 'pending', dueAt: later(60), reason: 'Retry 1 of 2: 60 s, jitter +0 %.', counts: true },
    ],
    [
      'failed again, one delay left',
      failed,
      { attempt: 2 },
      { state: 'pending', dueAt: later(600), reason: 'Retry 2 of 2: 600 s, jitter +0 %.', counts: true },
    ],
    ['failed, none left', failed, { attempt: 3 }, { state: 'exhausted', reason: 'server_error' }],
    [
      'failed, no retries wanted',
      failed,
      { policy: { delaysInSec: [], jitter: 0 } },
      { state: 'exhausted', reason: 'server_error' },
    ],
    [
      'failed, webhook inactive',
      failed,
      { standing: 'inactive' },
      {
        state: 'held',
        reason: 'webhook_inactive',
        until: later(3600),
        dueAt: later(60),
        delay: 'Retry 1 of 2: 60 s, jitter +0 %.',
        counts: true,
      },
    ],
    [
      'failed, webhook disabled by the engine',
      failed,
      { standing: 'disabled', maxHeldInSec: 60 },
      {
        state: 'held',
        reason: 'webhook_disabled',
        until: later(60),
        dueAt: later(60),
        delay: 'Retry 1 of 2: 60 s, jitter +0 %.',
        counts: true,
      },
    ],
    [
      'failed, none left, webhook inactive',
      failed,
      { attempt: 3, standing: 'inactive' },
      { state: 'exhausted', reason: 'server_error' },
    ],
    ['failed, webhook deleted', failed, { standing: 'deleted' }, { state: 'cancelled', reason: 'webhook_deleted' }],
    [
      'refused its token for the first time',
      tokenRefused,
      {},
      { state: 'pending', dueAt: NOW, reason: WITH_NEW_TOKEN, counts: false },
    ],
    [
      'refused its token for the first time, at the last attempt',
      tokenRefused,
      { attempt: 3 },
      { state: 'pending', dueAt: NOW, reason: WITH_NEW_TOKEN, counts: false },
    ],
    [
      'refused its token for the first time, webhook inactive',
      tokenRefused,
      { attempt: 3, standing: 'inactive' },
      {
        state: 'held',
        reason: 'webhook_inactive',
        until: later(3600),
        dueAt: NOW,
        delay: WITH_NEW_TOKEN,
        counts: false,
      },
    ],
    [
      'refused its token for the first time, webhook deleted',
      tokenRefused,
      { standing: 'deleted' },
      { state: 'cancelled', reason: 'webhook_deleted' },
    ],
    [
      'refused its token again',
      tokenRefused,
      { tokenRefusedBefore: true },
      { state: 'pending', dueAt: later(60), reason: 'Retry 1 of 2: 60 s, jitter +0 %.', counts: true },
    ],
    [
      'refused its token again at the last attempt',
      tokenRefused,
      { tokenRefusedBefore: true, attempt: 3 },
      { state: 'exhausted', reason: 'client_error' },
    ],
    ['refused', { kind: 'refused', reason: 'gone' }, {}, { state: 'rejected', reason: 'gone' }],
    [
      'refused at the last attempt',
      { kind: 'refused', reason: 'template_error' },
      { attempt: 3 },
      { state: 'rejected', reason: 'template_error' },
    ],
    [
      'unsent',
      { kind: 'unsent' },
      {},
      { state: 'pending', dueAt: NOW, reason: 'It was not sent: due again at once.', counts: false },
    ],
    [
      'unsent at the last attempt',
      { kind: 'unsent' },
      { attempt: 3 },
      { state: 'pending', dueAt: NOW, reason: 'It was not sent: due again at once.', counts: false },
    ],
    [
      'unknown, attempts left',
      { kind: 'unknown' },
      { attempt: 2 },
      {
        state: 'pending',
        dueAt: NOW,
        reason: 'What became of the attempt is not known: due again at once.',
        counts: true,
      },
    ],
    ['unknown, none left', { kind: 'unknown' }, { attempt: 3 }, { state: 'exhausted', reason: 'unknown' }],
  ];
  for (const [when, verdict, changes, expected] of table) {
    it(`makes it ${expected.state} when the verdict is: ${when}`, () => {
      assert.deepEqual(settle(verdict, end(changes)), expected);
    });
  }

  it('waits as long as Retry-After asks for', () => {
    const settlement = settle({ kind: 'failed', reason: 'rate_limited', retryAfterMs: 300_000 }, end());
    assert.ok(settlement.state === 'pending');
    assert.deepEqual(settlement.dueAt, later(300));
  });

  it('ends every delivery after as many attempts as the policy has, whatever happens', () => {
    const bad = fc.constantFrom<Verdict>(
      failed,
      { kind: 'unknown' },
      { kind: 'failed', reason: 'timeout', retryAfterMs: 1e9 },
    );
    fc.assert(
      fc.property(
        fc.array(fc.nat(86_400), { maxLength: 10 }),
        fc.array(bad, { minLength: 11, maxLength: 11 }),
        (delaysInSec, verdicts) => {
          const policy = { delaysInSec, jitter: 0.2 };
          const states = verdicts.map((verdict, index) => settle(verdict, end({ attempt: index + 1, policy })).state);
          assert.equal(states.indexOf('exhausted'), delaysInSec.length);
        },
      ),
    );
  });

  it('never makes anything due in the past', () => {
    const verdict = fc.constantFrom<Verdict>(failed, { kind: 'unknown' }, { kind: 'unsent' });
    fc.assert(
      fc.property(
        verdict,
        fc.nat(3),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (given, attempt, chance) => {
          const settlement = settle(
            given,
            end({ attempt: attempt + 1, chance, policy: { delaysInSec: [0, 1, 60], jitter: 1 } }),
          );
          assert.ok(settlement.state !== 'pending' || settlement.dueAt >= NOW);
        },
      ),
    );
  });
});

describe('the states of a delivery', () => {
  it('end in one of four', () => {
    assert.deepEqual([...FINAL_STATES].sort(), ['cancelled', 'delivered', 'exhausted', 'rejected']);
    assert.ok(FINAL_STATES.every((state) => DELIVERY_STATES.includes(state)));
  });
});
