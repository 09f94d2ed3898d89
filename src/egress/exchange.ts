// One HTTPS exchange: a request goes out as it is given, and what came of it comes back as data. Nothing is followed,
// repeated, decoded or decompressed on the way.
import { setMaxListeners } from 'node:events';
import type { Dispatcher } from 'undici';
import type { ExchangeFailure, ExchangeResult, OutgoingRequest } from '../domain/exchange.ts';
import { Attempt } from './attempt.ts';
import type { Connector, Lookup, SecureContexts } from './connector.ts';
import { createConnector } from './connector.ts';
import { blockedUrlFailure, interruptedFailure } from './failures.ts';
import { createAgent } from './line.ts';
import type { EgressPolicy } from './policy.ts';
import { systemLookupFor } from './resolve.ts';
import { AttemptsUnderWay } from './under-way.ts';

/** What sending takes. Everything but the policy has a default. */
export interface ExchangerDeps {
  readonly policy: EgressPolicy;
  /** Default: DNS, and where it knows nothing the system. */
  readonly lookup?: Lookup;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs?: () => number;
  /** For DNS, TCP and TLS together; default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Default 64. */
  readonly connectionsPerOrigin?: number;
  /** Several exchangers may share them. */
  readonly contexts?: SecureContexts | undefined;
}

/** Sends requests over connections that it keeps. */
export interface Exchanger {
  /**
   * Sends a request once and gives what came of it, at the latest when `timeoutMs` is over. A receiver's failure is a
   * result, never an error; it rejects only where the request itself cannot be sent (a header's grammar), which is a
   * bug of the caller. When the signal fires, the result is `not_sent` or `unknown`.
   */
  send(request: OutgoingRequest, signal?: AbortSignal): Promise<ExchangeResult>;
  /** Breaks off what is under way and closes all connections. */
  close(): Promise<void>;
}

const HTTPS_PORT = 443;
const CONNECT_TIMEOUT_MS = 5000;
const CONNECTIONS_PER_ORIGIN = 64;

/** Makes the exchanger, with connections of its own. */
export function createExchanger(deps: ExchangerDeps): Exchanger {
  const {
    policy,
    lookup = systemLookupFor((host) => policy.isNamed(host)),
    monotonicMs = () => performance.now(),
  } = deps;
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, connectionsPerOrigin = CONNECTIONS_PER_ORIGIN, contexts } = deps;
  const attempts = new WeakMap<Dispatcher.DispatchOptions, Attempt>();
  const underWay = new AttemptsUnderWay();
  const connections = trackConnections(
    createConnector({ policy, lookup, monotonicMs, connectTimeoutMs, port: HTTPS_PORT, contexts }),
  );
  const attemptOf = (options: Dispatcher.DispatchOptions): Attempt | undefined => attempts.get(options);
  const agent = createAgent({ connector: connections.connector, monotonicMs, connectionsPerOrigin, attemptOf });

  const start = async (url: URL, request: OutgoingRequest, signal?: AbortSignal): Promise<ExchangeResult> => {
    const attempt = new Attempt({ host: url.hostname, timeoutMs: request.timeoutMs, monotonicMs });
    const interrupt = (): void => attempt.interrupt();
    const options = dispatchOptions(url, request);
    attempts.set(options, attempt);
    underWay.add(attempt);
    // One signal may end many exchanges: that is no leak.
    if (signal !== undefined) setMaxListeners(0, signal);
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      agent.dispatch(options, attempt);
      return await attempt.result;
    } finally {
      underWay.delete(attempt);
      signal?.removeEventListener('abort', interrupt);
    }
  };

  return {
    send: async (request, signal) => {
      const faults = policy.urlFaults(request.url);
      if (faults.length > 0) return unsent(blockedUrlFailure(faults));
      const url = new URL(request.url);
      if (signal?.aborted === true || agent.destroyed) return unsent(interruptedFailure(url.hostname, 'queued'));
      return start(url, request, signal);
    },
    close: async () => {
      underWay.interrupt();
      await agent.destroy();
      connections.destroy();
    },
  };
}

// A list of name, value, name, value keeps order and spelling. `idempotent: false` forbids undici any second try.
function dispatchOptions(url: URL, request: OutgoingRequest): Dispatcher.DispatchOptions {
  return {
    origin: url.origin,
    path: url.href.slice(url.origin.length),
    method: request.method,
    headers: request.headers.flat(),
    body: request.body ?? null,
    idempotent: false,
  };
}

function unsent(failure: ExchangeFailure): ExchangeResult {
  const none = { blocked: -1, dns: -1, connect: -1, ssl: -1, send: -1, wait: -1, receive: -1, total: 0 };
  return { response: undefined, failure, timings: none, peer: undefined };
}

// A pool forgets a client whose connecting failed, though that client may serve on: closing must not rely on the pool.
function trackConnections(connect: Connector): { readonly connector: Connector; readonly destroy: () => void } {
  const sockets = new Set<{ destroy(): unknown }>();
  const connector: Connector = (host, done) =>
    connect(host, (error, socket) => {
      if (socket !== undefined) {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      }
      done(error, socket);
    });
  return {
    connector,
    destroy: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
