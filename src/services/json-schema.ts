// The one place that knows the JSON Schema validator: documents in, faults for people out.
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Fault } from '../domain/errors.ts';
import type { ExactJson } from '../domain/json.ts';
import { isObject, JsonNumber, toPlain } from '../domain/json.ts';
import { pointerTo } from '../domain/text.ts';
import { normaliseEventTime } from '../domain/time.ts';
import { finishFaults, formatFault, toFaults } from './schema-faults.ts';

/** Checks values against the documents it was made from. */
export interface Schemas {
  /**
   * Everything that is wrong with a value, ordered by pointer; empty where it fits. Values may be exact: only then are
   * event times that come as bare numbers judged by their spelling. `basePointer` is put before each pointer. Throws
   * for a name that no document has, which is a bug.
   */
  faults(schemaId: string, value: ExactJson, basePointer?: string): Fault[];
}

type Validate = (value: ExactJson) => Fault[];

/**
 * Takes JSON Schema documents (2020-12); each is known by its key here and by its `$id`, and is compiled once, when it
 * is first asked. Nothing is coerced, filled in or removed. Throws where a document is no valid schema.
 */
export function createSchemas(documents: Readonly<Record<string, unknown>>): Schemas {
  const ajv = createValidator();
  const byId = new Map<string, Document>();
  const idOfName = new Map<string, string>();
  for (const [name, document] of Object.entries(documents)) {
    if (!isObject(document)) throw new Error(`The schema document "${name}" is no object.`);
    const id = typeof document['$id'] === 'string' ? document['$id'] : name;
    ajv.addSchema(document, id);
    byId.set(id, document);
    idOfName.set(name, id).set(id, id);
  }
  const validators = new Map<string, Validate>();
  const validatorOf = (name: string): Validate => {
    const id = idOfName.get(name);
    const document = id === undefined ? undefined : byId.get(id);
    if (id === undefined || document === undefined) throw new Error(`There is no schema document "${name}".`);
    const validate = validators.get(id) ?? compile(ajv, id, document, byId);
    validators.set(id, validate);
    return validate;
  };
  return {
    faults: (schemaId, value, basePointer = '') =>
      validatorOf(schemaId)(value).map((fault) => ({ ...fault, pointer: `${basePointer}${fault.pointer}` })),
  };
}

function createValidator(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    ownProperties: true,
    // Faults are written from the schema and the value, not only from the validator's own message.
    verbose: true,
    logger: false,
  });
  addFormats.default(ajv, { mode: 'fast' });
  ajv.addFormat('event-time', { type: 'string', validate: (text) => normaliseEventTime(text) !== undefined });
  return ajv;
}

type Document = Readonly<Record<string, unknown>>;

function compile(ajv: Ajv2020, id: string, document: Document, byId: ReadonlyMap<string, Document>): Validate {
  const validate = ajv.getSchema(id);
  if (validate === undefined) throw new Error(`The schema document "${id}" cannot be compiled.`);
  const times = eventTimePaths(document, []);
  const describe = (schema: unknown): string | undefined => descriptionOf(schema, byId);
  return (value) => {
    const fits = validate(toPlain(value)) === true;
    const faults = fits ? [] : toFaults(validate.errors ?? [], describe);
    return finishFaults([...faults, ...times.flatMap((time) => numberTimeFaults(value, time))]);
  };
}

// Its own description, that of what it refers to, and those of its alternatives.
function descriptionOf(schema: unknown, byId: ReadonlyMap<string, Document>): string | undefined {
  if (!isObject(schema)) return undefined;
  const referred = typeof schema['$ref'] === 'string' ? lookUp(schema['$ref'], byId) : undefined;
  const own = typeof schema['description'] === 'string' ? schema['description'] : descriptionOf(referred, byId);
  const branches: readonly unknown[] = Array.isArray(schema['anyOf']) ? schema['anyOf'] : [];
  const all = [...branches.map((branch) => descriptionOf(branch, byId)), own].filter((text) => text !== undefined);
  return all.length === 0 ? undefined : all.join(' ');
}

function lookUp(reference: string, byId: ReadonlyMap<string, Document>): unknown {
  const [id = '', pointer = ''] = reference.split('#');
  const steps = pointer.split('/').slice(1);
  return steps.reduce<unknown>((at, step) => (isObject(at) ? at[step] : undefined), byId.get(id));
}

interface EventTimePath {
  readonly steps: readonly string[];
  readonly schema: Document;
}

// A format only applies to strings, and the validator sees numbers as doubles: `1e3` and a tenth digit of nanoseconds
// can only be seen in the spelling. So the places where an event time may be a number are remembered here.
function eventTimePaths(schema: unknown, steps: readonly string[]): EventTimePath[] {
  if (!isObject(schema)) return [];
  if (schema['format'] === 'event-time') return [{ steps, schema }];
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).flatMap(([name, member]) => eventTimePaths(member, [...steps, name]));
}

function numberTimeFaults(value: ExactJson, { steps, schema }: EventTimePath): Fault[] {
  const found = steps.reduce<unknown>(
    (at, step) => (isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined),
    value,
  );
  if (typeof found !== 'number' && !(found instanceof JsonNumber)) return [];
  if (normaliseEventTime(String(found)) !== undefined) return [];
  return [formatFault(steps.reduce(pointerTo, ''), 'event-time', schema)];
}
