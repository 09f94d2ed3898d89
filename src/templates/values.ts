// How a value is written, and what counts as true: total functions over anything, so that no event can break a body.
import { isObject, JsonNumber } from '../domain/json.ts';

/** What is written as missing: `undefined`, `null`, and all that JSON has no word for. */
export function isMissing(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value === 'string' || typeof value === 'boolean') return false;
  return typeof value !== 'object' || value === null;
}

/** Pays for looking at values, and asks for room for text; both throw where nothing is left. */
export interface Meter {
  spend(steps: number): void;
  room(characters: number): void;
}

/**
 * The value as JSON text: numbers in the spelling received, missing as `null` at every depth, a value inside itself as
 * `null`. With an indentation, each member stands on its own line. What is in lists and objects is paid for.
 */
export function jsonText(value: unknown, indent = '', meter: Meter = FREE): string {
  const writing = { style: PLAIN, meter, ancestors: [] };
  return indent === '' ? write(value, writing) : writePretty(value, '\n', indent, writing);
}

/**
 * The value as it stands inside a JSON string, escaped: a string's characters, a number's or boolean's JSON spelling,
 * nothing for missing, the JSON text of an object or array.
 */
export function stringText(value: unknown, meter: Meter = FREE): string {
  if (typeof value === 'string') return escaped(value);
  return isMissing(value) ? '' : write(value, { style: INSIDE, meter, ancestors: [] });
}

/** Handlebars' truth: `false`, `""`, missing, an empty list and, without `includeZero`, 0 are false. */
export function isTruthy(value: unknown, includeZero: boolean): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isMissing(value)) return false;
  const isNumber = typeof value === 'number' || value instanceof JsonNumber;
  return isNumber ? includeZero || Number(value) !== 0 : Boolean(value);
}

/** Goes through what `each` goes through. Gives how many entries there are. */
export function visitEntries(value: unknown, visit: Visit): number {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) visit(value[index], index, index, value.length);
    return value.length;
  }
  if (!isPlainObject(value)) return 0;
  const keys = Object.keys(value);
  for (const [index, key] of keys.entries()) visit(value[key], key, index, keys.length);
  return keys.length;
}

type Visit = (item: unknown, key: string | number, index: number, count: number) => void;

/** What `each` goes through: the entries of an array (holes included) or of a plain object; of anything else nothing. */
export function entriesOf(value: unknown): readonly (readonly [key: string | number, item: unknown])[] {
  const entries: (readonly [string | number, unknown])[] = [];
  visitEntries(value, (item, key) => entries.push([key, item]));
  return entries;
}

/** An own property of a value; `undefined` where there is none. A number has no properties, whatever its spelling. */
export function ownProperty(value: unknown, key: string): unknown {
  // `text` is all that a number with a spelling has; asking only then is measurably faster.
  return hasOwn(value, key) && !(key === 'text' && value instanceof JsonNumber) ? value[key] : undefined;
}

function hasOwn(value: unknown, key: string): value is Readonly<Record<string, unknown>> {
  return value !== null && value !== undefined && Object.hasOwn(value, key);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

const FREE: Meter = { spend: () => undefined, room: () => undefined };

// Anything but characters that JSON takes as they are. Most text has none of them, and looking is cheaper than escaping.
const NEEDS_ESCAPE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

function escaped(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}

// JSON inside a string: escaped twice, and its quotes are escaped, too.
function escapedTwice(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(JSON.stringify(text)).slice(3, -3) : text;
}

// How strings and keys are put into quotes. The pieces are joined beforehand: each join costs as much as all else.
const PLAIN = { quote: '"', firstKey: '{"', nextKey: ',"', colon: '":', escape: escaped } as const;
const INSIDE = { quote: '\\"', firstKey: '{\\"', nextKey: ',\\"', colon: '\\":', escape: escapedTwice } as const;

interface Writing {
  readonly style: typeof PLAIN | typeof INSIDE;
  readonly meter: Meter;
  /** The lists and objects that the value stands in. */
  readonly ancestors: unknown[];
}

// Measured, as what a step of anything else takes: to write a value and to parse what was written. Where there are very
// many, members are found by their hash.
const STEPS = { composite: 4, item: 2, member: 4, memberOfMany: 14 } as const;

const MANY = 1000;

// Shorter texts are not worth asking for room. The same long text can stand in a list thousands of times.
const LONG = 16 * 1024;

// By hand, since JSON.stringify knows no spellings, and would have to be run twice for what stands in a string.
function write(value: unknown, writing: Writing): string {
  if (typeof value === 'string') return writing.style.quote + writing.style.escape(value) + writing.style.quote;
  if (Array.isArray(value)) return inside(value, writing, writeList);
  if (isObject(value)) return inside(value, writing, writeObject);
  return isMissing(value) ? 'null' : String(value);
}

function inside<T>(value: T, writing: Writing, writeMembers: (value: T, writing: Writing) => string): string {
  if (writing.ancestors.includes(value)) return 'null';
  writing.ancestors.push(value);
  const text = writeMembers(value, writing);
  writing.ancestors.pop();
  return text;
}

function writeList(items: readonly unknown[], writing: Writing): string {
  const { meter } = writing;
  meter.spend(STEPS.composite + STEPS.item * items.length);
  let text = '';
  for (let index = 0; index < items.length; index += 1) {
    text += (index === 0 ? '[' : ',') + write(items[index], writing);
    if (text.length > LONG) meter.room(text.length);
  }
  return items.length === 0 ? '[]' : `${text}]`;
}

function writeObject(object: Readonly<Record<string, unknown>>, writing: Writing): string {
  const { meter, style } = writing;
  const keys = Object.keys(object);
  meter.spend(STEPS.composite + (keys.length > MANY ? STEPS.memberOfMany : STEPS.member) * keys.length);
  let text = '';
  for (const key of keys) {
    text +=
      (text === '' ? style.firstKey : style.nextKey) + style.escape(key) + style.colon + write(object[key], writing);
    if (text.length > LONG) meter.room(text.length);
  }
  return keys.length === 0 ? '{}' : `${text}}`;
}

// For people: each member on a line of its own. `margin` is a line end and the blanks after it.
function writePretty(value: unknown, margin: string, indent: string, writing: Writing): string {
  if (!Array.isArray(value) && !isObject(value)) return write(value, writing);
  return inside(value, writing, (composite: object) => {
    const inner = margin + indent;
    let text = '';
    const count = visitEntries(composite, (item, key) => {
      writing.meter.spend(STEPS.memberOfMany);
      const label = typeof key === 'string' ? `"${escaped(key)}": ` : '';
      text += (text === '' ? inner : `,${inner}`) + label + writePretty(item, inner, indent, writing);
      if (text.length > LONG) writing.meter.room(text.length);
    });
    const [open, close] = Array.isArray(composite) ? ['[', ']'] : ['{', '}'];
    return count === 0 ? open + close : open + text + margin + close;
  });
}
