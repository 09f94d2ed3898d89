// The gallery: webhooks for receivers that many people have, to be copied and adapted, each with a sample event and the
// exact body that it gives.
import type { ExactJson, ExactJsonObject, Json, JsonObject } from '../domain/json.ts';
import { isList, isObject, toPlain } from '../domain/json.ts';
import { readJson } from '../domain/json-read.ts';
import type { Method, ResponseValidator } from '../domain/webhook.ts';
import { METHODS } from '../domain/webhook.ts';
import { readValidators } from '../domain/webhook-settings.ts';

/** A header that the receiver wants. */
export interface GalleryHeader {
  readonly name: string;
  readonly description: string;
  /** What the value looks like; never one that opens anything. */
  readonly example: string;
}

/** One entry: everything that a webhook for this receiver needs but its secrets. */
export interface GalleryTemplate {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The payload schema that the template is written against. */
  readonly schema: string;
  readonly method: Method;
  /** An example: host and path have to be replaced by one's own. */
  readonly url: string;
  readonly headers: readonly GalleryHeader[];
  readonly responseValidators: readonly ResponseValidator[];
  /** What one has to know before using it, a sentence or two each. */
  readonly notes: readonly string[];
  readonly bodyTemplate: string;
  /** An event as it would be posted. */
  readonly sampleEvent: ExactJsonObject;
  /** The body for the sample event, byte for byte. */
  readonly expectedBody: string;
}

/** The texts of the four files of each entry, by its name. */
export type GalleryFiles = Readonly<
  Record<
    string,
    { readonly about: string; readonly template: string; readonly sample: string; readonly expected: string }
  >
>;

/** The entries by name. */
export interface Gallery {
  /** In the order of the files. */
  list(): readonly GalleryTemplate[];
  template(name: string): GalleryTemplate | undefined;
}

/** Reads the gallery. Throws where a shipped file is wrong: that is a fault of the build, not of a caller. */
export function createGallery(payloads: { readonly names: readonly string[] }, files: GalleryFiles): Gallery {
  const entries = new Map(Object.keys(files).map((name) => [name, readEntry(payloads.names, files, name)]));
  return { list: () => [...entries.values()], template: (name) => entries.get(name) };
}

// A route of its own answers under this name.
const TAKEN = 'check';

function readEntry(schemas: readonly string[], files: GalleryFiles, name: string): GalleryTemplate {
  const entry = files[name];
  if (entry === undefined || name === TAKEN || !/^[a-z][a-z0-9-]*$/.test(name)) throw wrong(name, 'name');
  const about = toPlain(readObject(entry.about, name, 'about.json'));
  if (!isObject(about)) throw wrong(name, 'about.json');
  const text = (member: string): string => textOf(about, member, name);
  const schema = text('schema');
  const method = METHODS.find((known) => known === about['method']);
  if (!schemas.includes(schema)) throw wrong(name, 'schema');
  if (method === undefined) throw wrong(name, 'method');
  return {
    name,
    title: text('title'),
    description: text('description'),
    schema,
    method,
    url: text('url'),
    headers: objects(about['headers'], name, 'headers').map((header) => readHeader(header, name)),
    responseValidators: readValidators(objects(about['response_validators'], name, 'response_validators')),
    notes: readNotes(about['notes'], name),
    bodyTemplate: entry.template,
    sampleEvent: readObject(entry.sample, name, 'sample.json'),
    expectedBody: entry.expected,
  };
}

function readHeader(header: JsonObject, name: string): GalleryHeader {
  return {
    name: textOf(header, 'name', name),
    description: textOf(header, 'description', name),
    example: textOf(header, 'example', name),
  };
}

function readNotes(notes: Json | undefined, name: string): string[] {
  const texts = isList(notes) ? notes.filter((note) => typeof note === 'string' && note !== '') : [];
  if (!isList(notes) || notes.length === 0 || texts.length < notes.length) throw wrong(name, 'notes');
  return texts.map(String);
}

function objects(value: Json | undefined, name: string, what: string): JsonObject[] {
  const items = isList(value) ? value.filter((item) => isObject(item)) : [];
  if (!isList(value) || items.length < value.length) throw wrong(name, what);
  return items;
}

function textOf(object: JsonObject, member: string, name: string): string {
  const value = object[member];
  if (typeof value !== 'string' || value === '') throw wrong(name, member);
  return value;
}

function readObject(source: string, name: string, what: string): ExactJsonObject {
  const reading = readJson(source);
  const document = reading.ok ? reading.documents[0] : undefined;
  const value: ExactJson | undefined = document?.faults.length === 0 ? document.value : undefined;
  if (!isObject(value)) throw wrong(name, what);
  return value;
}

function wrong(name: string, what: string): Error {
  return new Error(`The gallery entry "${name}" has no usable ${what}.`);
}
