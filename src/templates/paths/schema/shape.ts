// JSON Schema → shapes: which kinds of values a place can hold. References, `allOf` and alternatives are resolved here,
// with bounds, so that no schema, however tangled, costs more than a little time; beyond them a place is unknown.
import type { Json, JsonObject } from '../../../domain/json.ts';
import { isList, isObject } from '../../../domain/json.ts';

/** Schemas that hold together for one value. `opaque`: there are rules besides them that were not understood. */
export interface Variant {
  readonly schemas: readonly JsonObject[];
  readonly opaque: boolean;
}

/** What a value can be: one of these. None: no value is allowed there. */
export type Shape = readonly Variant[];

/** A JSON type, as schemas name it. */
export type TypeName = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** The shape of which nothing is known. */
export const ANYTHING: Shape = [{ schemas: [], opaque: true }];

/** The shape of any value, as something to narrow down. */
export const UNBOUND: Shape = [{ schemas: [], opaque: false }];

/** Gives the shapes of the schemas of one document. Never throws, whatever the document holds. */
export interface SchemaReader {
  readonly document: JsonObject;
  shapeOf(schema: Json | undefined): Shape;
}

/** A reader of one schema document; `$ref` is followed inside of it only. */
export function createSchemaReader(document: JsonObject): SchemaReader {
  const known = new Map<JsonObject, Shape>();
  return {
    document,
    shapeOf: (schema) => {
      if (!isObject(schema)) return schema === false ? [] : ANYTHING;
      const shape = known.get(schema) ?? new Expansion(document).run(schema);
      known.set(schema, shape);
      return shape;
    },
  };
}

const MAX_STEPS = 500;
const MAX_DEPTH = 32;
const MAX_VARIANTS = 32;
const MAX_SCHEMAS = 64;

class Expansion {
  readonly #document: JsonObject;
  #steps = 0;

  constructor(document: JsonObject) {
    this.#document = document;
  }

  run(schema: Json): Shape {
    return this.#expand(schema, []);
  }

  // `trail`: the schemas around this one that judge the same value; one that leads back to itself says nothing.
  #expand(schema: Json | undefined, trail: readonly JsonObject[]): Shape {
    this.#steps += 1;
    if (!isObject(schema)) return schema === false ? [] : ANYTHING;
    if (this.#steps > MAX_STEPS || trail.length > MAX_DEPTH || trail.includes(schema)) return ANYTHING;
    const inner = [...trail, schema];
    const own: Shape = [{ schemas: [schema], opaque: OPAQUE.some((keyword) => Object.hasOwn(schema, keyword)) }];
    return this.#parts(schema, inner).reduce(together, own);
  }

  #parts(schema: JsonObject, trail: readonly JsonObject[]): Shape[] {
    const reference = schema['$ref'];
    return [
      ...(reference === undefined ? [] : [this.#expand(lookUp(this.#document, reference), trail)]),
      ...listOf(schema['allOf']).map((part) => this.#expand(part, trail)),
      ...['anyOf', 'oneOf'].flatMap((keyword) => this.#alternatives(listOf(schema[keyword]), trail)),
      ...this.#condition(schema, trail),
    ];
  }

  #alternatives(schemas: readonly Json[], trail: readonly JsonObject[]): Shape[] {
    if (schemas.length === 0) return [];
    if (schemas.length > MAX_STEPS) return [ANYTHING];
    return [either(schemas.map((schema) => this.#expand(schema, trail)))];
  }

  #condition(schema: JsonObject, trail: readonly JsonObject[]): Shape[] {
    if (schema['if'] === undefined) return [];
    const holds = together(this.#expand(schema['if'], trail), this.#expand(schema['then'] ?? {}, trail));
    return [either([holds, this.#expand(schema['else'] ?? {}, trail)])];
  }
}

// Keywords that can speak of further properties, and are not followed.
const OPAQUE = ['$dynamicRef', '$recursiveRef', 'dependentSchemas'] as const;

/** The union of shapes, each variant once. Too many of them are unknown. */
export function either(shapes: readonly Shape[]): Shape {
  const variants: Variant[] = [];
  for (const variant of shapes.flat()) {
    if (!variants.some((other) => isSame(variant, other))) variants.push(variant);
    if (variants.length > MAX_VARIANTS) return ANYTHING;
  }
  return variants;
}

/** What fits both shapes. Too many combinations are unknown. */
export function together(a: Shape, b: Shape): Shape {
  if (a.length * b.length > MAX_VARIANTS) return ANYTHING;
  const variants = a.flatMap((left) =>
    b.map((right) => ({
      schemas: [...new Set([...left.schemas, ...right.schemas])],
      opaque: left.opaque || right.opaque,
    })),
  );
  return variants.some(({ schemas }) => schemas.length > MAX_SCHEMAS) ? ANYTHING : variants;
}

function isSame(a: Variant, b: Variant): boolean {
  return (
    a.opaque === b.opaque &&
    a.schemas.length === b.schemas.length &&
    a.schemas.every((schema, index) => schema === b.schemas[index])
  );
}

// A reference by JSON pointer (RFC 6901 §6), with or without the document's own name before it.
function lookUp(document: JsonObject, reference: Json): Json | undefined {
  if (typeof reference !== 'string') return undefined;
  const [name = '', pointer = ''] = reference.split('#');
  const isOwn = name === '' || name === document['$id'];
  if (!isOwn || !/^(?:\/|$)/.test(pointer)) return undefined;
  return pointer.split('/').slice(1).map(readStep).reduce(member, document);
}

function member(at: Json | undefined, step: string): Json | undefined {
  if (isList(at)) return at[Number(step)];
  return isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
}

function readStep(step: string): string {
  return decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** A list of a schema document; empty where there is none. */
export function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}
