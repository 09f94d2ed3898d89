// Makes the request that a handler sees: parameters, query and body, all checked before the handler runs.
import type { Request, Response } from 'express';
import type { Fault } from '../domain/errors.ts';
import { AppError, invalid } from '../domain/errors.ts';
import type { IdPrefix } from '../domain/ids.ts';
import { isId } from '../domain/ids.ts';
import type { ExactJson, ExactJsonObject } from '../domain/json.ts';
import { actorIn } from './authenticate.ts';
import type { Reached } from './base-url.ts';
import { bodyObject, bodyText, checkContentType } from './body.ts';
import { isAuditingPath } from './jira-answer.ts';
import { onlyKnown, readQuery } from './query.ts';
import type { ApiRequest, BodySpec, QueryValues, Route } from './route.ts';

/** The faults of a body by the schema of its route. */
export type BodyCheck = (schema: string, value: ExactJson) => Fault[];

const PARAMETER_IDS: Readonly<Record<string, IdPrefix>> = {
  webhook_id: 'whk',
  event_id: 'evt',
  delivery_id: 'dlv',
  invocation_id: 'inv',
  replay_id: 'rpl',
  key_id: 'key',
  organization_id: 'org',
};

/** What reading a request touches. */
export interface ReadRequestDeps {
  readonly bodyFaults: BodyCheck;
  /** The base of absolute links for who has reached the API like this. */
  baseUrl(reached: Reached): string;
}

/** Reads a request for a route. Throws the caller's mistakes: 400, 404, 415, 422. */
export function readApiRequest<D>(
  deps: ReadRequestDeps,
  route: Route<D>,
  request: Request,
  response: Response,
): ApiRequest {
  const params = readParams(request);
  const search = new URL(withReadableEscapes(request.originalUrl), 'http://localhost').searchParams;
  const own = isAuditingPath(route.path) ? onlyKnown(route.query, search) : search;
  const query = route.readsQuery === true ? {} : readQuery(route.query, own);
  const contentType = request.headers['content-type'] ?? '';
  const text = route.body === undefined ? '' : readText(route.body, contentType, request.body);
  return {
    actor: actorIn(response),
    method: request.method,
    path: request.path,
    route: route.path,
    baseUrl: deps.baseUrl(request),
    params,
    query,
    search,
    parameters: Object.keys(route.query),
    accepts: (types) => request.accepts([...types]) || undefined,
    filters: filtersOf(query),
    text,
    body: route.body === undefined ? undefined : readBody(deps.bodyFaults, route.body, text),
    contentType,
    header: (name) => request.get(name),
    requestId: String(response.locals['requestId']),
    signal: goneSignal(response),
  };
}

// A percent sign that escapes nothing would be taken for itself, and searched for: as a byte that is no UTF-8 it is named.
function withReadableEscapes(url: string): string {
  return url.replace(/%(?![\da-f]{2})/gi, '%FF');
}

function readParams(request: Request): Readonly<Record<string, string>> {
  const params = Object.entries(request.params).map(([name, value]) => [name, String(value)] as const);
  for (const [name, value] of params) {
    const prefix = PARAMETER_IDS[name];
    if (prefix === undefined || isId(prefix, value)) continue;
    const what = name.replace(/_id$/, '');
    throw new AppError('not_found', 'not_found', `There is no ${what} ${value.slice(0, 100)} here.`, {
      hint: `Ids of this kind are ${prefix}_ and a UUID, as the API shows them.`,
    });
  }
  return Object.fromEntries(params);
}

function filtersOf(query: QueryValues): QueryValues {
  return Object.fromEntries(Object.entries(query).filter(([name]) => name !== 'limit' && name !== 'cursor'));
}

/** The text of a body. Throws `malformed` where there is none, 415 and 422 for what is not read. */
export function readText(spec: BodySpec, contentType: string, body: unknown): string {
  const bytes = body instanceof Uint8Array ? body : new Uint8Array();
  if (bytes.length === 0) {
    if (spec.optional === true) return '';
    throw new AppError('malformed', 'body_missing', 'The request has no body.', {
      hint: `Send one with the header content-type: ${spec.contentTypes.join(' or ')}.`,
    });
  }
  checkContentType(spec, contentType);
  return bodyText(bytes);
}

function readBody(bodyFaults: BodyCheck, spec: BodySpec, text: string): ExactJsonObject | undefined {
  if (text === '' || spec.schema === EVENT_BODY) return undefined;
  const body = bodyObject(spec, text);
  const faults = spec.checked ? bodyFaults(spec.schema, body) : [];
  const isNamed = (at: string): boolean => faults.some(({ pointer }) => pointer === at || pointer.startsWith(`${at}/`));
  const further = (spec.furtherFaults?.(body) ?? []).filter(({ pointer }) => !isNamed(pointer));
  if (faults.length + further.length > 0) throw invalid([...faults, ...further]);
  return body;
}

/** The body of intake is read by intake, event for event. */
export const EVENT_BODY = 'event-input';

// A test that nobody waits for is cut off.
function goneSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) controller.abort();
  });
  return controller.signal;
}
