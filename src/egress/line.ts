// The pool of connections: undici's own, with each of its clients knowing which exchange it serves and how it was dialled.
import type { Dispatcher } from 'undici';
import { Agent, Client, Pool } from 'undici';
import type { Attempt, Wire } from './attempt.ts';
import type { Connector } from './connector.ts';
import { BlockedAddressError } from './connector.ts';

// A connection stays on the address that was vetted for it; after this long the name is asked for again.
const MAX_CONNECTION_AGE_MS = 60_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** What the pool takes. `attemptOf` tells whose exchange a dispatch is. */
export interface LineDeps {
  readonly connector: Connector;
  readonly attemptOf: (options: Dispatcher.DispatchOptions) => Attempt | undefined;
  readonly monotonicMs: () => number;
  readonly connectionsPerOrigin: number;
}

/** One agent: a pool for each origin, HTTP/1.1, one request at a time on a connection, no timers but the keep-alive one. */
export function createAgent(deps: LineDeps): Agent {
  const newLine = (origin: URL, options: Client.Options): Line => new Line(deps, origin, options);
  return new Agent({
    connections: deps.connectionsPerOrigin,
    pipelining: 1,
    allowH2: false,
    // Each exchange has one deadline of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: MAX_CONNECTION_AGE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    factory: (origin, options) => new Pool(origin, Object.assign({}, options, { factory: newLine })),
  });
}

/** One connection of a pool. */
class Line extends Client {
  readonly #deps: LineDeps;
  readonly #wire: Wire;

  constructor(deps: LineDeps, origin: URL, options: Client.Options) {
    const wire: Wire = { attempt: undefined, dial: undefined };
    super(origin, { ...options, connect: connectorOf(deps, wire) });
    this.#deps = deps;
    this.#wire = wire;
  }

  // The pool dispatches only to a client that has nothing under way.
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const attempt = this.#deps.attemptOf(options);
    if (attempt === undefined || attempt.settled) return true;
    attempt.board(this.#wire);
    const dial = this.#wire.dial;
    const isOld = dial !== undefined && this.#deps.monotonicMs() - dial.startedAt > MAX_CONNECTION_AGE_MS;
    if (isOld) dial.socket?.destroy();
    return super.dispatch(options, handler);
  }
}

type ConnectFunction = Extract<NonNullable<Client.Options['connect']>, (...args: never[]) => void>;

function connectorOf(deps: LineDeps, wire: Wire): ConnectFunction {
  return ({ protocol, port, hostname }, callback) => {
    // Wrapped: undici treats some codes in its own way, and one of them would leave the pool's queue standing.
    const refuse = (cause: Error): void => callback(new Error('There is no connection.', { cause }), null);
    if (protocol !== 'https:' || (port !== '' && port !== '443')) {
      queueMicrotask(() => refuse(new BlockedAddressError()));
    } else if (wire.attempt === undefined || wire.attempt.settled) {
      queueMicrotask(() => refuse(new Error('Nobody waits for it any more.')));
    } else {
      wire.dial = deps.connector(hostname, (error, socket) => {
        if (socket === undefined) refuse(error ?? new Error('There is no socket.'));
        else callback(null, socket);
      });
    }
  };
}
