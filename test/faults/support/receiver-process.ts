// The receiver, in a process of its own: it writes each request down, to the disk, before it answers as it is told.
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createServer } from 'node:https';
import type { Certificate } from '../../support/tls-receiver.ts';
import { listen, readBody } from '../../support/tls-receiver.ts';
import { behaviourNamed } from './behaviours.ts';
import type { SeenRequest } from './checker.ts';

/** What the process is started with, on its message channel. */
export interface ReceiverOrders {
  readonly certificate: Certificate;
  readonly host: string;
  readonly logFile: string;
}

/** How the requests of a path are answered from now on. */
export interface Told {
  readonly path: string;
  readonly behaviour: string;
}

// Lines that come while the disk is busy share the next write: the receiver must not be what slows the engine down.
class DurableLog {
  readonly #file: FileHandle;
  #lines: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Resolves when the line is on the disk. */
  write(line: string): Promise<void> {
    this.#lines.push(line);
    this.#next ??= this.#writing.then(() => this.#flush());
    return this.#next;
  }

  #flush(): Promise<void> {
    const text = this.#lines.map((line) => `${line}\n`).join('');
    this.#lines = [];
    this.#next = undefined;
    this.#writing = this.#file.write(text).then(() => this.#file.datasync());
    return this.#writing;
  }
}

const told = new Map<string, string>();
const rawSockets = new Map<number, Socket>();

process.once('message', (orders: ReceiverOrders) => {
  process.on('message', ({ path, behaviour }: Told) => {
    told.set(path, behaviour);
    process.send?.({ told: path });
  });
  void start(orders);
});
process.once('disconnect', () => process.exit(0));

async function start({ certificate, host, logFile }: ReceiverOrders): Promise<void> {
  const log = new DurableLog(await open(logFile, 'a'));
  const server = createServer({ ...certificate, keepAlive: true }, (request, response) => {
    void answer(log, request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    rawSockets.set(port, socket);
    socket.once('close', () => rawSockets.delete(port));
  });
  // Connections are cut by design.
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  const receiver = await listen(server, host, certificate.cert);
  process.send?.({ port: receiver.port });
}

async function answer(log: DurableLog, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/';
  await readBody(request);
  const behaviour = behaviourNamed(told.get(path) ?? path.split('/')[1] ?? 'ok');
  await log.write(JSON.stringify(seenOf(request, behaviour.accepts)));
  response.on('error', () => undefined);
  behaviour.answer(response, request.socket, rawSockets.get(request.socket.remotePort ?? 0));
}

function seenOf(request: IncomingMessage, accepted: boolean): SeenRequest {
  const header = (name: string): string => String(request.headers[name] ?? '');
  return {
    atMs: Date.now(),
    path: request.url ?? '/',
    messageId: header('webhook-id'),
    eventId: header('hookwright-event'),
    deliveryId: header('hookwright-delivery'),
    attempt: Number(header('hookwright-attempt')),
    accepted,
    mark: header('x-mark'),
  };
}
