// The door of intake, before express: while there is no room, refusing must cost next to nothing. What is refused is
// many times what is stored then, and each commit waits for a dozen turns of the loop that refusals take part in.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { NewId } from '../domain/ids.ts';
import type { IntakeGate } from '../domain/intake-gate.ts';
import { busy, hasKnownLength } from './intake.ts';
import { sendProblem } from './plain-answer.ts';
import { problemOf } from './problem.ts';
import type { RequestFact } from './server.ts';

/** What the door touches. */
export interface DoorDeps {
  readonly intake: {
    readonly gate: Pick<IntakeGate, 'isFull'>;
    readonly report: { intakeRefused(fact: { readonly reason: 'busy' }): void };
  };
  /** What stands behind it. */
  readonly routes: readonly DoorRoute[];
  readonly newId: NewId;
  readonly report: { requestServed(fact: RequestFact): void };
}

/** What the door knows of a route. */
export interface DoorRoute {
  readonly method: string;
  readonly path: string;
  readonly body: { readonly maxBytes: number; readonly bounded?: boolean } | undefined;
}

interface BoundedRoute {
  readonly path: string;
  readonly maxBytes: number;
}

/** Answers requests to bounded routes with 503 `intake_busy` while there is no room, and leaves all else to `app`. */
export function behindDoor(deps: DoorDeps, app: RequestListener): RequestListener {
  // By method and path as they are mostly spelled; another spelling is refused behind the door, by the same gate.
  const bounded = new Map<string, BoundedRoute>(
    deps.routes.flatMap(({ method, path, body }) =>
      body?.bounded === true ? [[`${method.toUpperCase()} ${path}`, { path, maxBytes: body.maxBytes }] as const] : [],
    ),
  );
  return (request, response) => {
    const route = deps.intake.gate.isFull ? bounded.get(targetOf(request)) : undefined;
    if (route === undefined) app(request, response);
    else refuse(deps, route, request, response);
  };
}

function targetOf({ method = '', url = '' }: IncomingMessage): string {
  return `${method} ${url.split('?', 1)[0] ?? ''}`;
}

// The error is made once: the trace of its stack is what costs most.
const BUSY = busy();

function refuse(
  deps: DoorDeps,
  { path, maxBytes }: BoundedRoute,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const requestId = deps.newId('req');
  const problem = problemOf(BUSY, requestId);
  sendProblem(response, problem, { requestId, isLast: !hasKnownLength(request, maxBytes) });
  deps.intake.report.intakeRefused({ reason: 'busy' });
  const method = request.method ?? '';
  deps.report.requestServed({
    method,
    route: path,
    status: problem.status,
    durationMs: 0,
    requestId,
    keyId: undefined,
    address: undefined,
  });
}
