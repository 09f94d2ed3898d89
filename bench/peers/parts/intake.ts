// `POST /v1/events` without a framework: Express alone costs more than all the rest of a peer's intake.
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { Job } from './events.ts';
import { createEventReader, jobsOf, newEventId } from './events.ts';
import type { Settings } from './settings.ts';

/** A listening intake. */
export interface Intake {
  /** Takes nothing more, and resolves once all that was taken is answered. */
  close(): Promise<void>;
}

const BODY_AT_MOST = 1024 * 1024;
interface Reply {
  readonly status: number;
  readonly body: string;
}

const refuse = (status: number, detail: string): Reply => ({ status, body: JSON.stringify({ detail }) });
const NOT_FOUND = refuse(404, 'There is only POST /v1/events.');
const NO_ACCESS = refuse(401, 'The key is missing or wrong.');
const TOO_LARGE = refuse(413, 'The body is larger than 1 MiB.');
const NOT_QUEUED = refuse(503, 'The queue does not take jobs now.');

/** Listens, prints where, and answers 202 once `enqueue` has put the jobs of a request into the queue. */
export async function startIntake(
  settings: Settings,
  enqueue: (jobs: readonly Job[]) => Promise<void>,
): Promise<Intake> {
  const isKey = keyCheck(settings.apiKey);
  const read = createEventReader();
  const reply = async (body: string): Promise<Reply> => {
    const reading = read(body);
    if (!reading.ok) return refuse(400, reading.detail);
    const accepted = reading.events.map((event) => ({ id: newEventId(), event }));
    await enqueue(accepted.flatMap(({ id, event }) => jobsOf(id, event, settings.webhooks)));
    return { status: 202, body: JSON.stringify({ events: accepted.map(({ id }) => ({ id })) }) };
  };
  const server = createServer((request, response) => {
    const answer = ({ status, body }: Reply): void => {
      // Who keeps his connection would hold up the end of the process.
      response.shouldKeepAlive &&= server.listening;
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
      response.end(body);
    };
    const refusal = refusalOf(request, isKey);
    if (refusal === undefined) {
      readBody(request)
        .then(reply)
        .then(answer, (error: unknown) => answer(replyTo(error)));
    } else answer(refusal);
  });
  await listen(server, settings);
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}

// Compared in constant time; that the length shows tells nothing of the key.
function keyCheck(apiKey: string): (header: string | undefined) => boolean {
  const expected = Buffer.from(`Bearer ${apiKey}`);
  return (header) => {
    const given = Buffer.from(header ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
}

function refusalOf(request: IncomingMessage, isKey: (header: string | undefined) => boolean): Reply | undefined {
  if (request.method !== 'POST' || request.url !== '/v1/events') return NOT_FOUND;
  return isKey(request.headers.authorization) ? undefined : NO_ACCESS;
}

class TooLarge extends Error {}

// By events: an async iterator costs several times as much for the one chunk that nearly every body is.
function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_AT_MOST) chunks.push(chunk);
    });
    request.on('end', () => {
      if (bytes > BODY_AT_MOST) reject(new TooLarge());
      else resolve((chunks.length === 1 ? (chunks[0] ?? Buffer.of()) : Buffer.concat(chunks)).toString('utf8'));
    });
    request.on('error', reject);
  });
}

function replyTo(error: unknown): Reply {
  if (error instanceof TooLarge) return TOO_LARGE;
  process.stderr.write(`${String(error)}\n`);
  return NOT_QUEUED;
}

async function listen(server: Server, { host, port }: Settings): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The intake listens on no port.');
  process.stdout.write(`listening http://${host}:${String(address.port)}\n`);
}
