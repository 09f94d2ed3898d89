// What is said of each way in which a value can miss its schema: a stable code, one sentence, one hint.
import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Fault } from '../domain/errors.ts';
import { isObject } from '../domain/json.ts';
import { nearestName } from '../domain/text.ts';

/** The description that a schema gives of its value, if it has one. */
export type Describe = (schema: unknown) => string | undefined;

/** What a value should have been, where it was something else altogether. */
export interface Miss {
  readonly types: readonly string[];
  readonly values: readonly unknown[];
}

interface Sentence {
  readonly code: string;
  readonly detail: string;
  readonly hint?: string | undefined;
}

type Params = Readonly<Record<string, unknown>>;
type Say = (error: ErrorObject, params: Params, describe: Describe) => Sentence;

const SENTENCES: Readonly<Record<string, Say>> = {
  required: (error, params, describe) => missing(error, params, describe),
  dependentRequired: (error, params, describe) => missing(error, params, describe),
  additionalProperties: (error, params) => unknownField(error, params['additionalProperty']),
  unevaluatedProperties: (error, params) => unknownField(error, params['unevaluatedProperty']),
  type: (error, params) => ({
    code: 'wrong_type',
    detail: `This is ${kindOf(error.data)}, but ${oneOf(list(params['type']).map(nameOfType))} is expected.`,
  }),
  enum: (error, params) => notOneOf(error.data, list(params['allowedValues'])),
  const: (error, params) => notOneOf(error.data, [params['allowedValue']]),
  minimum: (error, params) => outOfRange(error.data, `at least ${show(params['limit'])}`),
  maximum: (error, params) => outOfRange(error.data, `at most ${show(params['limit'])}`),
  exclusiveMinimum: (error, params) => outOfRange(error.data, `more than ${show(params['limit'])}`),
  exclusiveMaximum: (error, params) => outOfRange(error.data, `less than ${show(params['limit'])}`),
  multipleOf: (error, params) => outOfRange(error.data, `a multiple of ${show(params['multipleOf'])}`),
  minLength: (error, params) => tooShort(error.data, params['limit']),
  maxLength: (error, params) => ({
    code: 'too_long',
    detail: `This has ${sizeOf(error.data)} characters; at most ${show(params['limit'])} are allowed.`,
  }),
  minItems: (error, params) => tooFew(error.data, params['limit'], 'item'),
  maxItems: (error, params) => tooMany(error.data, params['limit'], 'item'),
  minProperties: (error, params) => tooFew(error.data, params['limit'], 'member'),
  maxProperties: (error, params) => tooMany(error.data, params['limit'], 'member'),
  uniqueItems: (_error, params) => ({
    code: 'not_unique',
    detail: `This repeats the item at index ${String(Math.min(Number(params['i']), Number(params['j'])))}.`,
    hint: 'Keep one of them.',
  }),
  pattern: (error, params, describe) => ({
    code: 'pattern',
    detail: 'This is not written as it has to be.',
    hint: `${describe(error.parentSchema) ?? `It has to match ${show(params['pattern'])}.`}${examples(error.parentSchema)}`,
  }),
  format: (error, params) => formatSentence(String(params['format']), error.parentSchema),
  not: () => ({ code: 'not_allowed', detail: 'This is not allowed here.' }),
  'false schema': () => ({ code: 'not_allowed', detail: 'Nothing is allowed here.', hint: 'Leave it out.' }),
};

/** The fault behind one error of the validator. `pointer` is where a person should look. */
export function faultOf(error: ErrorObject, pointer: string, describe: Describe): Fault {
  const say = SENTENCES[error.keyword];
  const sentence = say?.(error, error.params, describe) ?? {
    code: snakeCase(error.keyword),
    detail: `This ${error.message ?? 'does not fit'}.`,
  };
  return toFault(pointer, sentence, describe(error.parentSchema));
}

/** The fault of a text that is not in its format. */
export function formatFault(pointer: string, format: string, schema: unknown): Fault {
  const description = isObject(schema) && typeof schema['description'] === 'string' ? schema['description'] : undefined;
  return toFault(pointer, formatSentence(format, schema), description);
}

/** The fault of a value for which there are several forms, and none or too many fit. */
export function noneFits(error: ErrorObject, describe: Describe): Fault {
  const branches: readonly unknown[] = Array.isArray(error.schema) ? error.schema : [];
  const forms = branches.flatMap((branch) => describe(branch) ?? requiredOf(branch));
  const params: Params = error.params;
  const passing = Array.isArray(params['passingSchemas']);
  return toFault(
    error.instancePath,
    {
      code: passing ? 'ambiguous' : 'not_one_of',
      detail: `This fits ${passing ? 'more than one' : 'none'} of the ${String(branches.length)} forms that are allowed here.`,
      hint: forms.length === 0 ? undefined : `The forms: ${forms.join(' / ')}`,
    },
    describe(error.parentSchema),
  );
}

/** What a value should have been, where the error says that it is something else. */
export function missOf(error: Pick<ErrorObject, 'keyword' | 'params'>): Miss | undefined {
  const params: Params = error.params;
  if (error.keyword === 'type') return { types: list(params['type']).map(String), values: [] };
  if (error.keyword === 'enum') return { types: [], values: list(params['allowedValues']) };
  if (error.keyword === 'const') return { types: [], values: [params['allowedValue']] };
  return undefined;
}

