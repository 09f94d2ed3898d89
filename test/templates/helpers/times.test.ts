import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FORMAT_PARTS } from '../../../src/domain/date-format.ts';
import { JsonNumber } from '../../../src/domain/json.ts';
import { floorDivide, nanosOf } from '../../../src/domain/time.ts';
import { codes, readText, section } from '../../support/markdown.ts';
import { anyJson, render, tryRender } from '../harness.ts';
import { BIG, callHelper, checkTable, WARNED } from './calling.ts';

const number = (text: string): JsonNumber => new JsonNumber(text);
const MISSING = [undefined, null, Number.NaN].map((value) => [[value], undefined] as const);
const NOT_TIMES = [
  '',
  'now',
  '2024-11-20',
  '1732104000.1234567891',
  '2024-02-30T00:00:00Z',
  true,
  [],
  {},
  BIG,
  1732104000123,
];
const WRONG = NOT_TIMES.map((value) => [[value], WARNED] as const);
const HOSTILE = [['1'.repeat(200_000)], [number(`0.${'1'.repeat(900)}`)]].map((args) => [args, WARNED] as const);

// All instants that RFC 3339 can write, by nanosecond.
const instant = fc.bigInt({ min: -62_135_596_800_000_000_000n, max: 253_402_300_799_999_999_999n });

