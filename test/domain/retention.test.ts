import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Period, RetentionPart, RetentionPeriods } from '../../src/domain/retention.ts';
import {
  cutOffs,
  cutOffsByWeek,
  DEFAULT_RETENTION,
  periodBefore,
  RETENTION_PARTS,
  periodsInForce,
  retentionFaults,
} from '../../src/domain/retention.ts';
import { startOfWeek } from '../../src/store/partitions.ts';

const period = (years: number, months: number, days: number): Period => ({ years, months, days });
const days = (count: number): Period => period(0, 0, count);

const allOf = (one: Period): RetentionPeriods => ({
  events: one,
  deliveries: one,
  invocations: one,
  bodies: one,
  failures: one,
});

const counts = (max: number) => fc.integer({ min: 0, max });
const anyPeriod = fc
  .record({ years: counts(12), months: counts(30), days: counts(800) })
  .filter((one) => one.years + one.months + one.days > 0);
const anyPeriods = fc.record({
  events: anyPeriod,
  deliveries: anyPeriod,
  invocations: anyPeriod,
  bodies: anyPeriod,
  failures: anyPeriod,
});
const anyInstant = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

describe('periodBefore', () => {
  for (const [now, given, expected] of [
    ['2026-11-29T10:11:12.345Z', days(1), '2026-11-28T10:11:12.345Z'],
    ['2026-03-31T00:00:00.000Z', period(0, 1, 0), '2026-02-28T00:00:00.000Z'],
    ['2024-03-31T00:00:00.000Z', period(0, 1, 0), '2024-02-29T00:00:00.000Z'],
    ['2024-02-29T23:59:59.999Z', period(1, 0, 0), '2023-02-28T23:59:59.999Z'],
    ['2024-02-29T00:00:00.000Z', period(4, 0, 0), '2020-02-29T00:00:00.000Z'],
    ['2026-03-31T00:00:00.000Z', period(0, 1, 1), '2026-02-27T00:00:00.000Z'],
    ['2026-01-15T00:00:00.000Z', period(0, 14, 0), '2024-11-15T00:00:00.000Z'],
    ['2026-01-31T00:00:00.000Z', period(100, 2, 0), '1925-11-30T00:00:00.000Z'],
    ['2026-01-31T00:00:00.000Z', days(36_525), '1926-01-31T00:00:00.000Z'],
  ] as const) {
    it(`gives ${expected} for ${JSON.stringify(given)} before ${now}`, () => {
      assert.equal(periodBefore(new Date(now), given).toISOString(), expected);
    });
  }

  it('lies before, keeps the time of the day, and never goes back as time goes on', () => {
    fc.assert(
      fc.property(anyInstant, anyPeriod, counts(90 * 86_400_000), (now, given, laterMs) => {
        const before = periodBefore(now, given);
        assert.ok(before < now);
        assert.equal(before.toISOString().slice(10), now.toISOString().slice(10));
        const midnight = new Date(Math.floor(now.getTime() / 86_400_000) * 86_400_000);
        const daysLater = new Date(midnight.getTime() + Math.floor(laterMs / 86_400_000) * 86_400_000);
        assert.ok(periodBefore(daysLater, given) >= periodBefore(midnight, given));
      }),
    );
  });
});

describe('retentionFaults', () => {
  const faultsOf = (changes: Partial<RetentionPeriods>) =>
    retentionFaults({ ...DEFAULT_RETENTION, ...changes }).map(({ pointer, code }) => `${pointer} ${code}`);

  const cases: readonly (readonly [string, Partial<RetentionPeriods>, readonly string[]])[] = [
    ['finds none in the defaults', {}, []],
    ['takes one day for everything', allOf(days(1)), []],
    ['takes a hundred years for everything', allOf(period(100, 0, 0)), []],
    ['takes 12 months for a year', { deliveries: period(1, 0, 0), invocations: period(0, 12, 0) }, []],
    ['wants a day at least', { bodies: days(0) }, ['/bodies period_too_short']],
    ['wants a hundred years at most', { events: period(100, 0, 1) }, ['/events period_too_long']],
    [
      'names all that are no periods, and of the others what is out of order',
      { events: days(0), deliveries: days(3), invocations: days(4), bodies: days(2), failures: period(0, 1201, 0) },
      ['/events period_too_short', '/failures period_too_long', '/invocations period_out_of_order'],
    ],
    [
      'wants them in order, and names all that are not',
      { events: days(20), deliveries: days(25), invocations: days(26), bodies: days(27), failures: days(26) },
      [
        '/deliveries period_out_of_order',
        '/invocations period_out_of_order',
        '/bodies period_out_of_order',
        '/failures period_out_of_order',
        '/bodies period_out_of_order',
      ],
    ],
  ];
  for (const [what, changes, expected] of cases) {
    it(what, () => assert.deepEqual(faultsOf(changes), expected));
  }
});

