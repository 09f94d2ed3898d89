// The optional condition of a webhook on the event: MongoDB-style, evaluated by sift with a fixed list of operators.
import { createRequire } from 'node:module';
import type * as Sift from 'sift';
import type { Fault } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import { isList, isObject } from './json.ts';
import { nearestName, pointerTo } from './text.ts';
import { Whole, Wholes } from './whole.ts';

// sift is CommonJS, and builds its exports in a way that `import` does not see: imported, its operators are undefined.
const sift = createRequire(import.meta.url)('sift') as typeof Sift;

// $and and $or are ours: they only join conditions.
const OPERATIONS = {
  $eq: sift.$eq,
  $ne: sift.$ne,
  $in: sift.$in,
  $nin: sift.$nin,
  $gt: sift.$gt,
  $gte: sift.$gte,
  $lt: sift.$lt,
  $lte: sift.$lte,
  $exists: sift.$exists,
  $not: sift.$not,
};

const LOGICAL = new Set(['$and', '$or']);
const LISTS = new Set(['$in', '$nin']);
const ORDERINGS = new Set(['$gt', '$gte', '$lt', '$lte']);
const NAMES = [...Object.keys(OPERATIONS), ...LOGICAL];
const MAX_CONDITIONS = 100;

/** Whether an event fits. Never throws for a filter without faults. */
export type FilterTest = (event: Json) => boolean;

/** Makes the test of a filter that has no faults. */
export function compileFilter(filter: JsonObject): FilterTest {
  const test = compileQuery(filter);
  return (event) => test(event, new Wholes());
}

type QueryTest = (event: Json, wholes: Wholes) => boolean;

function compileQuery(query: JsonObject): QueryTest {
  const tests = Object.entries(query).map(([key, value]) =>
    LOGICAL.has(key) ? compileLogical(key, value) : compileCondition(key, value),
  );
  return (event, wholes) => tests.every((test) => test(event, wholes));
}

function compileLogical(operator: string, value: Json): QueryTest {
  const tests = isList(value) ? value.filter((item) => isObject(item)).map(compileQuery) : [];
  return operator === '$and'
    ? (event, wholes) => tests.every((test) => test(event, wholes))
    : (event, wholes) => tests.some((test) => test(event, wholes));
}

/**
 * sift follows a path with plain property access, which also finds what JavaScript itself put there: `length` of a
 * string, `constructor` of anything. So it never sees the event nor the path: it gets a copy of what lies along the
 * path, under names that no prototype has.
 */
function compileCondition(path: string, condition: Json): QueryTest {
  const steps = path.split('.').map((name, depth): Step => ({ name, alias: `step${String(depth)}` }));
  const query = { [steps.map((step) => step.alias).join('.')]: prepared(condition) };
  const test = sift.createQueryTester<unknown>(query, { operations: OPERATIONS, compare: equal });
  return (event, wholes) => test(along(event, steps, 0, wholes));
}

// The operands of a condition, each as it is compared. Only operators have operands further down.
function prepared(condition: Json): unknown {
  if (!isCondition(condition)) return comparable(condition);
  const operands = Object.entries(condition).map(([operator, operand]): [string, unknown] => {
    if (operator === '$not') return [operator, prepared(operand)];
    return [operator, LISTS.has(operator) && isList(operand) ? [oneOf(operand)] : comparable(operand)];
  });
  return Object.fromEntries(operands);
}

// sift takes a function for a value that decides itself what equals it: one look for each item, not one for each pair.
function oneOf(operands: readonly Json[]): (actual: unknown) => boolean {
  const scalars = new Set<unknown>(operands.filter((operand) => !isList(operand) && !isObject(operand)));
  const wholes = operands.map(comparable).filter((operand) => operand instanceof Whole);
  return (actual) =>
    actual instanceof Whole ? wholes.some((whole) => whole.equals(actual)) : scalars.has(actual ?? null);
}

function comparable(value: Json): unknown {
  return isList(value) || isObject(value) ? new Whole(value) : value;
}

interface Step {
  readonly name: string;
  readonly alias: string;
}

// What lies along the path from here on. Lists are looked through, item by item, unless the path names an index.
function along(value: Json, steps: readonly Step[], depth: number, wholes: Wholes): unknown {
  const step = steps[depth];
  if (step === undefined) return isList(value) ? wholes.itemsOf(value) : wholes.of(value);
  if (isList(value) && !/^\d+$/.test(step.name)) return value.map((item) => along(item, steps, depth, wholes));
  const found = ownMember(value, step.name);
  return found === undefined ? {} : { [step.alias]: along(found, steps, depth + 1, wholes) };
}

