// Takes events in. What is answered was committed: an accepted event has its deliveries, or there is no event.
import type { Delivery } from '../domain/delivery.ts';
import type { Fault } from '../domain/errors.ts';
import { invalid } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { MAX_HOPS } from '../domain/event.ts';
import type { Clock } from '../domain/clock.ts';
import type { CheckEventDeps, EventOrigins } from './check-event.ts';
import { checkEvent } from './check-event.ts';
import type { PostedEvents } from './intake-body.ts';
import type { PlanningStore } from './planning.ts';
import { storeEvents } from './planning.ts';

/** A key that an event claims, and the event that holds it. */
export interface KeyReservation {
  readonly organizationId: string;
  readonly key: string;
  readonly eventId: string;
  readonly valueSha256: string;
  readonly createdAt: Date;
}

/** The part of the store that intake touches, inside a transaction. */
export interface IngestStore extends PlanningStore {
  readonly events: PlanningStore['events'] & {
    reserveKeys(
      reservations: readonly KeyReservation[],
    ): Promise<ReadonlyMap<string, { readonly eventId: string; readonly valueSha256: string }>>;
  };
  readonly deliveries: PlanningStore['deliveries'] & {
    byEvent(organizationId: string, eventId: string): Promise<readonly Pick<Delivery, 'asked'>[]>;
  };
}

/** What intake touches. */
export interface IngestDeps extends CheckEventDeps {
  readonly store: { transaction<T>(work: (store: IngestStore) => Promise<T>): Promise<T> };
  readonly clock: Clock;
  /** Told after the commit that there is work. */
  wake(): void;
  readonly report: { eventsAccepted(fact: IntakeFact): void };
}

/** What is reported of one request. */
export interface IntakeFact {
  readonly organizationId: string;
  readonly count: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly deliveries: number;
  readonly durationMs: number;
}

/** A request to take events in. */
export interface IntakeRequest {
  readonly organizationId: string;
  readonly posted: PostedEvents;
  /** The `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
  /** The `hookwright-hop` header. */
  readonly hop: number;
  /** All or nothing. */
  readonly atomic: boolean;
}

/** The answer for one event, in the order of the request. */
export type IntakeResult =
  | { readonly kind: 'accepted'; readonly eventId: string; readonly deliveries: number; readonly duplicate: boolean }
  | { readonly kind: 'refused'; readonly faults: readonly Fault[] }
  | { readonly kind: 'conflict'; readonly faults: readonly Fault[] };

/** Checks, stores and plans. With `atomic`, one refusal refuses all: throws `invalid` and stores nothing. */
export async function ingest(deps: IngestDeps, request: IntakeRequest): Promise<readonly IntakeResult[]> {
  const startedAt = deps.clock();
  refuseLoop(request.hop);
  const origins = originsOf(request, startedAt);
  const checked = request.posted.events.map((posted) => checkEvent(deps, posted, origins));
  if (request.atomic)
    refuseUnlessAll(
      checked.map((item) => (isEvent(item) ? [] : item)),
      request.posted.isList,
    );
  const results = await deps.store.transaction((store) => accept(deps, store, request, checked, startedAt));
  deps.wake();
  report(deps, request, results, startedAt);
  return results;
}

function originsOf(request: IntakeRequest, receivedAt: Date): EventOrigins {
  const { organizationId, hop, idempotencyKey, posted } = request;
  return { organizationId, receivedAt, hop, idempotencyKey, isOneOfMany: posted.isList && posted.events.length > 1 };
}

function isEvent(item: Event | readonly Fault[]): item is Event {
  return 'eventType' in item;
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

async function accept(
  deps: IngestDeps,
  store: IngestStore,
  request: IntakeRequest,
  checked: readonly (Event | readonly Fault[])[],
  receivedAt: Date,
): Promise<IntakeResult[]> {
  const events = checked.filter(isEvent);
  const holders = await store.events.reserveKeys(events.flatMap((event) => reservation(event, receivedAt)));
  const fresh = events.filter((event) => holderOf(event, holders).eventId === event.id);
  if (request.atomic)
    refuseUnlessAll(
      checked.map((item) => (isEvent(item) ? conflictFaults(item, holders) : item)),
      request.posted.isList,
    );
  const counts = await storeEvents(deps, store, request.organizationId, fresh);
  const results: IntakeResult[] = [];
  for (const item of checked)
    results.push(isEvent(item) ? await resultOf(store, item, holders, counts) : { kind: 'refused', faults: item });
  return results;
}

type Holders = ReadonlyMap<string, { readonly eventId: string; readonly valueSha256: string }>;

function reservation(event: Event, createdAt: Date): KeyReservation[] {
  if (event.idempotencyKey === undefined) return [];
  const { organizationId, idempotencyKey: key, id: eventId, valueSha256 } = event;
  return [{ organizationId, key, eventId, valueSha256, createdAt }];
}

function holderOf(event: Event, holders: Holders): { readonly eventId: string; readonly valueSha256: string } {
  const own = { eventId: event.id, valueSha256: event.valueSha256 };
  return event.idempotencyKey === undefined ? own : (holders.get(event.idempotencyKey) ?? own);
}

function conflictFaults(event: Event, holders: Holders): Fault[] {
  const holder = holderOf(event, holders);
  if (holder.valueSha256 === event.valueSha256) return [];
  return [
    {
      pointer: '/idempotency_key',
      code: 'idempotency_key_conflict',
      detail: `The key "${event.idempotencyKey ?? ''}" already belongs to ${holder.eventId}, which holds another JSON value.`,
      hint: 'Use a new key for a new event; repeat the first event unchanged to get its answer again.',
    },
  ];
}

async function resultOf(
  store: IngestStore,
  event: Event,
  holders: Holders,
  counts: ReadonlyMap<string, number>,
): Promise<IntakeResult> {
  const faults = conflictFaults(event, holders);
  if (faults.length > 0) return { kind: 'conflict', faults };
  const { eventId } = holderOf(event, holders);
  if (eventId === event.id)
    return { kind: 'accepted', eventId, deliveries: counts.get(eventId) ?? 0, duplicate: false };
  const all = await store.deliveries.byEvent(event.organizationId, eventId);
  // The first answer again: what was redelivered or replayed since was not in it.
  const first = all.filter(({ asked }) => asked === undefined);
  return { kind: 'accepted', eventId, deliveries: first.length, duplicate: true };
}

function refuseUnlessAll(faultsOfEach: readonly (readonly Fault[])[], isList: boolean): void {
  const faults = faultsOfEach.flatMap((own, index) =>
    own.map((fault) => (isList ? { ...fault, pointer: `/${String(index)}${fault.pointer}` } : fault)),
  );
  if (faults.length > 0) throw invalid(faults, 'events_refused');
}

function report(deps: IngestDeps, request: IntakeRequest, results: readonly IntakeResult[], startedAt: Date): void {
  const accepted = results.filter((result) => result.kind === 'accepted');
  const duplicates = accepted.filter((result) => result.duplicate);
  deps.report.eventsAccepted({
    organizationId: request.organizationId,
    count: accepted.length - duplicates.length,
    duplicates: duplicates.length,
    refused: results.length - accepted.length,
    deliveries: accepted.reduce((sum, result) => sum + (result.duplicate ? 0 : result.deliveries), 0),
    durationMs: deps.clock().getTime() - startedAt.getTime(),
  });
}
