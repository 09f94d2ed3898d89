// The types of what helpers give, where the helper alone decides it.
import type { CallExpression } from '../syntax/tree.ts';
import type { Shape, TypeName } from './schema/shape.ts';
import { ANYTHING } from './schema/shape.ts';
import { typedShape } from './schema/types.ts';

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

/** What a call gives when it does not give nothing; unknown where that depends on its arguments. */
export function shapeOfCall({ helper }: CallExpression): Shape {
  const type = TYPE_OF.get(helper);
  return type === undefined ? ANYTHING : typedShape(type);
}
