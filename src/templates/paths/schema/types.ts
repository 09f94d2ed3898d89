// The JSON types that a shape allows.
import type { Json, JsonObject } from '../../../domain/json.ts';
import { isList } from '../../../domain/json.ts';
import type { Shape, TypeName, Variant } from './shape.ts';
import { listOf } from './shape.ts';

/** The types of a set of values; `undefined` where any type is allowed. */
export type Types = ReadonlySet<TypeName> | undefined;

const NAMES: readonly TypeName[] = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'];

/** The shape of a value of these types. */
export function typedShape(...types: readonly string[]): Shape {
  return [{ schemas: [{ type: types }], opaque: false }];
}

/** The types that a shape allows. */
export function typesOf(shape: Shape): Types {
  const union = new Set<TypeName>();
  for (const variant of shape) {
    const types = variantTypes(variant);
    if (types === undefined) return undefined;
    for (const type of types) union.add(type);
  }
  return union.size === 0 ? undefined : union;
}

/** The types that a variant allows; none where its schemas contradict each other. */
export function variantTypes({ schemas }: Variant): Types {
  return schemas.map(schemaTypes).reduce(common, undefined);
}

/** `string`, `object|null`, or `unknown`: for people and for answers. */
export function typeText(types: Types): string {
  return types === undefined ? 'unknown' : NAMES.filter((name) => types.has(name)).join('|');
}

/** Whether the types are known, and each of them but null is one of these. */
export function isOnly(types: Types, allowed: readonly TypeName[]): boolean {
  if (types === undefined) return false;
  const named = [...types].filter((type) => type !== 'null');
  return named.length > 0 && named.every((type) => allowed.includes(type));
}

function schemaTypes(schema: JsonObject): Types {
  const type = schema['type'];
  const named = (isList(type) ? type : [type]).flatMap((one) => NAMES.find((name) => name === one) ?? []);
  const declared = named.length === 0 ? undefined : new Set(named);
  const values = Object.hasOwn(schema, 'const') ? [schema['const'] ?? null] : listOf(schema['enum']);
  return values.length === 0 ? declared : common(declared, new Set(values.map(typeOf)));
}

function common(a: Types, b: Types): Types {
  if (a === undefined || b === undefined) return a ?? b;
  return new Set(
    NAMES.filter((name) => allows(a, name) && allows(b, name)).filter((name) => a.has(name) || b.has(name)),
  );
}

// Each integer is a number too.
function allows(types: ReadonlySet<TypeName>, name: TypeName): boolean {
  return types.has(name) || (name === 'integer' && types.has('number'));
}

/** The type of a value. */
export function typeOf(value: Json): TypeName {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'object' ? 'object' : typeof value === 'string' ? 'string' : 'boolean';
}
