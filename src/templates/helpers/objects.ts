// Helpers for objects and their members. Only own members are found, so nothing of JavaScript ever shows.
import { isObject, JsonNumber } from '../../domain/json.ts';
import { isMissing, ownProperty } from '../values.ts';
import { isComposite, MANY, unusable, valueHelper } from './arguments.ts';
import type { Helper, HelperCall } from './helper.ts';

const ONE = [1, 1] as const;

// An object and more names than anybody writes.
const NAMES = [2, MANY] as const;

function objectHelper(name: string, arity: readonly [number, number], example: string, call: Helper['call']): Helper {
  return valueHelper(name, arity, example, call, { standIns: AN_OBJECT_AND_NAMES });
}

const AN_OBJECT_AND_NAMES = [[{}, 'name']];

/** `{{lookup data.names data.action}}`: the member of that name, or the item at that place. */
const lookup = objectHelper('lookup', [2, 2], '{{lookup data.metadata data.action}}', ([value, key], call) => {
  if (!isComposite(value) && typeof value !== 'string') {
    return unusable(call, 'lookup', 'an object, a list or text', value);
  }
  call.spend(LOOKUP_COST);
  const name = nameOf(key);
  return name === undefined ? unusable(call, 'lookup', A_NAME, key) : ownProperty(value, name);
});

/** `{{pick data "action" "source"}}`: an object of these members only, in the order of the names. */
const pick = objectHelper('pick', NAMES, '{{pick data "action" "source"}}', (args, call) => {
  const members = readMembers('pick', args, call);
  if (members === undefined) return undefined;
  const { object, names } = members;
  call.spend(COPY_COST * names.length);
  return Object.fromEntries(names.filter((name) => Object.hasOwn(object, name)).map((name) => [name, object[name]]));
});

/** `{{omit data "metadata"}}`: the object without these members. */
const omit = objectHelper('omit', NAMES, '{{omit data "metadata"}}', (args, call) => {
  const read = readMembers('omit', args, call);
  if (read === undefined) return undefined;
  const members = entriesOf(read.object, call);
  call.spend(COPY_COST * members.length);
  return Object.fromEntries(members.filter(([name]) => !read.names.includes(name)));
});

/** `{{keys data.metadata}}`: the names of the members. */
const keys = objectHelper('keys', ONE, '{{keys data.metadata}}', ([value], call) => {
  const object = objectOf('keys', value, call);
  return object === undefined ? undefined : namesOf(object, call);
});

/** `{{values data.metadata}}`: the values of the members. */
const values = objectHelper('values', ONE, '{{values data.metadata}}', ([value], call) => {
  const object = objectOf('values', value, call);
  return object === undefined ? undefined : entriesOf(object, call).map(([, item]) => item);
});

/** `{{entries data.metadata}}`: the members as a list of `{ key, value }`. */
const entries = objectHelper('entries', ONE, '{{entries data.metadata}}', ([value], call) => {
  const object = objectOf('entries', value, call);
  return object === undefined ? undefined : entriesOf(object, call).map(([key, item]) => ({ key, value: item }));
});

/** `lookup pick omit keys values entries`. */
export const OBJECT_HELPERS: readonly Helper[] = [lookup, pick, omit, keys, values, entries];

// What is said to be wanted where a name is.
const A_NAME = 'text or a whole number as the name of a member';

/** The name of a member, or the place of an item: text, or a whole number in its spelling; none of anything else. */
export function nameOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' && !(value instanceof JsonNumber)) return undefined;
  const spelling = String(value);
  return /^-?\d+$/.test(spelling) ? spelling : undefined;
}

// What a member costs, measured in the time in which one small value is looked at: where it is looked up, where it is
// listed, and where it becomes a member of a new object.
const LOOKUP_COST = 4;
const MEMBER_COST = 8;
const COPY_COST = 10;

type Members = Readonly<Record<string, unknown>>;

/** The names of an object's members, paid for. */
export function namesOf(object: Members, call: HelperCall): readonly string[] {
  const names = Object.keys(object);
  call.spend(MEMBER_COST * names.length);
  return names;
}

function objectOf(helper: string, value: unknown, call: HelperCall): Members | undefined {
  return isObject(value) ? value : unusable(call, helper, 'an object', value);
}

function entriesOf(object: Members, call: HelperCall): readonly (readonly [string, unknown])[] {
  const members = Object.entries(object);
  call.spend(MEMBER_COST * members.length);
  return members;
}

// A name that is missing names nothing, and does no harm.
function readMembers(
  helper: string,
  [value, ...given]: readonly unknown[],
  call: HelperCall,
): { readonly object: Members; readonly names: readonly string[] } | undefined {
  const object = objectOf(helper, value, call);
  if (object === undefined) return undefined;
  const wrong = given.find((name) => nameOf(name) === undefined && !isMissing(name));
  if (wrong !== undefined) return unusable(call, helper, A_NAME, wrong);
  return { object, names: given.map(nameOf).filter((name) => name !== undefined) };
}
