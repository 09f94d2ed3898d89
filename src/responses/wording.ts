// What a validator says of a response, in words for people and in a record that stays small.
import type { ValidatorActual } from '../domain/invocation.ts';
import type { ExactJson } from '../domain/json.ts';
import { writeExact } from '../domain/json.ts';
import type { ResponseValidator, Scalar } from '../domain/webhook.ts';

/** Takes secrets out of a text. */
export type Hide = (text: string) => string;

/** How values are put into words, without the secrets in them. */
export interface Words {
  readonly hide: Hide;
  /** The JSON text of a value without the secrets, and whether one stood in it. */
  json(value: ExactJson): { readonly text: string; readonly changed: boolean };
}

/** The words for one response: many validators select the same large values, whose text is written once. */
export function createWords(hide: Hide): Words {
  const written = new WeakMap<object, ReturnType<Words['json']>>();
  const write = (value: ExactJson): ReturnType<Words['json']> => {
    const json = writeExact(value);
    const text = hide(json);
    return { text, changed: text !== json };
  };
  return {
    hide,
    json: (value) => {
      if (typeof value !== 'object' || value === null) return write(value);
      const known = written.get(value) ?? write(value);
      written.set(value, known);
      return known;
    },
  };
}

const MAX_RECORDED_VALUES = 20;
const MAX_RECORDED_CHARACTERS = 256;
const MAX_SHOWN_CHARACTERS = 100;
const MAX_SHOWN_EXPECTED = 5;

/**
 * What was selected, for the record: the first 20 values. A string over 256 characters is cut, and of an array or
 * object whose JSON text is longer, that text is kept, cut; of a number that is spelled longer, too.
 */
export function recordedActual(values: readonly ExactJson[], words: Words): ValidatorActual {
  if (values.length === 0) return { found: 'nothing' };
  return { found: 'values', values: values.slice(0, MAX_RECORDED_VALUES).map((value) => recordedValue(value, words)) };
}

function recordedValue(value: ExactJson, words: Words): ExactJson {
  if (typeof value === 'string') return cut(words.hide(value), MAX_RECORDED_CHARACTERS);
  const { text, changed } = words.json(value);
  return !changed && text.length <= MAX_RECORDED_CHARACTERS ? value : cut(text, MAX_RECORDED_CHARACTERS);
}

/** The message of a validator that passed. */
export function sayPassed(rule: ResponseValidator, values: readonly ExactJson[], words: Words): string {
  const [first] = values;
  if (values.length === 1 && first !== undefined)
    return `${rule.jsonPath} selected ${show(first, words)}, as expected.`;
  return `${rule.jsonPath} selected ${String(values.length)} values, all as expected.`;
}

/** The message of a validator whose path selected a value that is not expected: the first such one is named. */
export function sayFailed(
  rule: ResponseValidator,
  values: readonly ExactJson[],
  unexpected: readonly ExactJson[],
  words: Words,
): string {
  const worst = unexpected
    .slice(0, 1)
    .map((value) => show(value, words))
    .join('');
  const expected = `expected ${showExpected(rule.expectedValues)}`;
  if (values.length === 1) return `${rule.jsonPath} selected ${worst}, ${expected}.`;
  const count = `${String(values.length)} values, ${String(unexpected.length)} of them not as expected`;
  return `${rule.jsonPath} selected ${count}; the first is ${worst}, ${expected}.`;
}

/** The message of a validator whose path selected nothing, because of `reason` where that is known. */
export function saySelectedNothing(rule: ResponseValidator, reason: string | undefined): string {
  const because = reason === undefined ? '' : `, because ${reason.replace(/\.$/, '')}`;
  return `${rule.jsonPath} selected nothing${because}; expected ${showExpected(rule.expectedValues)}.`;
}

/** The message of a validator that could not be evaluated, which counts as not passed. */
export function sayUnevaluated(rule: ResponseValidator, reason: string): string {
  return `${rule.jsonPath} could not be evaluated: ${reason.replace(/\.$/, '')}.`;
}

function showExpected(values: readonly Scalar[]): string {
  const shown = values.slice(0, MAX_SHOWN_EXPECTED).map((value) => cut(JSON.stringify(value), MAX_SHOWN_CHARACTERS));
  const more = values.length - shown.length;
  const list = more > 0 ? `${shown.join(', ')} and ${String(more)} more` : shown.join(', ');
  return values.length === 1 ? list : `one of ${list}`;
}

function show(value: ExactJson, words: Words): string {
  return cut(words.json(value).text, MAX_SHOWN_CHARACTERS);
}

// Never in the middle of a surrogate pair: databases do not keep half characters.
function cut(text: string, most: number): string {
  return text.length <= most
    ? text
    : `${text
        .slice(0, most)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`;
}
