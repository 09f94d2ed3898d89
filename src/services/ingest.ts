// Takes events in: checks them, and has them accepted with many others. What is answered was committed.
import type { Clock } from '../domain/clock.ts';
import type { Fault } from '../domain/errors.ts';
import { invalid } from '../domain/errors.ts';
import { MAX_HOPS } from '../domain/event.ts';
import type { Accepted, IntakeResult, Waiting } from './accept.ts';
import type { CheckEventDeps, EventOrigins } from './check-event.ts';
import { checkEvent } from './check-event.ts';
import type { PostedEvent, PostedEvents } from './intake-body.ts';
import type { Birth, Checked, Intake } from './intake-plan.ts';
import { isAcceptable, refuseUnlessAll } from './intake-plan.ts';

export type { IntakeResult } from './accept.ts';

/** What intake touches. */
export interface IngestDeps extends CheckEventDeps {
  /** Stores requests, many in one transaction. Gives its answer after the commit; rejects where nothing was stored. */
  accept(intake: Intake): Promise<Accepted>;
  readonly clock: Clock;
  /** Sends what was leased with its event. */
  launch(births: readonly Birth[]): void;
  /** Told after the commit for which webhooks something waits for a claim. */
  planned(waitingFor: Waiting): void;
  readonly report: { eventsAccepted(fact: IntakeFact): void };
}

/** What is reported of one request. */
export interface IntakeFact {
  readonly organizationId: string;
  readonly count: number;
  readonly duplicates: number;
  readonly refused: number;
  /** What the organization does not keep. */
  readonly notCovered: number;
  readonly deliveries: number;
  readonly durationMs: number;
}

/** A request to take events in. */
export interface IntakeRequest {
  readonly organizationId: string;
  /** The key that it was sent with: it has to be good still when its events are stored. */
  readonly keyId: string;
  readonly posted: PostedEvents;
  /** The `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
  /** The `hookwright-hop` header. */
  readonly hop: number;
  /** All or nothing. */
  readonly atomic: boolean;
}

/** Checks, stores and plans. With `atomic`, one refusal refuses all: throws `invalid` and stores nothing. */
export async function ingest(deps: IngestDeps, request: IntakeRequest): Promise<readonly IntakeResult[]> {
  const startedAt = deps.clock();
  refuseLoop(request.hop);
  const origins = originsOf(request, startedAt);
  const checked = request.posted.events.map((posted) => check(deps, posted, origins));
  const { atomic, organizationId, posted, keyId } = request;
  if (atomic) refuseFaulty(checked, posted.isList);
  const intake = { organizationId, keyId, checked, atomic, isList: posted.isList, receivedAt: startedAt };
  const { results, births, waitingFor } = await deps.accept(intake);
  deps.launch(births);
  deps.planned(waitingFor);
  report(deps, request, results, startedAt);
  return results;
}

function check(deps: IngestDeps, posted: PostedEvent, origins: EventOrigins): Checked {
  const checked = checkEvent(deps, posted, origins);
  return 'id' in checked ? { event: checked, value: posted.value ?? null } : checked;
}

function refuseFaulty(checked: readonly Checked[], isList: boolean): void {
  refuseUnlessAll(
    checked.map((item) => (isAcceptable(item) ? [] : item)),
    isList,
  );
}

function originsOf(request: IntakeRequest, receivedAt: Date): EventOrigins {
  const { organizationId, hop, idempotencyKey, posted } = request;
  return { organizationId, receivedAt, hop, idempotencyKey, isOneOfMany: posted.isList && posted.events.length > 1 };
}

// An engine whose webhook posts to an engine's intake would go round for ever.
function refuseLoop(hop: number): void {
  if (hop <= MAX_HOPS) return;
  const fault: Fault = {
    pointer: '',
    code: 'loop_detected',
    detail: `This event came through ${String(hop)} engines already; more than ${String(MAX_HOPS)} is taken for a loop.`,
    hint: 'A webhook leads back to an intake of Hookwright. Change its URL or its event_types.',
  };
  throw invalid([fault], 'loop_detected');
}

function report(deps: IngestDeps, request: IntakeRequest, results: readonly IntakeResult[], startedAt: Date): void {
  const accepted = results.filter((result) => result.kind === 'accepted');
  const duplicates = accepted.filter((result) => result.duplicate);
  const notCovered = results.filter((result) => result.kind === 'excluded').length;
  deps.report.eventsAccepted({
    organizationId: request.organizationId,
    count: accepted.length - duplicates.length,
    duplicates: duplicates.length,
    refused: results.length - accepted.length - notCovered,
    notCovered,
    deliveries: accepted.reduce((sum, result) => sum + (result.duplicate ? 0 : result.deliveries), 0),
    durationMs: deps.clock().getTime() - startedAt.getTime(),
  });
}
