// How helpers look at what they are given: one meaning of "text", "number" and "the same" for all of them, and one
// sentence for what does not fit.
import { isObject, JsonNumber } from '../../domain/json.ts';
import { occurrences, SHORT_PART } from '../../domain/occurrences.ts';
import { isMissing, jsonText, ownProperty } from '../values.ts';
import type { Helper, HelperCall } from './helper.ts';

/** The most arguments that a helper takes: more than anybody writes. */
export const MANY = 20;

/** What not every helper has. Without stand-ins, numbers are what it can use: they are text, counts and times as well. */
export type Extras = Partial<Pick<Helper, 'options' | 'flags' | 'standIns' | 'hintFor'>>;

/** A helper that makes a value out of `min` to `max` arguments. `options` are those that are no flags. */
export function valueHelper(
  name: string,
  [min, max]: readonly [min: number, max: number],
  example: string,
  call: Helper['call'],
  { options = [], flags = [], standIns = [[1]], ...extras }: Extras = {},
): Helper {
  return {
    ...extras,
    name,
    returns: 'value',
    arity: { min, max },
    options: [...options, ...flags],
    flags,
    example,
    call: flags.length === 0 ? call : withFlags(name, flags, call),
    standIns,
  };
}

// Whoever writes descending="true" means something by it, so it must not count as left out.
function withFlags(name: string, flags: readonly string[], call: Helper['call']): Helper['call'] {
  return (args, rendering) => {
    const { options } = rendering;
    const wrong = flags.find((flag) => !isMissing(options[flag]) && typeof options[flag] !== 'boolean');
    if (wrong === undefined) return call(args, rendering);
    return unusable(rendering, name, `true or false as its option ${wrong}`, options[wrong]);
  };
}

/** The text of a value: a string itself, a number or boolean in its JSON spelling; none of missing, lists, objects. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return isMissing(value) || isComposite(value) ? undefined : jsonText(value);
}

/** The nearest double of a number in either form; none of anything else. */
export function doubleOf(value: unknown): number | undefined {
  return !isMissing(value) && (typeof value === 'number' || value instanceof JsonNumber) ? Number(value) : undefined;
}

/** A whole number from 0 up; none of anything else. */
export function countOf(value: unknown): number | undefined {
  const double = doubleOf(value);
  return double !== undefined && Number.isInteger(double) && double >= 0 ? double : undefined;
}

/** Whether the value is a list or an object. */
export function isComposite(value: unknown): value is object {
  return Array.isArray(value) || isObject(value);
}

/** What a value is, in words for a sentence: `a list`. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMissing(value)) return 'nothing';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'a boolean';
  return isObject(value) ? 'an object' : 'a number';
}

/**
 * Gives `undefined`, the result of a helper that cannot use a value. Warns where there is one: `upper takes text, a number
 * or a boolean; it was given a list.` The sentence never repeats the value.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- nothing fits wherever a value is wanted
export function unusable<Wanted>(call: HelperCall, helper: string, wanted: string, value: unknown): Wanted | undefined {
  if (!isMissing(value)) call.warn(`${helper} takes ${wanted}; it was given ${kindOf(value)}.`);
  return undefined;
}

/** What is said to be wanted where text is. */
export const TEXT = 'text, a number or a boolean';

/** The values as texts, each missing one as `undefined`. Nothing at all, and a warning, where one is a list or object. */
export function readTexts(
  call: HelperCall,
  helper: string,
  values: readonly unknown[],
): readonly (string | undefined)[] | undefined {
  const wrong = values.find(isComposite);
  if (wrong === undefined) return values.map(textOf);
  unusable(call, helper, TEXT, wrong);
  return undefined;
}

// Measured with what is slowest, a text of one letter and a part that begins with it: so many characters take as long as
// one value. Long parts are looked for character by character; each place found is kept, and cut or joined afterwards.
const SEARCHED_PER_STEP = { short: 8, long: 3 } as const;
const STEPS_PER_PLACE = 2;

/** Offsets of `part` in `text`, as `occurrences` gives them. Pays for the search and for what is found. */
export function findIn(text: string, part: string, call: HelperCall, most?: number): readonly number[] {
  const perStep = part.length > SHORT_PART ? SEARCHED_PER_STEP.long : SEARCHED_PER_STEP.short;
  call.spend(Math.ceil((text.length + part.length) / perStep));
  const found = occurrences(text, part, most);
  call.spend(STEPS_PER_PLACE * found.length);
  return found;
}

/**
 * Whether two values are the same: both missing; numbers by their doubles; text by its characters; booleans; lists and
 * objects deeply, whatever the order of keys. Pays for the items and members that it looks at, and for long text.
 */
export function areSame(a: unknown, b: unknown, call: HelperCall): boolean {
  return isSame(a, b, call, 0);
}

const CHARACTERS_PER_UNIT = 64;

// No event is nested so deep, only a value that stands inside itself; it is the same as nothing.
const MAX_DEPTH = 500;

// Measured, as what a step of anything else takes. Where there are very many members, they are found by their hash.
const STEPS = { composite: 4, item: 1, member: 2, memberOfMany: 7 } as const;

const MANY_MEMBERS = 1000;

function isSame(a: unknown, b: unknown, call: HelperCall, depth: number): boolean {
  if (!isComposite(a) || !isComposite(b)) return isSameScalar(a, b, call);
  if (depth >= MAX_DEPTH) return false;
  if (!Array.isArray(a) && !Array.isArray(b)) return isSameObject(a, b, call, depth);
  return Array.isArray(a) && Array.isArray(b) && isSameList(a, b, call, depth);
}

function isSameList(a: readonly unknown[], b: readonly unknown[], call: HelperCall, depth: number): boolean {
  if (a.length !== b.length) return false;
  call.spend(STEPS.composite + STEPS.item * a.length);
  for (let index = 0; index < a.length; index += 1) if (!isSame(a[index], b[index], call, depth + 1)) return false;
  return true;
}

function isSameObject(a: object, b: object, call: HelperCall, depth: number): boolean {
  const keys = Object.keys(a);
  const others = Object.keys(b);
  const members = keys.length + others.length;
  call.spend(STEPS.composite + (members > MANY_MEMBERS ? STEPS.memberOfMany : STEPS.member) * members);
  if (keys.length !== others.length) return false;
  return keys.every(
    (key) => Object.hasOwn(b, key) && isSame(ownProperty(a, key), ownProperty(b, key), call, depth + 1),
  );
}

function isSameScalar(a: unknown, b: unknown, call: HelperCall): boolean {
  if (isMissing(a)) return isMissing(b);
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length === b.length) call.spend(Math.floor(a.length / CHARACTERS_PER_UNIT));
    return a === b;
  }
  const double = doubleOf(a);
  return double === undefined ? a === b : double === doubleOf(b);
}
