import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Address, ConnectorDeps, Dial } from '../../src/egress/connector.ts';
import { BlockedAddressError, createConnector } from '../../src/egress/connector.ts';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import type { Receiver } from '../support/tls-receiver.ts';
import { listen, startRawReceiver } from '../support/tls-receiver.ts';

const LOOPBACK: Address = { address: '127.0.0.1', family: 4 };
const PRIVATE: Address = { address: '10.0.0.1', family: 4 };

interface Dialled {
  readonly dial: Dial;
  readonly error: Error | undefined;
  readonly socket: TLSSocket | undefined;
}

describe('createConnector', () => {
  const receivers: Receiver[] = [];
  const sockets: TLSSocket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  });

  async function receiver(): Promise<Receiver> {
    const started = await startRawReceiver(() => undefined);
    receivers.push(started);
    return started;
  }

  function begin(
    deps: Partial<ConnectorDeps>,
    host = 'receiver.example.com',
  ): { dial: Dial; ended: Promise<{ error: Error | undefined; socket: TLSSocket | undefined }> } {
    const connect = createConnector({
      policy: createEgressPolicy({ allow: [], connect: [] }),
      lookup: () => Promise.reject(new Error('not to be asked')),
      monotonicMs: () => performance.now(),
      connectTimeoutMs: 1000,
      port: 1,
      ...deps,
    });
    let end: (result: { error: Error | undefined; socket: TLSSocket | undefined }) => void = () => undefined;
    const ended = new Promise<{ error: Error | undefined; socket: TLSSocket | undefined }>(
      (resolve) => (end = resolve),
    );
    const started = connect(host, (error, socket) => {
      if (socket !== undefined) sockets.push(socket);
      end({ error, socket });
    });
    return { dial: started, ended };
  }

  async function dial(deps: Partial<ConnectorDeps>, host?: string): Promise<Dialled> {
    const { dial: started, ended } = begin(deps, host);
    return { dial: started, ...(await ended) };
  }

  it('refuses a name that resolves to a private address, does not say which, and dials nothing', async () => {
    const { error, dial: dialled } = await dial({ lookup: async () => [PRIVATE] });
    assert.ok(error instanceof BlockedAddressError);
    assert.equal(dialled.phase, 'dns');
    assert.equal(dialled.peer, undefined);
    assert.ok(!error.message.includes('10.0.0.1'));
  });

  for (const host of ['127.0.0.1', '10.0.0.1', '[::1]', '::1', '[fd00::1]', '168.63.129.16']) {
    it(`refuses the literal ${host}, for which no look-up would be made`, async () => {
      const { error } = await dial({}, host);
      assert.ok(error instanceof BlockedAddressError);
    });
  }

  it('asks once for each connection, and dials what it was told then', async () => {
    const answers = [[LOOPBACK], [PRIVATE]];
    const lookup = async (): Promise<readonly Address[]> => answers.shift() ?? [];
    const policy = createEgressPolicy({ allow: ['127.0.0.0/8'], connect: [] });
    const first = await dial({ policy, lookup });
    assert.equal((first.error as NodeJS.ErrnoException).code, 'ECONNREFUSED');
    assert.equal(first.dial.phase, 'connect');
    assert.equal(answers.length, 1);
    const second = await dial({ policy, lookup });
    assert.ok(second.error instanceof BlockedAddressError);
  });

  it('goes on to the next vetted address when one does not answer', async () => {
    const { port, rule } = await receiver();
    const lookup = async (): Promise<readonly Address[]> => [{ address: '127.0.0.2', family: 4 }, LOOPBACK];
    const inner = createEgressPolicy({ allow: ['127.0.0.0/8'], connect: [] });
    const { error, dial: dialled } = await dial({ policy: inner, lookup, port });
    // The certificate is not trusted without the rule: reaching TLS is enough to know where it went.
    assert.equal((error as NodeJS.ErrnoException).code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
    assert.deepEqual(dialled.peer, { address: '127.0.0.1', port: rule.port, tlsVersion: undefined });
    assert.ok(dialled.dns >= 0 && dialled.connect >= 0);
  });

  it('looks at the connected socket once more', async () => {
    const { port } = await receiver();
    // The kernel takes 0.0.0.0 for this machine: the socket ends up elsewhere than what was vetted.
    const policy = { isAllowedAddress: () => true, route: () => undefined };
    const { error, dial: dialled } = await dial({
      policy,
      lookup: async () => [{ address: '0.0.0.0', family: 4 }],
      port,
    });
    assert.ok(error instanceof BlockedAddressError);
    assert.equal(dialled.phase, 'connect');
  });

  it('follows a connect rule: another address and port, the same name for SNI and certificate', async () => {
    let seen: (name: unknown) => void = () => undefined;
    const serverName = new Promise((resolve) => (seen = resolve));
    const started = await startRawReceiver((socket) =>
      seen((socket as TLSSocket & { servername: unknown }).servername),
    );
    receivers.push(started);
    const policy = createEgressPolicy({ allow: [], connect: [started.rule] });
    const { dial: dialled, socket } = await dial({ policy });
    assert.equal(socket?.authorized, true);
    assert.equal(await serverName, 'receiver.example.com');
    assert.deepEqual(dialled.peer, { address: '127.0.0.1', port: started.port, tlsVersion: 'TLSv1.3' });
    assert.equal(dialled.dns, -1);
    assert.ok(dialled.connect >= 0 && dialled.ssl >= 0);
    assert.equal(dialled.phase, 'open');
  });

  it('reports a name without addresses as the resolver would', async () => {
    const { error, dial: dialled } = await dial({ lookup: async () => [] });
    assert.equal((error as NodeJS.ErrnoException).code, 'ENODATA');
    assert.equal(dialled.phase, 'dns');
  });

  it('gives up on a resolver that does not answer', async () => {
    const { error, dial: dialled } = await dial({ lookup: () => new Promise(() => undefined), connectTimeoutMs: 50 });
    assert.equal((error as NodeJS.ErrnoException).code, 'CONNECT_TIMEOUT');
    assert.equal(dialled.phase, 'dns');
  });

  it('gives up on a handshake that is not answered, and lets the connection go', async () => {
    const closed = deferred();
    const server = createServer((socket) => void socket.once('close', closed.resolve).resume());
    const silent = await listen(server, 'receiver.example.com', '');
    receivers.push(silent);
    const policy = createEgressPolicy({ allow: [], connect: [{ ...silent.rule, ca: undefined }] });
    const { error, dial: dialled } = await dial({ policy, connectTimeoutMs: 50 });
    assert.equal((error as NodeJS.ErrnoException).code, 'CONNECT_TIMEOUT');
    assert.equal(dialled.phase, 'ssl');
    await closed.promise;
  });

  it('opens nothing once it was aborted, though the name is resolved afterwards', async () => {
    const target = await receiver();
    let answer: (addresses: readonly Address[]) => void = () => undefined;
    const lookup = (): Promise<readonly Address[]> => new Promise((resolve) => (answer = resolve));
    const policy = createEgressPolicy({ allow: ['127.0.0.0/8'], connect: [] });
    const { dial: dialled, ended } = begin({ policy, lookup, port: target.port });
    await turns(1);
    dialled.abort(new Error('enough'));
    answer([LOOPBACK]);
    assert.equal((await ended).error?.message, 'enough');
    await turns(20);
    assert.equal(target.connections(), 0);
    assert.equal(dialled.phase, 'dns');
  });

  it('lets go of a connection that is aborted while it is opened', async () => {
    const closed = deferred();
    const server = createServer((socket) => void socket.once('close', closed.resolve).resume());
    const target = await listen(server, 'receiver.example.com', '');
    receivers.push(target);
    const policy = createEgressPolicy({ allow: [], connect: [{ ...target.rule, ca: undefined }] });
    const { dial: dialled, ended } = begin({ policy });
    await Promise.resolve().then(() => Promise.resolve());
    dialled.abort(new Error('enough'));
    assert.equal((await ended).error?.message, 'enough');
    await turns(20);
    if (target.connections() > 0) await closed.promise;
  });

  it('tells the caller once, also when it is aborted afterwards', async () => {
    const { dial: dialled, error } = await dial({ lookup: async () => [PRIVATE] });
    assert.ok(error instanceof BlockedAddressError);
    dialled.abort(new Error('again'));
  });
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
