// What a request with events sets in motion, decided from what its transaction has read: which of its events are new,
// which webhooks they are for, and which deliveries are sent as soon as they are stored.
import type { CoverageRules, Exclusion } from '../domain/audit/coverage.ts';
import { exclusionOf } from '../domain/audit/coverage.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Fault } from '../domain/errors.ts';
import { invalid } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { NewId } from '../domain/ids.ts';
import type { ExactJson } from '../domain/json.ts';
import type { Claimed } from '../domain/lease.ts';
import { leaseDelivery } from '../domain/lease.ts';
import { planDeliveries } from '../domain/plan.ts';
import type { PlannableWebhook } from '../domain/webhook.ts';
import type { Matcher } from './planning.ts';
import { matchedBy } from './planning.ts';

/** A key that an event claims, and the event that holds it. */
export interface KeyReservation {
  readonly organizationId: string;
  readonly key: string;
  readonly eventId: string;
  readonly valueSha256: string;
  readonly createdAt: Date;
}

/** A key that is only asked after. */
export type KeyQuestion = Pick<KeyReservation, 'organizationId' | 'key'>;

/** The keys of a request. */
export interface RequestKeys {
  readonly claimed: readonly KeyReservation[];
  readonly asked: readonly KeyQuestion[];
}

/** Which event holds a key, by the keys of one organization; without the hash of its value where that was erased. */
export type Holders = ReadonlyMap<string, { readonly eventId: string; readonly valueSha256: string | undefined }>;

/** What planning touches. */
export interface PlanIntakeDeps {
  readonly newId: NewId;
  newLeaseToken(): string;
  /** Room for deliveries that are sent as soon as they are stored. */
  readonly slots: { reserve(webhookId: string): boolean; release(webhookId: string): void };
  monotonicMs(): number;
}

/** A checked event with the value that was read from its text, or what is wrong with it. */
export type Checked = AcceptableEvent | readonly Fault[];

/** An event that may be stored. */
export interface AcceptableEvent {
  readonly event: Event;
  readonly value: ExactJson;
}

/** A request whose events are checked. */
export interface Intake {
  readonly organizationId: string;
  readonly keyId: string;
  readonly checked: readonly Checked[];
  /** All or nothing. */
  readonly atomic: boolean;
  /** Whether faults are numbered. */
  readonly isList: boolean;
  readonly receivedAt: Date;
}

/** A delivery that is leased from the start, and since when on the monotonic clock. Room is reserved for it. */
export interface Birth {
  readonly claimed: Claimed;
  readonly claimedAtMs: number;
}

/**
 * What becomes of one event. `excluded`: its organization does not keep it. `repeated`: its key had been used for the same
 * value, by this event.
 */
export type IntakeOutcome =
  | { readonly kind: 'accepted'; readonly eventId: string; readonly deliveries: number; readonly duplicate: boolean }
  | { readonly kind: 'excluded'; readonly exclusion: Exclusion }
  | { readonly kind: 'refused'; readonly faults: readonly Fault[] }
  | { readonly kind: 'conflict'; readonly faults: readonly Fault[] }
  | { readonly kind: 'repeated'; readonly eventId: string };

/** What is to be stored of a request, and what becomes of its events, in their order. */
export interface IntakePlan {
  readonly outcomes: readonly IntakeOutcome[];
  readonly fresh: readonly Event[];
  readonly waiting: readonly Delivery[];
  readonly births: readonly Birth[];
}

/** Whether an event may be stored. */
export function isAcceptable(item: Checked): item is AcceptableEvent {
  return 'event' in item;
}

/** Which events are not kept, and why. */
export type Exclusions = ReadonlyMap<Event, Exclusion>;

const NONE: Exclusions = new Map();

/** The events of a request that its organization does not keep; nothing is looked at where it keeps all. */
export function exclusionsOf(rules: CoverageRules | undefined, { checked }: Intake): Exclusions {
  if (rules === undefined) return NONE;
  return new Map(
    checked.flatMap((item) => {
      const exclusion = isAcceptable(item) ? exclusionOf(rules, item.event, item.value) : undefined;
      return isAcceptable(item) && exclusion !== undefined ? [[item.event, exclusion] as const] : [];
    }),
  );
}

/** The keys of a request: its kept events claim theirs, those of the others are only looked up. */
export function keysOf(intake: Intake, exclusions: Exclusions): RequestKeys {
  const claimed: KeyReservation[] = [];
  const asked: KeyQuestion[] = [];
  for (const item of intake.checked) {
    if (!isAcceptable(item)) continue;
    const { organizationId, idempotencyKey: key, id: eventId, valueSha256 } = item.event;
    if (key === undefined || valueSha256 === undefined) continue;
    if (exclusions.has(item.event)) asked.push({ organizationId, key });
    else claimed.push({ organizationId, key, eventId, valueSha256, createdAt: intake.receivedAt });
  }
  return { claimed, asked };
}

