// Holds what the client, the receiver and the database say against each other. Pure: it knows the promises of
// docs/delivery.md, and nothing of how they are kept.

/** An acknowledgement: the client has seen a 2xx for this event. */
export interface Acknowledged {
  readonly eventId: string;
  readonly key?: string;
}

/** A request, as the receiver wrote it down before it answered. */
export interface SeenRequest {
  readonly atMs: number;
  readonly path: string;
  readonly messageId: string;
  readonly eventId: string;
  readonly deliveryId: string;
  readonly attempt: number;
  /** Whether it was about to answer so that the sender takes the event for delivered. */
  readonly accepted: boolean;
  /** The `x-mark` header, where the experiment has set one. */
  readonly mark: string;
}

export interface StoredEvent {
  readonly id: string;
  readonly key: string | undefined;
  readonly receivedAtMs: number;
}

export interface StoredDelivery {
  readonly id: string;
  readonly eventId: string;
  readonly webhookId: string;
  readonly messageId: string;
  readonly state: string;
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly finishedAtMs: number | undefined;
}

export interface StoredInvocation {
  readonly id: string;
  /** `undefined`: of a test. */
  readonly deliveryId: string | undefined;
  readonly attempt: number;
  readonly outcome: string;
  /** What the record says of it, for whoever looks into a failure. */
  readonly message?: string | undefined;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | undefined;
  /** Phases in milliseconds, as recorded: -1 for those that did not happen. */
  readonly timings: Readonly<Record<string, number>> | undefined;
}

/** The database after the fault. */
export interface Dump {
  readonly events: readonly StoredEvent[];
  readonly deliveries: readonly StoredDelivery[];
  readonly invocations: readonly StoredInvocation[];
}

/** Everything that was seen of one experiment. */
export interface Ledger {
  readonly acknowledged: readonly Acknowledged[];
  readonly seen: readonly SeenRequest[];
  readonly dump: Dump;
  /** Dumps that were made earlier: what was final in one of them has to be the same now. */
  readonly earlier?: readonly Dump[];
  /** Webhooks that every acknowledged event matches. */
  readonly webhookIds: readonly string[];
  /** States that a delivery may be in now; only `delivered` where nothing else is said. */
  readonly endStates?: readonly string[];
  /** How many times a process was killed, stopped or cut off, and how many requests it may have had in flight. */
  readonly faults: number;
  readonly inFlight: number;
  /** The wall clock was set while it ran, so that times say nothing. */
  readonly clockWasSet?: boolean;
}

/** A promise that was not kept. */
export interface Violation {
  readonly rule: Rule;
  readonly detail: string;
}

/**
 * What was found. `duplicates` are requests that came after the receiver had accepted that delivery already, unless its
 * answer came after the deadline: then another request is what the receiver was promised.
 */
export interface Finding {
  readonly violations: readonly Violation[];
  readonly duplicates: number;
  readonly duplicateBound: number;
}

/** The promises, by name. */
export const RULES = [
  'acknowledged_event_is_stored',
  'one_event_for_each_key',
  'one_delivery_for_each_webhook',
  'all_deliveries_reach_an_end',
  'request_has_invocation',
  'success_was_seen',
  'delivered_was_seen',
  'request_names_its_event',
  'duplicates_are_bounded',
  'attempts_are_dense',
  'nothing_begins_after_the_end',
  'nothing_is_left_sending',
  'final_stays_final',
  'times_run_forward',
  'no_time_is_negative',
] as const;

export type Rule = (typeof RULES)[number];

type Check = (ledger: Ledger, index: Index) => string[];

/** Checks every promise. */
export function check(ledger: Ledger): Finding {
  const index = indexOf(ledger);
  const violations = RULES.flatMap((rule) => CHECKS[rule](ledger, index).map((detail) => ({ rule, detail })));
  return { violations, duplicates: duplicatesOf(index), duplicateBound: boundOf(ledger) };
}