function secondsText(nanos: bigint): string {
  const digits = String(nanos < 0n ? -nanos : nanos).padStart(10, '0');
  return `${nanos < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** The number as so many billionths, exactly, from its spelling. */
function nanosOfNumber(value: unknown, places: number): bigint {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(plain(value)) ?? [];
  assert.ok(fraction.length <= places);
  return BigInt(sign + whole + fraction.padEnd(places, '0'));
}

// Small fractions of a second are written with an exponent.
function plain(value: unknown): string {
  const text = String(value);
  return typeof value === 'number' && text.includes('e-') ? value.toFixed(9) : text;
}

describe('the helper isoDate', () => {
  checkTable('isoDate', [
    [['1732104000.123456789'], '2024-11-20T12:00:00.123456789Z'],
    [['1732104000.500000000'], '2024-11-20T12:00:00.500000000Z'],
    [['1732104000.5'], '2024-11-20T12:00:00.5Z'],
    [['1732104000'], '2024-11-20T12:00:00Z'],
    [[1732104000], '2024-11-20T12:00:00Z'],
    [[1732104000.5], '2024-11-20T12:00:00.5Z'],
    [[number('1732104000.50')], '2024-11-20T12:00:00.50Z'],
    [[number('1732104000.123456789')], '2024-11-20T12:00:00.123456789Z'],
    [['2024-11-20T13:30:00.5+01:30'], '2024-11-20T12:00:00.5Z'],
    [['2024-11-20 07:00:00-05:00'], '2024-11-20T12:00:00Z'],
    [['2016-12-31T23:59:60Z'], '2017-01-01T00:00:00Z'],
    [['-0.000000001'], '1969-12-31T23:59:59.999999999Z'],
    [['0000-01-01T00:00:00Z'], '0000-01-01T00:00:00Z'],
    [['9999-12-31T23:59:59.999999999Z'], '9999-12-31T23:59:59.999999999Z'],
    [['0000-01-01T00:00:00+00:01'], WARNED],
    [['253402300800'], WARNED],
    [['-999999999999'], WARNED],
    ...WRONG,
    ...HOSTILE,
    ...MISSING,
  ]);

  it('is exact to the nanosecond, and reads back', () => {
    fc.assert(
      fc.property(instant, (nanos) => {
        const text = secondsText(nanos);
        const iso = String(callHelper('isoDate', [text]).result);
        assert.equal(nanosOf(iso), nanos);
        assert.equal(callHelper('isoDate', [number(text)]).result, iso);
        assert.equal(callHelper('isoDate', [iso]).result, iso);
        const date = new Date(Number(floorDivide(nanos, 1_000_000n)));
        assert.equal(`${iso.slice(0, 23)}Z`, date.toISOString());
      }),
    );
  });
});

describe('the helper unixSeconds', () => {
  checkTable('unixSeconds', [
    [['2024-11-20T12:00:00.123456789Z'], number('1732104000.123456789')],
    [['1732104000.123456789'], number('1732104000.123456789')],
    [['1732104000.100000000'], 1732104000.1],
    [['1732104000.000000000'], 1732104000],
    [['1732104000.000000001'], number('1732104000.000000001')],
    [[number('1732104000.50')], 1732104000.5],
    [['1970-01-01T00:00:00Z'], 0],
    [['-0.5'], -0.5],
    [['1732104000.999999999'], 1732104000, { floor: true }],
    [['-0.5'], -1, { floor: true }],
    [['-1'], -1, { floor: true }],
    [['1732104000.5'], 1732104000.5, { floor: false }],
    [['1732104000.5'], 1732104000.5, { floor: null }],
    [['999999999999.999999999'], number('999999999999.999999999')],
    ...WRONG,
    ...MISSING,
  ]);
});

describe('the helper unixMillis', () => {
  checkTable('unixMillis', [
    [['1732104000.123456789'], number('1732104000123.456789')],
    [['1732104000.123'], 1732104000123],
    [['1732104000'], 1732104000000],
    [['1732104000.123456789'], 1732104000123, { floor: true }],
    [['-0.0005'], -0.5],
    [['-0.0005'], -1, { floor: true }],
    ...WRONG,
    ...MISSING,
  ]);
});

describe('the helpers unixSeconds and unixMillis', () => {
  it('are exact to the nanosecond, from either way of writing a time', () => {
    fc.assert(
      fc.property(instant, (nanos) => {
        const iso = String(callHelper('isoDate', [secondsText(nanos)]).result);
        for (const text of [secondsText(nanos), iso]) {
          const seconds = callHelper('unixSeconds', [text]).result;
          assert.equal(nanosOfNumber(seconds, 9), nanos);
          assert.equal(
            nanosOfNumber(callHelper('multiply', [seconds, 1_000_000_000]).result, 9),
            nanos * 1_000_000_000n,
          );
          assert.equal(nanosOfNumber(callHelper('unixMillis', [text]).result, 9), nanos * 1000n);
        }
      }),
      { examples: [[9193521697937n], [12239752891394n]] },
    );
  });

  it('write the seconds that came in, without zeros at their end', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 9n, max: 10n ** 20n }), (nanos) => {
        const at = secondsText(nanos);
        const shortest = at.replace(/\.?0+$/, '');
        assert.equal(
          render('[{{unixSeconds data.at}}, "{{unixSeconds (isoDate data.at)}}"]', { at }),
          `[${shortest}, "${shortest}"]`,
        );
      }),
    );
  });
});

describe('the helper formatDate', () => {
  const AT = '1732104000.123456789';
  const FULL = 'YYYY-MM-DD HH:mm:ss.SSS Z';
  checkTable('formatDate', [
    [[AT, FULL], '2024-11-20 12:00:00.123 +00:00'],
    [[AT, FULL, null], '2024-11-20 12:00:00.123 +00:00'],
    [[AT, FULL, 'UTC'], '2024-11-20 12:00:00.123 +00:00'],
    [[AT, FULL, 'Europe/Berlin'], '2024-11-20 13:00:00.123 +01:00'],
    [[AT, FULL, 'america/new_york'], '2024-11-20 07:00:00.123 -05:00'],
    [[AT, FULL, 'Asia/Kathmandu'], '2024-11-20 17:45:00.123 +05:45'],
    [['2024-03-31T00:59:59.999999999Z', FULL, 'Europe/Berlin'], '2024-03-31 01:59:59.999 +01:00'],
    [['2024-03-31T01:00:00Z', FULL, 'Europe/Berlin'], '2024-03-31 03:00:00.000 +02:00'],
    [['-0.000000001', 'SSSSSSSSS', 'Africa/Monrovia'], '999999999'],
    [[1732104000, 'YYYY'], '2024'],
    [[AT, ''], ''],
    [['0000-12-31T23:59:59Z', 'YYYY', 'Europe/Berlin'], '0001'],
    [['0000-12-31T23:59:59Z', 'YYYY'], WARNED],
    [['9999-12-31T23:59:59Z', 'YYYY'], '9999'],
    [['9999-12-31T23:59:59Z', 'YYYY', 'Europe/Berlin'], WARNED],
    [['999999999999', 'YYYY'], WARNED],
    [[AT, 'YY'], WARNED],
    [[AT, 'x'.repeat(200)], WARNED],
    [[AT, '-'.repeat(200)], '-'.repeat(200)],
    [[AT, '-'.repeat(201)], WARNED],
    [[AT, 'YYYY', 'Europe/Nowhere'], WARNED],
    [[AT, 'YYYY', '+01:00'], WARNED],
    [[AT, 'YYYY', ''], WARNED],
    [[AT, 'YYYY', 1], WARNED],
    [[AT, 5], WARNED],
    [[AT, ['YYYY']], WARNED],
    [[AT, undefined], undefined],
    ...NOT_TIMES.map((value) => [[value, 'YYYY', 'Europe/Berlin'], WARNED] as const),
    [[null, 'YYYY', 'Europe/Berlin'], undefined],
  ]);

  it('shows what Intl shows, in any zone at any time', () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    fc.assert(
      fc.property(zone, fc.integer({ min: -5_000_000_000, max: 200_000_000_000 }), (timeZone, seconds) => {
        const expected = new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'full', timeStyle: 'medium' });
        const text = callHelper('formatDate', [String(seconds), 'dddd, MMMM D, YYYY [at] h:mm:ss A', timeZone]).result;
        assert.equal(text, expected.format(seconds * 1000).replace(/\s/g, ' '));
        const short = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', month: 'short', day: 'numeric' });
        assert.equal(callHelper('formatDate', [seconds, 'ddd, MMM D', timeZone]).result, short.format(seconds * 1000));
      }),
    );
  });

  it('writes local time and offset so that they read back as the same nanosecond', () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const recent = fc.bigInt({ min: 1_000_000_000_000_000_000n, max: 200_000_000_000_000_000_000n });
    fc.assert(
      fc.property(zone, recent, (timeZone, nanos) => {
        const text = callHelper('formatDate', [secondsText(nanos), 'YYYY-MM-DDTHH:mm:ss.SSSSSSSSSZ', timeZone]).result;
        assert.equal(nanosOf(String(text)), nanos);
      }),
    );
  });

  it('has no parts that its page does not name, and none that it names only', () => {
    const page = section(readText('docs/helpers.md'), '## Times');
    const named = page
      .split('\n')
      .filter((line) => line.startsWith('- '))
      .flatMap(codes);
    assert.deepEqual(named.sort(), [...FORMAT_PARTS.keys()].sort());
  });
});

describe('the helpers for times', () => {
  it('take anything', () => {
    const name = fc.constantFrom('isoDate', 'unixSeconds', 'unixMillis', 'formatDate');
    fc.assert(
      fc.property(
        name,
        fc.array(fc.oneof(anyJson, fc.anything(), fc.constant('0')), { maxLength: 3 }),
        (helper, args) => {
          callHelper(helper, args, { floor: args[0] });
        },
      ),
    );
  });

  it('pay for looking at time zones, also at those that do not exist', () => {
    const source = '"{{#each data}}{{formatDate "0" "YYYY" this}}{{/each}}"';
    const fine = tryRender(
      source,
      Array.from({ length: 1000 }, () => 'Europe/Berlin'),
    );
    assert.ok(fine.ok);
    const unknown = tryRender(
      source,
      Array.from({ length: 10_000 }, (_, index) => `Europe/Nowhere${String(index)}`),
    );
    assert.equal(unknown.ok ? '' : unknown.outcome, 'render_too_large');
  });
});