/** What a request is planned with: when its events are accepted, who holds its keys, whom its events are for, and which of them are not kept. */
export interface PlanningFacts {
  readonly acceptedAt: Date;
  readonly holders: Holders;
  readonly matchers: readonly Matcher<PlannableWebhook>[];
  readonly exclusions: Exclusions;
}

/**
 * Plans a request. Births are added to `births`, too, as soon as room is reserved for them. An `atomic` request throws
 * `invalid` where one of its keys belongs to another event.
 */
export function planIntake(deps: PlanIntakeDeps, intake: Intake, facts: PlanningFacts, births: Birth[]): IntakePlan {
  if (intake.atomic) refuseConflicts(intake, facts.holders);
  const fresh: Event[] = [];
  const waiting: Delivery[] = [];
  const own: Birth[] = [];
  const outcomes = intake.checked.map((item): IntakeOutcome => {
    if (!isAcceptable(item)) return { kind: 'refused', faults: item };
    const { event } = item;
    const settled = outcomeOf(event, facts);
    if (settled !== undefined) return settled;
    const webhooks = matchedBy(facts.matchers, event, item.value);
    const accepted = { ...event, receivedAt: facts.acceptedAt };
    // Due by the clock, which may be behind the instant of acceptance.
    const planned = planDeliveries(accepted, webhooks, deps.newId, event.receivedAt);
    fresh.push(accepted);
    planned.forEach((delivery, index) => {
      const birth = bear(deps, delivery, webhooks[index], { event: accepted, value: item.value });
      if (birth === undefined) waiting.push(delivery);
      else own.push(birth);
      if (birth !== undefined) births.push(birth);
    });
    return { kind: 'accepted', eventId: event.id, deliveries: planned.length, duplicate: false };
  });
  return { outcomes, fresh, waiting, births: own };
}

// What becomes of an event that is not stored. Its key comes first: whoever repeats what was kept gets that answer again.
function outcomeOf(event: Event, { holders, exclusions }: PlanningFacts): IntakeOutcome | undefined {
  const faults = conflictFaults(event, holders);
  if (faults.length > 0) return { kind: 'conflict', faults };
  const { eventId } = holderOf(event, holders);
  if (eventId !== event.id) return { kind: 'repeated', eventId };
  const exclusion = exclusions.get(event);
  return exclusion === undefined ? undefined : { kind: 'excluded', exclusion };
}

// DELIVERY.md section 1: only where there is room, and neither breaker nor rate limit stands against it.
function bear(
  deps: PlanIntakeDeps,
  delivery: Delivery,
  webhook: PlannableWebhook | undefined,
  { event, value }: AcceptableEvent,
): Birth | undefined {
  if (webhook?.healthState !== 'healthy' || webhook.settings.rateLimit !== undefined) return undefined;
  if (!deps.slots.reserve(webhook.id)) return undefined;
  const { name, timeoutInSec, retryPolicy } = webhook.settings;
  const { version } = webhook;
  const claimedAtMs = deps.monotonicMs();
  const leasedFor = { name, version, timeoutInSec, maxAttempts: retryPolicy.delaysInSec.length + 1 };
  const ids = { leaseToken: deps.newLeaseToken(), invocationId: deps.newId('inv') };
  const claimed = leaseDelivery(delivery, leasedFor, { now: delivery.createdAt, ...ids, isProbe: false });
  return { claimed: { ...claimed, event, value }, claimedAtMs };
}

function refuseConflicts({ checked, isList }: Intake, holders: Holders): void {
  refuseUnlessAll(
    checked.map((item) => (isAcceptable(item) ? conflictFaults(item.event, holders) : item)),
    isList,
  );
}

function holderOf(event: Event, holders: Holders): Pick<Event, 'valueSha256'> & { readonly eventId: string } {
  const own = { eventId: event.id, valueSha256: event.valueSha256 };
  return event.idempotencyKey === undefined ? own : (holders.get(event.idempotencyKey) ?? own);
}

function conflictFaults(event: Event, holders: Holders): Fault[] {
  const holder = holderOf(event, holders);
  // Of an erased event nobody can tell any more whether this is the same value: the key says that it is the same event.
  if (holder.valueSha256 === undefined || holder.valueSha256 === event.valueSha256) return [];
  return [
    {
      pointer: '/idempotency_key',
      code: 'idempotency_key_conflict',
      detail: `The key "${event.idempotencyKey ?? ''}" already belongs to ${holder.eventId}, which holds another JSON value.`,
      hint: 'Use a new key for a new event; repeat the first event unchanged to get its answer again.',
    },
  ];
}

/** Throws `invalid` where one of the events has faults; of a list, each with the number of its event. */
export function refuseUnlessAll(faultsOfEach: readonly (readonly Fault[])[], isList: boolean): void {
  const faults = faultsOfEach.flatMap((own, index) =>
    own.map((fault) => (isList ? { ...fault, pointer: `/${String(index)}${fault.pointer}` } : fault)),
  );
  if (faults.length > 0) throw invalid(faults, 'events_refused');
}
