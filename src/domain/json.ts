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
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

/** The same value with plain doubles. Gives back the very same tree where nothing had to change. */
export function toPlain(value: ExactJson): Json {
  if (value instanceof JsonNumber) return value.valueOf();
  if (Array.isArray(value)) return mapArray(value as readonly ExactJson[]);
  if (typeof value === 'object' && value !== null) return mapObject(value as ExactJsonObject);
  return value;
}

function mapArray(items: readonly ExactJson[]): Json {
  const plain = items.map(toPlain);
  return plain.every((item, index) => item === items[index]) ? (items as readonly Json[]) : plain;
}

function mapObject(object: ExactJsonObject): Json {
  const entries = Object.entries(object).map(([key, item]) => [key, toPlain(item)] as const);
  const same = entries.every(([key, item]) => item === object[key]);
  return same ? (object as JsonObject) : Object.fromEntries(entries);
}

/** The JSON text of an exact value: numbers in the spelling they were received in, no blanks. */
export function writeExact(value: ExactJson): string {
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${(value as readonly ExactJson[]).map(writeExact).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value as ExactJsonObject);
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
  if (Array.isArray(value)) return `[${(value as readonly ExactJson[]).map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value as ExactJsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

// Two spellings are the same number when they have the same digits and the same decimal exponent.
function canonicalNumber(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  const shortest = String(Number(text));
  const sameAsShortest = decimalParts(shortest) === `${sign}${significant}e${String(power)}`;
  return sameAsShortest ? shortest : `${sign}${significant}e${String(power)}`;
}

function decimalParts(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text);
  if (match === null) return '';
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${String(power)}`;
}
