// A DNS server on 127.0.0.1 that answers, denies or never answers, so that tests need no network.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';

/** The addresses of a name; a family that is not given has none. A number is the RCODE of the answer (RFC 1035 §4.1.1). */
export type Zone = Readonly<Record<string, Partial<Record<Kind, readonly string[] | number | 'silence'>>>>;

type Kind = 'A' | 'AAAA';

const NXDOMAIN = 3;
const KINDS: Readonly<Record<number, Kind>> = { 1: 'A', 28: 'AAAA' };

export interface DnsServer {
  /** What was asked, as `A name`, in order. */
  readonly asked: readonly string[];
  /** Resolves as soon as so many questions have come. */
  askedAtLeast(count: number): Promise<void>;
  /** A resolver that asks this server only. */
  newResolver(options?: { timeout: number; tries: number }): Resolver;
  close(): void;
}

/** Starts the server. Names that the zone does not have do not exist. */
export async function startDns(zone: Zone): Promise<DnsServer> {
  const asked: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message, { port, address }) => {
    const { name, kind, end } = questionOf(message);
    asked.push(`${String(kind)} ${name}`);
    for (const { count, resolve } of waiting) if (asked.length >= count) resolve();
    const records = zone[name];
    const found = records === undefined ? NXDOMAIN : ((kind === undefined ? undefined : records[kind]) ?? []);
    if (found !== 'silence') socket.send(answerTo(message.subarray(0, end), found), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    asked,
    askedAtLeast: (count) =>
      new Promise((resolve) => {
        if (asked.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    newResolver: (options = { timeout: 1000, tries: 2 }) => {
      const resolver = new Resolver(options);
      resolver.setServers([`127.0.0.1:${String(socket.address().port)}`]);
      return resolver;
    },
    close: () => void socket.close(),
  };
}

function questionOf(message: Buffer): { name: string; kind: Kind | undefined; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), kind: KINDS[message.readUInt16BE(at + 1)], end: at + 5 };
}

function answerTo(question: Buffer, found: readonly string[] | number): Buffer {
  const head = Buffer.from(question);
  const records = typeof found === 'number' ? [] : found.map(recordOf);
  // An answer, recursion available, with its RCODE; one question, and no records but the answers.
  head.writeUInt16BE(0x8180 | (typeof found === 'number' ? found : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...records]);
}

// A pointer to the name of the question, type, class IN, a TTL of 60 seconds, length and address.
function recordOf(address: string): Buffer {
  const bytes = address.includes(':')
    ? Buffer.from(address.split(':').join(''), 'hex')
    : Buffer.from(address.split('.').map(Number));
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(bytes.length === 4 ? 1 : 28, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([head, bytes]);
}
