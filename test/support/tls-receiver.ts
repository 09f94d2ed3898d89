// Real receivers for tests: HTTPS servers and raw TLS sockets on 127.0.0.1, reached by a connect exception.
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { TlsOptions, TLSSocket } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';
import type { ConnectRule } from '../../src/egress/policy.ts';

/** A key and a certificate, both PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** What a certificate says. `names` are its subject alternative names. */
export interface CertificateOptions {
  readonly names: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** Where a receiver listens and what it has seen. */
export interface Receiver {
  readonly host: string;
  readonly port: number;
  /** PEM of its certificate, to be trusted. */
  readonly ca: string;
  /** The connect exception that leads to it, its certificate trusted. */
  readonly rule: ConnectRule;
  /** TCP connections that were made to it. */
  connections(): number;
  close(): Promise<void>;
}

/** Settings of a receiver; the host defaults to `receiver.example.com`. */
export interface ReceiverOptions {
  readonly host?: string;
  readonly certificate?: Certificate;
  /** PEM that clients are to trust instead of the receiver's own certificate. */
  readonly ca?: string;
  readonly tls?: TlsOptions;
}

const DEFAULT_HOST = 'receiver.example.com';
const made = new Map<string, Promise<Certificate>>();

/** Makes a self-signed certificate; the same options give the same one. */
export function makeCertificate(options: CertificateOptions): Promise<Certificate> {
  const key = JSON.stringify(options);
  const certificate = made.get(key) ?? generateCertificate(options);
  made.set(key, certificate);
  return certificate;
}

async function generateCertificate({ names, notBefore, notAfter }: CertificateOptions): Promise<Certificate> {
  const pems = await generate([{ name: 'commonName', value: names[0] ?? DEFAULT_HOST }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(notBefore === undefined ? {} : { notBeforeDate: notBefore }),
    ...(notAfter === undefined ? {} : { notAfterDate: notAfter }),
    extensions: [{ name: 'subjectAltName', altNames: names.map((value) => ({ type: 2 as const, value })) }],
  });
  return { key: pems.private, cert: pems.cert };
}

/** Starts an HTTPS server that answers with `listener`. */
export async function startReceiver(listener: RequestListener, options: ReceiverOptions = {}): Promise<Receiver> {
  const { host = DEFAULT_HOST } = options;
  const certificate = options.certificate ?? (await makeCertificate({ names: [host] }));
  const server = createHttpsServer({ ...certificate, ...options.tls }, listener);
  return listen(server, host, options.ca ?? certificate.cert);
}

/** Starts a TLS server that hands each connection over as a bare socket: for answers that no HTTP server would give. */
export async function startRawReceiver(
  onConnection: (socket: TLSSocket) => void,
  options: ReceiverOptions = {},
): Promise<Receiver> {
  const { host = DEFAULT_HOST } = options;
  const certificate = options.certificate ?? (await makeCertificate({ names: [host] }));
  const server = createTlsServer({ ...certificate, ...options.tls }, (socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  return listen(server, host, options.ca ?? certificate.cert);
}

/** Makes a receiver of any server of Node's: it listens on a free port of 127.0.0.1. */
export async function listen(server: Server, host: string, ca: string): Promise<Receiver> {
  const sockets = new Set<{ destroy(): unknown }>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host,
    port,
    ca,
    rule: { host, address: '127.0.0.1', port, ca },
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The whole body of a request that a receiver got. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
