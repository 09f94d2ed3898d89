// Looks through the events of a replay, and says which are to be delivered. A dry run looks through them the same way.
import type { Delivery } from '../domain/delivery.ts';
import type { Event } from '../domain/event.ts';
import { compileFilter } from '../domain/filter.ts';
import { matchesType } from '../domain/match.ts';
import type { ReplayScope, ReplayVerdict } from '../domain/replay.ts';
import { judgeForReplay } from '../domain/replay.ts';
import type { Webhook } from '../domain/webhook.ts';
import { createMatcher, plainEvent } from './planning.ts';

/** The part of the store that scanning touches. */
export interface ScanStore {
  readonly replays: {
    events(
      organizationId: string,
      cursor: Pick<ReplayScope, 'receivedAfter' | 'receivedBefore'> & {
        readonly afterId: string | undefined;
        readonly lastId: string;
        readonly limit: number;
      },
    ): Promise<readonly Event[]>;
    latestDeliveries(
      organizationId: string,
      webhookId: string,
      eventIds: readonly string[],
    ): Promise<ReadonlyMap<string, Delivery>>;
  };
}

/** Where a replay stands. */
export interface ScanFrom {
  readonly scope: ReplayScope;
  readonly position: string | undefined;
  readonly lastEventId: string | undefined;
}

/** An event to deliver, and the delivery that is repeated. */
export interface Chosen {
  readonly eventId: string;
  readonly earlier: Delivery | undefined;
}

/** What one look has found. */
export interface Scan {
  readonly scanned: number;
  readonly skipped: number;
  readonly chosen: readonly Chosen[];
  /** The last event that was looked at. */
  readonly position: string | undefined;
  /** Whether that was the last one. */
  readonly isOver: boolean;
}

/** Events that are looked at in one step: a transaction that nobody has to wait long for. */
export const SCANNED_AT_ONCE = 200;

/** Looks at the next events, and stops before it would choose more than `most`. */
export async function scanNext(store: ScanStore, webhook: Webhook, from: ScanFrom, most: number): Promise<Scan> {
  const { scope, position, lastEventId } = from;
  if (lastEventId === undefined) return { scanned: 0, skipped: 0, chosen: [], position, isOver: true };
  const { organizationId, id } = webhook;
  const { receivedAfter, receivedBefore } = scope;
  const cursor = { receivedAfter, receivedBefore, afterId: position, lastId: lastEventId, limit: SCANNED_AT_ONCE };
  const events = await store.replays.events(organizationId, cursor);
  const latest = await store.replays.latestDeliveries(
    organizationId,
    id,
    events.map((event) => event.id),
  );
  const judge = createJudge(scope, webhook);
  const chosen: Chosen[] = [];
  let [scanned, skipped] = [0, 0];
  for (const event of events) {
    const verdict = judge(event, latest.get(event.id));
    if (verdict === 'plan' && chosen.length === most) break;
    if (verdict === 'plan') chosen.push({ eventId: event.id, earlier: latest.get(event.id) });
    if (verdict === 'skip') skipped += 1;
    scanned += 1;
  }
  const isOver = scanned === events.length && events.length < SCANNED_AT_ONCE;
  return { scanned, skipped, chosen, position: events[scanned - 1]?.id ?? position, isOver };
}

type Judge = (event: Event, latest: Delivery | undefined) => Exclude<ReplayVerdict, 'plan_if_matched'>;

// What costs most, reading the event, comes last.
function createJudge(scope: ReplayScope, webhook: Webhook): Judge {
  const filter = scope.filter === undefined ? undefined : compileFilter(scope.filter);
  const matcher = createMatcher(webhook);
  const judge: Judge = (event, latest) => {
    // Whoever names no type means the engine's own events, too, where they were planned.
    if (scope.eventTypes.length > 0 && !matchesType(event.eventType, 'api', scope.eventTypes)) return 'pass';
    const verdict = judgeForReplay(scope.selection, latest);
    if (verdict === 'pass' || (filter === undefined && verdict !== 'plan_if_matched')) return verdict;
    const plain = plainEvent(event);
    if (filter !== undefined && !filter(plain)) return 'pass';
    if (verdict !== 'plan_if_matched') return verdict;
    return matcher.match(event, plain).matched ? 'plan' : 'pass';
  };
  return (event, latest) => (event.erased === undefined ? judge : judgeErased(scope))(event, latest);
}

// Whether filters would take it cannot be told any more.
function judgeErased({ eventTypes, selection }: ReplayScope): Judge {
  return ({ eventType }, latest) => {
    if (eventTypes.length > 0 && !matchesType(eventType, 'api', eventTypes)) return 'pass';
    return judgeForReplay(selection, latest) === 'pass' ? 'pass' : 'skip';
  };
}
