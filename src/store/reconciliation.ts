// Reconciliation: every event and every delivery of an organization counted, and the sums held against each other.
import type { Reconciliation, StateCounts, WaitingDelivery, WebhookReconciliation } from '../domain/reconciliation.ts';
import { sumCounts } from '../domain/reconciliation.ts';
import type { DeliveryState } from '../domain/delivery.ts';
import { DELIVERY_STATES } from '../domain/delivery.ts';
import type { Row } from './codec/columns.ts';
import { instant, integer, oneOf, optionalText, text } from './codec/columns.ts';
import { rowsOf } from './dialect.ts';
import type { StoreDeps } from './sql/rows.ts';

// One statement, so that all numbers are of the same moment although work goes on. What they are held against is
// counted by itself: the sum of the groups would always equal itself. Ids ascend, so the smallest is the oldest.
// What is added to the organization keeps SQLite from going through an index, and from there to each row of the table
// (measured with 300,000 deliveries: 0.2 s instead of 0.6 s).
const COUNTS = `
  with counted as (
    select webhook_id, state, count(*) as count, min(id) as oldest_id, min(created_at) as oldest_at
    from deliveries where organization_id || '' = ? group by webhook_id, state
  )
  select c.webhook_id, w.name, c.state, c.count, c.oldest_id, c.oldest_at,
    (select count(*) from deliveries where organization_id = ?) as deliveries,
    (select count(*) from events where organization_id = ?) as events,
    (select count(*) from (select distinct event_id from deliveries where organization_id = ?) as d) as planned
  from (select 1 as one) as always
  left join counted as c on true
  left join webhooks as w on w.id = c.webhook_id
  order by c.webhook_id desc, c.state`;

/** Counts them, in all and for each webhook, newest first. */
export async function reconcile({ database }: StoreDeps, organizationId: string): Promise<Reconciliation> {
  const rows = rowsOf(
    await database.reader.raw(
      COUNTS,
      [0, 1, 2, 3].map(() => organizationId),
    ),
  );
  const groups = rows.flatMap(readGroup);
  const [totals = {}] = rows;
  return {
    ...summary(groups),
    webhooks: webhooksOf(groups),
    deliveries: integer(totals, 'deliveries'),
    events: integer(totals, 'events'),
    eventsPlanned: integer(totals, 'planned'),
  };
}

interface Group {
  readonly webhookId: string;
  readonly name: string;
  readonly state: DeliveryState;
  readonly count: number;
  readonly oldest: WaitingDelivery;
}

// Where there are no deliveries, there is one row all the same, for the totals.
function readGroup(row: Row): Group[] {
  const webhookId = optionalText(row, 'webhook_id');
  if (webhookId === undefined) return [];
  return [
    {
      webhookId,
      name: text(row, 'name'),
      state: oneOf(row, 'state', DELIVERY_STATES),
      count: integer(row, 'count'),
      oldest: { id: text(row, 'oldest_id'), since: instant(row, 'oldest_at') },
    },
  ];
}

function webhooksOf(groups: readonly Group[]): WebhookReconciliation[] {
  const names = new Map(groups.map(({ webhookId, name }) => [webhookId, name]));
  return [...names].map(([webhookId, name]) => ({
    webhookId,
    name,
    ...summary(groups.filter((group) => group.webhookId === webhookId)),
  }));
}

const WAITING: readonly DeliveryState[] = ['pending', 'sending', 'held'];

function summary(groups: readonly Group[]): {
  readonly counts: StateCounts;
  readonly oldestWaiting: WaitingDelivery | undefined;
} {
  const waiting = groups.filter(({ state }) => WAITING.includes(state)).map(({ oldest }) => oldest);
  return { counts: sumCounts(groups), oldestWaiting: waiting.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0] };
}
