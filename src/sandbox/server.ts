// The sandbox receiver: a real HTTPS server inside the process, so that a first webhook can be delivered, failed and
// looked at without owning a server.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import { createServer } from 'node:https';
import type { Clock } from '../domain/clock.ts';
import type { HeaderLines } from '../domain/exchange.ts';
import type { PlannedAnswer } from './answers.ts';
import { planAnswer, SANDBOX_HOST } from './answers.ts';
import type { KeyPair } from './certificate.ts';
import { makeCertificate } from './certificate.ts';
import type { Inbox, InboxQuery, SandboxRequest } from './inbox.ts';
import { createInbox } from './inbox.ts';

/** What the sandbox takes. */
export interface SandboxDeps {
  readonly now: Clock;
  /** Makes its certificate; a new one each time where it is left out. */
  readonly certificate?: (() => Promise<KeyPair>) | undefined;
}

/** Where the sandbox listens. With `host` it is a connect exception of the egress policy. */
export interface SandboxAddress {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** PEM of its certificate. */
  readonly ca: string;
}

/** The sandbox receiver. */
export interface Sandbox {
  /** Listens on a free port of 127.0.0.1, with a new certificate. To be called once. */
  start(): Promise<SandboxAddress>;
  /** Cuts all connections and stops listening. Does nothing where it never started. */
  stop(): Promise<void>;
  /** The last 200 requests, newest first. */
  requests(query: InboxQuery): readonly SandboxRequest[];
  /** Forgets the requests of an event, also those that are under way. */
  forget(eventId: string): void;
}

const ADDRESS = '127.0.0.1';
const CAPACITY = 200;
const MAX_BODY_BYTES = 64 * 1024;

interface ReadBody {
  readonly text: string;
  readonly bytes: number;
  readonly truncated: boolean;
}

const newCertificate = (): Promise<KeyPair> => makeCertificate(SANDBOX_HOST);

/** Makes the sandbox; nothing listens before `start`. */
export function createSandbox(deps: SandboxDeps): Sandbox {
  const inbox = createInbox(CAPACITY);
  let server: Server | undefined;
  return {
    start: async () => {
      const { key, cert } = await (deps.certificate ?? newCertificate)();
      const started = createServer({ key, cert, minVersion: 'TLSv1.2' }, (request, response) => {
        // A client that leaves while its body is read has nothing to be told.
        receive(deps, inbox, request, response).catch(() => response.destroy());
      });
      server = started;
      started.listen(0, ADDRESS);
      await once(started, 'listening');
      return { host: SANDBOX_HOST, address: ADDRESS, port: portOf(started), ca: cert };
    },
    stop: async () => {
      if (server?.listening !== true) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    requests: (query) => inbox.list(query),
    forget: (eventId) => inbox.forget(eventId),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The sandbox listens on no port.');
  return address.port;
}

async function receive(
  deps: SandboxDeps,
  inbox: Inbox,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const receivedAt = deps.now();
  const read = await readBody(request);
  const arrived = {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: headerLines(request.rawHeaders),
    body: read.text,
  };
  const noteStatus = inbox.add({ ...arrived, receivedAt, bodyBytes: read.bytes, truncated: read.truncated });
  const status = await perform(planAnswer(arrived), response);
  if (status !== undefined) noteStatus(status);
}

async function readBody(request: IncomingMessage): Promise<ReadBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    if (bytes < MAX_BODY_BYTES) chunks.push(chunk.subarray(0, MAX_BODY_BYTES - bytes));
    bytes += chunk.length;
  });
  await once(request, 'end');
  return { text: Buffer.concat(chunks).toString('utf8'), bytes, truncated: bytes > MAX_BODY_BYTES };
}

// Gives the status that was answered, or nothing where none was.
async function perform(answer: PlannedAnswer, response: ServerResponse): Promise<number | undefined> {
  if (answer.kind === 'reset') {
    response.socket?.destroy();
    return undefined;
  }
  if (answer.delayMs > 0) await delayWhileConnected(answer.delayMs, response);
  if (response.destroyed) return undefined;
  response.writeHead(answer.status, { ...answer.headers });
  response.end(answer.body);
  return answer.status;
}

function delayWhileConnected(delayMs: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function headerLines(raw: readonly string[]): HeaderLines {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));
}