describe('periodsInForce', () => {
  it('leaves periods as they are that are in order', () => {
    assert.deepEqual(periodsInForce(DEFAULT_RETENTION), DEFAULT_RETENTION);
  });

  it('has each within what it belongs to, so that what is shown can be set', () => {
    const week = { years: 0, months: 0, days: 7 };
    const shown = periodsInForce({ ...DEFAULT_RETENTION, events: week });
    assert.deepEqual(shown, { events: week, deliveries: week, invocations: week, bodies: week, failures: week });
    assert.deepEqual(retentionFaults(shown), []);
    const month = { years: 0, months: 1, days: 0 };
    assert.deepEqual(periodsInForce({ ...DEFAULT_RETENTION, events: month }), {
      ...{ events: month, deliveries: month, invocations: month, failures: month },
      bodies: DEFAULT_RETENTION.bodies,
    });
  });
});

describe('cutOffs', () => {
  const now = new Date('2026-11-29T12:00:00.000Z');

  it('come from the periods, where these are in order', () => {
    const day = (count: number) => periodBefore(now, days(count));
    assert.deepEqual(cutOffs(DEFAULT_RETENTION, now), {
      events: periodBefore(now, period(10, 0, 0)),
      erasures: periodBefore(now, period(10, 0, 0)),
      deliveries: day(180),
      invocations: day(90),
      failedInvocations: day(90),
      bodies: day(30),
      failedBodies: day(90),
      keys: periodBefore(now, period(10, 0, 0)),
      seen: day(1),
    });
    assert.deepEqual(cutOffs({ ...DEFAULT_RETENTION, failures: days(170) }, now).failedInvocations, day(170));
    assert.deepEqual(cutOffs(allOf(days(1)), now).keys, day(14), 'keys are kept for two weeks at least');
    assert.deepEqual(cutOffs(allOf(days(1)), now).erasures, new Date('2025-11-29T12:00:00.000Z'), 'a year at least');
  });

  it('let nothing be kept for longer than what it belongs to, whatever the periods are', () => {
    fc.assert(
      fc.property(anyPeriods, anyInstant, (periods, at) => {
        for (const cut of [cutOffs(periods, at), cutOffsByWeek(cutOffs(periods, at), startOfWeek)]) {
          assert.ok(cut.bodies >= cut.invocations && cut.invocations >= cut.deliveries);
          assert.ok(cut.deliveries >= cut.events && cut.events >= cut.keys);
          assert.ok(cut.failedBodies >= cut.failedInvocations && cut.failedInvocations >= cut.deliveries);
          assert.ok(cut.failedInvocations <= cut.invocations && cut.failedBodies <= cut.bodies);
        }
      }),
    );
  });

  it('by week come less than a week before the exact ones', () => {
    const parts = [
      ...RETENTION_PARTS.filter((part): part is Exclude<RetentionPart, 'failures'> => part !== 'failures'),
    ];
    fc.assert(
      fc.property(anyPeriods, anyInstant, (periods, at) => {
        const exact = cutOffs(periods, at);
        const byWeek = cutOffsByWeek(exact, startOfWeek);
        for (const part of [...parts, 'failedBodies', 'failedInvocations'] as const) {
          const earlierMs = exact[part].getTime() - byWeek[part].getTime();
          assert.ok(earlierMs >= 0 && earlierMs < 7 * 86_400_000, part);
        }
      }),
    );
  });
});
