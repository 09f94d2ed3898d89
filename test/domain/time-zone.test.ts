import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createTimeZones } from '../../src/domain/time-zone.ts';

const zones = createTimeZones();

function offsetAt(zone: string, instant: string): number | undefined {
  return zones.offsetAt(zone, Date.parse(instant) / 1000);
}

describe('offsetAt', () => {
  const table: readonly (readonly [zone: string, instant: string, offsetSec: number | undefined])[] = [
    ['UTC', '2024-07-01T00:00:00Z', 0],
    ['utc', '2024-07-01T00:00:00Z', 0],
    ['Etc/GMT+5', '2024-07-01T00:00:00Z', -18_000],
    ['Europe/Berlin', '2024-03-31T00:59:59Z', 3600],
    ['Europe/Berlin', '2024-03-31T01:00:00Z', 7200],
    ['EUROPE/berlin', '2024-10-27T00:59:59Z', 7200],
    ['Europe/Berlin', '2024-10-27T01:00:00Z', 3600],
    ['America/New_York', '2024-01-01T00:00:00Z', -18_000],
    ['US/Eastern', '2024-07-01T00:00:00Z', -14_400],
    ['Asia/Kathmandu', '2024-07-01T00:00:00Z', 20_700],
    ['Asia/Calcutta', '2024-07-01T00:00:00Z', 19_800],
    ['Asia/Kolkata', '2024-07-01T00:00:00Z', 19_800],
    ['Australia/Lord_Howe', '2024-01-01T00:00:00Z', 39_600],
    ['Australia/Lord_Howe', '2024-07-01T00:00:00Z', 37_800],
    ['Pacific/Kiritimati', '2024-07-01T00:00:00Z', 50_400],
    ['Africa/Monrovia', '1970-06-01T00:00:00Z', -2670],
    ['', '2024-07-01T00:00:00Z', undefined],
    ['+01:00', '2024-07-01T00:00:00Z', undefined],
    ['Europe/Nowhere', '2024-07-01T00:00:00Z', undefined],
    ['Europe/Berlin ', '2024-07-01T00:00:00Z', undefined],
    ['constructor', '2024-07-01T00:00:00Z', undefined],
    ['x'.repeat(100_000), '2024-07-01T00:00:00Z', undefined],
  ];
  for (const [zone, instant, offsetSec] of table) {
    it(`is ${String(offsetSec)} in "${zone.slice(0, 30)}" at ${instant}`, () => {
      assert.equal(offsetAt(zone, instant), offsetSec);
    });
  }

  it('agrees with the clock that Intl shows, in any zone at any time', () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const second = fc.integer({ min: -6_000_000_000, max: 200_000_000_000 });
    fc.assert(
      fc.property(zone, second, (timeZone, seconds) => {
        const offset = zones.offsetAt(timeZone, seconds) ?? Number.NaN;
        const options = { timeStyle: 'medium', dateStyle: 'medium', hourCycle: 'h23' } as const;
        const shown = new Intl.DateTimeFormat('en-US', { ...options, timeZone }).format(seconds * 1000);
        const expected = new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' });
        assert.equal(expected.format((seconds + offset) * 1000), shown);
      }),
    );
  });
});
