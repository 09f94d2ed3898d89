// The ceiling: one Node process that takes events in, renders and sends them as the engine does, by the engine's own
// functions, and stores nothing. What it reaches is what is left once storing costs nothing. With VARIANT=bare it is
// what one would write without the engine: JSON.parse, a Handlebars template, a pool, and no checks at all.
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bareSide } from './bare-side.ts';
import { InMemoryQueue } from './in-memory-queue.ts';
import { productSide } from './product-side.ts';
import type { Side } from './side.ts';

const IN_FLIGHT = 64;
// Beyond this, acknowledgements wait, as they would where memory is bounded.
const MOST_WAITING = 1000;

const { RECEIVER_URL = '', RECEIVER_CA = '', API_KEY = '', WEBHOOKS = '1', VARIANT = 'product' } = process.env;
const setup = {
  receiverUrl: RECEIVER_URL,
  ca: readFileSync(RECEIVER_CA, 'utf8'),
  key: API_KEY,
  webhooks: Number(WEBHOOKS),
};
const side: Side = VARIANT === 'bare' ? bareSide(setup) : productSide(setup);
const queue = new InMemoryQueue(IN_FLIGHT, MOST_WAITING);

const server = createServer((request, response) => {
  take(request, response).catch((error: unknown) => answer(response, 400, { error: String(error) }));
});

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!side.isAdmitted(request.headers.authorization)) {
    answer(response, 401, { error: 'unauthenticated' });
    return;
  }
  const taken = await side.accept(await bodyOf(request), request.headers);
  await queue.add(taken.flatMap(({ sends }) => sends));
  const events = taken.map(({ id, sends }) => ({ id, deliveries: sends.length, duplicate: false, covered: true }));
  answer(response, 202, { events });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('error', reject);
    request.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
  });
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening http://127.0.0.1:${String((server.address() as AddressInfo).port)}\n`);
});
process.once('SIGTERM', () => process.exit());
