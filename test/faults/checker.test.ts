// The judge of the fault suite is judged here: it finds nothing where all is well, and each promise broken by hand.
import assert from 'node:assert/strict';
import type { Ledger, Rule, SeenRequest, StoredDelivery, StoredEvent, StoredInvocation } from './support/checker.ts';
import { check, RULES } from './support/checker.ts';

const EVENT: StoredEvent = { id: 'evt_1', key: 'key-1', receivedAtMs: 100 };

const DELIVERY: StoredDelivery = {
  id: 'dlv_1',
  eventId: 'evt_1',
  webhookId: 'wh_1',
  messageId: 'dlv_1',
  state: 'delivered',
  attempts: 2,
  createdAtMs: 100,
  updatedAtMs: 400,
  finishedAtMs: 400,
};

const FIRST: StoredInvocation = {
  id: 'inv_1',
  deliveryId: 'dlv_1',
  attempt: 1,
  outcome: 'unknown',
  startedAtMs: 110,
  finishedAtMs: 200,
  timings: undefined,
};

const SECOND: StoredInvocation = {
  id: 'inv_2',
  deliveryId: 'dlv_1',
  attempt: 2,
  outcome: 'success',
  startedAtMs: 300,
  finishedAtMs: 400,
  timings: { dns: -1, total: 12.5 },
};

function seen(attempt: number, change: Partial<SeenRequest> = {}): SeenRequest {
  const ids = { messageId: 'dlv_1', eventId: 'evt_1', deliveryId: 'dlv_1' };
  return { atMs: 120, path: '/ok', ...ids, attempt, accepted: true, mark: '', ...change };
}

/** A process was killed after the receiver had accepted, and the event came once more. */
const KILLED_ONCE: Ledger = {
  acknowledged: [{ eventId: 'evt_1', key: 'key-1' }],
  seen: [seen(1), seen(2)],
  dump: { events: [EVENT], deliveries: [DELIVERY], invocations: [FIRST, SECOND] },
  webhookIds: ['wh_1'],
  faults: 1,
  inFlight: 1,
};

interface Rows {
  readonly event?: Partial<StoredEvent>;
  readonly delivery?: Partial<StoredDelivery>;
  readonly first?: Partial<StoredInvocation>;
  readonly second?: Partial<StoredInvocation>;
}

function stored({ event, delivery, first, second }: Rows): Ledger {
  const dump = {
    events: [{ ...EVENT, ...event }],
    deliveries: [{ ...DELIVERY, ...delivery }],
    invocations: [
      { ...FIRST, ...first },
      { ...SECOND, ...second },
    ],
  };
  return { ...KILLED_ONCE, dump };
}

const { dump } = KILLED_ONCE;

