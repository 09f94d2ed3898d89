// Watches every TCP connection that this process begins to open. What goes to public addresses ends at a listener of
// the test, so that nothing leaves the machine; everything else goes where it was led.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { LookupFunction, Socket, TcpNetConnectOpts } from 'node:net';
import { createServer } from 'node:net';
import type { Receiver } from '../support/tls-receiver.ts';
import { listen } from '../support/tls-receiver.ts';

type Connect = (args: [TcpNetConnectOpts]) => Socket;

/** What is seen of the connections that were begun. */
export interface Dialling {
  /** For each connection that was begun, the addresses that it may go to: those of DNS, or the literal itself. */
  readonly begun: readonly string[][];
  /** Connections that really reached the listener. */
  arrived(): number;
  /** Forgets what was seen so far. */
  forget(): void;
  stop(): Promise<void>;
}

/**
 * Begins to watch. `isPublic` says which addresses are led to the listener: the given one, or one that hangs up. From
 * then on the listener is of this watch, and closed with it.
 */
export async function watchDialling(isPublic: (address: string) => boolean, given?: Receiver): Promise<Dialling> {
  const listener = given ?? (await hangingUp());
  const begun: string[][] = [];
  let before = 0;
  const onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    const connect = socket.connect.bind(socket) as unknown as Connect;
    // `net.connect` hands its arguments over as one list, with the options in front.
    socket.connect = ((args: Parameters<Connect>[0]) => {
      const [options] = args;
      const addresses: string[] = [];
      begun.push(addresses);
      // Connections that the operator routes have ports of their own.
      if (options.port === 443) options.port = listener.port;
      // Node asks nobody for a literal.
      socket.once('connectionAttempt', (address: string) => {
        if (addresses.length === 0) addresses.push(address);
      });
      if (options.lookup !== undefined) options.lookup = diverted(options.lookup, addresses, socket, isPublic);
      return connect(args);
    }) as unknown as typeof socket.connect;
  };
  subscribe('net.client.socket', onSocket);
  return {
    begun,
    arrived: () => listener.connections() - before,
    forget: () => {
      begun.length = 0;
      before = listener.connections();
    },
    stop: async () => {
      unsubscribe('net.client.socket', onSocket);
      await listener.close();
    },
  };
}

function hangingUp(): Promise<Receiver> {
  return listen(
    createServer((socket) => socket.end()),
    'listener',
    '',
  );
}

function diverted(
  lookup: LookupFunction,
  seen: string[],
  socket: Socket,
  isPublic: (address: string) => boolean,
): LookupFunction {
  return (host, options, callback) => {
    lookup(host, options, (error, answer, family) => {
      const addresses = Array.isArray(answer) ? answer.map(({ address }) => address) : [answer];
      seen.push(...addresses);
      const [first = ''] = addresses;
      if (error !== null || !addresses.every(isPublic)) {
        callback(error, answer, family);
        return;
      }
      // The connector looks at the connected socket: it is shown the address that it chose.
      Object.defineProperty(socket, 'remoteAddress', { value: first });
      if (Array.isArray(answer)) callback(null, [{ address: '127.0.0.1', family: 4 }]);
      else callback(null, '127.0.0.1', 4);
    });
  };
}
