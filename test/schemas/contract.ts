// Reads the shipped contract, and finds members of a value that it does not describe.
import { readdirSync, readFileSync } from 'node:fs';
import type { ExactJson, ExactJsonObject } from '../../src/domain/json.ts';
import { isObject } from '../../src/domain/json.ts';
import { readJson } from '../../src/domain/json-read.ts';
import { createSchemas } from '../../src/services/json-schema.ts';

type Document = Record<string, unknown>;

const ROOT = new URL('../../', import.meta.url);

/** The text of a file, by its path from the top of the repository. */
export function readText(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** All schema documents below `schemas/`, by name. */
export function readDocuments(): Record<string, Document> {
  const documents = ['api', 'payloads'].flatMap((folder) =>
    readdirSync(new URL(`schemas/${folder}/`, ROOT))
      .filter((file) => file.endsWith('.schema.json'))
      .map((file) => [file.replace('.schema.json', ''), JSON.parse(readText(`schemas/${folder}/${file}`))] as const),
  );
  return Object.fromEntries(documents);
}

export const documents = readDocuments();

/** The shipped documents, compiled once for all tests. */
export const schemas = createSchemas(documents);

/** A JSON text as an exact value. */
export function exact(text: string): ExactJsonObject {
  const reading = readJson(text);
  if (!reading.ok) throw new Error(reading.fault.detail);
  return reading.documents[0]?.value as ExactJsonObject;
}

/** What a `$ref` leads to. */
export function resolve(reference: string): Document {
  const [id = '', pointer = ''] = reference.split('#');
  const root = Object.values(documents).find((document) => document['$id'] === id);
  const steps = pointer.split('/').slice(1);
  const found = steps.reduce<unknown>((at, step) => (isObject(at) ? at[step] : undefined), root);
  if (!isObject(found)) throw new Error(`${reference} leads nowhere.`);
  return found;
}

/** Pointers of the members of `value` that its schema does not name: a view must not say more than the contract does. */
export function undescribed(name: string, value: ExactJson): string[] {
  return strays(documents[name] ?? {}, value, '');
}

function strays(schema: Document, value: unknown, pointer: string): string[] {
  const shapes = shapesOf(schema);
  if (Array.isArray(value)) {
    const items = shapes.map((shape) => shape['items']).find((item) => isObject(item));
    return isObject(items) ? value.flatMap((item, index) => strays(items, item, `${pointer}/${String(index)}`)) : [];
  }
  if (!isObject(value)) return [];
  const known: Document = Object.assign({}, ...shapes.map((shape) => shape['properties'] ?? {}));
  if (Object.keys(known).length === 0) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const at = `${pointer}/${key}`;
    const inside = known[key];
    return isObject(inside) ? strays(inside, member, at) : [at];
  });
}

// Everything that applies to the same value: through $ref, allOf, and whichever alternatives there are.
function shapesOf(schema: Document): Document[] {
  const referred = typeof schema['$ref'] === 'string' ? shapesOf(resolve(schema['$ref'])) : [];
  const others = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => (schema[keyword] ?? []) as Document[]);
  return [schema, ...referred, ...others.flatMap(shapesOf)];
}
