// The API as an express application, built from the route table: the middleware in order, each with its reason.
import type { IncomingMessage } from 'node:http';
import type { ErrorRequestHandler, Express, NextFunction, Request, RequestHandler, Response } from 'express';
import express from 'express';
import { AppError } from '../domain/errors.ts';
import type { Clock } from '../domain/clock.ts';
import type { NewId } from '../domain/ids.ts';
import type { AdmitDeps, Asked } from './authenticate.ts';
import { actorIn, admit, whileAdmitted } from './authenticate.ts';
import { addressOf } from './credentials.ts';
import { answerError } from './failures.ts';
import { refuseWebhooks } from './hops.ts';
import type { IntakeDeps } from './intake.ts';
import { inItsPlace, readInTime, takePlace, takeRoom } from './intake.ts';
import { AUDITING, isAuditingPath } from './jira-answer.ts';
import { JSON_TYPE, replyText } from './plain-answer.ts';
import { PROTECTION } from './protection.ts';
import type { BodyCheck, ReadRequestDeps } from './request.ts';
import { readApiRequest } from './request.ts';
import type { Reply, Route } from './route.ts';
import { sendPieces } from './streaming.ts';

/** What is reported of a served request. */
export interface RequestFact {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly requestId: string;
  readonly keyId: string | undefined;
  /** `undefined` where it was refused before anything was looked at. */
  readonly address: string | undefined;
}

/** What the server itself touches; `handlers` is what the handlers touch. */
export interface ServerDeps<HandlerDeps> {
  readonly routes: readonly Route<HandlerDeps>[];
  readonly handlers: HandlerDeps;
  readonly admission: AdmitDeps;
  /** CIDR blocks of proxies whose X-Forwarded-… headers count. */
  readonly trustProxy: readonly string[];
  readonly bodyFaults: BodyCheck;
  baseUrl: ReadRequestDeps['baseUrl'];
  /** For the routes that are `bounded`. */
  readonly intake: IntakeDeps;
  readonly newId: NewId;
  readonly clock: Clock;
  monotonicMs(): number;
  readonly report: {
    requestServed(fact: RequestFact): void;
    requestFailed(fact: { requestId: string; error: unknown }): void;
  };
}

/** Builds the application. */
export function createServer<HandlerDeps>(deps: ServerDeps<HandlerDeps>): Express {
  const app = express();
  app.disable('x-powered-by');
  // A strong ETag is the version of a webhook; express' own would say something else.
  app.set('etag', false);
  app.set('trust proxy', [...deps.trustProxy]);
  app.use(identify(deps));
  app.use(protect);
  for (const path of new Set(deps.routes.map((route) => route.path))) mount(app, deps, path);
  app.use(AUDITING, guardAuditing(deps));
  app.use(unknownPath);
  app.use(failed(deps));
  return app;
}

/** Gives the address of a caller whose request `app` has not seen, as `addressOf` gives it for those that it has. */
export function addressesBy(app: Express): (request: IncomingMessage) => string {
  return ({ headers, socket }) => {
    // `ip` is a getter of express that reads no more than this.
    const ip: unknown = Reflect.get(express.request, 'ip', { app, headers, socket });
    return addressOf({ ip: typeof ip === 'string' ? ip : undefined, socket });
  };
}

// Every answer and every log line carries the id by which they find each other.
function identify<D>(deps: ServerDeps<D>): RequestHandler {
  return (request, response, next) => {
    const startedMs = deps.monotonicMs();
    const requestId = deps.newId('req');
    const address = addressOf(request);
    response.locals['requestId'] = requestId;
    response.setHeader('x-request-id', requestId);
    response.once('close', () => {
      deps.report.requestServed({
        method: request.method,
        route: String(response.locals['route'] ?? 'none'),
        status: response.writableEnded ? response.statusCode : 499,
        durationMs: deps.monotonicMs() - startedMs,
        requestId,
        keyId: actorIn(response)?.keyId,
        address,
      });
    });
    next();
  };
}

const protect: RequestHandler = (_request, response, next) => {
  for (const [name, value] of Object.entries(PROTECTION)) response.setHeader(name, value);
  next();
};

