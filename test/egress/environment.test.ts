import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Receiver } from '../support/tls-receiver.ts';
import { listen, makeCertificate, startReceiver } from '../support/tls-receiver.ts';
import type { SenderAnswer, SenderOrders } from './sender-process.ts';

const PROCESS = fileURLToPath(new URL('sender-process.ts', import.meta.url));

describe('createExchanger in an environment that names proxies and switches TLS off', () => {
  let proxy: Receiver;
  let untrusted: Receiver;
  let folder: string;
  let answer: SenderAnswer;

  before(async () => {
    proxy = await listen(
      createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')),
      'proxy',
      '',
    );
    untrusted = await startReceiver((_request, response) => response.end('{}'), { host: 'untrusted.example.com' });
    folder = await mkdtemp(join(tmpdir(), 'hookwright-environment-'));
    const certificate = await makeCertificate({ names: ['turning.example.com'] });
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, certificate.cert);
    answer = await sendFrom(ca, { certificate, untrusted: { host: untrusted.host, port: untrusted.port } });
  });
  after(async () => {
    await proxy.close();
    await untrusted.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function sendFrom(ca: string, orders: SenderOrders): Promise<SenderAnswer> {
    const url = `http://127.0.0.1:${String(proxy.port)}`;
    const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];
    const child = fork(PROCESS, {
      execArgv: ['--no-warnings', '--import', 'tsx'],
      env: {
        PATH: process.env['PATH'],
        ...Object.fromEntries(names.map((name) => [name, url])),
        NODE_USE_ENV_PROXY: '1',
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        NODE_EXTRA_CA_CERTS: ca,
      },
    });
    child.send(orders);
    const [told] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [SenderAnswer | number];
    assert.ok(typeof told === 'object', `it ended with ${JSON.stringify(told)}`);
    if (child.exitCode === null) await once(child, 'exit');
    return told;
  }

  it('asks no proxy', () => assert.equal(proxy.connections(), 0));

  it('verifies certificates all the same', () => {
    assert.equal(answer.untrusted, 'tls_error');
    assert.equal(untrusted.connections(), 1);
  });

  it('keeps a connection on the address that was vetted, and vets again when it makes a new one', () => {
    assert.deepEqual(answer.turning, ['200', '200', 'blocked_address']);
    assert.deepEqual(answer.begun, [['93.184.216.34']]);
  });
});
