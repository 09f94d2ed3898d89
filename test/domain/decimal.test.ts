import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Decimal } from '../../src/domain/decimal.ts';
import {
  addDecimals,
  divideDecimals,
  isTooLong,
  magnitudeOf,
  MAX_DIGITS,
  multiplyDecimals,
  negated,
  readDecimal,
  roundDecimal,
  spellDecimal,
  toJsonNumber,
} from '../../src/domain/decimal.ts';
import { JsonNumber } from '../../src/domain/json.ts';
import { readJson } from '../../src/domain/json-read.ts';

/** A fraction, as an independent account of what a decimal is. */
interface Ratio {
  readonly top: bigint;
  readonly bottom: bigint;
}

function ratioOf({ digits, power }: Decimal): Ratio {
  return power < 0
    ? { top: digits, bottom: 10n ** BigInt(-power) }
    : { top: digits * 10n ** BigInt(power), bottom: 1n };
}

function assertEqual(decimal: Decimal, { top, bottom }: Ratio): void {
  const actual = ratioOf(decimal);
  assert.equal(actual.top * bottom, top * actual.bottom);
}

function read(text: string): Decimal {
  const decimal = readDecimal(text);
  assert.ok(decimal, text);
  return decimal;
}

const spelling = fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?$/);
const decimal = spelling.map(read);
const places = fc.integer({ min: -40, max: 60 });

describe('readDecimal', () => {
  const table: readonly (readonly [text: string, spelled: string | undefined])[] = [
    ['0', '0'],
    ['-0', '0'],
    ['-0.000', '0'],
    ['0e999999999', '0'],
    ['1', '1'],
    ['-12.50', '-12.5'],
    ['1e2', '100'],
    ['1E+2', '100'],
    ['1.5e-3', '0.0015'],
    ['12345678901234567890', '12345678901234567890'],
    ['100000000000000000000', '100000000000000000000'],
    ['1000000000000000000000', '1e+21'],
    ['0.00000000000000000001', '0.00000000000000000001'],
    ['1.25e-30', '1.25e-30'],
    ['1e308', '1e+308'],
    ['5e-324', '5e-324'],
    ['1e309', undefined],
    ['1e-400', undefined],
    ['1e999999999999999999999', undefined],
    ['', undefined],
    [' 1', undefined],
    ['1 ', undefined],
    ['01', undefined],
    ['+1', undefined],
    ['.5', undefined],
    ['1.', undefined],
    ['1e', undefined],
    ['0x10', undefined],
    ['1_000', undefined],
    ['Infinity', undefined],
    ['NaN', undefined],
    ['١', undefined],
    [`0.${'1'.repeat(998)}`, `0.${'1'.repeat(998)}`],
    [`0.${'1'.repeat(999)}`, undefined],
  ];
  for (const [text, spelled] of table) {
    it(`makes ${(spelled ?? 'nothing').slice(0, 40)} of "${text.slice(0, 40)}"`, () => {
      const decimal = readDecimal(text);
      assert.equal(decimal === undefined ? undefined : spellDecimal(decimal), spelled);
    });
  }

  it('takes what JSON takes, and nothing else', () => {
    const almost = fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '-', '+', 'e', 'E', ' '), maxLength: 6 });
    fc.assert(
      fc.property(almost, (text) => {
        const reading = readJson(text);
        const isNumber = reading.ok && reading.documents[0]?.faults.length === 0 && text.trim() === text;
        assert.equal(readDecimal(text) !== undefined, isNumber);
      }),
    );
  });
});

