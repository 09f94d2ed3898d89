// What schemas say of a value besides its type.
import type { ExactJsonObject, Json, JsonObject } from '../../domain/json.ts';
import { canonicalJson, isList, isObject } from '../../domain/json.ts';
import type { Shape, TypeName, Variant } from '../paths/schema/shape.ts';
import { listOf } from '../paths/schema/shape.ts';
import { closesAll } from '../paths/schema/steps.ts';
import { typeOf, variantTypes } from '../paths/schema/types.ts';

/** Whether an object of these schemas may have members that none of them speaks of. */
export function takesExtras(schemas: readonly JsonObject[]): boolean {
  return !schemas.some(
    (schema) =>
      closesAll(schema) ||
      schema['additionalProperties'] === false ||
      RULES.some((keyword) => Object.hasOwn(schema, keyword)),
  );
}

// Keywords that judge the names of members, or members by their names.
const RULES = ['patternProperties', 'propertyNames', 'dependentSchemas', 'dependentRequired'];

const PLAIN_MEMBERS: ExactJsonObject = {
  name: 'text',
  count: 2,
  active: true,
  tags: ['one', 'two'],
  owner: { id: 'o-1' },
};

/** Members for an object of which nothing is known: those of the schemas' own example, or plain ones. */
export function exampleMembers(schemas: readonly JsonObject[]): ExactJsonObject {
  const examples = schemas.flatMap((schema) => listOf(schema['examples'])).filter((example) => isObject(example));
  return examples[0] ?? PLAIN_MEMBERS;
}

/** The values that `const` and `enum` allow, null only where it is the only one; `undefined` without such a list. */
export function fixedValues(variant: Variant): readonly Json[] | undefined {
  const [first, ...others] = variant.schemas.flatMap(valueLists);
  const types = variantTypes(variant);
  const allowed = first?.filter(
    (value) => types?.has(typeOf(value)) !== false && others.every((list) => includes(list, value)),
  );
  const values = allowed?.filter((value) => value !== null);
  return values?.length === 0 ? allowed : values;
}

function valueLists(schema: JsonObject): (readonly Json[])[] {
  const constant = Object.hasOwn(schema, 'const') ? [[schema['const'] ?? null]] : [];
  return isList(schema['enum']) ? [...constant, schema['enum']] : constant;
}

function includes(list: readonly Json[], value: Json): boolean {
  return list.some((one) => canonicalJson(one) === canonicalJson(value));
}

/** The type that schemas without one are about, by what else they say. */
export function typeByKeywords(schemas: readonly JsonObject[]): TypeName | undefined {
  const has = (...keywords: readonly string[]): boolean =>
    schemas.some((schema) => keywords.some((keyword) => Object.hasOwn(schema, keyword)));
  if (has('properties', 'required', 'additionalProperties', 'patternProperties')) return 'object';
  if (has('items', 'prefixItems', 'minItems')) return 'array';
  if (has('minimum', 'maximum', 'multipleOf')) return 'number';
  return has('pattern', 'minLength', 'maxLength', 'format') ? 'string' : undefined;
}

/** Whether null fits a shape. */
export function allowsNull(shape: Shape): boolean {
  return shape.some((variant) => variantTypes(variant)?.has('null') ?? true);
}
