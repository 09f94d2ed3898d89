// How a value is written, and what counts as true: total functions over anything, so that no event can break a body.
import { isObject, JsonNumber } from '../domain/json.ts';

/** What is written as missing: `undefined`, `null`, and all that JSON has no word for. */
export function isMissing(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value === 'string' || typeof value === 'boolean') return false;
  return typeof value !== 'object' || value === null;
}

/**
 * The value as JSON text: numbers in the spelling received, missing as `null` at every depth, a value inside itself as
 * `null`. With an indentation, each member stands on its own line.
 */
export function jsonText(value: unknown, indent = ''): string {
  return write(value, indent, '', new Set());
}

/**
 * The value as it stands inside a JSON string, escaped: a string's characters, a number's or boolean's JSON spelling,
 * nothing for missing, the JSON text of an object or array.
 */
export function stringText(value: unknown): string {
  if (isMissing(value)) return '';
  if (typeof value === 'string') return escaped(value);
  return isComposite(value) ? escaped(jsonText(value)) : jsonText(value);
}

/** Handlebars' truth: `false`, `""`, missing, an empty list and, without `includeZero`, 0 are false. */
export function isTruthy(value: unknown, includeZero: boolean): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isMissing(value)) return false;
  const isNumber = typeof value === 'number' || value instanceof JsonNumber;
  return isNumber ? includeZero || Number(value) !== 0 : Boolean(value);
}

/** What `each` goes through: the entries of an array (holes included) or of a plain object; of anything else nothing. */
export function entriesOf(value: unknown): readonly (readonly [key: string | number, item: unknown])[] {
  if (Array.isArray(value)) return Array.from(value, (item: unknown, index) => [index, item] as const);
  return isPlainObject(value) ? Object.entries(value) : [];
}

/** An own property of a value; `undefined` where there is none. A number has no properties, whatever its spelling. */
export function ownProperty(value: unknown, key: string): unknown {
  if (typeof value === 'string') return ownOf(Object(value), key);
  return typeof value === 'object' && value !== null && !(value instanceof JsonNumber) ? ownOf(value, key) : undefined;
}

function ownOf(object: unknown, key: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(object, key);
  return descriptor?.value;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function isComposite(value: unknown): boolean {
  return typeof value === 'object' && !(value instanceof JsonNumber);
}

// Anything but characters that JSON takes as they are. Most text has none of them, and looking is cheaper than escaping.
const NEEDS_ESCAPE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

function escaped(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}

function write(value: unknown, indent: string, margin: string, ancestors: Set<unknown>): string {
  if (isMissing(value) || ancestors.has(value)) return 'null';
  if (value instanceof JsonNumber) return value.text;
  if (!isComposite(value)) return JSON.stringify(value);
  ancestors.add(value);
  const inner = margin + indent;
  const members = Array.isArray(value)
    ? Array.from(value, (item: unknown) => write(item, indent, inner, ancestors))
    : Object.entries(isObject(value) ? value : {}).map(
        ([key, item]) => `${JSON.stringify(key)}:${indent && ' '}${write(item, indent, inner, ancestors)}`,
      );
  ancestors.delete(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (indent === '' || members.length === 0) return `${open}${members.join(',')}${close}`;
  return `${open}\n${inner}${members.join(`,\n${inner}`)}\n${margin}${close}`;
}
