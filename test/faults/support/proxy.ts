// A TCP proxy between engine and database that can fall silent, or cut a connection where it hurts most.
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/** What the proxy does to what passes through it. */
export type ProxyMode =
  /** Hands everything on. */
  | 'pass'
  /** Takes everything and hands nothing on: neither side hears that the other is gone. */
  | 'swallow'
  /** Cuts a connection when a commit comes along, without handing it on. */
  | 'cut-before-commit'
  /** Hands a commit on, and cuts the connection instead of handing back the answer. */
  | 'cut-after-commit';

/** A running proxy. */
export interface Proxy {
  readonly port: number;
  mode: ProxyMode;
  /** Connections that were cut at a commit. */
  cuts(): number;
  close(): Promise<void>;
}

/** Starts one in front of a port of 127.0.0.1. `mayCut` decides for each commit: a COMMIT, or a group, which is one by itself. */
export async function startProxy(targetPort: number, mayCut: () => boolean): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let cuts = 0;
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    let cutsAtAnswer = false;
    const commits = createCommitSpotter();
    const cut = (): void => {
      cuts += 1;
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        if (proxy.mode !== 'swallow') client.destroy();
        target.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (proxy.mode === 'swallow') return;
      const isCommit = commits(bytes);
      const isCut = proxy.mode !== 'pass' && isCommit && mayCut();
      if (isCut && proxy.mode === 'cut-before-commit') {
        cut();
        return;
      }
      cutsAtAnswer ||= isCut;
      target.write(bytes);
    });
    target.on('data', (bytes) => {
      if (proxy.mode === 'swallow') return;
      if (cutsAtAnswer) cut();
      else client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: Proxy = {
    port: (server.address() as AddressInfo).port,
    mode: 'pass',
    cuts: () => cuts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return proxy;
}

// A group is parsed once for each connection, and gets a name there; from then on only the name comes along. As PostgreSQL
// describes its messages: Parse has the name before the text, Bind has it after that of the portal, which is empty.
const GROUP = /(hookwright_\d+)\0select pg_temp\.hookwright_group\(/;

// Tells which bytes that a client sends commit something.
function createCommitSpotter(): (bytes: Buffer) => boolean {
  let name: string | undefined;
  return (bytes) => {
    name ??= GROUP.exec(bytes.toString('latin1'))?.[1];
    return bytes.includes('COMMIT') || (name !== undefined && bytes.includes(`\0${name}\0`));
  };
}
