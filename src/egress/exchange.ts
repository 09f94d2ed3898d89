// One HTTPS exchange: a request goes out as it is given, and what came of it comes back as data. Nothing is followed,
// repeated, decoded or decompressed on the way.
import { LRUCache } from 'lru-cache';
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
// URLs that have passed the policy, which never changes: to take one apart again would cost as much as rendering does.
const URLS_REMEMBERED = 1000;

/** An allowed URL, taken apart. */
interface Target {
  readonly host: string;
  readonly origin: string;
  readonly path: string;
}

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

  const targetOf = createTargets(policy);

  const start = async (target: Target, request: OutgoingRequest, signal?: AbortSignal): Promise<ExchangeResult> => {
    const attempt = new Attempt({ host: target.host, timeoutMs: request.timeoutMs, monotonicMs });
    const options = dispatchOptions(target, request);
    attempts.set(options, attempt);
    underWay.add(attempt, signal);
    try {
      agent.dispatch(options, attempt);
      return await attempt.result;
    } finally {
      underWay.delete(attempt, signal);
    }
  };

  return {
    send: async (request, signal) => {
      const target = targetOf(request.url);
      if ('failure' in target) return unsent(target.failure);
      if (signal?.aborted === true || agent.destroyed) return unsent(interruptedFailure(target.host, 'queued'));
      return start(target, request, signal);
    },
    close: async () => {
      underWay.interrupt();
      await agent.destroy();
      connections.destroy();
    },
  };
}

function createTargets(policy: EgressPolicy): (url: string) => Target | { readonly failure: ExchangeFailure } {
  const allowed = new LRUCache<string, Target>({ max: URLS_REMEMBERED });
  return (text) => {
    const known = allowed.get(text);
    if (known !== undefined) return known;
    const faults = policy.urlFaults(text);
    if (faults.length > 0) return { failure: blockedUrlFailure(faults) };
    const url = new URL(text);
    const target = { host: url.hostname, origin: url.origin, path: url.href.slice(url.origin.length) };
    allowed.set(text, target);
    return target;
  };
}

// `idempotent: false` forbids undici any second try.
function dispatchOptions({ origin, path }: Target, request: OutgoingRequest): Dispatcher.DispatchOptions {
  // A list of name, value, name, value keeps order and spelling.
  const headers: string[] = [];
  for (const [name, value] of request.headers) headers.push(name, value);
  return {
    origin,
    path,
    method: request.method,
    headers,
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
