// Dials only what the policy allows: the addresses that were vetted are the ones that are dialled, and are looked at
// once more on the connected socket, so that DNS cannot change its mind in between.
import type { Socket } from 'node:net';
import { connect as connectTcp, isIP } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { connect as connectTls, createSecureContext, rootCertificates } from 'node:tls';
import type { Peer } from '../domain/exchange.ts';
import { sameAddress } from './addresses.ts';
import type { ConnectRule, EgressPolicy } from './policy.ts';

/** One address of a DNS answer. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name; rejects with the resolver's code (`ENOTFOUND`, `ETIMEOUT`). The signal ends the waiting. */
export type Lookup = (host: string, signal: AbortSignal) => Promise<readonly Address[]>;

/** What connecting takes. Times are milliseconds; `monotonicMs` never goes back. */
export interface ConnectorDeps {
  readonly policy: Pick<EgressPolicy, 'isAllowedAddress' | 'route'>;
  readonly lookup: Lookup;
  readonly monotonicMs: () => number;
  /** For DNS, TCP and TLS together. */
  readonly connectTimeoutMs: number;
  /** The port of hosts that are not routed. */
  readonly port: number;
  /** Those made already, which several connectors may share. */
  readonly contexts?: SecureContexts | undefined;
}

/** What a connection trusts, by the PEM that it trusts besides the public certificates. */
export type SecureContexts = Map<string, SecureContext>;

/** How far connecting has come. */
export type DialPhase = 'dns' | 'connect' | 'ssl' | 'open';

/** One connection as it comes about, with how long each phase took (-1: it did not happen). */
export interface Dial {
  readonly startedAt: number;
  phase: DialPhase;
  phaseStartedAt: number;
  dns: number;
  connect: number;
  ssl: number;
  peer: Peer | undefined;
  socket: TLSSocket | undefined;
  /** Ends it with an error, unless it is open already. */
  abort(error: Error): void;
}

/** Told once: the connected and verified socket, or why there is none. */
export type DialCallback = (error: Error | undefined, socket: TLSSocket | undefined) => void;

/** Begins to connect to a host, or where the policy routes it. */
export type Connector = (host: string, done: DialCallback) => Dial;

/** The name leads where nothing may be sent. Its message never says which address it was: that would map the inside. */
export class BlockedAddressError extends Error {
  readonly code = 'ADDRESS_NOT_PUBLIC';
}

/** Makes the connector. Secure contexts are shared: reading the root certificates costs 20 ms each time. */
export function createConnector(deps: ConnectorDeps): Connector {
  const publicContext = createSecureContext({ minVersion: 'TLSv1.2' });
  const contexts: SecureContexts = deps.contexts ?? new Map<string, SecureContext>();
  const contextFor = (host: string): SecureContext => {
    const ca = deps.policy.route(host)?.ca;
    if (ca === undefined) return publicContext;
    const context = contexts.get(ca) ?? createSecureContext({ minVersion: 'TLSv1.2', ca: [...rootCertificates, ca] });
    contexts.set(ca, context);
    return context;
  };
  return (host, done) => {
    const context = contextFor(host);
    const opening = new Opening(deps, host, done);
    // Later, so that the caller has the dial in hand before anything can happen to it.
    queueMicrotask(() => void opening.run(context));
    return opening;
  };
}

class Opening implements Dial {
  readonly startedAt: number;
  phase: DialPhase;
  phaseStartedAt: number;
  dns = -1;
  connect = -1;
  ssl = -1;
  peer: Peer | undefined;
  socket: TLSSocket | undefined;
  readonly #deps: ConnectorDeps;
  readonly #host: string;
  readonly #route: ConnectRule | undefined;
  readonly #done: DialCallback;
  readonly #timer: NodeJS.Timeout;
  readonly #lookingUp = new AbortController();
  #raw: Socket | undefined;
  #ended = false;

