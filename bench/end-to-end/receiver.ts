// The receiver, in a process of its own: HTTPS with keep-alive on 127.0.0.1, cheap, and with a stamp for each arrival.
// `/ok` answers at once, `/delay/<ms>` later, `/held` as it was told last, `/dead` never; `?w=<n>` says which webhook it is.
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createServer } from 'node:tls';
import { generate } from 'selfsigned';
import { nowMs } from './clock.ts';
import { markIn } from './events.ts';
import type { Message } from './message-reader.ts';
import { MessageReader } from './message-reader.ts';
import type { Arrivals, ReceiverAnswer, ReceiverCommand } from './receiver-messages.ts';

const ANSWER = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}',
);

let arrivals = emptyArrivals(0, 1);
let firstMark = 0;
let late = 0;
let distinct = 0;
let requests = 0;
let holdMs = 0;

function emptyArrivals(marks: number, webhooks: number): Omit<Arrivals, 'late'> {
  const size = marks * webhooks;
  return {
    webhooks,
    firstByteAt: new Float64Array(size),
    completeAt: new Float64Array(size),
    counts: new Uint16Array(size),
  };
}

function arrived(socket: TLSSocket, message: Message): void {
  const path = message.head.slice(message.head.indexOf(' ') + 1, message.head.indexOf(' HTTP/'));
  note(path, message);
  if (path.startsWith('/dead')) return;
  const delayMs = path.startsWith('/held') ? holdMs : Number(/^\/delay\/(\d+)/.exec(path)?.[1] ?? 0);
  if (delayMs === 0) socket.write(ANSWER);
  else setTimeout(() => socket.write(ANSWER), delayMs);
}

// A request without a mark is no event of the benchmark: engines have events of their own.
function note(path: string, { body, firstByteAt, completeAt }: Message): void {
  const mark = markIn(body);
  const at = path.indexOf('?w=');
  const key = (mark - firstMark) * arrivals.webhooks + (at === -1 ? 0 : Number(path.slice(at + 3)));
  if (mark === -1) return;
  if (mark < firstMark || key >= arrivals.counts.length) {
    // To a dead one, what an earlier run has left is tried again and again: that says nothing.
    if (!path.startsWith('/dead')) late += 1;
    return;
  }
  requests += 1;
  const count = arrivals.counts[key] ?? 0;
  arrivals.counts[key] = count + 1;
  if (count > 0) return;
  distinct += 1;
  arrivals.firstByteAt[key] = firstByteAt;
  arrivals.completeAt[key] = completeAt;
}

function answer(message: ReceiverAnswer): void {
  process.send?.(message);
}

process.on('message', (command: ReceiverCommand) => {
  if (command.kind === 'progress') answer({ kind: 'progress', distinct, requests });
  else if (command.kind === 'collect') answer({ kind: 'collected', ...arrivals, late });
  else if (command.kind === 'hold') {
    holdMs = command.holdMs;
    answer({ kind: 'hold' });
  } else {
    arrivals = emptyArrivals(command.marks, command.webhooks);
    ({ firstMark } = command);
    distinct = 0;
    requests = 0;
    late = 0;
    answer({ kind: 'reset' });
  }
});
// Nothing is left running where the benchmark itself has broken.
process.once('disconnect', () => process.exit());

// Engines reach it by the name, peers by the address.
const names = [
  { type: 2 as const, value: 'receiver.example.com' },
  { type: 7 as const, ip: '127.0.0.1' },
];
const pems = await generate([{ name: 'commonName', value: 'receiver.example.com' }], {
  keyType: 'ec',
  algorithm: 'sha256',
  extensions: [{ name: 'subjectAltName', altNames: names }],
});
const server = createServer({ key: pems.private, cert: pems.cert, noDelay: true }, (socket) => {
  const reader = new MessageReader((message) => arrived(socket, message));
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => reader.feed(chunk, nowMs()));
});
server.listen(0, '127.0.0.1', () => {
  answer({ kind: 'listening', port: (server.address() as AddressInfo).port, ca: pems.cert });
});
