// Helpers that calculate: in decimals and exactly, on the digits that the event holds.
import type { Decimal } from '../../domain/decimal.ts';
import {
  addDecimals,
  divideDecimals,
  isTooLong,
  magnitudeOf,
  MAX_DIGITS,
  MAX_LENGTH,
  multiplyDecimals,
  negated,
  readDecimal,
  roundDecimal,
  toJsonNumber,
} from '../../domain/decimal.ts';
import { JsonNumber } from '../../domain/json.ts';
import { isMissing } from '../values.ts';
import type { Extras } from './arguments.ts';
import { MANY, unusable, valueHelper } from './arguments.ts';
import type { Helper, HelperCall } from './helper.ts';

// With 0, whatever else there is, a result is never too long or too large.
const ZERO: Extras = { standIns: [[0]] };

const add = valueHelper(
  'add',
  [2, MANY],
  '{{add data.count 1}}',
  (args, call) => fold('add', args, call, addDecimals),
  ZERO,
);

const subtract = valueHelper(
  'subtract',
  [2, 2],
  '{{subtract data.end data.start}}',
  (args, call) => fold('subtract', args, call, (a, b) => addDecimals(a, negated(b))),
  ZERO,
);

const multiply = valueHelper(
  'multiply',
  [2, MANY],
  '{{multiply data.seconds 1000}}',
  (args, call) => fold('multiply', args, call, multiplyDecimals),
  ZERO,
);

// Without `digits`, a quotient that does not end has so many after the point, or so many significant ones if that is more.
const QUOTIENT_DIGITS = 20;

const divide = valueHelper(
  'divide',
  [2, 2],
  '{{divide data.bytes 1024 digits=2}}',
  (args, call) => {
    const [dividend, divisor] = readNumbers('divide', args, call) ?? [];
    if (dividend === undefined || divisor === undefined) return undefined;
    if (divisor.digits === 0n) {
      call.warn('divide cannot divide by 0.');
      return undefined;
    }
    const places = readPlaces('divide', call.options['digits'], defaultPlaces(dividend, divisor), call);
    return places === undefined ? undefined : resultOf('divide', divideDecimals(dividend, divisor, places), call);
  },
  { options: ['digits'], standIns: [[0, 1]] },
);

const round = valueHelper('round', [1, 2], '{{round data.score 2}}', (args, call) => {
  const [value] = readNumbers('round', args.slice(0, 1), call) ?? [];
  const places = value === undefined ? undefined : readPlaces('round', args[1], 0, call);
  if (value === undefined || places === undefined) return undefined;
  return resultOf('round', roundDecimal(value, places), call);
});

/** `add subtract multiply divide round`: numbers from numbers, or from text that spells one. */
export const NUMBER_HELPERS: readonly Helper[] = [add, subtract, multiply, divide, round];

function fold(
  name: string,
  args: readonly unknown[],
  call: HelperCall,
  step: (a: Decimal, b: Decimal) => Decimal,
): unknown {
  const numbers = readNumbers(name, args, call);
  if (numbers === undefined) return undefined;
  let result = numbers[0];
  for (const number of numbers.slice(1)) {
    if (result === undefined || isTooLong(result)) break;
    result = step(result, number);
  }
  return result === undefined ? undefined : resultOf(name, result, call);
}

// The first significant digit of a quotient stands at this power of ten or one below.
function defaultPlaces(dividend: Decimal, divisor: Decimal): number {
  const first = magnitudeOf(dividend) - magnitudeOf(divisor);
  return Math.max(QUOTIENT_DIGITS, QUOTIENT_DIGITS - first);
}

// What reading, calculating and spelling a number costs, apart from its characters and the zeros that its exponent means.
const NUMBER_COST = 30;

// None at all where one is missing, or no number, which is warned of.
function readNumbers(name: string, args: readonly unknown[], call: HelperCall): readonly Decimal[] | undefined {
  const numbers = args.map((value) => readNumber(value, call));
  const wrong = args.find((value, index) => numbers[index] === undefined && !isMissing(value));
  if (wrong !== undefined) return unusable(call, name, 'numbers, or text that spells one', wrong);
  const known = numbers.filter((number) => number !== undefined);
  return known.length === args.length ? known : undefined;
}

function readNumber(value: unknown, call: HelperCall): Decimal | undefined {
  if (isMissing(value)) return undefined;
  const isNumber = typeof value === 'number' || value instanceof JsonNumber;
  if (!isNumber && typeof value !== 'string') return undefined;
  const text = String(value);
  call.spend(NUMBER_COST + Math.min(text.length, MAX_LENGTH));
  const number = readDecimal(text);
  call.spend(Math.abs(number?.power ?? 0));
  return number;
}

function readPlaces(name: string, value: unknown, otherwise: number, call: HelperCall): number | undefined {
  if (isMissing(value)) return otherwise;
  const number = readNumber(value, call);
  const places = number === undefined ? Number.NaN : Number(toJsonNumber(number));
  if (Number.isInteger(places) && Math.abs(places) <= MAX_DIGITS) {
    call.spend(Math.abs(places));
    return places;
  }
  const [least, most] = [String(-MAX_DIGITS), String(MAX_DIGITS)];
  call.warn(`${name} takes a whole number from ${least} to ${most} of digits after the point.`);
  return undefined;
}

function resultOf(name: string, value: Decimal, call: HelperCall): unknown {
  if (isTooLong(value)) {
    call.warn(`${name} gives at most ${String(MAX_DIGITS)} digits; here there would be more.`);
    return undefined;
  }
  const number = toJsonNumber(value);
  if (number === undefined) call.warn(`${name} gives a number here that is too large, or too close to 0, for JSON.`);
  return number;
}
