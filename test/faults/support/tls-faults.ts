// Receivers that fail before HTTP begins: in TCP, in the handshake, or by what they show there.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';
import type { Environment } from '../../../src/config.ts';
import type { CertificateOptions, Receiver } from '../../support/tls-receiver.ts';
import { listen, makeCertificate } from '../../support/tls-receiver.ts';

const DAY_MS = 86_400_000;

/** The receivers, each on a host of its own. */
export interface TlsFaults {
  /** A URL for each name. */
  readonly urls: ReadonlyMap<string, string>;
  /** What an engine needs to reach them beside the receiver whose settings were given. */
  readonly env: Environment;
  close(): Promise<void>;
}

/** Starts them all. `ca` is the authority of the other receiver, PEM; a file with all is written to `folder`. */
export async function startTlsFaults(folder: string, others: Environment, ca: string): Promise<TlsFaults> {
  const receivers = new Map<string, Receiver>();
  for (const [name, start] of Object.entries(FAULTS)) receivers.set(name, await start(hostOf(name)));
  const gone = receivers.get('tcp-nothing-listens');
  await gone?.close();
  const caFile = join(folder, 'all-ca.pem');
  await writeFile(caFile, [ca, ...[...receivers.values()].map((receiver) => receiver.ca)].join('\n'));
  const rules = [...receivers.values()].map(({ host, port }) => `${host}=127.0.0.1:${String(port)}`);
  return {
    urls: new Map([...receivers].map(([name, { host }]) => [name, `https://${host}/`])),
    env: {
      HOOKWRIGHT_EGRESS_CONNECT: [others['HOOKWRIGHT_EGRESS_CONNECT'], ...rules].join(','),
      HOOKWRIGHT_EGRESS_CA: caFile,
    },
    close: async () => {
      for (const receiver of receivers.values()) if (receiver !== gone) await receiver.close();
    },
  };
}

function hostOf(name: string): string {
  return `${name}.example.com`;
}

const FAULTS: Readonly<Record<string, (host: string) => Promise<Receiver>>> = {
  'tcp-nothing-listens': (host) => bare(host, () => undefined),
  'tls-reset-in-handshake': (host) => bare(host, (socket) => socket.once('data', () => socket.resetAndDestroy())),
  'tls-close-in-handshake': (host) => bare(host, (socket) => socket.once('data', () => socket.end())),
  'tls-silent': (host) => bare(host, (socket) => socket.resume()),
  'tls-drip': (host) => bare(host, drip),
  'tls-none': (host) =>
    bare(host, (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
  'tls-expired': (host) => certified(host, { names: [host], notBefore: days(-9), notAfter: days(-1) }),
  'tls-not-yet-valid': (host) => certified(host, { names: [host], notBefore: days(1) }),
  'tls-wrong-name': (host) => certified(host, { names: ['other.example.com', `*.${host}`] }),
  'tls-self-signed': (host) => certified(host, { names: [host] }, false),
  'tls-1-1': (host) =>
    certified(host, { names: [host] }, true, {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    }),
};

function days(count: number): Date {
  return new Date(Date.now() + count * DAY_MS);
}

function bare(host: string, onConnection: (socket: Socket) => void): Promise<Receiver> {
  const server: Server = createServer(onConnection);
  return listen(server, host, '');
}

// The header of a handshake record that never comes to its end.
function drip(socket: Socket): void {
  const bytes = [0x16, 0x03, 0x03, 0x40, 0x00, 0x02];
  const timer = setInterval(() => socket.write(Buffer.from([bytes.shift() ?? 0])), 100);
  socket.once('close', () => clearInterval(timer)).resume();
}

async function certified(
  host: string,
  options: CertificateOptions,
  isTrusted = true,
  tls: TlsOptions = {},
): Promise<Receiver> {
  const certificate = await makeCertificate(options);
  const server = createTlsServer({ ...certificate, ...tls }, (socket) => socket.on('error', () => undefined).resume());
  server.on('tlsClientError', () => undefined);
  return listen(server, host, isTrusted ? certificate.cert : '');
}