function ownMember(value: Json, name: string): Json | undefined {
  if (isList(value)) return value[Number(name)];
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

// As in MongoDB, a member that is not there equals null.
function equal(expected: unknown, actual: unknown): boolean {
  if (expected instanceof Whole) return actual instanceof Whole && expected.equals(actual);
  return (expected ?? null) === (actual ?? null);
}

/** Everything in a filter that is not one of the operators, or is used in the wrong place; of one too large, only that. */
export function filterFaults(filter: JsonObject, pointer = '/filter'): Fault[] {
  if (countMembers(filter) <= MAX_CONDITIONS) return queryFaults(filter, pointer);
  return [
    {
      pointer,
      code: 'filter_too_large',
      detail: `The filter has more than ${String(MAX_CONDITIONS)} conditions and values.`,
      hint: 'Narrow the events with event_types, or share the conditions between two webhooks.',
    },
  ];
}

function queryFaults(query: JsonObject, pointer: string): Fault[] {
  return Object.entries(query).flatMap(([key, value]) => {
    const inside = pointerTo(pointer, key);
    if (LOGICAL.has(key)) return logicalFaults(key, value, inside);
    if (key.startsWith('$')) return [operatorFault(key, inside, ['$and', '$or'])];
    return conditionFaults(value, inside);
  });
}

function logicalFaults(operator: string, value: Json, pointer: string): Fault[] {
  if (!isList(value) || value.length === 0) {
    return [expected(pointer, `${operator} takes a list of conditions.`, `{ "${operator}": [ { … }, { … } ] }`)];
  }
  return value.flatMap((item, index) => {
    const inside = pointerTo(pointer, index);
    return isObject(item)
      ? queryFaults(item, inside)
      : [expected(inside, 'A condition is an object.', '{ "data.source": "API" }')];
  });
}

// A field's condition: a plain value to equal, or an object whose keys are all operators.
function conditionFaults(value: Json, pointer: string): Fault[] {
  if (!isCondition(value)) return [];
  return Object.entries(value).flatMap(([key, operand]) => {
    const inside = pointerTo(pointer, key);
    if (key === '$not') return notFaults(operand, inside);
    if (LOGICAL.has(key) || !Object.hasOwn(OPERATIONS, key)) {
      return [operatorFault(key, inside, NAMES)];
    }
    return operandFaults(key, operand, inside);
  });
}

// An object with operators is a condition; any other object is a value to equal.
function isCondition(value: Json): value is JsonObject {
  return isObject(value) && Object.keys(value).some((key) => key.startsWith('$'));
}

function notFaults(operand: Json, pointer: string): Fault[] {
  if (isCondition(operand)) return conditionFaults(operand, pointer);
  return [expected(pointer, '$not takes a condition.', '{ "$not": { "$eq": "API" } }')];
}

function operandFaults(operator: string, operand: Json, pointer: string): Fault[] {
  if (LISTS.has(operator)) return listFaults(operator, operand, pointer);
  if (operator === '$exists' && typeof operand !== 'boolean') {
    return [expected(pointer, '$exists takes true or false.', '{ "$exists": true }')];
  }
  if (ORDERINGS.has(operator) && typeof operand !== 'number' && typeof operand !== 'string') {
    return [expected(pointer, `${operator} takes a number or a text.`, `{ "${operator}": 10 }`)];
  }
  return [];
}

function listFaults(operator: string, operand: Json, pointer: string): Fault[] {
  if (!isList(operand)) {
    return [expected(pointer, `${operator} takes a list of values.`, `{ "${operator}": ["API", "Terraform"] }`)];
  }
  return operand.flatMap((item, index) =>
    isCondition(item)
      ? [expected(pointerTo(pointer, index), `${operator} takes values, not conditions.`, `{ "${operator}": ["API"] }`)]
      : [],
  );
}

function operatorFault(operator: string, pointer: string, allowed: readonly string[]): Fault {
  const near = nearestName(operator, allowed);
  return {
    pointer,
    code: 'filter_operator_unknown',
    detail: `"${operator}" cannot be used here, only ${allowed.join(' ')}.`,
    hint: near === undefined ? 'There are no regular expressions and no code in filters.' : `Did you mean "${near}"?`,
  };
}

function expected(pointer: string, detail: string, example: string): Fault {
  return { pointer, code: 'filter_invalid', detail, hint: `For example ${example}.` };
}

function countMembers(value: Json): number {
  if (!isList(value) && !isObject(value)) return 0;
  const members = Object.values(value);
  return members.reduce<number>((sum, item) => sum + countMembers(item), members.length);
}
