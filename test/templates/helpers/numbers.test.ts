import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonNumber, writeExact } from '../../../src/domain/json.ts';
import { readJson } from '../../../src/domain/json-read.ts';
import { RenderLimitError } from '../../../src/templates/output.ts';
import { anyJson, anyNumber, isNumber, render, tryRender } from '../harness.ts';
import { BIG, callHelper, checkTable, PRICE, WARNED } from './calling.ts';

const MISSING = [undefined, null, Number.NaN, Number.NEGATIVE_INFINITY];
const number = (text: string): JsonNumber => new JsonNumber(text);
const NAMES = ['add', 'subtract', 'multiply', 'divide', 'round'];

describe('the helper add', () => {
  checkTable('add', [
    [[1, 2], 3],
    [[0.1, 0.2], 0.3],
    [[PRICE, 2.2], 3.3],
    [[BIG, 1], number('12345678901234567891')],
    [['12345678901234567890', '1'], number('12345678901234567891')],
    [[9007199254740992, 1], number('9007199254740993')],
    [[1, 2, 3, '4'], 10],
    [[number('123456789012345678901234567890'), 0], number('123456789012345678901234567890')],
    [[number('1e308'), 1], number(`1${'0'.repeat(307)}1`)],
    [[number('1e308'), number('9e307')], WARNED],
    [[number('1e308'), number('1e-100')], WARNED],
    [[number('1e-320'), number('-1e-320')], 0],
    [[0, -0], 0],
    [[number('-0'), number('-0.0')], 0],
    [['1', 'x'], WARNED],
    [[1, ''], WARNED],
    [[1, ' 2'], WARNED],
    [[1, '1e400'], WARNED],
    [[1, true], WARNED],
    [[1, []], WARNED],
    [[{}, 1], WARNED],
    [[{}, []], WARNED],
    [[null, 'x'], WARNED],
    ...MISSING.flatMap((value) => [[[value, 1], undefined] as const, [[1, value], undefined] as const]),
  ]);
});

describe('the helper subtract', () => {
  checkTable('subtract', [
    [[3, 2], 1],
    [[0.3, 0.1], 0.2],
    [[number('1732104000.123456789'), number('1732104000.123456788')], 1e-9],
    [['1732104001.000000001', '1732104000.123456789'], 0.876543212],
    [[BIG, BIG], 0],
    [[1, 'x'], WARNED],
    [[undefined, 1], undefined],
  ]);
});

describe('the helper multiply', () => {
  checkTable('multiply', [
    [[3, 2], 6],
    [[0.1, 0.2], 0.02],
    [['1732104000.123456789', 1000], number('1732104000123.456789')],
    [[BIG, BIG], number('152415787532388367501905199875019052100')],
    [[-1, 0], 0],
    [[1e21, 10], 1e22],
    [[1e200, 1e100], 1e300],
    [[1e200, 1e200], WARNED],
    [[1e-200, 1e-200], WARNED],
    [[1e200, 1e200, 1e-200], 1e200],
    [[2, 3, '4'], 24],
    [[number('3'.repeat(200)), number('3'.repeat(200))], WARNED],
    [[number(`0.${'3'.repeat(200)}`), number(`0.${'3'.repeat(199)}`)], number(product(200, 199))],
    [[number(`0.${'3'.repeat(201)}`), number(`0.${'7'.repeat(201)}`)], WARNED],
    [[2, 'two'], WARNED],
    [[2, null], undefined],
  ]);
});

