// The transaction of a group as steps: what was planned on the strength of what is remembered is stored if that still
// holds, and nothing of it otherwise.
import type { Delivery } from '../../domain/delivery.ts';
import type { Event } from '../../domain/event.ts';
import type { Health } from '../../domain/health.ts';
import type { Claimed, Finish } from '../../domain/lease.ts';
import { goodKeysQuery } from '../access.ts';
import { writeDelivery } from '../codec/delivery.ts';
import { writeEvent } from '../codec/event.ts';
import { writeHealth } from '../codec/health.ts';
import { writeBodies, writeStart } from '../codec/invocation.ts';
import type { Dialect } from '../dialect.ts';
import type { KeyReservation } from '../events.ts';
import { keyRows, ONCE } from '../events.ts';
import { endUpdate, settleUpdate } from '../lifecycle/record.ts';
import { insertSteps, updateSteps } from '../sql/rows.ts';
import { healthQuery } from '../webhook-health.ts';
import { stampQuery } from '../webhooks.ts';
import type { Step } from './steps.ts';

/** Requests with events, as they were planned. */
export interface PlannedIntakes {
  /** Keys that have to be good `now`. */
  readonly keyIds: readonly string[];
  readonly now: Date;
  /** What the webhooks of each organization were when events were matched with them. */
  readonly stamps: readonly { readonly organizationId: string; readonly stamp: string }[];
  /** Keys that nobody may have yet. */
  readonly reservations: readonly KeyReservation[];
  readonly events: readonly Event[];
  readonly waiting: readonly Delivery[];
  readonly leased: readonly Claimed[];
}

/** Ends of attempts, whose deliveries have to be leased still, and what they mean for the health of their webhooks. */
export interface PlannedFinishes {
  readonly finishes: readonly Finish[];
  readonly healths: readonly PlannedHealth[];
}

/** The health of a webhook as it was found, by its text; and what it becomes, where that is another. */
export interface PlannedHealth {
  readonly webhookId: string;
  readonly found: string;
  readonly next: Health | undefined;
}

/** The steps that store requests. */
export function intakeSteps(dialect: Dialect, plan: PlannedIntakes): Step[] {
  if (plan.keyIds.length === 0) return [];
  return [
    { ...goodKeysQuery(plan.keyIds, plan.now), expects: plan.keyIds.length },
    ...plan.stamps.map(({ organizationId, stamp }) => ({ ...stampQuery(organizationId), expects: stamp })),
    ...insertSteps(dialect, 'idempotency_keys', keyRows(plan.reservations), `${ONCE} returning event_id`).map(allOf),
    ...insertSteps(dialect, 'events', plan.events.map(writeEvent)),
    ...insertSteps(dialect, 'deliveries', [
      ...plan.waiting.map((delivery) => writeDelivery(delivery)),
      ...plan.leased.map((one) => writeDelivery(one.delivery, { token: one.leaseToken, until: one.leaseUntil })),
    ]),
    ...insertSteps(
      dialect,
      'invocations',
      plan.leased.map(({ invocation }) => writeStart(invocation)),
    ),
  ];
}

// Each key is expected to be free: a step gives a row for each that it has taken.
function allOf({ statement, values }: Step): Step {
  return { statement, values, expects: values.length / KEY_COLUMNS };
}

const KEY_COLUMNS = 5;

/** The steps that record ends of attempts. */
export function finishSteps(dialect: Dialect, { finishes, healths }: PlannedFinishes): Step[] {
  return [
    ...healths.map(({ webhookId, found }) => ({ ...healthQuery(webhookId), expects: found })),
    ...updateSteps(dialect, settleUpdate(finishes.flatMap(({ fence }) => fence ?? []))),
    ...updateSteps(dialect, endUpdate(finishes)),
    ...insertSteps(
      dialect,
      'invocation_bodies',
      finishes.flatMap(({ invocationId, start, end }) => {
        const row = start === undefined ? undefined : writeBodies(invocationId, start.organizationId, end);
        return row === undefined ? [] : [row];
      }),
      'on conflict (invocation_id) do nothing',
    ),
    ...healths.flatMap(({ webhookId, next }) => (next === undefined ? [] : healthSteps(dialect, webhookId, next))),
  ];
}

function healthSteps(dialect: Dialect, webhookId: string, health: Health): Step[] {
  const row = { webhook_id: webhookId, ...writeHealth(health) };
  const columns = Object.keys(row).filter((column) => column !== 'webhook_id');
  return updateSteps(dialect, {
    table: 'webhook_health',
    rows: [row],
    set: Object.fromEntries(columns.map((column) => [column, `next.${column}`])),
    where: 'webhook_health.webhook_id = next.webhook_id',
    returning: 'webhook_health.webhook_id',
    integers: ['failures', 'failed_probes'],
  });
}
