// The optional condition of a webhook on the event: MongoDB-style, evaluated by sift with a fixed list of operators.
import * as sift from 'sift';
import type { Fault } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import { isObject } from './json.ts';
import { nearestName, pointerTo } from './text.ts';

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
  $and: sift.$and,
  $or: sift.$or,
  $not: sift.$not,
};

const LOGICAL = new Set(['$and', '$or']);
const LISTS = new Set(['$in', '$nin']);
const MAX_CONDITIONS = 100;

/** Whether an event fits. Never throws for a filter without faults. */
export type FilterTest = (event: Json) => boolean;

/** Makes the test of a filter that has no faults. */
export function compileFilter(filter: JsonObject): FilterTest {
  const test = sift.createQueryTester<Json>(filter, { operations: OPERATIONS });
  return (event) => test(event);
}

/** Everything in a filter that is not one of the operators, or is used in the wrong place. */
export function filterFaults(filter: JsonObject, pointer = '/filter'): Fault[] {
  const faults = queryFaults(filter, pointer);
  if (countMembers(filter) <= MAX_CONDITIONS) return faults;
  return [
    ...faults,
    {
      pointer,
      code: 'filter_too_large',
      detail: `The filter has more than ${String(MAX_CONDITIONS)} conditions.`,
      hint: 'Use $in for many values of one field.',
    },
  ];
}

function queryFaults(query: JsonObject, pointer: string): Fault[] {
  return Object.entries(query).flatMap(([key, value]) => {
    const inside = pointerTo(pointer, key);
    if (LOGICAL.has(key)) return logicalFaults(key, value, inside);
    if (key.startsWith('$')) return [operatorFault(key, inside, 'at this place, only $and and $or')];
    return conditionFaults(value, inside);
  });
}

function logicalFaults(operator: string, value: Json, pointer: string): Fault[] {
  if (!Array.isArray(value) || value.length === 0) {
    return [expected(pointer, `${operator} takes a list of conditions.`, `{ "${operator}": [ { … }, { … } ] }`)];
  }
  return (value as readonly Json[]).flatMap((item, index) => {
    const inside = pointerTo(pointer, index);
    return isObject(item)
      ? queryFaults(item, inside)
      : [expected(inside, 'A condition is an object.', '{ "data.source": "API" }')];
  });
}

// A field's condition: a plain value to equal, or an object whose keys are all operators.
function conditionFaults(value: Json, pointer: string): Fault[] {
  if (!isObject(value)) return [];
  const keys = Object.keys(value);
  if (!keys.some((key) => key.startsWith('$'))) return [];
  return Object.entries(value).flatMap(([key, operand]) => {
    const inside = pointerTo(pointer, key);
    if (key === '$not') return notFaults(operand, inside);
    if (LOGICAL.has(key) || !Object.hasOwn(OPERATIONS, key)) {
      return [operatorFault(key, inside, `one of ${Object.keys(OPERATIONS).join(' ')}`)];
    }
    return operandFaults(key, operand, inside);
  });
}

function notFaults(operand: Json, pointer: string): Fault[] {
  if (isObject(operand) && Object.keys(operand).length > 0) return conditionFaults(operand, pointer);
  return [expected(pointer, '$not takes a condition.', '{ "$not": { "$eq": "API" } }')];
}

function operandFaults(operator: string, operand: Json, pointer: string): Fault[] {
  if (LISTS.has(operator) && !Array.isArray(operand)) {
    return [expected(pointer, `${operator} takes a list of values.`, `{ "${operator}": ["API", "Terraform"] }`)];
  }
  if (operator === '$exists' && typeof operand !== 'boolean') {
    return [expected(pointer, '$exists takes true or false.', '{ "$exists": true }')];
  }
  return [];
}

function operatorFault(operator: string, pointer: string, allowed: string): Fault {
  const near = nearestName(operator, Object.keys(OPERATIONS));
  return {
    pointer,
    code: 'filter_operator_unknown',
    detail: `"${operator}" cannot be used here: ${allowed}.`,
    hint: near === undefined ? 'There are no regular expressions and no code in filters.' : `Did you mean "${near}"?`,
  };
}

function expected(pointer: string, detail: string, example: string): Fault {
  return { pointer, code: 'filter_invalid', detail, hint: `For example ${example}.` };
}

function countMembers(value: Json): number {
  if (Array.isArray(value))
    return (value as readonly Json[]).reduce<number>((sum, item) => sum + countMembers(item), value.length);
  if (!isObject(value)) return 0;
  const members = Object.values(value);
  return members.reduce<number>((sum, item) => sum + countMembers(item), members.length);
}