/** Several misses as one error: a wrong type where only types were asked for, otherwise none of some values. */
export function mergedMiss(misses: readonly Miss[]): Pick<ErrorObject, 'keyword' | 'params'> | undefined {
  const types = [...new Set(misses.flatMap((miss) => miss.types))];
  const values = [...new Set(misses.flatMap((miss) => miss.values))];
  if (values.length > 0)
    return { keyword: 'enum', params: { allowedValues: types.includes('null') ? [...values, null] : values } };
  return types.length > 0 ? { keyword: 'type', params: { type: types } } : undefined;
}

function toFault(pointer: string, sentence: Sentence, description: string | undefined): Fault {
  const hint = sentence.hint ?? description ?? 'The description of this API says what belongs here: GET /openapi.json.';
  return { pointer, code: sentence.code, detail: sentence.detail, hint };
}

function missing(error: ErrorObject, params: Params, describe: Describe): Sentence {
  const name = String(params['missingProperty']);
  const properties: unknown = error.parentSchema?.['properties'];
  const description = isObject(properties) ? describe(properties[name]) : undefined;
  return { code: 'required', detail: `"${name}" is required.`, hint: description ?? `Add "${name}".` };
}

function unknownField(error: ErrorObject, member: unknown): Sentence {
  const name = shorten(String(member));
  const properties: unknown = error.parentSchema?.['properties'];
  const known = isObject(properties) ? Object.keys(properties) : [];
  const near = nearestName(name, known);
  const list = known.length === 0 ? 'Leave it out.' : `Known here: ${known.join(', ')}.`;
  const hint = near === undefined ? list : `Did you mean "${near}"?`;
  return { code: 'unknown_field', detail: `There is no field "${name}" here.`, hint };
}

function notOneOf(value: unknown, allowed: readonly unknown[]): Sentence {
  const names = allowed.filter((one) => typeof one === 'string');
  const near = typeof value === 'string' ? nearestName(shorten(value), names) : undefined;
  return {
    code: 'not_one_of',
    detail: `This must be ${oneOf(allowed.map(show))}, not ${show(value)}.`,
    hint: near === undefined ? undefined : `Did you mean "${near}"?`,
  };
}

function outOfRange(value: unknown, limit: string): Sentence {
  return { code: 'out_of_range', detail: `This is ${show(value)}, but it must be ${limit}.` };
}

function tooShort(value: unknown, limit: unknown): Sentence {
  if (value === '') return { code: 'too_short', detail: 'This must not be empty.' };
  return { code: 'too_short', detail: `This has ${sizeOf(value)} characters; at least ${show(limit)} are needed.` };
}

function tooFew(value: unknown, limit: unknown, what: string): Sentence {
  return { code: 'too_few', detail: `There are ${sizeOf(value)} ${what}s; at least ${show(limit)} must be given.` };
}

function tooMany(value: unknown, limit: unknown, what: string): Sentence {
  return { code: 'too_many', detail: `There are ${sizeOf(value)} ${what}s; at most ${show(limit)} may be given.` };
}

const FORMATS: Readonly<Record<string, string>> = {
  'event-time': 'an event time',
  'date-time': 'a date and time by RFC 3339',
  date: 'a date by RFC 3339',
  uri: 'a URI',
  email: 'an e-mail address',
  uuid: 'a UUID',
};

function formatSentence(format: string, schema: unknown): Sentence {
  const what = FORMATS[format] ?? `of the format ${format}`;
  const isEventTime = format === 'event-time';
  const hint = isEventTime
    ? `Write {seconds}.{nanos} with at most nine digits after the dot, or RFC 3339.${examples(schema)}`
    : undefined;
  return { code: 'format', detail: `This is not ${what}.`, hint };
}

function requiredOf(branch: unknown): string[] {
  if (!isObject(branch) || !Array.isArray(branch['required'])) return [];
  return [`with ${branch['required'].map(show).join(' and ')}`];
}

function examples(schema: unknown): string {
  const given = isObject(schema) ? list(schema['examples']) : [];
  return given.length === 0 ? '' : ` For example: ${given.slice(0, 3).map(show).join(', ')}.`;
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}

function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function nameOfType(type: unknown): string {
  if (type === 'null') return 'null';
  return type === 'array' || type === 'integer' || type === 'object' ? `an ${type}` : `a ${String(type)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a number with a fraction';
  return `a ${typeof value}`;
}

function sizeOf(value: unknown): string {
  if (typeof value === 'string') return String(Array.from(value).length);
  if (Array.isArray(value)) return String(value.length);
  return String(isObject(value) ? Object.keys(value).length : 0);
}

function show(value: unknown): string {
  if (typeof value === 'string') return `"${shorten(value)}"`;
  if (typeof value === 'object' && value !== null) return kindOf(value);
  return String(value);
}

function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= 60 ? text : `${characters.slice(0, 60).join('')}…`;
}

function snakeCase(keyword: string): string {
  return keyword.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
