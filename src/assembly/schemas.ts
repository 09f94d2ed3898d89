// The JSON Schemas that the engine holds requests and events against.
import type { ProductFiles } from '../product-files.ts';
import { createCatalogue } from '../services/catalogue.ts';
import type { Schemas } from '../services/json-schema.ts';
import { createSchemas } from '../services/json-schema.ts';

/** Those of the API as `api:NAME`, those of payloads as `payload:NAME`. Reading the rules of JSON Schema itself takes most of the start of an app. */
export function createProductSchemas({ apiSchemas, payloads }: Pick<ProductFiles, 'apiSchemas' | 'payloads'>): Schemas {
  const api = Object.entries(apiSchemas).map(([name, document]) => [`api:${name}`, document] as const);
  const events = createCatalogue(payloads)
    .list()
    .map(({ name, jsonSchema }) => [`payload:${name}`, jsonSchema] as const);
  return createSchemas(Object.fromEntries([...api, ...events]));
}
