// The files that ship with the program: JSON Schemas, sample events, body templates and the version.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json, JsonObject } from './domain/json.ts';
import { isObject } from './domain/json.ts';
import type { CatalogueFiles } from './services/catalogue.ts';
import type { GalleryFiles } from './services/gallery.ts';

/** What ships with the program. */
export interface ProductFiles {
  readonly version: string;
  readonly payloads: CatalogueFiles;
  readonly gallery: GalleryFiles;
  /** API schemas by name, as in `urn:hookwright:api:<name>`. */
  readonly apiSchemas: Readonly<Record<string, JsonObject>>;
}

const PAYLOAD_SUFFIX = '.schema.json';

/** Reads them all. Throws where one is missing or no JSON: that is a fault of the installation. */
export function readProductFiles(): ProductFiles {
  const root = packageRoot(dirname(fileURLToPath(import.meta.url)));
  const names = schemaNames(join(root, 'schemas', 'payloads'));
  const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), 'utf8');
  const byName = (readOne: (name: string) => string): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, readOne(name)]));
  return {
    version: versionOf(parseObject(read('package.json'))),
    payloads: {
      payloadSchemas: byName((name) => read('schemas', 'payloads', `${name}${PAYLOAD_SUFFIX}`)),
      samples: byName((name) => read('schemas', 'payloads', `${name}.samples.json`)),
      templates: byName((name) => read('templates', name, 'default.hbs')),
    },
    gallery: readGallery(join(root, 'templates', 'gallery')),
    apiSchemas: Object.fromEntries(
      schemaNames(join(root, 'schemas', 'api')).map((name) => [
        name,
        parseObject(read('schemas', 'api', `${name}${PAYLOAD_SUFFIX}`)),
      ]),
    ),
  };
}

// One folder for each entry.
function readGallery(folder: string): GalleryFiles {
  const read = (name: string, file: string): string => readFileSync(join(folder, name, file), 'utf8');
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [
        name,
        {
          about: read(name, 'about.json'),
          template: read(name, 'template.hbs'),
          sample: read(name, 'sample.json'),
          expected: read(name, 'expected.json'),
        },
      ]),
  );
}

// The program runs from src/ and from dist/src/; the files stand beside package.json.
function packageRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const above = dirname(from);
  if (above === from) throw new Error('The package.json of Hookwright was not found above its program files.');
  return packageRoot(above);
}

function schemaNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(PAYLOAD_SUFFIX))
    .map((file) => file.slice(0, -PAYLOAD_SUFFIX.length))
    .sort();
}

function versionOf({ version }: JsonObject): string {
  return typeof version === 'string' ? version : '0.0.0';
}

function parseObject(text: string): JsonObject {
  const value = JSON.parse(text) as Json;
  if (!isObject(value)) throw new Error('A file of the product holds no JSON object.');
  return value;
}
