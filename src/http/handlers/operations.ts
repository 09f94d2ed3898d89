// Routes for those who run the engine: health, metrics, version, the API's own description, schemas and the sandbox.
import { AppError, notFound } from '../../domain/errors.ts';
import type { Event } from '../../domain/event.ts';
import { isId } from '../../domain/ids.ts';
import type { ExactJson } from '../../domain/json.ts';
import type { Catalogue } from '../../services/catalogue.ts';
import { requireFirstOrganization } from '../../services/organizations.ts';
import type { AccessHandlerDeps } from './organizations.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf, ok, param, queryNumber } from '../route.ts';
import { schemaListView, schemaView } from '../views/schema.ts';

/** One thing that readiness depends on. `problem` says why it is not well. */
export interface HealthCheck {
  readonly name: string;
  readonly problem: string | undefined;
}

/** A request that arrived at the sandbox receiver. */
export interface SandboxRequest {
  readonly receivedAt: Date;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly status: number | undefined;
}

/** What these routes touch. */
export interface OperationHandlerDeps extends Pick<AccessHandlerDeps, 'access'> {
  readonly catalogue: Catalogue;
  readonly product: { readonly version: string };
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
  health(): Promise<readonly HealthCheck[]>;
  openapi(): ExactJson;
  /** For finding out whose a request to the sandbox was. */
  readonly records: {
    readonly events: { byIds(ids: readonly string[]): Promise<ReadonlyMap<string, Pick<Event, 'erased'>>> };
    readonly deliveries: { byId(organizationId: string, id: string): Promise<object | undefined> };
    readonly invocations: { byId(organizationId: string, id: string): Promise<object | undefined> };
  };
  readonly sandbox: { requests(options: { limit: number }): readonly SandboxRequest[] } | undefined;
}

/** `GET /livez`: touches nothing, so that a slow database does not get the process killed. */
export function live(): Promise<Reply> {
  return Promise.resolve(ok({ status: 'ok', checks: [] }));
}

/** `GET /readyz` */
export async function ready(deps: OperationHandlerDeps): Promise<Reply> {
  const checks = await deps.health();
  const isReady = checks.every((check) => check.problem === undefined);
  const body = {
    status: isReady ? 'ok' : 'unavailable',
    checks: checks.map(({ name, problem }) => ({
      name,
      status: problem === undefined ? 'ok' : 'unavailable',
      detail: problem ?? null,
    })),
  };
  return { status: isReady ? 200 : 503, body };
}

/** `GET /metrics` */
export async function metrics(deps: OperationHandlerDeps, request: ApiRequest): Promise<Reply> {
  if (request.actor !== undefined) await requireFirstOrganization(deps.access, request.actor);
  return { status: 200, text: await deps.metrics.text(), contentType: deps.metrics.contentType };
}

/** `GET /version` */
export function version(deps: OperationHandlerDeps): Promise<Reply> {
  return Promise.resolve(ok({ name: 'hookwright', version: deps.product.version, node: process.versions.node }));
}

/** `GET /openapi.json` */
export function openapi(deps: OperationHandlerDeps): Promise<Reply> {
  return Promise.resolve(ok(deps.openapi()));
}

/** `GET /v1/schemas` */
export function listSchemas(deps: OperationHandlerDeps): Promise<Reply> {
  return Promise.resolve(ok(schemaListView(deps.catalogue)));
}

/** `GET /v1/schemas/{name}` */
export function readSchema(deps: OperationHandlerDeps, request: ApiRequest): Promise<Reply> {
  const name = param(request, 'name');
  const schema = deps.catalogue.schema(name);
  if (schema === undefined) throw notFound('schema', name);
  return Promise.resolve(ok(schemaView(schema)));
}

/** `GET /v1/sandbox/requests` */
export async function sandboxRequests(deps: OperationHandlerDeps, request: ApiRequest): Promise<Reply> {
  if (deps.sandbox === undefined) throw sandboxIsOff();
  const { organizationId } = actorOf(request);
  const limit = queryNumber(request, 'limit') ?? 50;
  const own: SandboxRequest[] = [];
  for (const one of deps.sandbox.requests({ limit: Number.MAX_SAFE_INTEGER })) {
    if (own.length < limit && (await isOf(deps, organizationId, one))) own.push(one);
  }
  const events = await deps.records.events.byIds(own.map(eventOf));
  // It may have arrived at the sandbox of another process than the one that erased its event.
  const shown = own.filter((one) => events.get(eventOf(one))?.erased === undefined);
  return ok({ data: shown.map(sandboxView), next_cursor: null });
}

function eventOf(one: SandboxRequest): string {
  return headerOf(one, 'hookwright-event');
}

function headerOf({ headers }: SandboxRequest, wanted: string): string {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
}

// All organizations share the sandbox. A delivery is named by its own header, a test by that of its message.
async function isOf({ records }: OperationHandlerDeps, organizationId: string, one: SandboxRequest): Promise<boolean> {
  const [deliveryId, messageId] = [headerOf(one, 'hookwright-delivery'), headerOf(one, 'webhook-id')];
  if (isId('dlv', deliveryId)) return (await records.deliveries.byId(organizationId, deliveryId)) !== undefined;
  return isId('inv', messageId) && (await records.invocations.byId(organizationId, messageId)) !== undefined;
}

function sandboxIsOff(): AppError {
  return new AppError('not_found', 'sandbox_off', 'The sandbox receiver does not run here.', {
    hint: 'The operator can switch it on with HOOKWRIGHT_SANDBOX=on.',
  });
}

function sandboxView(request: SandboxRequest): ExactJson {
  return {
    received_at: request.receivedAt.toISOString(),
    method: request.method,
    path: request.path,
    headers: request.headers.map(([name, value]) => [name, value]),
    body: request.body,
    status: request.status ?? null,
  };
}
