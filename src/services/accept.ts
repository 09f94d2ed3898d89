// Accepts requests with events in one transaction: keys, matching, planning. What is answered is committed with it: an
// accepted event has its deliveries, or there is no event.
import type { Delivery } from '../domain/delivery.ts';
import type { AcceptanceClock } from '../domain/acceptance.ts';
import type { AppError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { Claimed } from '../domain/lease.ts';
import type {
  Birth,
  Holders,
  Intake,
  IntakeOutcome,
  IntakePlan,
  KeyReservation,
  PlanIntakeDeps,
  RequestKeys,
} from './intake-plan.ts';
import { exclusionsOf, keysOf, planIntake } from './intake-plan.ts';
import { keyRevokedMeanwhile } from './known-keys.ts';
import type { Matchers, MatchingStore } from './planning.ts';

/** The part of the store that accepting touches, inside a transaction. */
export interface AcceptStore extends MatchingStore {
  readonly apiKeys: { goodAmong(ids: readonly string[], now: Date): Promise<ReadonlySet<string>> };
  readonly acceptance: { begin(now: Date): Promise<Date> };
  readonly events: {
    insertMany(events: readonly Event[]): Promise<void>;
    reserveKeys(reservations: readonly KeyReservation[]): Promise<Holders>;
    keyHolders(organizationId: string, keys: readonly string[]): Promise<Holders>;
  };
  readonly deliveries: {
    insertPlanned(waiting: readonly Delivery[], leased: readonly Claimed[], now: Date): Promise<void>;
    byEvent(organizationId: string, eventId: string): Promise<readonly Pick<Delivery, 'asked'>[]>;
  };
}

/** What accepting touches. */
export interface AcceptDeps extends PlanIntakeDeps {
  readonly matchers: Matchers;
  readonly acceptance: Pick<AcceptanceClock, 'now' | 'raise'>;
}

/** The answer for one event, in the order of the request. */
export type IntakeResult = Exclude<IntakeOutcome, { readonly kind: 'repeated' }>;

/** What became of a request. */
export interface Accepted {
  readonly results: readonly IntakeResult[];
  readonly births: readonly Birth[];
  readonly waitingFor: Waiting;
}

/** Webhooks for which deliveries were planned that a claim has to take: as soon as it can, or as probes. */
export interface Waiting {
  readonly pending: readonly string[];
  readonly probes: readonly string[];
}

/** What became of a request of a group: it was taken in, or refused as a whole. */
export type AcceptAnswer = { readonly accepted: Accepted } | { readonly refused: AppError };

/**
 * Accepts requests in the transaction of `store`; answers are in their order. Where it throws, the room that it has
 * reserved is free again; where the transaction fails later, `withdraw` sees to that. An `atomic` request has to come
 * alone, since it throws `invalid` where one of its events is refused.
 */
export async function acceptAll(
  deps: AcceptDeps,
  store: AcceptStore,
  intakes: readonly Intake[],
): Promise<readonly AcceptAnswer[]> {
  const births: Birth[] = [];
  try {
    return await accept(deps, store, intakes, births);
  } catch (error) {
    release(deps, births);
    throw error;
  }
}

/** Plans something; where that throws, the room that it has reserved for `births` is free again. */
export function releasing<Result>(
  deps: Pick<AcceptDeps, 'slots'>,
  births: readonly Birth[],
  plan: () => Result,
): Result {
  try {
    return plan();
  } catch (error) {
    release(deps, births);
    throw error;
  }
}

/** Gives the room free that was reserved for requests whose transaction has failed. */
export function withdraw(deps: Pick<AcceptDeps, 'slots'>, answers: readonly AcceptAnswer[]): void {
  for (const answer of answers) if ('accepted' in answer) release(deps, answer.accepted.births);
}

function release({ slots }: Pick<AcceptDeps, 'slots'>, births: readonly Birth[]): void {
  for (const { claimed } of births) slots.release(claimed.delivery.webhookId);
}

async function accept(
  deps: AcceptDeps,
  store: AcceptStore,
  intakes: readonly Intake[],
  births: Birth[],
): Promise<readonly AcceptAnswer[]> {
  const [first] = intakes;
  if (first === undefined) return [];
  const { receivedAt } = first;
  const good = await store.apiKeys.goodAmong([...new Set(intakes.map(({ keyId }) => keyId))], receivedAt);
  const welcome = intakes.filter(({ keyId }) => good.has(keyId));
  const acceptedAt = await store.acceptance.begin(deps.acceptance.now());
  deps.acceptance.raise(acceptedAt);
  const plans = new Map<Intake, IntakePlan>();
  for (const [organizationId, own] of byOrganization(welcome)) {
    const { matchers, rules } = await deps.matchers.of(store, organizationId);
    const selected = own.map((intake) => ({ intake, exclusions: exclusionsOf(rules, intake) }));
    const keys = selected.map(({ intake, exclusions }) => keysOf(intake, exclusions));
    const holders = await holdersOf(store, organizationId, keys);
    for (const { intake, exclusions } of selected) {
      plans.set(intake, planIntake(deps, intake, { acceptedAt, holders, matchers, exclusions }, births));
    }
  }
  await insert(store, [...plans.values()], receivedAt);
  const answers: AcceptAnswer[] = [];
  for (const intake of intakes) answers.push(await answerOf(store, intake, plans.get(intake)));
  return answers;
}

// What is not kept takes no key; where another event has it, that one is the answer.
async function holdersOf(store: AcceptStore, organizationId: string, keys: readonly RequestKeys[]): Promise<Holders> {
  const claimed = await store.events.reserveKeys(keys.flatMap((one) => one.claimed));
  const asked = keys.flatMap((one) => one.asked).map(({ key }) => key);
  if (asked.length === 0) return claimed;
  return new Map([...(await store.events.keyHolders(organizationId, asked)), ...claimed]);
}

/** Requests by their organizations; these in one order, so that two transactions never wait for each other's keys in a circle. */
export function byOrganization(intakes: readonly Intake[]): ReadonlyMap<string, readonly Intake[]> {
  const groups = new Map<string, Intake[]>();
  for (const intake of intakes) {
    const group = groups.get(intake.organizationId);
    if (group === undefined) groups.set(intake.organizationId, [intake]);
    else group.push(intake);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function insert(store: AcceptStore, plans: readonly IntakePlan[], now: Date): Promise<void> {
  await store.events.insertMany(plans.flatMap(({ fresh }) => fresh));
  const waiting = plans.flatMap((plan) => plan.waiting);
  const leased = plans.flatMap((plan) => plan.births.map(({ claimed }) => claimed));
  await store.deliveries.insertPlanned(waiting, leased, now);
}

async function answerOf(store: AcceptStore, intake: Intake, plan: IntakePlan | undefined): Promise<AcceptAnswer> {
  if (plan === undefined) return { refused: keyRevokedMeanwhile() };
  const results: IntakeResult[] = [];
  for (const outcome of plan.outcomes) results.push(await resultOf(store, intake.organizationId, outcome));
  return { accepted: { results, births: plan.births, waitingFor: waitingFor(plan.waiting) } };
}

/** The webhooks for which some deliveries wait. */
export function waitingFor(waiting: readonly Delivery[]): Waiting {
  const webhooksOf = (some: readonly Delivery[]): string[] => [...new Set(some.map(({ webhookId }) => webhookId))];
  return {
    pending: webhooksOf(waiting.filter(({ state }) => state === 'pending')),
    probes: webhooksOf(waiting.filter(({ state, reason }) => state === 'held' && reason === 'breaker_open')),
  };
}

async function resultOf(store: AcceptStore, organizationId: string, outcome: IntakeOutcome): Promise<IntakeResult> {
  if (outcome.kind !== 'repeated') return outcome;
  const { eventId } = outcome;
  const all = await store.deliveries.byEvent(organizationId, eventId);
  // The first answer again: what was redelivered or replayed since was not in it.
  const first = all.filter(({ asked }) => asked === undefined);
  return { kind: 'accepted', eventId, deliveries: first.length, duplicate: true };
}