interface Index {
  readonly events: ReadonlyMap<string, StoredEvent>;
  readonly deliveries: ReadonlyMap<string, StoredDelivery>;
  readonly deliveriesOfEvent: ReadonlyMap<string, readonly StoredDelivery[]>;
  readonly invocationsOf: ReadonlyMap<string, readonly StoredInvocation[]>;
  readonly seenOf: ReadonlyMap<string, readonly SeenRequest[]>;
}

function indexOf({ dump, seen }: Ledger): Index {
  return {
    events: new Map(dump.events.map((event) => [event.id, event])),
    deliveries: new Map(dump.deliveries.map((delivery) => [delivery.id, delivery])),
    deliveriesOfEvent: groupBy(dump.deliveries, ({ eventId }) => eventId),
    invocationsOf: groupBy(dump.invocations, ({ deliveryId }) => deliveryId ?? ''),
    seenOf: groupBy(seen, ({ deliveryId }) => deliveryId),
  };
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

const FINAL: readonly string[] = ['delivered', 'exhausted', 'rejected', 'cancelled'];

const CHECKS: Readonly<Record<Rule, Check>> = {
  acknowledged_event_is_stored: ({ acknowledged }, { events }) =>
    acknowledged.filter(({ eventId }) => !events.has(eventId)).map(({ eventId }) => eventId),

  one_event_for_each_key: ({ acknowledged, dump }) => {
    const holders = groupBy(
      [...dump.events.map(({ id, key }) => ({ eventId: id, key })), ...acknowledged].filter(
        ({ key }) => key !== undefined,
      ),
      ({ key }) => key ?? '',
    );
    return [...holders].filter(([, held]) => new Set(held.map(({ eventId }) => eventId)).size > 1).map(([key]) => key);
  },

  // The stored ones, too, that nobody has acknowledged: an event never comes without its deliveries.
  one_delivery_for_each_webhook: ({ dump, webhookIds }, { deliveriesOfEvent }) =>
    dump.events.flatMap(({ id }) => {
      const planned = (deliveriesOfEvent.get(id) ?? []).map(({ webhookId }) => webhookId);
      return webhookIds
        .filter((webhookId) => planned.filter((one) => one === webhookId).length !== 1)
        .map((webhookId) => `${id} → ${webhookId}`);
    }),

  all_deliveries_reach_an_end: ({ dump, endStates = ['delivered'] }) =>
    dump.deliveries.filter(({ state }) => !endStates.includes(state)).map(({ id, state }) => `${id} is ${state}`),

  request_has_invocation: ({ seen }, { invocationsOf }) =>
    seen
      .filter(({ deliveryId, attempt }) => !invocationsOf.get(deliveryId)?.some((one) => one.attempt === attempt))
      .map(({ deliveryId, attempt }) => `${deliveryId} attempt ${String(attempt)}`),

  success_was_seen: ({ dump }, { seenOf }) =>
    dump.invocations
      .filter(({ outcome, deliveryId }) => outcome === 'success' && deliveryId !== undefined)
      .filter(({ deliveryId, attempt }) => !seenOf.get(deliveryId ?? '')?.some((one) => one.attempt === attempt))
      .map(({ id }) => id),

  delivered_was_seen: ({ dump }, { seenOf }) =>
    dump.deliveries
      .filter(({ state, id }) => state === 'delivered' && !seenOf.get(id)?.some(({ accepted }) => accepted))
      .map(({ id }) => id),

  request_names_its_event: ({ seen }, { deliveries }) =>
    seen
      .filter(({ deliveryId, eventId, messageId }) => {
        const delivery = deliveries.get(deliveryId);
        return delivery !== undefined && (delivery.eventId !== eventId || delivery.messageId !== messageId);
      })
      .map(({ deliveryId, eventId, messageId }) => `${deliveryId}: ${eventId}, ${messageId}`),

  duplicates_are_bounded: (ledger, index) => {
    const [duplicates, bound] = [duplicatesOf(index), boundOf(ledger)];
    return duplicates > bound
      ? [`${String(duplicates)} duplicates, and at most ${String(bound)} can be explained`]
      : [];
  },

  attempts_are_dense: ({ dump }, { invocationsOf }) =>
    dump.deliveries.flatMap((delivery) => gapOf(delivery, invocationsOf.get(delivery.id) ?? [])),

  nothing_begins_after_the_end: ({ dump, clockWasSet }, { deliveries }) =>
    clockWasSet === true
      ? []
      : dump.invocations
          .filter(
            ({ deliveryId, startedAtMs }) => startedAtMs > (deliveries.get(deliveryId ?? '')?.finishedAtMs ?? Infinity),
          )
          .map(({ id }) => id),

  nothing_is_left_sending: ({ dump }) => [
    ...dump.invocations.filter(({ outcome }) => outcome === 'sending').map(({ id }) => id),
    ...dump.deliveries.filter(({ state }) => state === 'sending').map(({ id }) => id),
  ],

  final_stays_final: ({ earlier = [] }, { deliveries }) =>
    earlier
      .flatMap((dump) => dump.deliveries)
      .filter(({ state }) => FINAL.includes(state))
      .filter(({ id, state, finishedAtMs }) => {
        const now = deliveries.get(id);
        return now?.state !== state || now.finishedAtMs !== finishedAtMs;
      })
      .map(({ id, state }) => `${id} was ${state}`),

  times_run_forward: (ledger, index) => (ledger.clockWasSet === true ? [] : backwards(ledger, index)),

  // Those of the exchange come from a clock that nobody can set.
  no_time_is_negative: ({ dump }) =>
    dump.invocations
      .filter(({ timings }) => Object.values(timings ?? {}).some((ms) => ms < 0 && ms !== -1))
      .map(({ id, timings }) => `${id}: ${JSON.stringify(timings)}`),
};

function duplicatesOf({ seenOf, invocationsOf }: Index): number {
  let duplicates = 0;
  for (const [deliveryId, requests] of seenOf) {
    const late = new Set(
      (invocationsOf.get(deliveryId) ?? [])
        .filter(({ outcome }) => outcome === 'timeout')
        .map(({ attempt }) => attempt),
    );
    const first = requests.findIndex(({ accepted, attempt }) => accepted && !late.has(attempt));
    if (first >= 0) duplicates += requests.length - 1 - first;
  }
  return duplicates;
}

function boundOf({ faults, inFlight }: Ledger): number {
  return faults * inFlight;
}

// Attempts that never left give their number back, so the next one has it again.
function gapOf(delivery: StoredDelivery, invocations: readonly StoredInvocation[]): string[] {
  const numbers = invocations
    .filter(({ outcome }) => outcome !== 'not_sent')
    .map(({ attempt }) => attempt)
    .sort((a, b) => a - b);
  const isDense = numbers.every((number, index) => number === index + 1) && numbers.length === delivery.attempts;
  return isDense ? [] : [`${delivery.id} counts ${String(delivery.attempts)} and has ${numbers.join(', ') || 'none'}`];
}

function backwards({ dump }: Ledger, { events, invocationsOf }: Index): string[] {
  const ofDeliveries = dump.deliveries.filter((one) => {
    const started = [...(invocationsOf.get(one.id) ?? [])].sort((a, b) => a.attempt - b.attempt);
    return !rises([
      events.get(one.eventId)?.receivedAtMs,
      one.createdAtMs,
      ...started.map(({ startedAtMs }) => startedAtMs),
      one.finishedAtMs,
      one.updatedAtMs,
    ]);
  });
  const ofInvocations = dump.invocations.filter(({ startedAtMs, finishedAtMs }) => !rises([startedAtMs, finishedAtMs]));
  return [...ofDeliveries, ...ofInvocations].map(({ id }) => id);
}

function rises(times: readonly (number | undefined)[]): boolean {
  const known = times.filter((time) => time !== undefined);
  return known.every((time, index) => index === 0 || time >= (known[index - 1] ?? 0));
}
