// The receiving side: services behind the route table, behind an HTTP server.
import type { RequestListener, Server } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config.ts';
import type { ExactJson } from '../domain/json.ts';
import { TermMaker } from '../domain/search-words.ts';
import type { Reached } from '../http/base-url.ts';
import { baseUrlFor } from '../http/base-url.ts';
import { behindDoor } from '../http/intake-door.ts';
import { withVersion } from '../http/jira-answer.ts';
import { leanIntake } from '../http/lean-intake.ts';
import { buildOpenApi } from '../http/openapi.ts';
import type { HttpDeps } from '../http/routes.ts';
import { ROUTES } from '../http/routes.ts';
import { addressesBy, createServer } from '../http/server.ts';
import { answerUnreadable } from '../http/unreadable.ts';
import type { Catalogue } from '../services/catalogue.ts';
import { createGallery } from '../services/gallery.ts';
import { termsOfEvent } from '../services/index-events.ts';
import type { Schemas } from '../services/json-schema.ts';
import { facetsOf } from '../services/log-filters.ts';
import { createEventSink } from '../services/own-events.ts';
import type { TemplateApprovalDeps } from '../services/template-check.ts';
import { approveTemplate } from '../services/template-check.ts';
import type { WebhookCheckDeps } from '../services/webhook-check.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { StartupError } from '../store/startup-error.ts';
import type { ProductFiles } from '../product-files.ts';
import type { Admission } from './admission.ts';
import type { Delivering } from './delivering.ts';
import { healthOf } from './health.ts';
import type { Intake } from './intake.ts';
import { leanDeps } from './lean.ts';
import type { Observation } from './observation.ts';
import type { Reading } from './reading.ts';
import type { Storage } from './storage.ts';
import type { Tools, Undo } from './tools.ts';
import { pause, yieldToOthers } from './waiting.ts';

/** What the API is made of. */
export interface ApiParts {
  readonly config: Config;
  readonly files: ProductFiles;
  readonly tools: Tools;
  readonly storage: Storage;
  readonly observation: Observation;
  readonly delivering: Delivering;
  readonly catalogue: Catalogue;
  readonly schemas: Schemas;
  readonly rendering: TemplateApprovalDeps;
  readonly sandbox: Sandbox | undefined;
  readonly intake: Intake;
  readonly admission: Admission;
  readonly reading: Reading;
  readonly undo: Undo[];
}

// How long a caller may take to send a request, whatever it is; intake allows less for a body. Node looks every few seconds.
// A list of 500 values in a query takes more room than Node gives by default.
const RECEIVING = {
  headersTimeout: 20_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 65_536,
};

/** Listens, and gives the URL at which it does. */
export async function serveApi(parts: ApiParts): Promise<string> {
  const { config, tools, schemas, observation, admission } = parts;
  let listener = '';
  const serving = {
    routes: ROUTES,
    handlers: httpDeps(parts),
    admission: admission.deps,
    trustProxy: config.trustProxy,
    bodyFaults: (schema: string, value: ExactJson) => schemas.faults(`urn:hookwright:api:${schema}`, value),
    baseUrl: (reached: Reached) => baseUrlFor(reached, config.publicUrl, listener),
    intake: { gate: parts.intake.gate, monotonicMs: () => tools.monotonicMs(), pause, report: observation.report },
    newId: tools.newId,
    clock: tools.clock,
    monotonicMs: () => tools.monotonicMs(),
    report: observation.report,
  };
  const app = createServer(serving);
  const lean = leanIntake(leanDeps(parts, serving, addressesBy(app)), readable(app));
  const server = createHttpServer(RECEIVING, behindDoor(serving, lean));
  answerUnreadable(server, serving);
  const url = await listen(server, config);
  listener = url;
  // What it refuses while it closes is written, too.
  parts.undo.push(() => admission.close());
  parts.undo.push((graceMs) => close(server, graceMs));
  parts.undo.push(() => Promise.resolve().then(() => admission.hurry()));
  return url;
}

// Express finds no path in some targets and would answer by itself, in HTML; at / there is nothing, either.
function readable(app: RequestListener): RequestListener {
  return (request, response) => {
    const { url = '' } = request;
    request.url = URL.canParse(url, 'http://localhost') ? withVersion(url) : '/';
    app(request, response);
  };
}

