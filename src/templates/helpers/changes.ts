// The helper `changes` says what is different between two states of a thing, as a list that a template can go through.
import { canonicalJson, isObject, JsonNumber } from '../../domain/json.ts';
import { isMissing } from '../values.ts';
import { isComposite, unusable, valueHelper } from './arguments.ts';
import type { Helper, HelperCall } from './helper.ts';

/**
 * `{{changes data.previous_target_object data.current_target_object}}`: a list of `{ path, from, to }`, as `current` has
 * them, and what was removed after what is left around it. Where one of the two is missing, all of the other is different.
 */
const changes = valueHelper(
  'changes',
  [2, 2],
  '{{changes data.previous_target_object data.current_target_object}}',
  ([previous, current], call) => {
    const wrong = [previous, current].find((value) => !isMissing(value) && !isComposite(value));
    if (wrong !== undefined) return unusable(call, 'changes', 'two objects or two lists', wrong);
    if (isMissing(previous) && isMissing(current)) return undefined;
    const from = isMissing(previous) ? emptyOf(current) : previous;
    const to = isMissing(current) ? emptyOf(previous) : current;
    if (Array.isArray(from) !== Array.isArray(to)) {
      return unusable(call, 'changes', 'two objects or two lists, not one of each', to);
    }
    const finder = new ChangeFinder(call);
    finder.compare(from, to, '', 0);
    return finder.found;
  },
  { standIns: [[{}], [[]]] },
);

/** `changes`. */
export const CHANGE_HELPERS: readonly Helper[] = [changes];

interface Change {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

function emptyOf(value: unknown): object {
  return Array.isArray(value) ? [] : {};
}

// What a pair of values costs that is compared, a member that is looked for, a pair of numbers of which one is no double,
// and a change that is found, all apart from their characters. Measured in the time in which one small value is looked at.
const PAIR_COST = 12;
const MEMBER_COST = 10;
const NUMBERS_COST = 30;
const CHANGE_COST = 10;
const CHARACTERS_PER_UNIT = 8;

// No event is nested so deep, only a value that stands inside itself; from there on both are taken as one value each.
const MAX_DEPTH = 500;

class ChangeFinder {
  readonly found: Change[] = [];
  readonly #call: HelperCall;
  #pathCharacters = 0;

  constructor(call: HelperCall) {
    this.#call = call;
  }

  compare(from: unknown, to: unknown, path: string, depth: number): void {
    this.#call.spend(PAIR_COST);
    if (Array.isArray(from) && Array.isArray(to) && depth < MAX_DEPTH) this.#compareLists(from, to, path, depth);
    else if (isObject(from) && isObject(to) && depth < MAX_DEPTH) this.#compareObjects(from, to, path, depth);
    else if (!this.#isSameScalar(from, to)) this.#note(path, from, to);
  }

  #compareLists(from: readonly unknown[], to: readonly unknown[], path: string, depth: number): void {
    const length = Math.max(from.length, to.length);
    for (let index = 0; index < length; index += 1) {
      this.compare(from[index], to[index], `${path}[${String(index)}]`, depth + 1);
    }
  }

  #compareObjects(from: Members, to: Members, path: string, depth: number): void {
    const [before, after] = [Object.entries(from), Object.entries(to)];
    this.#call.spend(MEMBER_COST * (before.length + after.length));
    for (const [name, value] of after) {
      this.compare(Object.hasOwn(from, name) ? from[name] : null, value, joined(path, name), depth + 1);
    }
    for (const [name, value] of before) {
      if (!Object.hasOwn(to, name)) this.compare(value, null, joined(path, name), depth + 1);
    }
  }

  // Missing and null are the same. Numbers are compared by their digits: one id of 20 is not another.
  #isSameScalar(from: unknown, to: unknown): boolean {
    if (isMissing(from) || isMissing(to)) return isMissing(from) && isMissing(to);
    if (typeof from === 'string' && typeof to === 'string') {
      this.#call.spend(Math.ceil(Math.min(from.length, to.length) / CHARACTERS_PER_UNIT));
      return from === to;
    }
    return from === to || (isNumber(from) && isNumber(to) && this.#isSameNumber(from, to));
  }

  #isSameNumber(from: JsonNumber | number, to: JsonNumber | number): boolean {
    this.#call.spend(NUMBERS_COST + Math.ceil((String(from).length + String(to).length) / CHARACTERS_PER_UNIT));
    return canonicalJson(from) === canonicalJson(to);
  }

  // A path repeats the names above it, so many paths can be longer than the event by far.
  #note(path: string, from: unknown, to: unknown): void {
    this.#pathCharacters += path.length;
    this.#call.room(this.#pathCharacters);
    this.#call.spend(CHANGE_COST + Math.ceil(path.length / CHARACTERS_PER_UNIT));
    this.found.push({ path, from: isMissing(from) ? null : from, to: isMissing(to) ? null : to });
  }
}

type Members = Readonly<Record<string, unknown>>;

function isNumber(value: unknown): value is JsonNumber | number {
  return typeof value === 'number' || value instanceof JsonNumber;
}

// `a.b`, and `a["b.c"]` for names that could be taken for a path.
function joined(path: string, name: string): string {
  if (name === '' || /[.[\]]/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}
