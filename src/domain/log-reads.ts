// Reads of the audit log, which are told of in it: one event for each key, filter and minute.
import type { Actor } from './access.ts';
import type { Counted, Kinds } from './counts.ts';
import type { OwnEvent } from './own-events.ts';

/** A read of the log that is over. */
export interface LogRead {
  readonly actor: Actor;
  /** Method and pattern of the route. */
  readonly route: string;
  /** What was asked for, without the place in it: `name=value` pairs in one order. Empty: everything. */
  readonly query: string;
  /** What was given: how many, and the newest and the oldest of them. */
  readonly results: number;
  readonly newest: LogReadEnd | undefined;
  readonly oldest: LogReadEnd | undefined;
}

/** An event at the end of what was given. */
export interface LogReadEnd {
  readonly id: string;
  readonly receivedAt: Date;
}

/** Reads are of a kind where key, route and query are the same. The rest is one for each organization. */
export const LOG_READS: Kinds<LogRead> = {
  kindOf: ({ actor, route, query }) => JSON.stringify([actor.keyId, route, query]),
  restOf: (read) => [JSON.stringify(['rest', read.actor.organizationId]), { ...read, query: '' }],
  together: (earlier, later) => ({
    ...later,
    results: earlier.results + later.results,
    newest: outer(earlier.newest, later.newest, (a, b) => a > b),
    oldest: outer(earlier.oldest, later.oldest, (a, b) => a < b),
  }),
};

function outer(
  a: LogReadEnd | undefined,
  b: LogReadEnd | undefined,
  isOuter: (a: Date, b: Date) => boolean,
): LogReadEnd | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return isOuter(a.receivedAt, b.receivedAt) ? a : b;
}

// The names are those of Jira's "Audit Log search performed".
const LONGEST_QUERY = 1000;

/** What the audit log says of reads. */
export function logReadEvent({ last, count, firstAt, lastAt }: Counted<LogRead>): OwnEvent {
  const { actor, route, query, results, newest, oldest } = last;
  return {
    type: 'audit_log.searched',
    action: 'searched',
    actor,
    targetId: undefined,
    targetName: 'Audit log',
    metadata: {
      route,
      query: query.slice(0, LONGEST_QUERY),
      count,
      first_at: firstAt.toISOString(),
      last_at: lastAt.toISOString(),
      results_returned: results,
      timestamp_range: newest === undefined || oldest === undefined ? null : rangeOf(oldest, newest),
      id_range: newest === undefined || oldest === undefined ? null : `${oldest.id} - ${newest.id}`,
    },
    current: undefined,
    previous: undefined,
  };
}

function rangeOf(oldest: LogReadEnd, newest: LogReadEnd): string {
  return `${oldest.receivedAt.toISOString()} - ${newest.receivedAt.toISOString()}`;
}
