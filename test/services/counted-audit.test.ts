import assert from 'node:assert/strict';
import type { OwnEvent } from '../../src/domain/own-events.ts';
import type { Refusal } from '../../src/domain/refusals.ts';
import { concernedBy, refusalEvent, REFUSALS } from '../../src/domain/refusals.ts';
import { CountedAudit } from '../../src/services/counted-audit.ts';
import { after, NOW, ORGANIZATION } from '../store/fixtures.ts';

const refused = (address: string): Refusal => ({ kind: 'refused', key: undefined, reason: 'unknown', address });

// A store whose transactions do what is planned, and a minute that passes when it is told to.
function setup() {
  const told: OwnEvent[] = [];
  const failures: unknown[] = [];
  const clock = { now: NOW };
  let isStored: (event: OwnEvent) => Promise<void> = () => Promise.resolve();
  const endMinute: (() => void)[] = [];
  let minutes = 0;
  const audit = new CountedAudit<object, Refusal>({
    kinds: REFUSALS,
    concerns: concernedBy,
    eventOf: refusalEvent,
    name: 'refusal-audit',
    store: {
      organizations: { first: async () => ({ id: ORGANIZATION }) },
      transaction: (work) => work({}),
    },
    ownEvents: async (_store, event) => {
      await isStored(event);
      told.push(event);
    },
    clock: () => clock.now,
    pause: (pauseMs, signal) => {
      assert.equal(pauseMs, 60_000);
      minutes += 1;
      return new Promise((resolve) => {
        endMinute.push(resolve);
        signal.addEventListener('abort', () => resolve());
      });
    },
    report: { jobFailed: ({ error }) => void failures.push(error) },
  });
  const passMinute = async (): Promise<void> => {
    for (const end of endMinute.splice(0)) end();
    // Whatever has begun by then comes before this one.
    await new Promise(setImmediate);
    await audit.flush();
  };
  const addresses = (): unknown[] => told.map(({ metadata }) => metadata['address']);
  return {
    audit,
    told,
    failures,
    clock,
    passMinute,
    addresses,
    plan: (next: typeof isStored) => void (isStored = next),
    minutes: () => minutes,
    waiting: () => endMinute.length,
  };
}

const failing = () => Promise.reject(new Error('The database is away.'));
const total = (events: readonly OwnEvent[]): number =>
  events.reduce((sum, { metadata }) => sum + Number(metadata['count']), 0);

describe('CountedAudit', () => {
  it('writes a minute after the first, one event for many, and then waits for the next', async () => {
    const { audit, told, clock, passMinute, minutes, waiting } = setup();
    for (let n = 0; n < 500; n += 1) audit.note(refused('192.0.2.1'));
    clock.now = after(59);
    audit.note(refused('192.0.2.1'));
    assert.deepEqual([told.length, minutes(), waiting()], [0, 1, 1]);
    await passMinute();
    assert.deepEqual([told.length, total(told), waiting()], [1, 501, 0]);
    assert.equal(told[0]?.metadata['last_at'], after(59).toISOString());
    audit.note(refused('192.0.2.1'));
    await passMinute();
    assert.deepEqual([told.length, total(told), minutes()], [2, 502, 2]);
  });

  it('loses nothing while the database fails, keeps a bounded number, and never more than one timer', async () => {
    const { audit, told, failures, passMinute, plan, waiting } = setup();
    plan(failing);
    let noted = 0;
    for (let minute = 0; minute < 5; minute += 1) {
      for (let n = 0; n < 2000; n += 1) {
        audit.note(refused(`2001:db8:${String(minute)}::${n.toString(16)}`));
        noted += 1;
      }
      await passMinute();
      assert.equal(waiting(), 1);
    }
    assert.deepEqual(told, []);
    assert.ok(failures.length >= 5 && failures.length <= 10, 'one report for each try, not for each event');
    plan(() => Promise.resolve());
    await passMinute();
    assert.ok(told.length <= 1001, String(told.length));
    assert.deepEqual([total(told), waiting()], [noted, 0]);
  });

  it('lets the others through where one of them cannot be written', async () => {
    const { audit, addresses, passMinute, plan, failures } = setup();
    plan((event) => (event.metadata['address'] === '192.0.2.1' ? failing() : Promise.resolve()));
    for (const last of [1, 2, 3]) audit.note(refused(`192.0.2.${String(last)}`));
    await passMinute();
    await passMinute();
    assert.deepEqual(addresses(), ['192.0.2.2', '192.0.2.3']);
    assert.ok(failures.length > 0);
  });

  it('does not mix what comes while it writes with what it writes', async () => {
    const { audit, told, passMinute, plan } = setup();
    plan(async () => audit.note(refused('192.0.2.9')));
    audit.note(refused('192.0.2.1'));
    await passMinute();
    plan(() => Promise.resolve());
    await passMinute();
    assert.equal(total(told) >= 2, true);
    assert.equal(told[0]?.metadata['count'], 1);
  });

  it('writes at the stop what there is, and waits for nothing afterwards, also where that fails', async () => {
    const good = setup();
    good.audit.note(refused('192.0.2.1'));
    await good.audit.close();
    assert.equal(total(good.told), 1);
    good.audit.note(refused('192.0.2.1'));
    assert.equal(good.minutes(), 1);
    const bad = setup();
    bad.plan(failing);
    bad.audit.note(refused('192.0.2.1'));
    await bad.audit.close();
    assert.equal(bad.minutes(), 1);
    assert.ok(bad.failures.length > 0);
  });
});
