// Routes of events: intake, one event with what each webhook made of it, and erasing.
import type { Exclusion } from '../../domain/audit/coverage.ts';
import { AppError, boundedFaults, invalid } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ErasingDeps, ErasingStore } from '../../services/erasing.ts';
import { eraseEvent } from '../../services/erasing.ts';
import type { EventLogDeps } from '../../services/event-log.ts';
import { explainEvent } from '../../services/event-log.ts';
import type { IngestDeps, IntakeResult } from '../../services/ingest.ts';
import { ingest } from '../../services/ingest.ts';
import { readPostedEvents } from '../../services/intake-body.ts';
import type { PlanningStore } from '../../services/planning.ts';
import { mediaType } from '../body.ts';
import { faultView, problemOf } from '../problem.ts';
import { hopsOf } from '../hops.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { actorOf, ok, param } from '../route.ts';
import { erasureView, eventDetailView } from '../views/event.ts';

/** What these routes touch. */
export interface EventHandlerDeps {
  readonly ingest: IngestDeps;
  readonly eventLog: EventLogDeps;
  readonly erasing: ErasingDeps<ErasingStore & PlanningStore>;
}

/** What a request with events is read from. */
export type EventPost = Pick<ApiRequest, 'actor' | 'text' | 'contentType' | 'query' | 'requestId' | 'header'>;

/** `POST /v1/events` */
export async function post(deps: Pick<EventHandlerDeps, 'ingest'>, request: EventPost): Promise<Reply> {
  const format = mediaType(request.contentType) === 'application/x-ndjson' ? 'ndjson' : 'json';
  const posted = readPostedEvents(request.text, format);
  const { organizationId, keyId } = actorOf(request);
  const results = await ingest(deps.ingest, {
    organizationId,
    keyId,
    posted,
    idempotencyKey: idempotencyKey(request),
    hop: hopsOf(request.header('hookwright-hop')),
    atomic: request.query['atomic'] === true,
  });
  const most = results.length > MANY ? FAULTS_OF_EACH_OF_MANY : undefined;
  const body = { events: results.map((result) => resultView(result, most)) };
  const refused = results.filter(isRefused);
  if (refused.length < results.length) return { status: 202, body };
  return refusal(refused, posted.isList, request.requestId, body);
}

type Refused = Extract<IntakeResult, { readonly kind: 'refused' | 'conflict' }>;

function isRefused(result: IntakeResult): result is Refused {
  return result.kind === 'refused' || result.kind === 'conflict';
}

// A fault that concerns one event is numbered only where there are several.
function refusal(results: readonly Refused[], isList: boolean, requestId: string, body: JsonObject): Reply {
  const faults = results.flatMap((result, index) =>
    result.faults.map((fault) => (isList ? { ...fault, pointer: `/${String(index)}${fault.pointer}` } : fault)),
  );
  const allConflicts = results.every((result) => result.kind === 'conflict');
  const error = allConflicts
    ? new AppError(
        'conflict',
        'idempotency_key_conflict',
        'Every key in this request already belongs to another event.',
        { faults: boundedFaults(faults) },
      )
    : invalid(faults, 'events_refused');
  const problem = problemOf(error, requestId, body);
  return { status: problem.status, body: problem.body, contentType: 'application/problem+json' };
}

// An answer must not be many times larger than its request.
const MANY = 20;
const FAULTS_OF_EACH_OF_MANY = 5;

function resultView(result: IntakeResult, mostFaults: number | undefined): JsonObject {
  if (result.kind === 'accepted') {
    const { eventId: id, deliveries, duplicate } = result;
    return { id, deliveries, duplicate, covered: true };
  }
  if (result.kind === 'excluded') return exclusionView(result.exclusion);
  const [status, code] = result.kind === 'conflict' ? [409, 'idempotency_key_conflict'] : [422, 'event_refused'];
  return { error: { status, code, errors: boundedFaults(result.faults, mostFaults).map(faultView) } };
}

function exclusionView({ classification, deniedAction }: Exclusion): JsonObject {
  return {
    id: null,
    deliveries: 0,
    duplicate: false,
    covered: false,
    ...(classification === undefined ? {} : { area: classification.area, level: classification.level }),
    ...(deniedAction === undefined ? {} : { denied_action: deniedAction }),
  };
}

function idempotencyKey(request: EventPost): string | undefined {
  const key = request.header('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw invalid([
    {
      pointer: '/idempotency_key',
      code: 'pattern',
      detail: 'The Idempotency-Key header is not a key.',
      hint: 'Use 1 to 255 visible ASCII characters without blanks.',
    },
  ]);
}

/** `GET /v1/events/{event_id}` */
export async function read(deps: EventHandlerDeps, request: ApiRequest): Promise<Reply> {
  return ok(
    eventDetailView(await explainEvent(deps.eventLog, actorOf(request).organizationId, param(request, 'event_id'))),
  );
}

/** `POST /v1/events/{event_id}/erase` */
export async function erase(deps: EventHandlerDeps, request: ApiRequest): Promise<Reply> {
  return ok(erasureView(await eraseEvent(deps.erasing, actorOf(request), param(request, 'event_id'), request.signal)));
}
