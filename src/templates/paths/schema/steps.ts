// One step into a value: what a schema says of one of its fields.
import type { Json, JsonObject } from '../../../domain/json.ts';
import { isObject } from '../../../domain/json.ts';
import type { SchemaReader, Shape, Variant } from './shape.ts';
import { ANYTHING, either, listOf, together, UNBOUND } from './shape.ts';
import { typedShape, variantTypes } from './types.ts';

/**
 * What a schema says of a field: it is `declared`; nothing is said (`open`); others are declared, and it is not
 * (`undeclared`); it cannot be there (`forbidden`); it is asked of a `list`; or of what has no fields (`nothing`).
 */
export type StepStatus = 'declared' | 'open' | 'undeclared' | 'list' | 'forbidden' | 'nothing';

/** A field. `certain`: it is there whenever what it is asked of is there. */
export interface Step {
  readonly status: StepStatus;
  readonly shape: Shape;
  readonly certain: boolean;
}

/** What a shape says of one of its fields. */
export function stepInto(reader: SchemaReader, shape: Shape, key: string): Step {
  const steps = shape.flatMap((variant) => stepsOf(reader, variant, key));
  const status = STATUSES.find((one) => steps.some((step) => step.status === one)) ?? 'nothing';
  const found = steps.filter((step) => step.status === 'declared' || step.status === 'open');
  const certain = steps.length > 0 && steps.every((step) => step.status === 'declared' && step.certain);
  return { status, shape: found.length === 0 ? ANYTHING : either(found.map((step) => step.shape)), certain };
}

// Where alternatives disagree, the first of these counts.
const STATUSES: readonly StepStatus[] = ['declared', 'open', 'undeclared', 'list', 'forbidden', 'nothing'];
const NOTHING: Step = { status: 'nothing', shape: ANYTHING, certain: false };
const LENGTH: Step = { status: 'declared', shape: typedShape('number'), certain: true };
const CHARACTER: Step = { status: 'declared', shape: typedShape('string'), certain: false };

function stepsOf(reader: SchemaReader, variant: Variant, key: string): Step[] {
  const types = variantTypes(variant);
  if (types === undefined)
    return [isListLike(variant) ? listStep(reader, variant, key) : fieldStep(reader, variant, key)];
  const named = [...types].filter((type) => type !== 'null');
  return named.map((type) => {
    if (type === 'object') return fieldStep(reader, variant, key);
    if (type === 'array') return listStep(reader, variant, key);
    return type === 'string' ? characterStep(key) : NOTHING;
  });
}

/** Whether schemas without a type speak of the items of a list, and of no fields. */
export function isListLike({ schemas }: Variant): boolean {
  const has = (keyword: string): boolean => schemas.some((schema) => Object.hasOwn(schema, keyword));
  return (has('items') || has('prefixItems')) && !has('properties');
}

function characterStep(key: string): Step {
  if (key === 'length') return LENGTH;
  return isIndex(key) ? CHARACTER : NOTHING;
}

/** What a variant that is a list says of one of its items, or of something else that is asked of it. */
export function listStep(reader: SchemaReader, variant: Variant, key: string): Step {
  if (key === 'length') return LENGTH;
  if (!isIndex(key)) return { ...NOTHING, status: 'list' };
  const index = Number(key);
  const shape = variant.schemas.map((schema) => itemShape(reader, schema, index)).reduce(together, UNBOUND);
  const certain = variant.schemas.some((schema) => Number(schema['minItems'] ?? 0) > index);
  return shape.length === 0 ? NOTHING : { status: 'declared', shape, certain };
}

function itemShape(reader: SchemaReader, schema: JsonObject, index: number): Shape {
  const prefix = listOf(schema['prefixItems']);
  return reader.shapeOf(index < prefix.length ? prefix[index] : schema['items']);
}

/** Whether a key is the place of an item, from 0 on. */
export function isIndex(key: string): boolean {
  return /^(?:0|[1-9]\d{0,8})$/.test(key);
}

/** What a variant that is an object says of one of its fields. */
export function fieldStep(reader: SchemaReader, variant: Variant, key: string): Step {
  const { schemas, opaque } = variant;
  const said = schemas.map((schema) => fieldOf(schema, key));
  const found = said.filter((one) => one !== undefined && one !== 'any');
  const shape = found.map((one) => reader.shapeOf(one)).reduce(together, UNBOUND);
  if (found.includes(false) || shape.length === 0) return { ...NOTHING, status: 'forbidden' };
  const certain = schemas.some((schema) => listOf(schema['required']).includes(key));
  if (found.length > 0) return { status: 'declared', shape, certain };
  if (said.includes('any') || opaque) return { status: 'open', shape: ANYTHING, certain };
  if (schemas.some(closesAll) && !schemas.some(opensAll)) return { ...NOTHING, status: 'forbidden' };
  const declares = schemas.some((schema) => Object.keys(membersOf(schema, 'properties')).length > 0);
  return { status: declares ? 'undeclared' : 'open', shape: ANYTHING, certain };
}

// The schema of a field, `false` where it is forbidden, `any` where a pattern may allow it, `undefined` if nothing is said.
function fieldOf(schema: JsonObject, key: string): Json | undefined {
  const properties = membersOf(schema, 'properties');
  if (Object.hasOwn(properties, key)) return properties[key];
  if (Object.keys(membersOf(schema, 'patternProperties')).length > 0) return 'any';
  const others = schema['additionalProperties'];
  if (others === false) return false;
  return isObject(others) && Object.keys(others).length > 0 ? others : undefined;
}

/** Whether a schema allows no field besides those that it, or schemas beside it, name. */
export function closesAll(schema: JsonObject): boolean {
  return schema['unevaluatedProperties'] === false;
}

function opensAll(schema: JsonObject): boolean {
  const others = schema['additionalProperties'];
  return others === true || isObject(others);
}

/** The schemas that a keyword holds by name; none where the document holds something else there. */
export function membersOf(schema: JsonObject, keyword: string): JsonObject {
  const members = schema[keyword];
  return isObject(members) ? members : {};
}

/** The names of the fields that a shape declares, in the order of the schema; those that are forbidden left out. */
export function namesOf(shape: Shape): string[] {
  const schemas = shape.flatMap((variant) => variant.schemas);
  const names = schemas.flatMap((schema) =>
    Object.entries(membersOf(schema, 'properties')).flatMap(([name, member]) => (member === false ? [] : [name])),
  );
  return [...new Set(names)];
}
