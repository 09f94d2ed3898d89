// The network between an engine and its PostgreSQL, which can swallow, cut and refuse.
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** A way to the database that can swallow everything, as a network does that lost the other side, or be cut. */
export interface Line {
  readonly url: string;
  swallow(): void;
  heal(): void;
  cut(): void;
  /** Cuts what is open, and whatever is opened until it is healed. */
  refuse(): void;
  close(): Promise<void>;
}

/** Opens one to the server of a URL. */
export async function lineTo(url: string): Promise<Line> {
  const target = new URL(url);
  const open = new Set<Socket>();
  let swallows = false;
  let refuses = false;
  const server = createServer((near) => {
    if (refuses) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    const isLost = swallows;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('data', (chunk: Buffer) => {
        if (!swallows && !isLost) to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        open.delete(from);
        if (!swallows) to.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = new URL(url);
  own.port = String((server.address() as AddressInfo).port);
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: own.href,
    swallow: () => void (swallows = true),
    heal() {
      swallows = false;
      refuses = false;
    },
    cut,
    refuse() {
      refuses = true;
      cut();
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
