// The payload schemas that this engine knows: what the schema view shows, tests send, and webhooks without a template use.
import type { ExactJson, ExactJsonObject, Json, JsonObject } from '../domain/json.ts';
import { isList, isObject, toPlain, writeExact } from '../domain/json.ts';
import { readJson } from '../domain/json-read.ts';

/** One field of a payload schema. */
export interface SchemaField {
  /** With dots, as a template names it; `[]` stands for the items of an array. */
  readonly path: string;
  readonly title: string;
  /** JSON types, null left out. */
  readonly types: readonly string[];
  /** Whether every event has it: required, and so is everything that it stands in. */
  readonly required: boolean;
  readonly nullable: boolean;
  readonly description: string;
  readonly format: string | undefined;
  readonly examples: readonly Json[];
}

/** A sample event, as a value whose numbers keep their spelling and as the JSON text that a sender would post. */
export interface SampleEvent {
  readonly name: string;
  readonly event: ExactJsonObject;
  readonly text: string;
}

/** A payload schema with everything that belongs to it. */
export interface PayloadSchema {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly jsonSchema: JsonObject;
  /** The JSON Schema as text. */
  readonly text: string;
  /** What a template can name. */
  readonly fields: readonly SchemaField[];
  readonly samples: readonly SampleEvent[];
  readonly defaultTemplate: string;
}

/** What the files hold, by the name of the payload schema: schema and samples as JSON text, the template as it is. */
export interface CatalogueFiles {
  readonly payloadSchemas: Readonly<Record<string, string>>;
  readonly samples: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, string>>;
}

/** The payload schemas by name. */
export interface Catalogue {
  /** In the order of the files. */
  readonly names: readonly string[];
  schema(name: string): PayloadSchema | undefined;
  list(): readonly PayloadSchema[];
}

/** Reads the catalogue. Throws where a shipped file is missing or wrong: that is a fault of the build, not of a caller. */
export function createCatalogue(files: CatalogueFiles): Catalogue {
  const names = Object.keys(files.payloadSchemas);
  const entries = new Map(names.map((name) => [name, readEntry(files, name)]));
  return { names, schema: (name) => entries.get(name), list: () => [...entries.values()] };
}

function readEntry(files: CatalogueFiles, name: string): PayloadSchema {
  const schemaText = files.payloadSchemas[name];
  const jsonSchema = toPlain(read(schemaText, `payload schema "${name}"`));
  const defaultTemplate = files.templates[name];
  if (!isObject(jsonSchema)) throw new Error(`The payload schema "${name}" is no object.`);
  if (defaultTemplate === undefined) throw new Error(`The payload schema "${name}" has no default template.`);
  return {
    name,
    title: text(jsonSchema['title']) ?? name,
    description: text(jsonSchema['description']) ?? '',
    jsonSchema,
    text: schemaText ?? '',
    fields: [...ENGINE_FIELDS, ...fieldsOf(jsonSchema, '', true).filter(({ path }) => isInContext(path))],
    samples: readSamples(files.samples[name], name),
    defaultTemplate,
  };
}

// What a template can name of an event besides what its sender wrote (TEMPLATES.md).
const ENGINE_FIELDS: readonly SchemaField[] = [
  engineField('id', 'Event id', 'The id that the engine gave the event.', undefined),
  engineField('received_at', 'Received at', 'When the engine accepted the event, RFC 3339 in UTC.', 'date-time'),
];
const CONTEXT_MEMBERS = ['schema', 'event_type', 'event_time', 'data'];

function engineField(path: string, title: string, description: string, format: string | undefined): SchemaField {
  return { path, title, types: ['string'], required: true, nullable: false, description, format, examples: [] };
}

function isInContext(path: string): boolean {
  return CONTEXT_MEMBERS.includes(path.split('.')[0] ?? '');
}

function read(source: string | undefined, what: string): ExactJson {
  if (source === undefined) throw new Error(`The ${what} is missing.`);
  const reading = readJson(source);
  if (!reading.ok) throw new Error(`The ${what} is unreadable. ${reading.fault.detail}`);
  const [document] = reading.documents;
  if (document === undefined || document.faults.length > 0) throw new Error(`The ${what} is not acceptable JSON.`);
  return document.value;
}

function readSamples(source: string | undefined, name: string): SampleEvent[] {
  const items = read(source, `sample file of "${name}"`);
  if (!isList(items) || items.length === 0) throw new Error(`The sample file of "${name}" is no list of events.`);
  return items.map((item) => {
    const sampleName = isObject(item) ? item['name'] : undefined;
    const event = isObject(item) ? item['event'] : undefined;
    if (typeof sampleName === 'string' && isObject(event)) return { name: sampleName, event, text: writeExact(event) };
    throw new Error(`A sample of "${name}" lacks its name or event.`);
  });
}

/** The fields of an object schema, parents before children, in the order of the schema. */
function fieldsOf(schema: JsonObject, prefix: string, isCertain: boolean): SchemaField[] {
  const properties = schema['properties'];
  if (!isObject(properties)) return [];
  const required = list(schema['required']);
  return Object.entries(properties).flatMap(([name, member]) => {
    if (!isObject(member)) return [];
    const path = `${prefix}${name}`;
    const field = fieldOf(member, path, isCertain && required.includes(name));
    return [field, ...nestedFields(member, field)];
  });
}

function nestedFields(schema: JsonObject, field: SchemaField): SchemaField[] {
  const items = schema['items'];
  const inItems = isObject(items) ? fieldsOf(items, `${field.path}[].`, false) : [];
  return [...fieldsOf(schema, `${field.path}.`, field.required && !field.nullable), ...inItems];
}

function fieldOf(schema: JsonObject, path: string, required: boolean): SchemaField {
  const types = typesOf(schema);
  return {
    path,
    title: text(schema['title']) ?? path,
    types: types.filter((type) => type !== 'null'),
    required,
    nullable: types.includes('null'),
    description: text(schema['description']) ?? '',
    format: text(schema['format']),
    examples: list(schema['examples']),
  };
}

function typesOf(schema: JsonObject): string[] {
  const type = schema['type'];
  if (typeof type === 'string') return [type];
  if (type !== undefined) return list(type).filter((one) => typeof one === 'string');
  const values = 'const' in schema ? [schema['const'] ?? null] : list(schema['enum']);
  return [...new Set(values.map((value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)))];
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function list(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}
