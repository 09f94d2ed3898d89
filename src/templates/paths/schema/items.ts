// What a loop goes through: the items of a list, or the values of an object.
import type { SchemaReader, Shape, TypeName, Variant } from './shape.ts';
import { ANYTHING, either, listOf, together, UNBOUND } from './shape.ts';
import { closesAll, isListLike, membersOf } from './steps.ts';
import { typedShape, typesOf, variantTypes } from './types.ts';

/** What a loop goes through: the values, and the types of their keys. `iterable` is false where there is surely none. */
export interface Items {
  readonly shape: Shape;
  readonly keys: Shape;
  readonly kind: 'list' | 'object' | 'either';
  readonly iterable: boolean;
}

/** What a loop over a value of this shape goes through. */
export function itemsOf(reader: SchemaReader, shape: Shape): Items {
  const types = typesOf(shape);
  const isList = types === undefined ? shape.some(isListLike) : types.has('array');
  const isMap = types === undefined ? shape.some(hasFields) : types.has('object');
  if (!isList && !isMap) {
    return { shape: ANYTHING, keys: typedShape('number', 'string'), kind: 'either', iterable: types === undefined };
  }
  const items = [
    ...variantsOf(shape, isList, 'array').map((variant) => listItems(reader, variant)),
    ...variantsOf(shape, isMap, 'object').map((variant) => fieldValues(reader, variant)),
  ];
  const keys = typedShape(...(isList ? ['number'] : []), ...(isMap ? ['string'] : []));
  return { shape: either(items), keys, kind: isList && isMap ? 'either' : isList ? 'list' : 'object', iterable: true };
}

function variantsOf(shape: Shape, isPossible: boolean, type: TypeName): Shape {
  return isPossible ? shape.filter((variant) => variantTypes(variant)?.has(type) ?? true) : [];
}

function hasFields({ schemas }: Variant): boolean {
  return schemas.some((schema) => Object.hasOwn(schema, 'properties'));
}

function listItems(reader: SchemaReader, { schemas }: Variant): Shape {
  return schemas
    .map((schema) => {
      const rest = schema['items'] === false ? [] : [reader.shapeOf(schema['items'])];
      return either([...listOf(schema['prefixItems']).map((item) => reader.shapeOf(item)), ...rest]);
    })
    .reduce(together, UNBOUND);
}

function fieldValues(reader: SchemaReader, { schemas, opaque }: Variant): Shape {
  const declared = schemas.flatMap((schema) => Object.values(membersOf(schema, 'properties')));
  const others = schemas.map((schema) => schema['additionalProperties']).filter((one) => one !== undefined);
  const patterns = schemas.flatMap((schema) => Object.values(membersOf(schema, 'patternProperties')));
  const closed = others.includes(false) || schemas.some(closesAll);
  const rest = closed ? [] : others.length === 0 || opaque ? [ANYTHING] : others.map((one) => reader.shapeOf(one));
  return either([...[...declared, ...patterns].map((one) => reader.shapeOf(one)), ...rest]);
}