function httpDeps(parts: ApiParts): HttpDeps {
  const { files, tools, storage, observation, delivering, catalogue, rendering, sandbox } = parts;
  const { store } = storage;
  const { report, metrics } = observation;
  const ownEvents = createEventSink(tools);
  const payloads = payloadsOf(parts);
  const check = checkOf(parts, payloads.names, rendering);
  const openapi = openApiOf(parts);
  return {
    webhooks: {
      ...tools,
      check,
      store,
      ownEvents,
      webhookChanged: (change) => {
        report.webhookChanged(change);
        delivering.follow();
        delivering.wake();
      },
    },
    access: accessOf(parts),
    ingest: ingestOf(parts, payloads),
    ...logOf(parts),
    records: store,
    ...actsOf(parts),
    reconstruction: reconstructionOf(parts),
    testing: {
      ...tools,
      check,
      payloads: { ...payloads, samples: (name) => catalogue.schema(name)?.samples ?? [] },
      store,
      ownEvents,
      prepare: (settings) => delivering.prepare(settings),
      attempt: (input, signal) => delivering.attemptAfresh(input, signal),
      wake: () => delivering.wake(),
      healthChanged: (changed) => delivering.healthChanged(changed),
      report,
    },
    templateTrial: { schemas: parts.schemas, workshop: rendering.workshop, catalogue, payloads, store },
    catalogue,
    gallery: createGallery(catalogue, files.gallery),
    product: { version: files.version },
    metrics,
    health: () => healthOf({ storage, report }),
    openapi: () => openapi,
    sandbox,
  };
}

function logOf({
  tools,
  storage,
  reading,
}: ApiParts): Pick<HttpDeps, 'auditSettings' | 'retention' | 'eventLog' | 'reading'> {
  const { store } = storage;
  const settings = { store, clock: tools.clock, ownEvents: createEventSink(tools) };
  return {
    auditSettings: settings,
    retention: settings,
    eventLog: { store, clock: tools.clock },
    reading: reading.deps,
  };
}

function accessOf({ tools, storage }: ApiParts): HttpDeps['access'] {
  const { newId, clock } = tools;
  const ownEvents = createEventSink(tools);
  return { store: storage.store, newId, clock, newSecret: () => tools.newSecret(), ownEvents };
}

function reconstructionOf({ storage, delivering, files }: ApiParts): HttpDeps['reconstruction'] {
  return {
    store: storage.store,
    prepare: (settings) => delivering.prepare(settings),
    userAgent: `Hookwright/${files.version}`,
  };
}

function ingestOf(
  { tools, observation, delivering }: ApiParts,
  payloads: HttpDeps['ingest']['payloads'],
): HttpDeps['ingest'] {
  return {
    accept: (intake) => delivering.accept(intake),
    launch: (births) => delivering.launch(births),
    payloads,
    newId: tools.newId,
    clock: tools.clock,
    planned: (waitingFor) => delivering.planned(waitingFor),
    report: observation.report,
  };
}

// What is done by hand with events and deliveries, one by one and many at a time.
function actsOf(parts: ApiParts): Pick<HttpDeps, 'redelivery' | 'replays' | 'erasing'> {
  const { tools, storage, delivering, schemas, sandbox } = parts;
  const { newId, clock } = tools;
  const common = { store: storage.store, newId, clock, ownEvents: createEventSink(tools) };
  const terms = new TermMaker();
  const termsOf: HttpDeps['erasing']['termsOf'] = (event) => termsOfEvent({ facetsOf, terms }, event);
  return {
    redelivery: { ...common, wake: () => delivering.wake() },
    erasing: {
      ...common,
      termsOf,
      sandbox,
      pause,
      clean: () => delivering.cleanErasures(),
      wake: () => delivering.wake(),
    },
    replays: { ...common, schemas, run: () => delivering.replay(), yieldToOthers },
  };
}

function openApiOf({ files, config }: ApiParts): ReturnType<HttpDeps['openapi']> {
  return buildOpenApi({
    version: files.version,
    url: config.publicUrl ?? '/',
    routes: ROUTES,
    schemas: files.apiSchemas,
  });
}

function payloadsOf({ catalogue, schemas }: ApiParts): HttpDeps['ingest']['payloads'] {
  return { names: catalogue.names, faults: (name, value) => schemas.faults(`payload:${name}`, value) };
}

function checkOf(parts: ApiParts, names: readonly string[], rendering: TemplateApprovalDeps): WebhookCheckDeps {
  return {
    schemas: parts.schemas,
    payloads: { names },
    urlFaults: (url, pointer) => parts.delivering.policy.urlFaults(url, pointer),
    checkTemplate: (source, schema) => approveTemplate(rendering, source, schema),
  };
}

async function listen(server: Server, { listen: at }: Config): Promise<string> {
  const host = at.host.includes(':') ? `[${at.host}]` : at.host;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(`${host}:${String(at.port)}`, error)));
    server.listen(at.port, at.host, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return `http://${host}:${String(port)}`;
}

const LISTEN_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program listens there already. Stop it',
  EADDRNOTAVAIL: 'This machine has no such address. Use one that it has',
  EACCES: 'This user may not listen on that port. Use one above 1023',
};

function cannotListen(place: string, error: NodeJS.ErrnoException): Error {
  const reason = LISTEN_FAILURES[error.code ?? ''];
  if (reason === undefined) return error;
  return new StartupError(
    `It cannot listen on ${place}. ${reason}, or choose another place with HOOKWRIGHT_LISTEN.`,
    error,
  );
}

// Requests under way are answered; connections that only wait for the next one are closed.
async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
