// Plans requests with events before their transaction, on the strength of what is remembered: keys that were good, webhooks
// as they were last seen, idempotency keys that nobody has. The transaction looks whether it holds.
import type { PlannedIntakes } from '../store/batch/planned.ts';
import type { AcceptAnswer, IntakeResult } from './accept.ts';
import { byOrganization, releasing, waitingFor } from './accept.ts';
import type { Birth, Intake, IntakeOutcome, IntakePlan, PlanIntakeDeps } from './intake-plan.ts';
import { exclusionsOf, keysOf, planIntake } from './intake-plan.ts';
import type { KeptMatchers } from './planning.ts';

/** What planning ahead touches. */
export interface AcceptAheadDeps extends PlanIntakeDeps {
  readonly acceptance: { now(): Date };
  readonly matchers: { kept(organizationId: string): KeptMatchers | undefined };
}

/** What is to be stored, on which conditions, and what is answered then. */
export interface AcceptedAhead extends PlannedIntakes {
  readonly answers: readonly AcceptAnswer[];
}

/**
 * Plans requests; `undefined` where too little is remembered. Room is reserved for what is leased: give it free where it
 * is not stored.
 */
export function acceptAhead(deps: AcceptAheadDeps, intakes: readonly Intake[]): AcceptedAhead | undefined {
  const organizations = [...byOrganization(intakes).keys()];
  const kept = new Map<string, KeptMatchers>();
  for (const organizationId of organizations) {
    const matchers = deps.matchers.kept(organizationId);
    if (matchers === undefined) return undefined;
    kept.set(organizationId, matchers);
  }
  const births: Birth[] = [];
  const acceptedAt = deps.acceptance.now();
  const selected = intakes.map((intake) => {
    const { matchers = [], rules } = kept.get(intake.organizationId) ?? {};
    return { intake, matchers, exclusions: exclusionsOf(rules, intake) };
  });
  const keys = selected.map(({ intake, exclusions }) => keysOf(intake, exclusions));
  const plans = releasing(deps, births, () =>
    selected.map(({ intake, ...facts }) =>
      planIntake(deps, intake, { acceptedAt, holders: NO_HOLDERS, ...facts }, births),
    ),
  );
  return {
    keyIds: [...new Set(intakes.map(({ keyId }) => keyId))],
    now: intakes[0]?.receivedAt ?? new Date(0),
    acceptedAt,
    stamps: [...kept].map(([organizationId, { stamp }]) => ({ organizationId, stamp })),
    reservations: keys.flatMap(({ claimed }) => claimed),
    unclaimed: keys.flatMap(({ asked }) => asked),
    events: plans.flatMap(({ fresh }) => fresh),
    waiting: plans.flatMap(({ waiting }) => waiting),
    leased: births.map(({ claimed }) => claimed),
    answers: plans.map(answerOf),
  };
}

const NO_HOLDERS = new Map<string, never>();

function answerOf({ outcomes, births, waiting }: IntakePlan): AcceptAnswer {
  return { accepted: { results: outcomes.flatMap(resultOf), births, waitingFor: waitingFor(waiting) } };
}

// Nothing is repeated where nobody has a key.
function resultOf(outcome: IntakeOutcome): IntakeResult[] {
  return outcome.kind === 'repeated' ? [] : [outcome];
}