function mount<D>(app: Express, deps: ServerDeps<D>, path: string): void {
  const rows = deps.routes.filter((route) => route.path === path);
  const mounted = app.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
  for (const route of rows) mounted[route.method](...serve(deps, route));
  mounted.all(wrongMethod(rows.map((route) => route.method.toUpperCase())));
}

function serve<D>(deps: ServerDeps<D>, route: Route<D>): RequestHandler[] {
  return [
    (_request, response, next) => {
      response.locals['route'] = route.path;
      response.locals['permission'] = route.permission;
      next();
    },
    ...(route.body?.bounded === true ? [takePlace(deps.intake, route.body.maxBytes)] : []),
    ...(route.method === 'get' || route.body?.bounded === true ? [] : [refuseWebhooks]),
    async (request, response, next) => {
      await admit(deps.admission, askedBy(route), request, response);
      next();
    },
    ...readBytes(deps, route),
    async (request, response) => {
      const work = async (): Promise<Reply> => {
        const apiRequest = readApiRequest(deps, route, request, response);
        return route.handler(deps.handlers, apiRequest);
      };
      const admitted = (): Promise<Reply> => inItsPlace(response, work);
      await answer(response, await whileAdmitted(deps.admission, askedBy(route), request, response, admitted));
    },
  ];
}

// Intake has limits of its own: its gate says what there is room for.
function askedBy<D>({ path, permission, body }: Route<D>): Asked {
  return { permission, acceptsBasic: isAuditingPath(path), isLimited: body?.bounded !== true };
}

// Jira's clients log in by Basic, and expect to be asked before they hear that there is nothing.
function guardAuditing<D>(deps: ServerDeps<D>): RequestHandler {
  const asked: Asked = { permission: 'audit:read', acceptsBasic: true, isLimited: true };
  return async (request, response, next) => {
    response.locals['route'] = AUDITING;
    response.locals['permission'] = asked.permission;
    await admit(deps.admission, asked, request, response);
    next();
  };
}

function readBytes<D>(deps: ServerDeps<D>, route: Route<D>): RequestHandler[] {
  if (route.body === undefined) return [];
  const { maxBytes, bounded } = route.body;
  const reader: unknown = express.raw({ type: () => true, limit: maxBytes });
  const read = reader as RequestHandler;
  return bounded === true ? [takeRoom(deps.intake, maxBytes), readInTime(deps.intake, read)] : [read];
}

async function answer(response: Response, reply: Reply): Promise<void> {
  const text = replyText(reply);
  const hasBody = text !== undefined || reply.stream !== undefined;
  const begin = (): void => {
    response.status(reply.status);
    for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
    if (hasBody) response.setHeader('content-type', reply.contentType ?? JSON_TYPE);
  };
  // Who asks for the head only gets no piece, and none is made.
  if (reply.stream !== undefined && response.req.method !== 'HEAD') return sendPieces(response, reply.stream, begin);
  begin();
  response.end(text);
}

function wrongMethod(allow: readonly string[]): RequestHandler {
  return (request) => {
    throw new AppError('method_not_allowed', 'method_not_allowed', `${request.method} does not exist for this path.`, {
      allow,
      hint: `Use ${allow.join(', ')}.`,
    });
  };
}

const unknownPath: RequestHandler = (request) => {
  throw new AppError('not_found', 'unknown_path', `There is nothing at ${request.path.slice(0, 200)}.`, {
    hint: 'GET /openapi.json lists every path.',
  });
};

function failed<D>(deps: ServerDeps<D>): ErrorRequestHandler {
  return (error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) {
      deps.report.requestFailed({ requestId: String(response.locals['requestId']), error });
      // A part of the answer has gone: express can only cut it off.
      next();
      return;
    }
    if (error instanceof AppError && error.kind === 'forbidden') noteForbidden(deps, request, response);
    answerError(deps, error, request, response);
  };
}

function noteForbidden<D>(deps: ServerDeps<D>, request: Request, response: Response): void {
  const actor = actorIn(response);
  if (actor === undefined) return;
  deps.admission.refused({
    kind: 'exceeded_role',
    actor,
    permission: String(response.locals['permission']),
    route: `${request.method} ${String(response.locals['route'])}`,
    address: addressOf(request),
  });
}
