// The OpenAPI 3.1 document, made from the route table and the API schemas: nothing in it is written twice.
import type { Json, JsonObject } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import { isAuditingPath } from './jira-answer.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { MAX_LIST, MAX_TEXT } from './query.ts';
import type { QueryParameter, Route, SuccessSpec } from './route.ts';

/** What the document is made from. */
export interface OpenApiSource {
  readonly version: string;
  /** Where the API is reached. */
  readonly url: string;
  readonly routes: readonly Route<never>[];
  /** API schemas by their name (`webhook`, `problem`, …). */
  readonly schemas: Readonly<Record<string, JsonObject>>;
}

const SCHEMA_ID = /^urn:hookwright:api:([a-z-]+)(?:#(.*))?$/;

/** Builds the document. */
export function buildOpenApi(source: OpenApiSource): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of source.routes) {
    const path = (paths[route.path] ??= {});
    path[route.method] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hookwright',
      version: source.version,
      description:
        'Turns audit events into HTTPS calls: shaped by a template, checked by response rules, recorded to the last byte.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: source.url }],
    tags: [...new Set(source.routes.map((route) => route.tag))].map((name) => ({ name })),
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key: hw_<id>_<secret>.' },
        basic: { type: 'http', scheme: 'basic', description: 'The password is the API key, the user name anything.' },
      },
      schemas: Object.fromEntries(Object.entries(source.schemas).map(([name, schema]) => [name, component(schema)])),
    },
  };
}

function operation(route: Route<never>): JsonObject {
  return {
    operationId: route.id,
    summary: route.summary,
    tags: [route.tag],
    'x-permission': route.permission,
    ...securityOf(route),
    parameters: [...pathParameters(route.path), ...queryParameters(route), ...ifMatch(route)],
    ...(route.body === undefined ? {} : { requestBody: requestBody(route) }),
    responses: responses(route),
  };
}

function securityOf({ permission, path }: Route<never>): JsonObject {
  if (permission === 'public') return { security: [] };
  return isAuditingPath(path) ? { security: [{ key: [] }, { basic: [] }] } : {};
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(route: Route<never>): Json[] {
  return Object.entries(route.query).map(([name, parameter]) => ({
    name,
    in: 'query',
    required: false,
    description: parameter.description,
    schema: PARAMETER_SCHEMAS[parameter.kind](parameter),
  }));
}

const PARAMETER_SCHEMAS: Readonly<Record<QueryParameter['kind'], (parameter: QueryParameter) => JsonObject>> = {
  integer: integerSchema,
  boolean: () => ({ type: 'boolean' }),
  instant: () => ({ type: 'string', format: 'date-time' }),
  enum: ({ values }) => ({ type: 'string', enum: values ?? [] }),
  status: () => ({ type: 'string', pattern: '^[1-9](\\d\\d|xx)$' }),
  id: () => ({ type: 'string' }),
  text: () => textUpTo(MAX_TEXT),
  list: () => textUpTo(MAX_LIST),
  objects: () => textUpTo(MAX_LIST),
  words: () => textUpTo(MAX_TEXT),
};

function textUpTo(maxLength: number): JsonObject {
  return { type: 'string', minLength: 1, maxLength };
}

function integerSchema({ minimum, maximum }: QueryParameter): JsonObject {
  return { type: 'integer', minimum: minimum ?? 0, ...(maximum === undefined ? {} : { maximum }) };
}

function ifMatch(route: Route<never>): Json[] {
  const guarded = Object.hasOwn(route.query, 'dry_run') && route.path.includes('{webhook_id}');
  if (!guarded) return [];
  return [
    {
      name: 'If-Match',
      in: 'header',
      required: false,
      description: 'The ETag of the version that the change is meant for; 412 where it is another by now.',
      schema: { type: 'string' },
    },
  ];
}

function requestBody(route: Route<never>): JsonObject {
  const { body } = route;
  if (body === undefined) return {};
  const content = body.contentTypes.map((type) => [type, { schema: bodySchema(type, body.schema) }]);
  return { required: body.optional !== true, content: Object.fromEntries(content) as JsonObject };
}

// Lines of NDJSON have no schema of their own in OpenAPI 3.1.
function bodySchema(type: string, schema: string): JsonObject {
  return type === 'application/x-ndjson' ? { type: 'string', description: 'One event a line.' } : reference(schema);
}

function responses(route: Route<never>): JsonObject {
  const good = [route.success, ...(route.alternatives ?? [])].map(
    (spec) => [String(spec.status), response(spec)] as const,
  );
  return { ...Object.fromEntries(good), default: isAuditingPath(route.path) ? JIRA_ERRORS : PROBLEM };
}

const PROBLEM: JsonObject = {
  description: 'Why not, as a problem document (RFC 9457).',
  content: { [PROBLEM_TYPE]: { schema: reference('problem') } },
};
const JIRA_ERRORS: JsonObject = {
  description: "Why not, in Jira's shape.",
  content: { 'application/json': { schema: reference('auditing-errors') } },
};

function response(spec: SuccessSpec): JsonObject {
  const type = spec.contentType ?? 'application/json';
  if (spec.schema === undefined && spec.contentType === undefined) return { description: spec.description };
  const schema = spec.schema === undefined ? { type: 'string' } : reference(spec.schema);
  const others = (spec.alsoAs ?? []).map((other) => [other, { schema: { type: 'string' } }] as const);
  return { description: spec.description, content: { [type]: { schema }, ...Object.fromEntries(others) } };
}

function reference(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

// Inside one document the schemas refer to each other by their place in it.
function component(schema: JsonObject): JsonObject {
  const rest = Object.entries(schema).filter(([key]) => key !== '$id' && key !== '$schema');
  return Object.fromEntries(rest.map(([key, value]) => [key, relocate(key, value)]));
}

function relocate(key: string, value: Json): Json {
  if (key === '$ref' && typeof value === 'string') {
    const [, name, fragment = ''] = SCHEMA_ID.exec(value) ?? [];
    return name === undefined ? value : `#/components/schemas/${name}${fragment}`;
  }
  if (Array.isArray(value)) return value.map((item: Json) => relocate('', item));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([inner, item]) => [inner, relocate(inner, item)]));
}
