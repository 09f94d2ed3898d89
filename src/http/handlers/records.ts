// Routes that read what happened: deliveries, and invocations with their HAR and curl forms.
import { toCurl } from '../../domain/curl.ts';
import type { Delivery, DeliveryState } from '../../domain/delivery.ts';
import { notFound } from '../../domain/errors.ts';
import { toHar } from '../../domain/har.ts';
import type { Invocation, InvocationKind } from '../../domain/invocation.ts';
import type { Outcome } from '../../domain/outcomes.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import type { Reconciliation } from '../../domain/reconciliation.ts';
import type { DeliveryFilter, InvocationFilter } from '../../domain/search.ts';
import type { PlanningStore } from '../../services/planning.ts';
import type { RedeliveryDeps, RedeliveryStore } from '../../services/redelivery.ts';
import { cancelDelivery, redeliver } from '../../services/redelivery.ts';
import { nextCursor, pageOf } from '../query.ts';
import type { ReconstructionDeps } from '../../services/reconstruction.ts';
import { withRequest } from '../../services/reconstruction.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf, ok, param, queryInstant, queryText } from '../route.ts';
import { deliveryDetailView, deliveryView } from '../views/delivery.ts';
import { reconciliationView } from '../views/reconciliation.ts';
import { invocationSummaryView, invocationView } from '../views/invocation.ts';

/** What these routes touch. */
export interface RecordHandlerDeps {
  readonly records: {
    readonly deliveries: {
      byId(organizationId: string, id: string): Promise<Delivery | undefined>;
      list(organizationId: string, filters: DeliveryFilter, page: PageRequest): Promise<Page<Delivery>>;
    };
    readonly invocations: {
      byId(organizationId: string, id: string): Promise<Invocation | undefined>;
      list(organizationId: string, filters: InvocationFilter, page: PageRequest): Promise<Page<Invocation>>;
    };
    reconciliation(organizationId: string): Promise<Reconciliation>;
  };
  readonly redelivery: RedeliveryDeps<RedeliveryStore & PlanningStore>;
  readonly reconstruction: ReconstructionDeps;
  readonly product: { readonly version: string };
}

// A delivery has few attempts; more than this is shown by the list.
const ATTEMPTS_SHOWN = 100;

/** `GET /v1/deliveries` */
export async function listDeliveries(deps: RecordHandlerDeps, request: ApiRequest): Promise<Reply> {
  const filters: DeliveryFilter = {
    webhookId: queryText(request, 'webhook_id'),
    eventId: queryText(request, 'event_id'),
    state: queryText(request, 'state') as DeliveryState | undefined,
    replayId: queryText(request, 'replay_id'),
    repeats: queryText(request, 'repeats'),
    createdAfter: queryInstant(request, 'created_after'),
    createdBefore: queryInstant(request, 'created_before'),
  };
  const page = await deps.records.deliveries.list(actorOf(request).organizationId, filters, pageOf(request));
  return ok({ data: page.items.map(deliveryView), next_cursor: nextCursor(request, page.lastId) });
}

/** `GET /v1/deliveries/{delivery_id}` */
export async function readDelivery(deps: RecordHandlerDeps, request: ApiRequest): Promise<Reply> {
  const { organizationId } = actorOf(request);
  const id = param(request, 'delivery_id');
  const delivery = await deps.records.deliveries.byId(organizationId, id);
  if (delivery === undefined) throw notFound('delivery', id);
  const page: PageRequest = { limit: ATTEMPTS_SHOWN, after: undefined };
  const attempts = await deps.records.invocations.list(organizationId, { deliveryId: id }, page);
  return ok(deliveryDetailView(delivery, attempts.items.toReversed()));
}

/** `POST /v1/deliveries/{delivery_id}/redeliver` */
export async function redeliverOne(deps: RecordHandlerDeps, request: ApiRequest): Promise<Reply> {
  const { new_webhook_id: newWebhookId, same_bytes: sameBytes } = request.body ?? {};
  const options = { newWebhookId: newWebhookId === true, sameBytes: sameBytes === true };
  const delivery = await redeliver(deps.redelivery, actorOf(request), param(request, 'delivery_id'), options);
  return { status: 201, body: deliveryView(delivery), headers: { location: `/v1/deliveries/${delivery.id}` } };
}

/** `POST /v1/deliveries/{delivery_id}/cancel` */
export async function cancelOne(deps: RecordHandlerDeps, request: ApiRequest): Promise<Reply> {
  const delivery = await cancelDelivery(deps.redelivery, actorOf(request), param(request, 'delivery_id'));
  return { status: delivery.state === 'sending' ? 202 : 200, body: deliveryView(delivery) };
}

/** `GET /v1/reconciliation` */
export async function reconciliation(deps: RecordHandlerDeps, request: ApiRequest): Promise<Reply> {
  const found = await deps.records.reconciliation(actorOf(request).organizationId);
  return ok(reconciliationView(found, deps.redelivery.clock()));
}

/** `GET /v1/invocations` */
export async function listInvocations(deps: RecordHandlerDeps, request: ApiRequest): Promise<Reply> {
  const status = queryText(request, 'status');
  const filters: InvocationFilter = {
    webhookId: queryText(request, 'webhook_id'),
    eventId: queryText(request, 'event_id'),
    deliveryId: queryText(request, 'delivery_id'),
    kind: queryText(request, 'kind') as InvocationKind | undefined,
    outcome: queryText(request, 'outcome') as Outcome | undefined,
    status: status === undefined || status.endsWith('xx') ? undefined : Number(status),
    statusClass: status?.endsWith('xx') === true ? Number(status[0]) : undefined,
    startedAfter: queryInstant(request, 'started_after'),
    startedBefore: queryInstant(request, 'started_before'),
    text: queryText(request, 'text'),
  };
  const page = await deps.records.invocations.list(actorOf(request).organizationId, filters, pageOf(request));
  return ok({ data: page.items.map(invocationSummaryView), next_cursor: nextCursor(request, page.lastId) });
}

/** `GET /v1/invocations/{invocation_id}` */
export async function readInvocation(deps: RecordHandlerDeps, request: ApiRequest): Promise<Reply> {
  return ok(invocationView(await invocationOf(deps, request)));
}

/** `GET /v1/invocations/{invocation_id}/har` */
export async function readHar(deps: RecordHandlerDeps, request: ApiRequest): Promise<Reply> {
  const invocation = await invocationOf(deps, request);
  const har = toHar(invocation, { name: 'Hookwright', version: deps.product.version });
  return ok(har, {
    'content-disposition': `attachment; filename="${invocation.start.id}.har"`,
  });
}

/** `GET /v1/invocations/{invocation_id}/curl` */
export async function readCurl(deps: RecordHandlerDeps, request: ApiRequest): Promise<Reply> {
  const text = toCurl(await invocationOf(deps, request));
  return { status: 200, text, contentType: 'text/plain; charset=utf-8' };
}

async function invocationOf(deps: RecordHandlerDeps, request: ApiRequest): Promise<Invocation> {
  const id = param(request, 'invocation_id');
  const invocation = await deps.records.invocations.byId(actorOf(request).organizationId, id);
  if (invocation === undefined) throw notFound('invocation', id);
  return withRequest(deps.reconstruction, invocation);
}
