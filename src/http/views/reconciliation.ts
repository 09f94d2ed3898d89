// The wire form of the reconciliation.
import type { ExactJsonObject } from '../../domain/json.ts';
import type { Reconciliation, StateCounts, WaitingDelivery } from '../../domain/reconciliation.ts';
import { balanceOf, isBalanced } from '../../domain/reconciliation.ts';

/** The reconciliation as `schemas/api/reconciliation.schema.json` describes it. */
export function reconciliationView(found: Reconciliation, at: Date): ExactJsonObject {
  const { events, eventsPlanned } = found;
  return {
    at: at.toISOString(),
    balanced: isBalanced(found),
    events: { accepted: events, with_deliveries: eventsPlanned, without_deliveries: events - eventsPlanned },
    deliveries: { ...countsView(found, at), accepted: found.deliveries },
    webhooks: found.webhooks.map((own) => ({ id: own.webhookId, name: own.name, ...countsView(own, at) })),
  };
}

interface Counted {
  readonly counts: StateCounts;
  readonly oldestWaiting: WaitingDelivery | undefined;
}

function countsView({ counts, oldestWaiting }: Counted, at: Date): ExactJsonObject {
  const { accepted, delivered, waiting, ended } = balanceOf(counts);
  return {
    accepted,
    delivered,
    waiting,
    ended,
    by_state: { ...counts },
    oldest_waiting: oldestWaiting === undefined ? null : waitingView(oldestWaiting, at),
  };
}

function waitingView({ id, since }: WaitingDelivery, at: Date): ExactJsonObject {
  const age = Math.max(Math.floor((at.getTime() - since.getTime()) / 1000), 0);
  return { delivery_id: id, since: since.toISOString(), age_in_sec: age };
}
