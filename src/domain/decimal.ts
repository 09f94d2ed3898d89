// Decimal arithmetic on the spelling of numbers: 0.1 + 0.2 is 0.3, and an id of 20 digits stays whole. Never through a
// JavaScript number, which holds neither.
import { JsonNumber } from './json.ts';
import { numberRefusal } from './json-refusals.ts';

/** The number `digits × 10^power`. */
export interface Decimal {
  readonly digits: bigint;
  readonly power: number;
}

/** The digits that a result may have, zeros at its end included. */
export const MAX_DIGITS = 400;

/** The longest spelling that is read, in characters: that of events. */
export const MAX_LENGTH = 1000;

const NUMBER = /^(-?(?:0|[1-9]\d*))(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const ZERO: Decimal = { digits: 0n, power: 0 };

/** The number that a text spells as JSON does, without blanks; `undefined` where it is none that an event may hold. */
export function readDecimal(text: string): Decimal | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const match = NUMBER.exec(text);
  if (match === null || numberRefusal(text) !== undefined) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction);
  // The exponent of a zero may be any; that of every other number is near those of doubles.
  return digits === 0n ? ZERO : { digits, power: Number(exponent) - fraction.length };
}

/** The sum, exactly. */
export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const power = Math.min(a.power, b.power);
  return { digits: scaled(a, power) + scaled(b, power), power };
}

/** The product, exactly. */
export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, power: a.power + b.power };
}

/** The number with the other sign. */
export function negated({ digits, power }: Decimal): Decimal {
  return { digits: -digits, power };
}

/** The quotient, rounded half away from zero to so many places after the point. The divisor is not 0. */
export function divideDecimals(a: Decimal, b: Decimal, places: number): Decimal {
  const shift = a.power - b.power + places;
  const dividend = shift > 0 ? a.digits * tenTo(shift) : a.digits;
  const divisor = shift < 0 ? b.digits * tenTo(-shift) : b.digits;
  return { digits: roundedQuotient(dividend, divisor), power: -places };
}

/**
 * The number rounded half away from zero to so many places after the point; with fewer than none, before it. What has
 * no more places stays as it is.
 */
export function roundDecimal(value: Decimal, places: number): Decimal {
  if (value.power >= -places) return value;
  return { digits: roundedQuotient(value.digits, tenTo(-places - value.power)), power: -places };
}

/** The power of ten of the first digit: 2 for 123, -1 for 0.5. Of 0 it is 0. */
export function magnitudeOf({ digits, power }: Decimal): number {
  return digits === 0n ? 0 : String(digits < 0n ? -digits : digits).length - 1 + power;
}

/** Whether the number has more than `MAX_DIGITS` digits. */
export function isTooLong({ digits }: Decimal): boolean {
  return digits >= LIMIT || digits <= -LIMIT;
}

/**
 * The number as an event would hold it: a double where it prints the same number, else its spelling. `undefined` where
 * no double is near it: it is too large, or too close to 0.
 */
export function toJsonNumber(value: Decimal): number | JsonNumber | undefined {
  const text = spellDecimal(value);
  if (numberRefusal(text) !== undefined) return undefined;
  const double = Number(text);
  const short = String(double);
  if (short === text) return double;
  // JavaScript goes over to exponents earlier, which is the same number all the same.
  const again = short.includes('e') ? readDecimal(short) : undefined;
  return again !== undefined && spellDecimal(again) === text ? double : new JsonNumber(text);
}

// Beyond so many zeros that only fill up, an exponent is easier to read.
const MAX_FILLING_ZEROS = 20;

/** The spelling of a number: the same for equal ones, without superfluous zeros, with an exponent where many would be. */
export function spellDecimal({ digits, power }: Decimal): string {
  if (digits === 0n) return '0';
  const sign = digits < 0n ? '-' : '';
  const all = String(digits < 0n ? -digits : digits);
  const significant = withoutEndingZeros(all);
  const exponent = power + all.length - significant.length;
  return sign + spell(significant, exponent);
}

function spell(significant: string, exponent: number): string {
  const whole = significant.length + exponent;
  if (exponent >= 0 && exponent <= MAX_FILLING_ZEROS) return significant + '0'.repeat(exponent);
  if (exponent < 0 && whole > 0) return `${significant.slice(0, whole)}.${significant.slice(whole)}`;
  if (exponent < 0 && -whole <= MAX_FILLING_ZEROS) return `0.${'0'.repeat(-whole)}${significant}`;
  const rest = significant.length > 1 ? `.${significant.slice(1)}` : '';
  return `${significant.slice(0, 1)}${rest}e${whole > 0 ? '+' : ''}${String(whole - 1)}`;
}

// Counted by hand: /0+$/ takes quadratic time on a long run of zeros that does not end the text.
function withoutEndingZeros(digits: string): string {
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === 48) end -= 1;
  return digits.slice(0, end);
}

const LIMIT = 10n ** BigInt(MAX_DIGITS);

function tenTo(power: number): bigint {
  return 10n ** BigInt(power);
}

function scaled({ digits, power }: Decimal, to: number): bigint {
  return power === to ? digits : digits * tenTo(power - to);
}

function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  const isNegative = dividend < 0n !== divisor < 0n;
  const [above, below] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  const quotient = (2n * above + below) / (2n * below);
  return isNegative ? -quotient : quotient;
}
