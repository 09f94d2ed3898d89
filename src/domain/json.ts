// JSON values in two views: plain (numbers are doubles) and exact (a number may keep the spelling it was received in).

/** A JSON value as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A number whose spelling says more than its double: `12345678901234567890`, `1.10`, `1e2`. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The nearest double, as every JSON reader without big numbers sees it. */
  valueOf(): number {
    return Number(this.text);
  }

  toString(): string {
    return this.text;
  }
}

/** A JSON value in which a number is a `JsonNumber` wherever a double would not print the same characters. */
export type ExactJson = null | boolean | number | JsonNumber | string | readonly ExactJson[] | ExactJsonObject;

/** An object of exact values. */
export interface ExactJsonObject {
  readonly [key: string]: ExactJson;
}

/** Whether the value is an object with keys: no array, no null, no `JsonNumber`. */
export function isObject(value: Json | undefined): value is JsonObject;
export function isObject(value: ExactJson | undefined): value is ExactJsonObject;
export function isObject(value: unknown): value is Readonly<Record<string, unknown>>;
export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

/** Whether the value is a list. `Array.isArray` alone would lose the type of the items. */
export function isList(value: Json | undefined): value is readonly Json[];
export function isList(value: ExactJson | undefined): value is readonly ExactJson[];
export function isList(value: unknown): boolean {
  return Array.isArray(value);
}

/** The same value with plain doubles. Gives back the very same tree where nothing had to change. */
export function toPlain(value: ExactJson): Json {
  return isPlain(value) ? value : withDoubles(value);
}

function withDoubles(value: ExactJson): Json {
  if (value instanceof JsonNumber) return value.valueOf();
  if (isList(value)) return value.map(withDoubles);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withDoubles(item)]));
  return value;
}

// Most values are, and looking is cheaper by far than making another one.
function isPlain(value: ExactJson): value is Json {
  if (typeof value !== 'object' || value === null) return true;
  if (value instanceof JsonNumber) return false;
  if (isList(value)) return value.every(isPlain);
  // Not by `Object.keys`, which makes a list for each object. There is nothing inherited in JSON.
  for (const key in value) {
    if (!isPlain(value[key] ?? null)) return false;
  }
  return true;
}

/** The JSON text of an exact value: numbers in the spelling they were received in, no blanks. */
export function writeExact(value: ExactJson): string {
  if (value instanceof JsonNumber) return value.text;
  if (isList(value)) return `[${value.map(writeExact).join(',')}]`;
  if (isObject(value)) {
    const members = Object.entries(value);
    return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${writeExact(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/**
 * The same JSON value always gives the same text: keys sorted by code unit, no blanks, numbers in their shortest
 * form where the double holds them exactly as spelled. For comparing and hashing, never for showing.
 */
export function canonicalJson(value: ExactJson): string {
  if (value instanceof JsonNumber) return canonicalNumber(value.text);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isObject(value)) return canonicalObject(value);
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

function canonicalObject(object: ExactJsonObject): string {
  let members = '';
  // Where it is given no order, `sort` takes that of code units.
  for (const key of Object.keys(object).sort()) {
    members += `${members === '' ? '' : ','}${quoted(key)}:${canonicalJson(object[key] ?? null)}`;
  }
  return `{${members}}`;
}

// Anything but characters that stand for themselves in JSON. Most texts have none, and looking is cheaper than writing.
const NEEDS_ESCAPE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

// Two spellings are the same number when they have the same digits and the same decimal exponent.
function canonicalNumber(text: string): string {
  const exact = decimalForm(text);
  const shortest = JSON.stringify(Number(text));
  return decimalForm(shortest) === exact ? shortest : exact;
}

// `-12.50e3` as `-125e2`: the digits without zeros at either end, and the power of ten of the last one.
function decimalForm(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]\+?(-?\d+))?$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  // Counted by hand: /0+$/ takes quadratic time on a long run of zeros that does not end the text.
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === ZERO) end -= 1;
  const significant = digits.slice(0, end).replace(/^0+/, '');
  if (significant === '') return '0';
  // The reader refuses numbers whose exponent could be one that a double does not hold exactly.
  const power = Number(exponent) - fraction.length + (digits.length - end);
  return `${sign}${significant}e${String(power)}`;
}

const ZERO = 48;
