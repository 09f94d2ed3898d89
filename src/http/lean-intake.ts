// Intake without express, which costs several times what all the rest of taking an event in does. It serves what nearly
// every request is: a known key and a body of announced length, as it is. Whatever else there is goes on to express
// before anything of it is read.
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Actor, Permission } from '../domain/access.ts';
import { may } from '../domain/access.ts';
import type { NewId } from '../domain/ids.ts';
import type { IntakeGate, IntakePlace } from '../domain/intake-gate.ts';
import { isRevokedMeanwhile } from '../services/known-keys.ts';
import { readCredentials } from './credentials.ts';
import type { FailureReport } from './failures.ts';
import { isUnread, problemFor } from './failures.ts';
import type { EventPost } from './handlers/events.ts';
import { sendProblem, sendReply } from './plain-answer.ts';
import { readText } from './request.ts';
import type { BodySpec, Reply } from './route.ts';
import type { RequestFact } from './server.ts';
import type { Uploads } from './uploads.ts';

/** What the lean way touches. */
export interface LeanDeps {
  readonly route: { readonly path: string; readonly permission: Permission; readonly body: BodySpec };
  post(request: EventPost): Promise<Reply>;
  readonly keys: {
    /** Who holds a key, as far as that can be said without asking the database. */
    holderOf(keyText: string): Actor | undefined;
  };
  readonly gate: Pick<IntakeGate, 'enter'>;
  readonly uploads: Pick<Uploads, 'read'>;
  /** As express would say it. */
  addressOf(request: IncomingMessage): string;
  readonly newId: NewId;
  monotonicMs(): number;
  /** Told after the answer that a key was used. */
  keyUsed(keyId: string): void;
  readonly report: FailureReport & { requestServed(fact: RequestFact): void };
}

interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly actor: Actor;
  readonly place: IntakePlace;
  readonly requestId: string;
  readonly address: string;
  readonly begunAtMs: number;
}

/** Serves the requests that it can, and leaves all others to `app` as they came. */
export function leanIntake(deps: LeanDeps, app: RequestListener): RequestListener {
  return (request, response) => {
    const visit = begin(deps, request, response);
    if (visit === undefined) app(request, response);
    else void serve(deps, visit, app);
  };
}

function begin(deps: LeanDeps, request: IncomingMessage, response: ServerResponse): Visit | undefined {
  if (request.url !== deps.route.path || request.method !== 'POST') return undefined;
  const { headers } = request;
  const bytes = isPlain(headers) ? Number(headers['content-length']) : 0;
  if (!(bytes > 0 && bytes <= deps.route.body.maxBytes)) return undefined;
  const actor = callerIn(deps, headers);
  if (actor === undefined) return undefined;
  const begunAtMs = deps.monotonicMs();
  const place = deps.gate.enter(begunAtMs);
  if (place?.grow(bytes) !== true) {
    place?.leave();
    return undefined;
  }
  return { request, response, actor, place, requestId: deps.newId('req'), address: deps.addressOf(request), begunAtMs };
}

function isPlain(headers: IncomingHttpHeaders): boolean {
  const encoding = headers['content-encoding'];
  const isIdentity = encoding === undefined || encoding === 'identity';
  return isIdentity && headers['transfer-encoding'] === undefined && headers.expect === undefined;
}

function callerIn({ keys, route }: LeanDeps, { authorization }: IncomingHttpHeaders): Actor | undefined {
  const credentials = readCredentials(authorization, false);
  const actor = credentials.kind === 'key' ? keys.holderOf(credentials.text) : undefined;
  return actor !== undefined && may(actor.role, route.permission) ? actor : undefined;
}

async function serve(deps: LeanDeps, visit: Visit, app: RequestListener): Promise<void> {
  const { request, response } = visit;
  const end = (): void => endVisit(deps, visit);
  response.on('close', end);
  if (await takeIn(deps, visit)) return;
  visit.place.leave();
  // Who has gone is not answered, and express would wait for his going.
  if (response.closed) return;
  response.off('close', end);
  app(request, response);
}

// Gives whether the request is answered. Where its key was revoked, express refuses it by what is stored; should it not,
// the body is where its reader would have put it.
async function takeIn(deps: LeanDeps, visit: Visit): Promise<boolean> {
  const { request, response, requestId } = visit;
  let body: Buffer | undefined;
  try {
    body = await deps.uploads.read(request);
    sendReply(response, await post(deps, visit, body), visit);
  } catch (error) {
    if (isRevokedMeanwhile(error)) {
      Object.assign(request, { body });
      return false;
    }
    sendProblem(response, problemFor(deps.report, error, requestId), { requestId, isLast: isUnread(request) });
  }
  return true;
}

// As `inItsPlace` for express: the place is free when the work has ended, also where the caller has gone.
async function post(deps: LeanDeps, visit: Visit, body: Buffer): Promise<Reply> {
  const { request, actor, place, requestId } = visit;
  const contentType = request.headers['content-type'] ?? '';
  place.beginWork();
  try {
    const text = readText(deps.route.body, contentType, body);
    const header = (name: string): string | undefined => headerOf(request, name);
    return await deps.post({ actor, text, contentType, query: NO_QUERY, requestId, header });
  } finally {
    place.leave();
  }
}

const NO_QUERY = {};

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return typeof value === 'string' ? value : value?.join(', ');
}

function endVisit(deps: LeanDeps, visit: Visit): void {
  const { response, actor, place, requestId, address, begunAtMs } = visit;
  place.abandon();
  deps.keyUsed(actor.keyId);
  deps.report.requestServed({
    method: 'POST',
    route: deps.route.path,
    status: response.writableEnded ? response.statusCode : 499,
    durationMs: deps.monotonicMs() - begunAtMs,
    requestId,
    keyId: actor.keyId,
    address,
  });
}
