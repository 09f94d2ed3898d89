// The headers that a webhook cannot set, each with the reason: who tries one has a purpose, and is told how it is met.

const CONNECTION = 'The engine opens, keeps and closes connections itself.';
const PROTOCOL = 'Requests are HTTP/1.1 and never change to another protocol.';
const TRAILERS = 'Requests have no trailers, and the connection says so itself.';
const ON_THE_WAY = 'It tells of proxies on the way; requests come from the engine itself.';

/** Names in lower case and why they are forbidden; one that ends in `*` stands for all that begin so. */
export const FORBIDDEN_HEADERS: Readonly<Record<string, string>> = {
  host: 'The URL says it: the name there is the one that is sent.',
  'content-length': 'It is counted from the body that is sent.',
  'content-encoding': 'The body is never compressed, so it would not be true.',
  'transfer-encoding': 'The body is sent in one piece, with its length.',
  'accept-encoding': 'It is always identity: a compressed answer is never decoded.',
  connection: CONNECTION,
  'keep-alive': CONNECTION,
  upgrade: PROTOCOL,
  'http2-settings': PROTOCOL,
  expect: 'The body is sent at once, without asking before.',
  te: TRAILERS,
  trailer: TRAILERS,
  via: ON_THE_WAY,
  forwarded: ON_THE_WAY,
  'x-forwarded-*': ON_THE_WAY,
  'proxy-*': 'It is meant for a proxy on the way, which would keep it; what the receiver asks for is Authorization.',
  cookie: 'Cookies belong to the session of a browser; put what the receiver asks for into Authorization.',
  date: 'A fixed date would be wrong at each sending; webhook-timestamp has the time.',
  'webhook-*': 'By these the receiver knows a repetition and checks the signature, so only the engine sets them.',
  'hookwright-*': 'By these the engine names the event and counts hops and attempts, so only the engine sets them.',
};

/** Why a webhook cannot set the header, or `undefined` where it can. Upper and lower case do not count, nor `_` for `-`. */
export function whyForbidden(name: string): string | undefined {
  // CGI and its heirs (WSGI, PHP) read "_" and "-" as the same: what may not be set must not come in by the other.
  const lower = name.toLowerCase().replaceAll('_', '-');
  const [, reason] =
    Object.entries(FORBIDDEN_HEADERS).find(([entry]) =>
      entry.endsWith('*') ? lower.startsWith(entry.slice(0, -1)) : lower === entry,
    ) ?? [];
  return reason;
}