describe('the arithmetic of decimals', () => {
  it('adds, subtracts and multiplies exactly', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const [one, other] = [ratioOf(a), ratioOf(b)];
        const bottom = one.bottom * other.bottom;
        assertEqual(addDecimals(a, b), { top: one.top * other.bottom + other.top * one.bottom, bottom });
        assertEqual(addDecimals(a, negated(b)), { top: one.top * other.bottom - other.top * one.bottom, bottom });
        assertEqual(multiplyDecimals(a, b), { top: one.top * other.top, bottom });
      }),
    );
  });

  it('divides and rounds to the nearest, half away from zero', () => {
    const nonZero = decimal.filter(({ digits }) => digits !== 0n);
    fc.assert(
      fc.property(decimal, nonZero, places, (a, b, digits) => {
        const [one, other] = [ratioOf(a), ratioOf(b)];
        assertNearest(
          divideDecimals(a, b, digits),
          { top: one.top * other.bottom, bottom: one.bottom * other.top },
          digits,
        );
        assertNearest(roundDecimal(a, digits), one, digits);
      }),
    );
  });

  it('rounds what lies in the middle away from zero', () => {
    const halves = ['0.5', '1.5', '2.5', '-0.5', '-1.5', '0.4999999999999999999999', '-2.5', '12.35'];
    const rounded = halves.map((text) => spellDecimal(roundDecimal(read(text), 0)));
    assert.deepEqual(rounded, ['1', '2', '3', '-1', '-2', '0', '-3', '12']);
    assert.equal(spellDecimal(roundDecimal(read('1.005'), 2)), '1.01');
    assert.equal(spellDecimal(roundDecimal(read('1500'), -3)), '2000');
    assert.equal(spellDecimal(roundDecimal(read('499'), -3)), '0');
  });

  it('gives the power of ten of the first digit', () => {
    for (const [text, power] of [
      ['123', 2],
      ['0.5', -1],
      ['-0.05', -2],
      ['1e30', 30],
      ['0', 0],
      ['9', 0],
    ] as const) {
      assert.equal(magnitudeOf(read(text)), power, text);
    }
  });
});

// |result - exact| is half a step at most, and where it is half a step the result is the one further from zero.
function assertNearest(result: Decimal, exact: Ratio, digits: number): void {
  const value = ratioOf(result);
  assert.ok(result.power >= -digits);
  const sign = exact.bottom < 0n ? -1n : 1n;
  const [top, bottom] = [exact.top * sign, exact.bottom * sign];
  const error = value.top * bottom - top * value.bottom;
  const step = digits < 0 ? { top: 10n ** BigInt(-digits), bottom: 1n } : { top: 1n, bottom: 10n ** BigInt(digits) };
  const twice = 2n * (error < 0n ? -error : error) * step.bottom;
  const limit = step.top * value.bottom * bottom;
  assert.ok(twice <= limit);
  if (twice === limit) assert.equal(error > 0n, top > 0n);
}

describe('spellDecimal', () => {
  it('spells a number that reads back as the same', () => {
    fc.assert(fc.property(decimal, (value) => assertEqual(read(spellDecimal(value)), ratioOf(value))));
  });

  it('spells equal numbers alike', () => {
    fc.assert(
      fc.property(decimal, fc.nat(20), (value, zeros) => {
        const longer = { digits: value.digits * 10n ** BigInt(zeros), power: value.power - zeros };
        assert.equal(spellDecimal(longer), spellDecimal(value));
      }),
    );
  });

  it('is never much longer than its digits', () => {
    fc.assert(
      fc.property(decimal, (value) => {
        assert.ok(spellDecimal(value).length <= String(value.digits).length + 23);
      }),
    );
  });
});

describe('toJsonNumber', () => {
  it('gives a double where it prints the same number, else the spelling', () => {
    const table: readonly (readonly [text: string, expected: number | JsonNumber])[] = [
      ['0', 0],
      ['1.10', 1.1],
      ['1e21', 1e21],
      ['12300000000000000000000', 1.23e22],
      ['0.0000001', 1e-7],
      ['9007199254740992', 9007199254740992],
      ['9007199254740993', new JsonNumber('9007199254740993')],
      ['12345678901234567890', new JsonNumber('12345678901234567890')],
      ['0.30000000000000000001', new JsonNumber('0.30000000000000000001')],
      ['1732104000.123456789', new JsonNumber('1732104000.123456789')],
      ['1.0000000000000000000001e200', new JsonNumber('1.0000000000000000000001e+200')],
    ];
    for (const [text, expected] of table) assert.deepEqual(toJsonNumber(read(text)), expected, text);
  });

  it('gives what the reader would make of its spelling, and the same number', () => {
    fc.assert(
      fc.property(decimal, (value) => {
        const number = toJsonNumber(value);
        assertEqual(read(String(number)), ratioOf(value));
        const reading = readJson(String(number));
        assert.deepEqual(reading.ok ? reading.documents[0]?.value : undefined, number);
      }),
    );
  });

  it('gives nothing for what a double cannot be near to', () => {
    for (const power of [309, 1000, -400, -1000]) assert.equal(toJsonNumber({ digits: 1n, power }), undefined);
  });
});

describe('isTooLong', () => {
  it('counts the digits', () => {
    const most = 10n ** BigInt(MAX_DIGITS);
    for (const digits of [0n, 1n, most - 1n, 1n - most]) assert.equal(isTooLong({ digits, power: 0 }), false);
    for (const digits of [most, -most, most * most]) assert.equal(isTooLong({ digits, power: 0 }), true);
  });
});
