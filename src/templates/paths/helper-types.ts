// The types of what helpers give, where the helper alone decides it.
import type { JsonObject } from '../../domain/json.ts';
import type { CallExpression, Expression, PathExpression } from '../syntax/tree.ts';
import type { Shape, TypeName } from './schema/shape.ts';
import { ANYTHING } from './schema/shape.ts';
import { typedShape, typesOf } from './schema/types.ts';

const RESULTS: Partial<Record<TypeName, readonly string[]>> = {
  boolean: ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'and', 'or', 'not', 'in', 'contains', 'startsWith', 'endsWith'],
  string: [
    'upper',
    'lower',
    'capitalize',
    'trim',
    'truncate',
    'replace',
    'join',
    'concat',
    'isoDate',
    'formatDate',
    'base64',
    'urlEncode',
    'sha256',
    'mask',
  ],
  number: ['length', 'add', 'subtract', 'multiply', 'divide', 'round', 'unixSeconds', 'unixMillis'],
  array: ['split', 'sort', 'unique', 'pluck', 'keys', 'values', 'entries', 'changes'],
  object: ['pick', 'omit'],
};

const TYPE_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(RESULTS).flatMap(([type, helpers]) => helpers.map((helper) => [helper, type] as const)),
);

// What the items of some lists are, in the words of JSON Schema.
const ITEMS: ReadonlyMap<string, JsonObject> = new Map([
  ['changes', itemsWith(['path', 'from', 'to'])],
  ['entries', itemsWith(['key', 'value'])],
  ['keys', { type: 'string' }],
  ['split', { type: 'string' }],
]);

function itemsWith(names: readonly string[]): JsonObject {
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, true])) };
}

// These give what they were given, in another order or less of it.
const LIKE_FIRST: ReadonlySet<string> = new Set(['reverse', 'slice', 'sort', 'unique']);
const SOME_OF_FIRST: ReadonlySet<string> = new Set(['first', 'last']);

/**
 * What a call gives when it does not give nothing; unknown where that depends on its arguments. `shapeOf` gives the
 * shape of an argument.
 */
export function shapeOfCall({ helper, args }: CallExpression, shapeOf: (argument: Expression) => Shape): Shape {
  const [first, count] = args;
  const isLike = LIKE_FIRST.has(helper) || (SOME_OF_FIRST.has(helper) && count !== undefined);
  const given = first !== undefined && isLike ? shapeOf(first) : ANYTHING;
  if (typesOf(given) !== undefined) return given;
  const items = ITEMS.get(helper);
  if (items !== undefined) return [{ schemas: [{ type: 'array', items }], opaque: false }];
  const type = TYPE_OF.get(helper);
  return type === undefined ? ANYTHING : typedShape(type);
}

// Something is given by these although their first argument is missing; or nothing although it is there.
const OTHERWISE: ReadonlySet<string> = new Set([
  ...(RESULTS.boolean ?? []),
  ...['changes', 'coalesce', 'concat', 'default', 'lookup', 'parseJson'],
]);

/** The path by whose absence an expression is missing, and `json` writes null; `undefined` where there is no one such. */
export function missingWith(expression: Expression | undefined): PathExpression | undefined {
  if (expression?.kind === 'path') return expression;
  return expression?.kind === 'call' && !OTHERWISE.has(expression.helper) ? missingWith(expression.args[0]) : undefined;
}
