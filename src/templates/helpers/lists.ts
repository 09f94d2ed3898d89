// Helpers for what stands in a row: the items of a list, the code points of a text.
import { countCodePoints, reverseCodePoints, sliceCodePoints } from '../../domain/code-points.ts';
import type { ExactJson } from '../../domain/json.ts';
import { canonicalJson, isObject, JsonNumber } from '../../domain/json.ts';
import type { SortKey } from '../../domain/ordering.ts';
import { compareKeys, LAST, sortKeyOf } from '../../domain/ordering.ts';
import { isMissing, ownProperty } from '../values.ts';
import type { Extras } from './arguments.ts';
import { countOf, doubleOf, textOf, unusable, valueHelper } from './arguments.ts';
import type { Helper, HelperCall } from './helper.ts';
import { nameOf, namesOf } from './objects.ts';

const ROW = 'a list or text';

// For a list alone, with or without the name of a member.
function listHelper(
  name: string,
  arity: readonly [min: number, max: number],
  example: string,
  call: Helper['call'],
  extras: Extras = {},
): Helper {
  return valueHelper(name, arity, example, call, { ...extras, standIns: [[[], 'name']] });
}

/** `{{length data.tags}}`: how many items, members or code points there are. */
const length = valueHelper('length', [1, 1], '{{length data.metadata}}', ([value], call) => {
  if (Array.isArray(value)) return value.length;
  if (isObject(value)) return namesOf(value, call).length;
  const text = textOf(value);
  call.spend(lookingThrough(text));
  return text === undefined ? undefined : countCodePoints(text);
});

/** `{{first data.tags}}` gives the item, `{{first data.tags 2}}` a list of two. */
const first = valueHelper('first', [1, 2], '{{first data.actor_name 1}}', ([value, count], call) =>
  endOf('first', value, count, call),
);

/** `{{last data.tags}}` gives the item, `{{last data.tags 2}}` a list of two. */
const last = valueHelper('last', [1, 2], '{{last data.actor_id 4}}', ([value, count], call) =>
  endOf('last', value, count, call),
);

/** `{{slice data.actor_id 0 8}}`: from a position up to another one; negative ones count from the end. */
const slice = valueHelper('slice', [2, 3], '{{slice data.actor_id 0 8}}', ([value, start, end], call) => {
  const wrong = [start, end].find((position) => !isMissing(position) && !Number.isInteger(doubleOf(position)));
  if (wrong !== undefined) return unusable(call, 'slice', 'whole numbers as positions', wrong);
  const from = doubleOf(start);
  return from === undefined ? undefined : cut('slice', value, from, doubleOf(end), call);
});

/** `{{reverse data.steps}}`: the last one first. */
const reverse = valueHelper('reverse', [1, 1], '{{reverse data.steps}}', ([value], call) => {
  const row = rowOf('reverse', value, call);
  if (typeof row !== 'string') return row?.toReversed();
  call.spend(REVERSING_COST * row.length);
  return reverseCodePoints(row);
});

/** `{{sort data.grantees by="name"}}`: in the order of `domain/ordering.ts`; equal items stay as they stand. */
const sort = listHelper(
  'sort',
  [1, 1],
  '{{sort data.grantees by="name"}}',
  ([value], call) => {
    const { by, descending } = call.options;
    const list = listOf('sort', value, call);
    if (list === undefined) return undefined;
    if (isMissing(by)) return sorted(list, list, descending === true, call);
    const name = nameOf(by);
    if (name === undefined) return unusable(call, 'sort', 'the name of a member as by', by);
    return sorted(list, membersOf(list, name, call), descending === true, call);
  },
  { options: ['by'], flags: ['descending'] },
);

/** `{{unique data.tags}}`: each value once, where it stands first. */
const unique = listHelper('unique', [1, 1], '{{unique data.tags}}', ([value], call) => {
  const list = listOf('unique', value, call);
  const known = new Map<string, unknown>();
  for (const item of list ?? []) {
    const text = isJson(item, call) ? canonicalJson(item) : 'null';
    if (!known.has(text)) known.set(text, item);
  }
  return list === undefined ? undefined : [...known.values()];
});

