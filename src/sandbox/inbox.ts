// What arrived at the sandbox, kept in memory for looking at: bounded, newest first, secrets hidden.
import type { HeaderLines } from '../domain/exchange.ts';
import { isPublicHeader, MASK } from '../domain/headers.ts';

/** A request that arrived. Header values that a webhook may have as secrets are `***`. */
export interface SandboxRequest {
  readonly id: string;
  readonly receivedAt: Date;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: HeaderLines;
  /** As text, at most 64 KiB of it. The values of a form are `***`. */
  readonly body: string;
  /** Bytes that arrived, which is more than `body` holds where `truncated`. */
  readonly bodyBytes: number;
  readonly truncated: boolean;
  /** The status that was answered; `undefined` before that, and where the connection was cut or the client left. */
  readonly status: number | undefined;
}

/** What is asked for: how many, and only those that arrived before the one with the id `after`. */
export interface InboxQuery {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** Keeps the last requests. */
export interface Inbox {
  /** Keeps a request as it arrives; the function it gives notes the status that was answered. */
  add(request: Omit<SandboxRequest, 'id' | 'status'>): (status: number) => void;
  list(query: InboxQuery): readonly SandboxRequest[];
  /** Forgets the requests of an event; of those that are still to come, nothing is kept. */
  forget(eventId: string): void;
}

// A request that is under way when its event is forgotten arrives within a minute.
const FORGOTTEN = 1000;

// Set by the engine or by the connection, and never secret.
const OWN_HEADERS = ['host', 'connection', 'content-length', 'user-agent', 'accept-encoding'];

/** Makes an inbox for the last `capacity` requests; older ones are forgotten. */
export function createInbox(capacity: number): Inbox {
  let kept: { request: SandboxRequest }[] = [];
  let forgotten: readonly string[] = [];
  let count = 0;
  return {
    add: (request) => {
      count += 1;
      const id = `sbx_${String(count).padStart(10, '0')}`;
      const { headers, body } = request;
      const shown = { headers: headers.map(shownHeader), body: shownBody(headers, body) };
      const entry = { request: { ...request, ...shown, id, status: undefined } };
      if (!forgotten.includes(eventOf(headers))) kept.unshift(entry);
      kept.length = Math.min(kept.length, capacity);
      return (status) => Object.assign(entry, { request: { ...entry.request, status } });
    },
    // Ids sort by arrival: the list goes on at the right place although its anchor may be forgotten by now.
    list: ({ limit, after }) => {
      const requests = kept.map(({ request }) => request);
      return requests.filter(({ id }) => after === undefined || id < after).slice(0, limit);
    },
    forget: (eventId) => {
      forgotten = [...forgotten.filter((id) => id !== eventId), eventId].slice(-FORGOTTEN);
      kept = kept.filter(({ request }) => eventOf(request.headers) !== eventId);
    },
  };
}

function eventOf(headers: HeaderLines): string {
  return headers.find(([name]) => name.toLowerCase() === 'hookwright-event')?.[1] ?? '';
}

function shownHeader([name, value]: readonly [string, string]): readonly [string, string] {
  const isOwn = /^(?:webhook|hookwright)-/i.test(name);
  return [name, isOwn || isPublicHeader(name, OWN_HEADERS) ? value : MASK];
}

// Webhooks send JSON; a form comes from asking for an access token, and may hold the client's secret.
function shownBody(headers: HeaderLines, body: string): string {
  const isForm = headers.some(
    ([name, value]) => name.toLowerCase() === 'content-type' && /^application\/x-www-form-urlencoded\b/i.test(value),
  );
  return isForm ? body.replaceAll(/=[^&]*/g, `=${MASK}`) : body;
}
