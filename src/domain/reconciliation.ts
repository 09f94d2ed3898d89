// What became of everything that was accepted: each delivery counts once, and none is missing.
import type { DeliveryState } from './delivery.ts';
import { FINAL_STATES } from './delivery.ts';

/** How many deliveries are in each state. */
export type StateCounts = Readonly<Record<DeliveryState, number>>;

/** A delivery that is not over, and since when it waits. */
export interface WaitingDelivery {
  readonly id: string;
  readonly since: Date;
}

/** The deliveries to one webhook, counted; also to one that was deleted. */
export interface WebhookReconciliation {
  readonly webhookId: string;
  readonly name: string;
  readonly counts: StateCounts;
  readonly oldestWaiting: WaitingDelivery | undefined;
}

/** All events and deliveries of an organization at one moment. */
export interface Reconciliation extends Omit<WebhookReconciliation, 'webhookId' | 'name'> {
  readonly webhooks: readonly WebhookReconciliation[];
  /** All deliveries, counted without looking at their states. */
  readonly deliveries: number;
  readonly events: number;
  /** Events that have a delivery. */
  readonly eventsPlanned: number;
}

/** The three things that can have become of deliveries: delivered, waiting, and ended without being delivered. */
export interface Balance {
  readonly accepted: number;
  readonly delivered: number;
  readonly waiting: number;
  readonly ended: number;
}

/** Adds counts up. */
export function sumCounts(items: readonly { readonly state: DeliveryState; readonly count: number }[]): StateCounts {
  const counts = { pending: 0, sending: 0, held: 0, delivered: 0, exhausted: 0, rejected: 0, cancelled: 0 };
  for (const { state, count } of items) counts[state] += count;
  return counts;
}

/** The balance of some counts. */
export function balanceOf(counts: StateCounts): Balance {
  const { delivered } = counts;
  const waiting = counts.pending + counts.sending + counts.held;
  const final = FINAL_STATES.reduce((sum, state) => sum + counts[state], 0);
  return { accepted: waiting + final, delivered, waiting, ended: final - delivered };
}

/** Whether accepted = delivered + waiting + ended: for all deliveries, and for those of the webhooks together. */
export function isBalanced({ counts, webhooks, deliveries, events, eventsPlanned }: Reconciliation): boolean {
  const ofWebhooks = webhooks.reduce((sum, own) => sum + balanceOf(own.counts).accepted, 0);
  return balanceOf(counts).accepted === deliveries && ofWebhooks === deliveries && eventsPlanned <= events;
}