/** `{{pluck data.grantees "name"}}`: one member of each item, `null` where there is none. */
const pluck = listHelper('pluck', [2, 2], '{{pluck data.grantees "name"}}', ([value, key], call) => {
  const list = listOf('pluck', value, call);
  const name = nameOf(key);
  if (name === undefined) return unusable(call, 'pluck', 'the name of a member', key);
  return list === undefined ? undefined : membersOf(list, name, call).map((member) => member ?? null);
});

/** `length first last slice reverse sort unique pluck`. */
export const LIST_HELPERS: readonly Helper[] = [length, first, last, slice, reverse, sort, unique, pluck];

// All costs here are measured, in the time in which one small value is looked at. Going through text and comparing it
// costs one for so many characters, and turning it round two for each.
const CHARACTERS_PER_UNIT = 8;
const REVERSING_COST = 2;

function lookingThrough(text: string | undefined): number {
  return Math.ceil((text?.length ?? 0) / CHARACTERS_PER_UNIT);
}

function listOf(helper: string, value: unknown, call: HelperCall): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : unusable(call, helper, 'a list', value);
}

function rowOf(helper: string, value: unknown, call: HelperCall): readonly unknown[] | string | undefined {
  return Array.isArray(value) ? value : (textOf(value) ?? unusable(call, helper, ROW, value));
}

function endOf(helper: 'first' | 'last', value: unknown, count: unknown, call: HelperCall): unknown {
  const many = isMissing(count) ? 1 : countOf(count);
  if (many === undefined) return unusable(call, helper, 'a whole number, 0 or more, of items', count);
  const [start, end] = helper === 'first' ? [0, many] : [-many, many === 0 ? 0 : undefined];
  const row = cut(helper, value, start, end, call);
  return isMissing(count) && typeof row === 'object' ? row[0] : row;
}

function cut(
  helper: string,
  value: unknown,
  start: number,
  end: number | undefined,
  call: HelperCall,
): readonly unknown[] | string | undefined {
  const row = rowOf(helper, value, call);
  if (typeof row !== 'string') return row?.slice(start, end);
  call.spend(lookingThrough(row));
  return sliceCodePoints(row, start, end);
}

function membersOf(list: readonly unknown[], name: string, call: HelperCall): readonly unknown[] {
  call.spend(list.length);
  return list.map((item) => ownProperty(item, name));
}

function sorted(
  list: readonly unknown[],
  by: readonly unknown[],
  isDescending: boolean,
  call: HelperCall,
): readonly unknown[] {
  const keys = by.map((value) => (isJson(value, call) ? sortKeyOf(value) : LAST));
  payForSorting(keys, call);
  return list
    .map((item, index) => ({ item, key: keys[index] ?? LAST }))
    .sort((a, b) => compareKeys(a.key, b.key, isDescending))
    .map(({ item }) => item);
}

// Each item is compared about as often as the list's length can be halved, and text as far as both are the same.
function payForSorting(keys: readonly SortKey[], call: HelperCall): void {
  const rounds = Math.ceil(Math.log2(keys.length + 1));
  const characters = keys.reduce((sum, { key }) => sum + (typeof key === 'string' ? key.length : 0), 0);
  call.spend(rounds * (2 * keys.length + Math.ceil(characters / CHARACTERS_PER_UNIT)));
}

// No event is nested so deep, only a value that stands inside itself.
const MAX_DEPTH = 500;

// What each value costs that is written down to be compared, apart from its characters; a number that is no double costs
// more, since equal ones can be spelled in many ways.
const VALUE_COST = 10;
const NUMBER_COST = 20;

// Looks through the whole of a value, and pays for it. What JSON has no word for counts as missing, and so does its list.
function isJson(value: unknown, call: HelperCall, depth = 0): value is ExactJson {
  call.spend(VALUE_COST);
  if (value instanceof JsonNumber) call.spend(NUMBER_COST + lookingThrough(value.text));
  if (typeof value === 'string') call.spend(lookingThrough(value));
  if (value === null || value instanceof JsonNumber) return true;
  if (typeof value !== 'object') return !isMissing(value);
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, call, depth + 1));
  return Object.entries(value).every(([name, item]) => {
    call.spend(lookingThrough(name));
    return isJson(item, call, depth + 1);
  });
}
