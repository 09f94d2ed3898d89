import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LocalTime } from '../../src/domain/date-format.ts';
import { FORMAT_PARTS, formatTime, localTimeOf, secondsOf, writeRfc3339 } from '../../src/domain/date-format.ts';
import { nanosOf } from '../../src/domain/time.ts';

const BILLION = 1_000_000_000n;
const YEAR_0 = -62_167_219_200n * BILLION;
const YEAR_10000 = 253_402_300_800n * BILLION;
const instant = fc.bigInt({ min: YEAR_0, max: YEAR_10000 - 1n });

function timeOf(text: string, offsetSec = 0): LocalTime {
  const time = localTimeOf(nanosOf(text) ?? 0n, offsetSec);
  assert.ok(time);
  return time;
}

function formatted(text: string, format: string, offsetSec = 0): string {
  const result = formatTime(timeOf(text, offsetSec), format);
  return result.ok ? result.text : `unknown: ${result.unknown}`;
}

describe('localTimeOf', () => {
  it('gives what the clocks show, to the nanosecond', () => {
    assert.deepEqual(timeOf('2024-02-29T23:30:15.123456789Z', 3600), {
      year: 2024,
      month: 3,
      day: 1,
      weekday: 5,
      hour: 0,
      minute: 30,
      second: 15,
      nanos: 123_456_789,
      offsetSec: 3600,
    });
    assert.deepEqual(timeOf('-0.000000001'), {
      year: 1969,
      month: 12,
      day: 31,
      weekday: 3,
      hour: 23,
      minute: 59,
      second: 59,
      nanos: 999_999_999,
      offsetSec: 0,
    });
  });

  it('knows the years of four digits, and no others', () => {
    for (const [nanos, year] of [
      [YEAR_0, 0],
      [YEAR_10000 - 1n, 9999],
    ] as const) {
      assert.equal(localTimeOf(nanos, 0)?.year, year);
    }
    for (const nanos of [YEAR_0 - 1n, YEAR_10000, 10n ** 30n, -(10n ** 30n)])
      assert.equal(localTimeOf(nanos, 0), undefined);
    assert.equal(localTimeOf(YEAR_10000 - 1n, 3600), undefined);
    assert.equal(localTimeOf(YEAR_0, -1), undefined);
  });

  it('loses no nanosecond', () => {
    fc.assert(
      fc.property(instant, (nanos) => {
        assert.equal(BigInt(secondsOf(nanos)) * BILLION + BigInt(localTimeOf(nanos, 0)?.nanos ?? 0), nanos);
      }),
    );
  });
});

describe('writeRfc3339', () => {
  it('writes what reads back as the same instant, to the nanosecond', () => {
    fc.assert(fc.property(instant, (nanos) => assert.equal(nanosOf(writeRfc3339(nanos, 9) ?? ''), nanos)));
  });

  it('writes what Date writes, to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (millis) => {
        assert.equal(writeRfc3339(BigInt(millis) * 1_000_000n, 3), new Date(millis).toISOString());
      }),
    );
  });

  it('cuts the fraction after so many digits', () => {
    const texts = [0, 1, 3, 6, 9].map((digits) => writeRfc3339(999_999_999n, digits)?.slice(17));
    assert.deepEqual(texts, ['00Z', '00.9Z', '00.999Z', '00.999999Z', '00.999999999Z']);
  });

  it('gives nothing for years that have no four digits', () => {
    assert.equal(writeRfc3339(YEAR_10000, 0), undefined);
  });
});

describe('formatTime', () => {
  const AT = '2024-07-05T04:03:02.001002003Z';
  const table: readonly (readonly [format: string, text: string])[] = [
    ['YYYY-MM-DD HH:mm:ss.SSSSSSSSS', '2024-07-05 04:03:02.001002003'],
    ['M/D, H:m:s', '7/5, 4:3:2'],
    ['dddd, D MMMM YYYY', 'Friday, 5 July 2024'],
    ['ddd MMM DD', 'Fri Jul 05'],
    ['hh:mm A', '04:03 AM'],
    ['h A', '4 AM'],
    ['SSS SSSSSS', '001 001002'],
    ['YYYYMMDDTHHmmssZ', '20240705T040302+00:00'],
    ['HH[h]mm', '04h03'],
    ['[YYYY] [a] []YYYY', 'YYYY a 2024'],
    ['] D ] [[] é 日 1', '] 5 ] [ é 日 1'],
    ['', ''],
    ['YY', 'unknown: YY'],
    ['YYYYY', 'unknown: YYYYY'],
    ['HH [of', 'unknown: ['],
    ['SSSS', 'unknown: SSSS'],
    ['D x', 'unknown: x'],
    ['Do', 'unknown: o'],
    ['a', 'unknown: a'],
    ['constructor', 'unknown: c'],
  ];
  for (const [format, text] of table) {
    it(`writes "${text}" for "${format}"`, () => {
      assert.equal(formatted(AT, format), text);
    });
  }

  it('writes noon and midnight as twelve', () => {
    const hours = ['00', '01', '11', '12', '13', '23'].map((hour) => formatted(`2024-07-05T${hour}:00:00Z`, 'h hh A'));
    assert.deepEqual(hours, ['12 12 AM', '1 01 AM', '11 11 AM', '12 12 PM', '1 01 PM', '11 11 PM']);
  });

  it('writes offsets, with seconds where there are some', () => {
    const offsets = [0, 3600, -3600, 20_700, -34_200, -2670].map((seconds) => formatted(AT, 'Z ZZ', seconds));
    assert.deepEqual(offsets, [
      '+00:00 +0000',
      '+01:00 +0100',
      '-01:00 -0100',
      '+05:45 +0545',
      '-09:30 -0930',
      '-00:44:30 -004430',
    ]);
  });

  it('fills years up to four digits', () => {
    assert.equal(formatted('0001-02-03T00:00:00Z', 'YYYY'), '0001');
  });

  it('writes each part alone, and between others', () => {
    for (const [part, write] of FORMAT_PARTS) {
      const time = timeOf(AT);
      assert.equal(formatted(AT, part), write(time));
      assert.equal(formatted(AT, `[${part}] ${part}-`), `${part} ${write(time)}-`);
    }
  });
});