describe('the helper divide', () => {
  checkTable('divide', [
    [[6, 3], 2],
    [[1, 8], 0.125],
    [[1, 3], number('0.33333333333333333333')],
    [[2, 3], number('0.66666666666666666667')],
    [[-2, 3], number('-0.66666666666666666667')],
    [[10, 3], number('3.33333333333333333333')],
    [[1, 3e30], number('3.3333333333333333333e-31')],
    [[number('123456789012345678901234567890'), 10], number('12345678901234567890123456789')],
    [['1732104000123456789', 1000000000], number('1732104000.123456789')],
    [[0, 5], 0],
    [[-0, 5], 0],
    [[1, 3], 0.33, { digits: 2 }],
    [[2, 3], 1, { digits: 0 }],
    [[5, 2], 3, { digits: 0 }],
    [[-5, 2], -3, { digits: 0 }],
    [[12345, 1], 12000, { digits: -3 }],
    [[1, 3], 0.33, { digits: '2' }],
    [[1, 3], 0.33, { digits: number('2.0') }],
    [[1, 3], number('0.33333333333333333333'), { digits: null }],
    [[1, 3], WARNED, { digits: 1.5 }],
    [[1, 3], WARNED, { digits: 401 }],
    [[1, 3], WARNED, { digits: -401 }],
    [[1, 3], WARNED, { digits: 'two' }],
    [[1, 3], WARNED, { digits: [] }],
    [[10, 3], WARNED, { digits: 400 }],
    [[1, 3], number(`0.${'3'.repeat(400)}`), { digits: 400 }],
    [[1e300, 3], WARNED, { digits: 400 }],
    [[1, 0], WARNED],
    [[0, 0], WARNED],
    [[1, number('0e999999')], WARNED],
    [[1e300, 1e-300], WARNED],
    [[1, 'x'], WARNED],
    [[null, 0], undefined],
    [[1, undefined], undefined],
  ]);

  it('gives at least twenty significant digits of what does not end, near enough to multiply back', () => {
    const whole = fc.bigInt({ min: 1n, max: 10n ** 30n });
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        const quotient = callHelper('divide', [number(String(a)), number(String(b))]).result;
        const [, digits = '', fraction = '', exponent = '0'] =
          /^(\d+)\.?(\d*)(?:e([+-]\d+))?$/.exec(String(quotient)) ?? [];
        const power = Number(exponent) - fraction.length;
        const shift = 10n ** BigInt(Math.max(0, -power));
        const error = BigInt(digits + fraction) * 10n ** BigInt(Math.max(0, power)) * b - a * shift;
        const size = error < 0n ? -error : error;
        assert.ok(size * 10n ** 19n <= a * shift, String(quotient));
        assert.ok(size * 10n ** 20n <= b * shift, String(quotient));
      }),
      { examples: [[10n ** 30n, 1n]] },
    );
  });
});

describe('the helper round', () => {
  checkTable('round', [
    [[2.5], 3],
    [[-2.5], -3],
    [[2.4999], 2],
    [[0.4], 0],
    [[-0.4], 0],
    [[1.005, 2], 1.01],
    [['1.005', 2], 1.01],
    [[1.5, 2], 1.5],
    [[number('1.10'), 2], 1.1],
    [[14400, -3], 14000],
    [[500, -3], 1000],
    [[BIG], BIG],
    [[number('12345678901234567890.5')], number('12345678901234567891')],
    [[number(`0.${'3'.repeat(900)}`), 3], 0.333],
    [[number(`0.${'3'.repeat(900)}`), 400], number(`0.${'3'.repeat(400)}`)],
    [[number(`1.${'3'.repeat(900)}`), 400], WARNED],
    [[1.5, null], 2],
    [[1.5, 'x'], WARNED],
    [[1.5, 0.5], WARNED],
    [['x'], WARNED],
    [[[]], WARNED],
    [[undefined], undefined],
    [[undefined, 'x'], undefined],
  ]);
});

describe('the helpers for numbers', () => {
  it('give a number that an event could hold, or nothing, whatever they get', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), anyJson, anyJson, fc.option(anyJson), (name, a, b, digits) => {
        const { result, warnings } = callHelper(name, [a, b], { digits: digits ?? undefined });
        assert.ok(result === undefined || isNumber(result));
        if (result === undefined) assert.ok(warnings.length === 1 || a === null || b === null);
      }),
    );
  });

  it('add and take away again exactly', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        const sum = callHelper('add', [a, b]).result;
        const { result } = callHelper('subtract', [sum, b]);
        const difference = callHelper('subtract', [result, a]).result;
        assert.ok(sum === undefined || difference === 0);
      }),
    );
  });

  it('write what they give as a JSON number', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        const body = render('{{add data.a data.b}}', { a, b });
        const reading = readJson(body);
        assert.ok(reading.ok && reading.documents[0]?.faults.length === 0);
        assert.equal(writeExact(reading.documents[0].value), body);
      }),
    );
  });

  it('pay for long numbers', () => {
    const many = Array.from({ length: 10_000 }, () => number(`0.${'7'.repeat(900)}`));
    const result = tryRender('"{{#each data}}{{round this 2}}{{/each}}"', many);
    assert.equal(result.ok ? '' : result.outcome, 'render_too_large');
    assert.throws(() => callHelper('add', many), RenderLimitError);
  });
});

function product(a: number, b: number): string {
  const digits = String(BigInt('3'.repeat(a)) * BigInt('3'.repeat(b)));
  return `0.${digits.padStart(a + b, '0')}`;
}