  constructor(deps: ConnectorDeps, host: string, done: DialCallback) {
    this.#deps = deps;
    this.#host = host;
    this.#route = deps.policy.route(host);
    this.#done = done;
    this.phase = this.#route === undefined ? 'dns' : 'connect';
    this.startedAt = deps.monotonicMs();
    this.phaseStartedAt = this.startedAt;
    this.#timer = setTimeout(() => this.abort(codedError('CONNECT_TIMEOUT')), deps.connectTimeoutMs);
  }

  async run(context: SecureContext): Promise<void> {
    try {
      this.#openTcp(await this.#vettedAddresses(), context);
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }

  abort(error: Error): void {
    if (this.#ended) return;
    this.#end();
    this.#lookingUp.abort();
    this.socket?.destroy();
    this.#raw?.destroy();
    this.#done(error, undefined);
  }

  async #vettedAddresses(): Promise<readonly Address[]> {
    const { policy, lookup } = this.#deps;
    if (this.#route !== undefined) return [{ address: this.#route.address, family: isIP(this.#route.address) }];
    const literal = this.#host.replace(/^\[(.*)\]$/, '$1');
    const family = isIP(literal);
    const addresses = family === 0 ? await lookup(this.#host, this.#lookingUp.signal) : [{ address: literal, family }];
    if (addresses.length === 0) throw codedError('ENODATA');
    // One bad answer refuses all: whoever mixes them is probing, or has a DNS that cannot be trusted.
    if (!addresses.every(({ address }) => policy.isAllowedAddress(literal, address))) throw new BlockedAddressError();
    return addresses;
  }

  #openTcp(addresses: readonly Address[], context: SecureContext): void {
    if (this.#ended) return;
    if (this.#route === undefined) {
      this.dns = this.#elapsed();
      this.#enter('connect');
    }
    const [first] = addresses;
    const raw = connectTcp({
      host: this.#host,
      port: this.#route?.port ?? this.#deps.port,
      autoSelectFamily: true,
      noDelay: true,
      // Node asks for all addresses or for one; either way it only gets vetted ones.
      lookup: (_host, options, callback) => {
        if (options.all === true) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
    });
    this.#raw = raw;
    raw.on('error', (error) => this.abort(error));
    raw.once('connect', () => this.#openTls(raw, addresses, context));
  }

  #openTls(raw: Socket, addresses: readonly Address[], context: SecureContext): void {
    if (this.#ended) return;
    const remote = raw.remoteAddress ?? '';
    if (!addresses.some(({ address }) => sameAddress(address, remote))) {
      this.abort(new BlockedAddressError());
      return;
    }
    this.connect = this.#elapsed();
    this.peer = { address: remote, port: raw.remotePort ?? 0, tlsVersion: undefined };
    this.#enter('ssl');
    const socket = connectTls({
      socket: raw,
      servername: this.#host,
      secureContext: context,
      ALPNProtocols: ['http/1.1'],
      // Explicit: NODE_TLS_REJECT_UNAUTHORIZED=0 switches verification off where this is left out.
      rejectUnauthorized: true,
    });
    this.socket = socket;
    socket.on('error', (error: Error) => this.abort(error));
    socket.once('close', () => this.abort(codedError('ECONNRESET')));
    socket.once('secureConnect', () => this.#finish(socket));
  }

  #finish(socket: TLSSocket): void {
    if (this.#ended) return;
    this.ssl = this.#elapsed();
    this.#enter('open');
    if (this.peer !== undefined) this.peer = { ...this.peer, tlsVersion: socket.getProtocol() ?? undefined };
    this.#end();
    this.#done(undefined, socket);
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #elapsed(): number {
    return this.#deps.monotonicMs() - this.phaseStartedAt;
  }

  #enter(phase: DialPhase): void {
    this.phase = phase;
    this.phaseStartedAt = this.#deps.monotonicMs();
  }
}

function codedError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