const BROKEN: Readonly<Record<Rule, readonly (readonly [what: string, ledger: Ledger])[]>> = {
  acknowledged_event_is_stored: [
    ['it is not there', { ...KILLED_ONCE, acknowledged: [...KILLED_ONCE.acknowledged, { eventId: 'evt_2' }] }],
  ],
  one_event_for_each_key: [
    ['two are stored', { ...KILLED_ONCE, dump: { ...dump, events: [EVENT, { ...EVENT, id: 'evt_2' }] } }],
    ['the client was told two', { ...KILLED_ONCE, acknowledged: [{ eventId: 'evt_2', key: 'key-1' }] }],
  ],
  one_delivery_for_each_webhook: [
    ['one webhook has none', { ...KILLED_ONCE, webhookIds: ['wh_1', 'wh_2'] }],
    ['one has two', { ...KILLED_ONCE, dump: { ...dump, deliveries: [DELIVERY, { ...DELIVERY, id: 'dlv_2' }] } }],
    [
      'an event that nobody acknowledged has none',
      { ...KILLED_ONCE, dump: { ...dump, events: [EVENT, { ...EVENT, id: 'evt_2', key: undefined }] } },
    ],
  ],
  all_deliveries_reach_an_end: [
    ['one waits', stored({ delivery: { state: 'pending' } })],
    ['one gave up', stored({ delivery: { state: 'exhausted' } })],
  ],
  request_has_invocation: [
    ['the delivery is unknown', { ...KILLED_ONCE, seen: [...KILLED_ONCE.seen, seen(1, { deliveryId: 'dlv_2' })] }],
    ['the attempt is unknown', { ...KILLED_ONCE, seen: [seen(2), seen(3)] }],
  ],
  success_was_seen: [['the attempt was never made', { ...KILLED_ONCE, seen: [seen(1)] }]],
  delivered_was_seen: [
    ['the receiver refused', { ...KILLED_ONCE, seen: [seen(1, { accepted: false }), seen(2, { accepted: false })] }],
  ],
  request_names_its_event: [
    ['it names another event', { ...KILLED_ONCE, seen: [seen(1), seen(2, { eventId: 'evt_2' })] }],
    ['it has another message id', { ...KILLED_ONCE, seen: [seen(1), seen(2, { messageId: 'dlv_2' })] }],
  ],
  duplicates_are_bounded: [
    ['nothing was killed', { ...KILLED_ONCE, faults: 0 }],
    ['two for one', { ...KILLED_ONCE, seen: [seen(1), seen(2), seen(2)] }],
  ],
  attempts_are_dense: [
    ['one is left out', stored({ second: { attempt: 3 } })],
    ['one is there twice', stored({ second: { attempt: 1 } })],
    ['the delivery counts more', stored({ delivery: { attempts: 3 } })],
    ['the delivery counts fewer', stored({ delivery: { attempts: 1 } })],
  ],
  nothing_begins_after_the_end: [['an attempt does', stored({ second: { startedAtMs: 401, finishedAtMs: 402 } })]],
  nothing_is_left_sending: [
    ['an invocation is', stored({ first: { outcome: 'sending' } })],
    ['a delivery is', stored({ delivery: { state: 'sending' } })],
  ],
  final_stays_final: [
    ['a state was left', { ...KILLED_ONCE, earlier: [{ ...dump, deliveries: [{ ...DELIVERY, state: 'exhausted' }] }] }],
    ['it ended twice', { ...KILLED_ONCE, earlier: [{ ...dump, deliveries: [{ ...DELIVERY, finishedAtMs: 399 }] }] }],
  ],
  times_run_forward: [
    ['it ends before it starts', stored({ first: { startedAtMs: 210 } })],
    ['the second starts before the first', stored({ second: { startedAtMs: 105 } })],
    ['the delivery is older than its event', stored({ event: { receivedAtMs: 101 } })],
  ],
  no_time_is_negative: [['a phase is', stored({ second: { timings: { dns: -1, total: -2 } } })]],
};

describe('check', () => {
  it('finds nothing where all is well', () => {
    assert.deepEqual(check(KILLED_ONCE), { violations: [], duplicates: 1, duplicateBound: 1 });
  });

  for (const rule of RULES) {
    for (const [what, ledger] of BROKEN[rule]) {
      it(`finds ${rule} broken where ${what}`, () => {
        const { violations } = check(ledger);
        assert.ok(
          violations.some((one) => one.rule === rule),
          JSON.stringify(violations),
        );
      });
    }
  }

  it('takes a number that was given back for no gap and no repetition', () => {
    const { violations } = check(
      stored({ first: { attempt: 1, outcome: 'not_sent' }, second: { attempt: 1 }, delivery: { attempts: 1 } }),
    );
    assert.deepEqual(
      violations.filter(({ rule }) => rule === 'attempts_are_dense'),
      [],
    );
  });

  it('counts no duplicate before the receiver has accepted', () => {
    const ledger = { ...KILLED_ONCE, seen: [seen(1, { accepted: false }), seen(2)], faults: 0 };
    assert.deepEqual(check(ledger), { violations: [], duplicates: 0, duplicateBound: 0 });
  });

  it('counts no duplicate where the receiver accepted too late', () => {
    const ledger = { ...stored({ first: { outcome: 'timeout' } }), faults: 0 };
    assert.deepEqual(check(ledger), { violations: [], duplicates: 0, duplicateBound: 0 });
  });

  it('does not judge times where the clock was set', () => {
    const ledger = stored({ second: { startedAtMs: 105, finishedAtMs: 90 } });
    assert.deepEqual(check({ ...ledger, clockWasSet: true }).violations, []);
  });

  it('lets deliveries end in the states that the experiment names', () => {
    const ledger = stored({ delivery: { state: 'cancelled' } });
    assert.deepEqual(check({ ...ledger, endStates: ['delivered', 'cancelled'] }).violations, []);
  });
});
