import assert from 'node:assert/strict';
import fc from 'fast-check';
import { floorDivide, nanosOf, normaliseEventTime, parseInstant } from '../../src/domain/time.ts';

const table: readonly (readonly [text: string, exact: string | undefined])[] = [
  ['1732104000.123456789', '1732104000.123456789'],
  ['1732104000.5', '1732104000.500000000'],
  ['1732104000.000000001', '1732104000.000000001'],
  ['1732104000', '1732104000.000000000'],
  ['0001732104000', undefined],
  ['0', '0.000000000'],
  ['-0', '0.000000000'],
  ['-1.5', '-1.500000000'],
  ['-0.000000001', '-0.000000001'],
  ['999999999999.999999999', '999999999999.999999999'],
  ['1732104000.1234567891', undefined],
  ['1732104000.', undefined],
  ['.5', undefined],
  ['1e9', undefined],
  ['+1', undefined],
  [' 1', undefined],
  ['1732104000123456789012', undefined],
  ['', undefined],
  ['now', undefined],
  ['1970-01-01T00:00:00Z', '0.000000000'],
  ['2024-11-20T12:00:00Z', '1732104000.000000000'],
  ['2024-11-20t12:00:00.123456789z', '1732104000.123456789'],
  ['2024-11-20 13:30:00.5+01:30', '1732104000.500000000'],
  ['2024-11-20T07:00:00-05:00', '1732104000.000000000'],
  ['2024-02-29T00:00:00Z', '1709164800.000000000'],
  ['2023-02-29T00:00:00Z', undefined],
  ['2024-04-31T00:00:00Z', undefined],
  ['2024-13-01T00:00:00Z', undefined],
  ['2024-00-10T00:00:00Z', undefined],
  ['2024-01-00T00:00:00Z', undefined],
  ['2024-11-20T24:00:00Z', undefined],
  ['2024-11-20T23:60:00Z', undefined],
  ['2024-11-20T23:59:61Z', undefined],
  ['2016-12-31T23:59:60Z', '1483228800.000000000'],
  ['2024-11-20T12:00:00+24:00', undefined],
  ['2024-11-20T12:00:00+01:60', undefined],
  ['2024-11-20T12:00:00', undefined],
  ['2024-11-20', undefined],
  ['2024-11-20T12:00:00.1234567890Z', undefined],
  ['0000-01-01T00:00:00Z', '-62167219200.000000000'],
  ['0099-12-31T23:59:59Z', '-59011459201.000000000'],
  ['1969-12-31T23:59:59.5Z', '-0.500000000'],
  ['9999-12-31T23:59:59.999999999Z', '253402300799.999999999'],
];

describe('normaliseEventTime', () => {
  for (const [text, exact] of table) {
    it(`makes ${exact ?? 'nothing'} of "${text}"`, () => {
      assert.equal(normaliseEventTime(text), exact);
    });
  }

  it('keeps every nanosecond of seconds and nanos', () => {
    const seconds = fc.bigInt({ min: -999_999_999_999n, max: 999_999_999_999n });
    fc.assert(
      fc.property(seconds, fc.integer({ min: 0, max: 999_999_999 }), (whole, nanos) => {
        const text = `${String(whole)}.${String(nanos).padStart(9, '0')}`;
        assert.equal(normaliseEventTime(text), text);
      }),
    );
  });

  it('reads a decimal fraction of any length as BigInt arithmetic does', () => {
    const fraction = fc.string({ unit: fc.nat(9).map(String), minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(fc.nat(4_000_000_000), fraction, (seconds, digits) => {
        const nanos = BigInt(seconds) * 10n ** 9n + BigInt(digits) * 10n ** BigInt(9 - digits.length);
        const normal = normaliseEventTime(`${String(seconds)}.${digits}`);
        assert.equal(BigInt((normal ?? '').replace('.', '')), nanos);
      }),
    );
  });

  it('agrees with Date on every instant, in every zone, and adds the nanoseconds', () => {
    const instant = fc.date({ min: new Date(0), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true });
    const zone = fc.record({ sign: fc.constantFrom('+', '-'), hours: fc.nat(23), minutes: fc.nat(59) });
    fc.assert(
      fc.property(instant, zone, fc.nat(999_999), (date, { sign, hours, minutes }, nanos) => {
        const two = (value: number): string => String(value).padStart(2, '0');
        const fine = String(nanos).padStart(6, '0');
        const text = date.toISOString().replace('Z', `${fine}${sign}${two(hours)}:${two(minutes)}`);
        const shift = (hours * 60 + minutes) * 60_000 * (sign === '+' ? 1 : -1);
        const expected = BigInt(date.getTime() - shift) * 1_000_000n + BigInt(nanos);
        assert.equal(BigInt((normaliseEventTime(text) ?? '').replace('.', '')), expected);
      }),
    );
  });
});

describe('parseInstant', () => {
  it('reads what Date writes', () => {
    const instant = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(fc.property(instant, (date) => assert.deepEqual(parseInstant(date.toISOString()), date)));
  });

  it('cuts to the millisecond, before 1970 too', () => {
    assert.equal(parseInstant('2024-11-20T12:00:00.1239999Z')?.toISOString(), '2024-11-20T12:00:00.123Z');
    assert.equal(parseInstant('1969-12-31T23:59:59.9985Z')?.toISOString(), '1969-12-31T23:59:59.998Z');
  });

  for (const text of ['', 'yesterday', '2024-11-20', '1732104000', '2024-02-30T00:00:00Z', '2024-11-20T12:00Z']) {
    it(`refuses "${text}"`, () => {
      assert.equal(parseInstant(text), undefined);
    });
  }
});

describe('nanosOf', () => {
  it('counts the nanoseconds of the normalised time', () => {
    for (const [text, exact] of table) {
      assert.equal(nanosOf(text), exact === undefined ? undefined : BigInt(exact.replace('.', '')));
    }
  });
});

describe('floorDivide', () => {
  it('rounds down on both sides of zero', () => {
    const cases = [-2001n, -2000n, -1999n, -1n, 0n, 1n, 999n, 1000n].map((value) => floorDivide(value, 1000n));
    assert.deepEqual(cases, [-3n, -2n, -2n, -1n, 0n, 0n, 0n, 1n]);
  });
});
