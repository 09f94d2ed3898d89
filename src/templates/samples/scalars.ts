// Texts and numbers that a schema accepts.
import type { ExactJson, JsonObject } from '../../domain/json.ts';
import { isList, JsonNumber } from '../../domain/json.ts';
import { normaliseEventTime } from '../../domain/time.ts';
import { HOSTILE_NUMBERS } from './hostile.ts';

// An event time with all its digits.
const EVENT_TIME = '1732104000.123456789';

const FORMATS: Readonly<Record<string, string>> = {
  'event-time': EVENT_TIME,
  'date-time': '2024-11-20T12:00:00.123Z',
  'iso-date-time': '2024-11-20T12:00:00.123Z',
  date: '2024-11-20',
  time: '12:00:00Z',
  duration: 'P1DT2H',
  email: 'mara.lindqvist@example.com',
  hostname: 'api.example.com',
  ipv4: '203.0.113.24',
  ipv6: '2001:db8::17',
  uri: 'https://example.com/a?b=1&c=%22',
  url: 'https://example.com/a?b=1&c=%22',
  'uri-reference': '/a?b=1&c=%22',
  uuid: '5e0c7b1d-2f64-4b7e-9a0d-6c1e84f3b210',
  'json-pointer': '/a~1b/0',
  byte: 'IlwK',
  regex: '^"\\\\',
};

const PLAIN_TEXTS = ['text', 'Text', 'a', 'A', '1', 'a1', 'TEXT_1', '2024-11-20', ''];

/** A text that fits all of the schemas: the first of `wanted` that does, else an example or a plain one. None: none found. */
export function textFor(schemas: readonly JsonObject[], wanted: readonly string[], turn: number): string | undefined {
  const format = schemas.map((schema) => schema['format']).find((one) => typeof one === 'string');
  const examples = examplesOf(schemas).filter((one) => typeof one === 'string');
  const formatted = format === undefined ? undefined : FORMATS[format];
  const known = [...rotated(examples, turn), ...(formatted === undefined ? [] : [formatted])];
  const candidates = formatted === undefined ? [...wanted, ...known, ...rotated(PLAIN_TEXTS, turn)] : known;
  const [least, most] = [largest(schemas, 'minLength', 0), smallest(schemas, 'maxLength', Number.POSITIVE_INFINITY)];
  for (const candidate of candidates) {
    const text = cut(candidate, least, most);
    if (schemas.every((schema) => fits(schema, text))) return text;
  }
  return undefined;
}

// Lengths are counted in code points (JSON Schema Validation §6.3.1).
function cut(text: string, least: number, most: number): string {
  const length = Array.from(text).length;
  if (length > most) return Array.from(text).slice(0, most).join('');
  if (length >= least || least > LONGEST_FILLED) return text;
  return Array.from((text === '' ? 'x' : text).repeat(least))
    .slice(0, least)
    .join('');
}

const LONGEST_FILLED = 1000;

function fits({ pattern }: JsonObject, text: string): boolean {
  if (typeof pattern !== 'string') return true;
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}

/** A number that fits all of the schemas, an integer if asked for; hostile ones first if asked for. */
export function numberFor(
  schemas: readonly JsonObject[],
  wanted: { readonly integer: boolean; readonly hostile: boolean },
  turn: number,
): ExactJson | undefined {
  const isTime = schemas.some((schema) => schema['format'] === 'event-time');
  if (isTime) return new JsonNumber(EVENT_TIME);
  const examples = examplesOf(schemas).filter((one) => typeof one === 'number');
  const plain = [...rotated(examples, turn), turn % 10, 1, 0, ...edges(schemas)];
  const candidates = [...(wanted.hostile ? rotated(HOSTILE_NUMBERS, turn) : []), ...plain];
  return candidates.find((value) => isWithin(schemas, Number(value), wanted.integer));
}

function edges(schemas: readonly JsonObject[]): number[] {
  const low = largest(schemas, 'minimum', Number.NEGATIVE_INFINITY);
  const above = largest(schemas, 'exclusiveMinimum', Number.NEGATIVE_INFINITY);
  const high = smallest(schemas, 'maximum', Number.POSITIVE_INFINITY);
  const below = smallest(schemas, 'exclusiveMaximum', Number.POSITIVE_INFINITY);
  const step = largest(schemas, 'multipleOf', 1);
  const [start, end] = [Math.max(low, above), Math.min(high, below)];
  const multiples = [
    Math.ceil(start / step) * step,
    (Math.floor(start / step) + 1) * step,
    Math.floor(end / step) * step,
  ];
  return [low, high, ...multiples, (start + end) / 2, step].filter((value) => Number.isFinite(value));
}

function isWithin(schemas: readonly JsonObject[], value: number, integer: boolean): boolean {
  if (integer && !Number.isInteger(value)) return false;
  return schemas.every((schema) => {
    const step = schema['multipleOf'];
    const isMultiple = typeof step !== 'number' || Number.isInteger(value / step);
    const isInside = value >= largest([schema], 'minimum', value) && value <= smallest([schema], 'maximum', value);
    const above = largest([schema], 'exclusiveMinimum', Number.NEGATIVE_INFINITY);
    const below = smallest([schema], 'exclusiveMaximum', Number.POSITIVE_INFINITY);
    return isMultiple && isInside && value > above && value < below;
  });
}

/** The largest number that a keyword has in the schemas, or `otherwise`. */
export function largest(schemas: readonly JsonObject[], keyword: string, otherwise: number): number {
  const numbers = numbersOf(schemas, keyword);
  return numbers.length === 0 ? otherwise : Math.max(...numbers);
}

/** The smallest number that a keyword has in the schemas, or `otherwise`. */
export function smallest(schemas: readonly JsonObject[], keyword: string, otherwise: number): number {
  const numbers = numbersOf(schemas, keyword);
  return numbers.length === 0 ? otherwise : Math.min(...numbers);
}

function numbersOf(schemas: readonly JsonObject[], keyword: string): number[] {
  return schemas.map((schema) => schema[keyword]).filter((value) => typeof value === 'number');
}

function examplesOf(schemas: readonly JsonObject[]): ExactJson[] {
  return schemas.flatMap(({ examples, default: usual }) => [
    ...(isList(examples) ? examples : []),
    ...(usual === undefined ? [] : [usual]),
  ]);
}

function rotated<T>(items: readonly T[], turn: number): readonly T[] {
  const by = items.length === 0 ? 0 : turn % items.length;
  return [...items.slice(by), ...items.slice(0, by)];
}

/** An event time as intake takes it: the given one, or one that stands for it. */
export function usableTime(value: ExactJson | undefined): ExactJson {
  const isNumber = typeof value === 'number' || value instanceof JsonNumber;
  if (!isNumber && typeof value !== 'string') return EVENT_TIME;
  if (normaliseEventTime(String(value)) !== undefined) return value;
  return isNumber ? new JsonNumber(EVENT_TIME) : EVENT_TIME;
}
