// What all readers of the log have in common: pieces of an answer, made as they are taken, and the read that is told of.
import type { Event } from '../domain/event.ts';
import type { LogRead } from '../domain/log-reads.ts';
import type { LogReading } from '../services/read-log.ts';
import type { ApiRequest } from './route.ts';
import { actorOf } from './route.ts';

/** Where reads are told of. */
export interface ReadNotes {
  /** Told of a read when its answer is made. Never throws, and keeps nobody waiting. */
  logRead(read: LogRead): void;
}

/** What is made of the events of a page. */
export interface PieceMakers {
  /** What stands before all events, if anything. */
  readonly begin: string;
  /** An event. */
  write(event: Event): string;
  /** What stands between two events. */
  readonly separator: string;
  /** What stands after all. `last` is the last event that was written; `hasMore`: whether there is another after it. */
  end(page: PageEnd): string;
}

/** How a page has ended. */
export interface PageEnd {
  readonly size: number;
  readonly last: Event | undefined;
  readonly hasMore: boolean;
}

/**
 * The pieces of an answer with at most `limit` events. Of a reading that holds one more, that one only says that there is.
 * The read is noted when the last piece is taken, or the caller has gone.
 */
export async function* pieces(
  notes: ReadNotes,
  request: ApiRequest,
  { batches }: Pick<LogReading, 'batches'>,
  limit: number,
  make: PieceMakers,
): AsyncGenerator<string> {
  let page: PageEnd = { size: 0, last: undefined, hasMore: false };
  let newest: Event | undefined;
  let before = make.begin;
  try {
    for await (const batch of batches) {
      const events = batch.slice(0, limit - page.size);
      newest ??= events[0];
      const text = events.map((event) => make.write(event)).join(make.separator);
      if (text !== '') yield `${before}${text}`;
      if (text !== '') before = make.separator;
      page = {
        size: page.size + events.length,
        last: events.at(-1) ?? page.last,
        hasMore: events.length < batch.length,
      };
      if (page.hasMore) break;
    }
    yield `${page.size === 0 ? make.begin : ''}${make.end(page)}`;
  } finally {
    notes.logRead(readOf(request, page.size, newest, page.last));
  }
}

/** A read, as the log tells of it. */
export function readOf(
  request: ApiRequest,
  results: number,
  newest: Event | undefined,
  oldest: Event | undefined,
): LogRead {
  return {
    actor: actorOf(request),
    route: `${request.method} ${request.route}`,
    query: filterText(request),
    results,
    newest,
    oldest,
  };
}

// Where somebody is in what he reads is not what he asks for. What the route does not know may be a secret.
const PLACES: readonly string[] = ['cursor', 'pageCursor', 'scanTo', 'offset', 'limit'];

function filterText({ search, parameters }: Pick<ApiRequest, 'search' | 'parameters'>): string {
  const filters = parameters.filter((name) => !PLACES.includes(name));
  // Of one that is repeated the first counts.
  const pairs = filters.flatMap((name) => {
    const value = search.get(name) ?? '';
    return value.trim() === '' ? [] : [`${name}=${value}`];
  });
  return pairs.sort().join('&');
}
