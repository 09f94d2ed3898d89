// Three accounts of one load, held against each other: what the generator was promised, what has arrived, and what the
// program says of it and has on record. Pure.
import type { LoadResult } from './generator-messages.ts';
import type { Account } from './program.ts';
import type { Arrivals } from './receiver-messages.ts';

/** What became of the deliveries of the events that were acknowledged. All but the first four are 0 where all is well. */
export interface Reconciled {
  /** Events that were acknowledged. */
  readonly published: number;
  /** Deliveries that they are due. */
  readonly due: number;
  /** That have arrived, each counted once. */
  readonly delivered: number;
  /** Requests beyond the first for a delivery. */
  readonly duplicated: number;
  /** That the program has given up, and says so. */
  readonly dead: number;
  /** That have neither arrived nor were given up. */
  readonly lost: number;
  /** That are not over by the program's account, although all was waited for. */
  readonly waiting: number;
  /** Arrivals for events that were not acknowledged: an answer was lost, and nothing else. */
  readonly unacknowledged: number;
  /** Events of which nobody knows whether they were stored. */
  readonly unclear: number;
  /** Requests for deliveries of an earlier load, whose account was closed. */
  readonly late: number;
  /** Requests that have arrived and are not on record. */
  readonly unrecorded: number;
  /** Deliveries that the program has accepted, or calls delivered, and the other two accounts do not, or the reverse. */
  readonly disputed: number;
}

/** What the program itself says of the load; `undefined` where it keeps no account. */
export interface OwnAccount extends Account {
  /** Invocations on record. */
  readonly invocations: number;
}

type Posted = Pick<LoadResult, 'events' | 'acknowledgedAt' | 'unclear'>;
type Received = Pick<Arrivals, 'counts' | 'webhooks' | 'late'>;

/** Counts. Only the webhooks before `dueWebhooks` are looked at: the last one may be a dead receiver. */
export function reconcile(
  posted: Posted,
  received: Received,
  own: OwnAccount | undefined,
  dueWebhooks: number,
): Reconciled {
  const counted = count(posted, received, dueWebhooks);
  const { published, delivered, unacknowledged } = counted;
  const due = published * dueWebhooks;
  const { dead = 0, waiting = 0 } = own ?? {};
  const { unclear } = posted;
  return {
    ...{ published, due, delivered, duplicated: counted.requests - delivered - unacknowledged },
    ...{ dead, lost: Math.max(due - delivered - dead, 0), waiting },
    ...{ unacknowledged, unclear, late: received.late },
    unrecorded: own === undefined ? 0 : Math.max(counted.requests - own.invocations, 0),
    disputed:
      own === undefined
        ? 0
        : disputed(own, { due, most: due + unclear * dueWebhooks, arrived: delivered + unacknowledged }),
  };
}

interface Counted {
  readonly published: number;
  readonly delivered: number;
  readonly unacknowledged: number;
  readonly requests: number;
}

function count({ events, acknowledgedAt }: Posted, { counts, webhooks }: Received, dueWebhooks: number): Counted {
  let [published, delivered, unacknowledged, requests] = [0, 0, 0, 0];
  for (let event = 0; event < events; event += 1) {
    const isAcknowledged = acknowledgedAt[event] !== 0;
    if (isAcknowledged) published += 1;
    for (let webhook = 0; webhook < dueWebhooks; webhook += 1) {
      const arrived = counts[event * webhooks + webhook] ?? 0;
      requests += arrived;
      if (arrived === 0) continue;
      if (isAcknowledged) delivered += 1;
      else unacknowledged += 1;
    }
  }
  return { published, delivered, unacknowledged, requests };
}

// An unclear event may have been accepted or not; any other was. A delivery may have arrived and not be `delivered`
// (its answer was lost), but not the reverse.
function disputed(
  own: OwnAccount,
  { due, most, arrived }: Readonly<Record<'due' | 'most' | 'arrived', number>>,
): number {
  const accepted = Math.max(due - own.accepted, 0) + Math.max(own.accepted - most, 0);
  return accepted + Math.max(own.delivered - arrived, 0);
}

/** Several of them as one. */
export function sumOf(all: readonly Reconciled[]): Reconciled {
  const sum = (name: keyof Reconciled): number => all.reduce((total, one) => total + one[name], 0);
  return {
    ...{ published: sum('published'), due: sum('due'), delivered: sum('delivered'), duplicated: sum('duplicated') },
    ...{ dead: sum('dead'), lost: sum('lost'), waiting: sum('waiting'), unacknowledged: sum('unacknowledged') },
    ...{ unclear: sum('unclear'), late: sum('late'), unrecorded: sum('unrecorded'), disputed: sum('disputed') },
  };
}
