// A route as data: the server, the OpenAPI document and the tests are made from the same table.
import type { Actor, Permission } from '../domain/access.ts';
import type { Fault } from '../domain/errors.ts';
import type { ExactJson, ExactJsonObject } from '../domain/json.ts';

/** How a query parameter is read. */
export type QueryKind =
  'text' | 'integer' | 'boolean' | 'instant' | 'id' | 'status' | 'enum' | 'list' | 'objects' | 'words';

/** One query parameter. */
export interface QueryParameter {
  readonly kind: QueryKind;
  readonly description: string;
  readonly values?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** The parameter than which this one has to be later, where both are given. */
  readonly laterThan?: string;
}

/** The query parameters of a route, by name. */
export type QueryParameters = Readonly<Record<string, QueryParameter>>;

/** Query values as read: absent where they were not given. */
export type QueryValues = Readonly<Record<string, string | number | boolean | Date | undefined>>;

/** What a body may be. */
export interface BodySpec {
  readonly schema: string;
  readonly contentTypes: readonly string[];
  readonly maxBytes: number;
  /** Whether the server checks the body against the schema; otherwise the handler checks it with more to say. */
  readonly checked: boolean;
  /** Faults that the schema cannot say: named with its own, where those do not stand at the same place or within. */
  readonly furtherFaults?: (body: ExactJsonObject) => readonly Fault[];
  /** Whether it may be left out. */
  readonly optional?: boolean;
  /** Whether secrets may stand in it: then no error repeats a piece of it. */
  readonly holdsSecrets?: boolean;
  /** Whether only so many are read and worked on at once: then one more is refused with 503 before it is read. */
  readonly bounded?: boolean;
}

/** A request as handlers see it. */
export interface ApiRequest {
  readonly actor: Actor | undefined;
  readonly method: string;
  /** The path that was asked for, without its query, and its pattern. */
  readonly path: string;
  readonly route: string;
  /** The base of absolute links, without a slash at its end. */
  readonly baseUrl: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: QueryValues;
  /** The query as it came, for a route that reads it itself. */
  readonly search: URLSearchParams;
  /** The names of the parameters that its route knows. */
  readonly parameters: readonly string[];
  /** The one of these media types that the caller likes best, if any. */
  accepts(types: readonly string[]): string | undefined;
  /** The filters of a list: its query without `limit` and `cursor`. */
  readonly filters: QueryValues;
  readonly body: ExactJsonObject | undefined;
  /** The body as text, where the handler reads it itself. */
  readonly text: string;
  readonly contentType: string;
  header(name: string): string | undefined;
  readonly requestId: string;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
}

/** An answer. `text` replaces `body` where it is not JSON. */
export interface Reply {
  readonly status: number;
  readonly body?: ExactJson;
  readonly text?: string;
  /** Pieces of a text that is too long to be made at once, in place of `text`. */
  readonly stream?: AsyncIterable<string>;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One answer that a route can give when all is well. */
export interface SuccessSpec {
  readonly status: number;
  readonly description: string;
  /** `undefined` for no body. */
  readonly schema: string | undefined;
  readonly contentType?: string;
  /** Content types of other forms of the same answer, as text. */
  readonly alsoAs?: readonly string[];
}

/** One row of the table. */
export interface Route<Deps> {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With `{name}` for a parameter. */
  readonly path: string;
  readonly permission: Permission;
  readonly tag: string;
  readonly summary: string;
  readonly query: QueryParameters;
  /** Whether the handler reads the query itself, by rules of its own; `query` only documents it then. */
  readonly readsQuery?: boolean;
  readonly body: BodySpec | undefined;
  readonly success: SuccessSpec;
  /** What else it answers with its own schema, such as 422 with results. */
  readonly alternatives?: readonly SuccessSpec[];
  handler(deps: Deps, request: ApiRequest): Promise<Reply>;
}

/** The actor of a request whose route is not public. */
export function actorOf(request: Pick<ApiRequest, 'actor'>): Actor {
  if (request.actor === undefined) throw new Error('A route that needs an actor was reached without one.');
  return request.actor;
}

/** A JSON answer. */
export function ok(body: ExactJson, headers?: Readonly<Record<string, string>>): Reply {
  return headers === undefined ? { status: 200, body } : { status: 200, body, headers };
}

/** A path parameter; the router guarantees that it is there. */
export function param(request: ApiRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw new Error(`The route has no parameter ${name}.`);
  return value;
}

/** A query value that is text, or absent. */
export function queryText(request: ApiRequest, name: string): string | undefined {
  const value = request.query[name];
  return typeof value === 'string' ? value : undefined;
}

/** A query value that is an instant, or absent. */
export function queryInstant(request: ApiRequest, name: string): Date | undefined {
  const value = request.query[name];
  return value instanceof Date ? value : undefined;
}

/** A query value that is a number, or absent. */
export function queryNumber(request: ApiRequest, name: string): number | undefined {
  const value = request.query[name];
  return typeof value === 'number' ? value : undefined;
}
