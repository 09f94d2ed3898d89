// What the sandbox receiver answers: decided by the path alone, so that a webhook's URL says what its test will meet.
import type { HeaderLines } from '../domain/exchange.ts';

/** The name under which the sandbox is reached; `.test` never resolves (RFC 6761), so it cannot be anybody's. */
export const SANDBOX_HOST = 'sandbox.hookwright.test';

/** A request as the sandbox got it. */
export interface ArrivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: HeaderLines;
  readonly body: string;
}

/** What to do with a request: answer after a while, or cut the connection. */
export type PlannedAnswer =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array;
      readonly delayMs: number;
    }
  | { readonly kind: 'reset' };

type Answerer = (argument: string, request: ArrivedRequest) => PlannedAnswer;

const MAX_DELAY_SEC = 70;
const JSON_TYPE = { 'content-type': 'application/json' };

/** What can be asked for, as the sandbox lists it. */
export const SANDBOX_PATHS: readonly { readonly path: string; readonly answer: string }[] = [
  { path: '/status/NNN', answer: 'That status, 100 to 999.' },
  { path: '/json/BASE64URL', answer: '200 with the decoded bytes as application/json.' },
  { path: '/slow/SECONDS', answer: `200 after that many seconds, 0 to ${String(MAX_DELAY_SEC)}.` },
  { path: '/redirect', answer: '302 to /echo.' },
  { path: '/echo', answer: '200 with method, path, headers and body of the request.' },
  { path: '/reset', answer: 'No answer: the connection is cut.' },
];

const ANSWERERS: Readonly<Record<string, Answerer>> = {
  status: (argument) => statusAnswer(argument),
  json: (argument) => jsonAnswer(argument),
  slow: (argument) => slowAnswer(argument),
  redirect: exactly(() => ({ ...json(302, {}), headers: { location: `https://${SANDBOX_HOST}/echo` }, body: '' })),
  echo: exactly(({ method, path, headers, body }) => json(200, { method, path, headers: byName(headers), body })),
  reset: exactly(() => ({ kind: 'reset' })),
};

/** Decides what to answer. Whatever cannot be answered as asked is a 4xx whose JSON says why and what can be asked. */
export function planAnswer(request: ArrivedRequest): PlannedAnswer {
  const [path = ''] = request.path.split('?');
  if (path === '/') return json(200, { paths: SANDBOX_PATHS });
  const [, name = '', argument = ''] = /^\/([^/]*)(?:\/(.*))?$/.exec(path) ?? [];
  const answerer = Object.hasOwn(ANSWERERS, name) ? ANSWERERS[name] : undefined;
  return answerer === undefined ? unknownPath() : answerer(argument, request);
}

function exactly(answer: (request: ArrivedRequest) => PlannedAnswer): Answerer {
  return (argument, request) => (argument === '' ? answer(request) : unknownPath());
}

function statusAnswer(argument: string): PlannedAnswer {
  if (!/^[1-9]\d\d$/.test(argument)) return explain(400, 'A status is a number from 100 to 999, like /status/503.');
  return json(Number(argument), { status: Number(argument) });
}

function jsonAnswer(argument: string): PlannedAnswer {
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(argument)) {
    return explain(400, 'After /json/ stands the answer in base64url: eyJvayI6dHJ1ZX0 is {"ok":true}.');
  }
  return { ...json(200, {}), body: Buffer.from(argument, 'base64url') };
}

function slowAnswer(argument: string): PlannedAnswer {
  const seconds = /^\d{1,2}(?:\.\d{1,3})?$/.test(argument) ? Number(argument) : Number.NaN;
  if (Number.isNaN(seconds) || seconds > MAX_DELAY_SEC) {
    return explain(
      400,
      `A delay is a number of seconds from 0 to ${String(MAX_DELAY_SEC)}, like /slow/3 or /slow/0.5.`,
    );
  }
  return { ...json(200, { waited_in_sec: seconds }), delayMs: seconds * 1000 };
}

function unknownPath(): PlannedAnswer {
  return explain(404, 'The sandbox has no answer for this path.');
}

function explain(status: number, message: string): PlannedAnswer {
  return json(status, { message, paths: SANDBOX_PATHS });
}

function json(status: number, value: unknown): Extract<PlannedAnswer, { kind: 'response' }> {
  return { kind: 'response', status, headers: JSON_TYPE, body: JSON.stringify(value), delayMs: 0 };
}

// Repeated headers are joined as RFC 9110 §5.2 joins them.
function byName(headers: HeaderLines): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const before = joined.get(lower);
    joined.set(lower, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(joined);
}
