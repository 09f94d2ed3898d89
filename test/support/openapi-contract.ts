// Holds answers against the OpenAPI document itself, as its readers would.
import assert from 'node:assert/strict';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonObject } from '../../src/domain/json.ts';
import { isObject } from '../../src/domain/json.ts';
import { buildOpenApi } from '../../src/http/openapi.ts';
import { ROUTES } from '../../src/http/routes.ts';
import { readProductFiles } from '../../src/product-files.ts';

const files = readProductFiles();
const document = buildOpenApi({ version: files.version, url: '/', routes: ROUTES, schemas: files.apiSchemas });
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ ...document, $id: 'urn:test:openapi' });
const compiled = new Map<string, ValidateFunction>();

/** Asserts that the document names this answer, and that the body is what it says. */
export function assertByOpenApi(
  method: string,
  path: string,
  status: number,
  contentType: string,
  body: unknown,
): void {
  const pattern = patternOf(path);
  const operation = member(document, 'paths', pattern, method.toLowerCase());
  const name = member(operation, 'responses', String(status)) === undefined ? 'default' : String(status);
  const type = contentType.split(';')[0] ?? '';
  const schema = member(operation, 'responses', name, 'content', type, 'schema');
  if (type === '' && member(operation, 'responses', name) !== undefined) return;
  assert.ok(schema, `${method} ${pattern} ${String(status)} ${type} stands not in the OpenAPI document`);
  if (!type.includes('json')) return;
  const pointer = ['paths', pattern, method.toLowerCase(), 'responses', name, 'content', type, 'schema']
    .map(escape)
    .join('/');
  const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `urn:test:openapi#/${pointer}` });
  compiled.set(pointer, validate);
  assert.ok(validate(body), `${method} ${pattern}: ${JSON.stringify(validate.errors)}`);
}

/** The path of the document that a request's path belongs to; literal ones go before those with parameters. */
function patternOf(path: string): string {
  const given = (path.split('?')[0] ?? '').split('/');
  const patterns = Object.keys(document['paths'] as JsonObject).sort(
    (a, b) => a.split('{').length - b.split('{').length,
  );
  const fits = (pattern: string): boolean => {
    const wanted = pattern.split('/');
    return (
      wanted.length === given.length && wanted.every((part, index) => part.startsWith('{') || part === given[index])
    );
  };
  return patterns.find(fits) ?? '';
}

function member(from: unknown, ...steps: readonly string[]): unknown {
  return steps.reduce<unknown>((at, step) => (isObject(at) ? at[step] : undefined), from);
}

function escape(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}
