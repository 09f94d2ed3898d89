import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import type { ExchangeResult, OutgoingRequest } from '../../src/domain/exchange.ts';
import type { Exchanger } from '../../src/egress/exchange.ts';
import { createExchanger } from '../../src/egress/exchange.ts';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import type { Sandbox, SandboxAddress } from '../../src/sandbox/index.ts';
import { createSandbox, SANDBOX_HOST } from '../../src/sandbox/index.ts';

const ARRIVAL = new Date('2026-11-20T12:00:00.000Z');

describe('createSandbox', () => {
  let sandbox: Sandbox;
  let address: SandboxAddress;
  let exchanger: Exchanger;

  beforeEach(async () => {
    sandbox = createSandbox({ now: () => ARRIVAL });
    address = await sandbox.start();
    exchanger = createExchanger({ policy: createEgressPolicy({ allow: [], connect: [address] }) });
  });

  afterEach(async () => {
    await exchanger.close();
    await sandbox.stop();
  });

  function send(path: string, request: Partial<OutgoingRequest> = {}, signal?: AbortSignal): Promise<ExchangeResult> {
    const url = `https://${SANDBOX_HOST}${path}`;
    const whole = { method: 'POST', url, headers: [['x-key', 'secret']] as const, body: '{"a":1}', timeoutMs: 2000 };
    return exchanger.send({ ...whole, ...request }, signal);
  }

  function text({ response }: ExchangeResult): string {
    return Buffer.from(response?.body ?? []).toString('utf8');
  }

  it('has a certificate for its own name, valid now and for a year', () => {
    const certificate = new X509Certificate(address.ca);
    assert.equal(certificate.checkHost(SANDBOX_HOST), SANDBOX_HOST);
    assert.equal(certificate.checkHost('other.hookwright.test'), undefined);
    assert.equal(certificate.ca, false);
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    assert.ok(days > 364 && days < 366, String(days));
    assert.ok(Date.parse(certificate.validFrom) <= Date.now());
    assert.equal(address.address, '127.0.0.1');
  });

  it('makes another certificate at each start', async () => {
    const second = createSandbox({ now: () => ARRIVAL });
    try {
      assert.notEqual((await second.start()).ca, address.ca);
    } finally {
      await second.stop();
    }
  });

  for (const status of [200, 204, 304, 404, 500, 999]) {
    it(`answers /status/${String(status)}, and keeps the connection in order`, async () => {
      assert.equal((await send(`/status/${String(status)}`)).response?.status, status);
      assert.equal((await send('/status/201')).response?.status, 201);
    });
  }

  for (const status of [100, 101]) {
    it(`answers /status/${String(status)} with what nobody asked for`, async () => {
      assert.equal((await send(`/status/${String(status)}`)).failure?.outcome, 'protocol_error');
    });
  }

  it('answers /status/103 with an interim status, after which nothing comes', async () => {
    const controller = new AbortController();
    const sending = send('/status/103', {}, controller.signal);
    await until(() => sandbox.requests({ limit: 1 })[0]?.status === 103);
    controller.abort();
    assert.deepEqual([(await sending).failure?.outcome, (await sending).response], ['unknown', undefined]);
  });

  it('answers what /json was given, as JSON', async () => {
    const result = await send(`/json/${Buffer.from('{"ok":true}').toString('base64url')}`);
    assert.equal(text(result), '{"ok":true}');
    assert.ok(
      result.response?.headers.some(([name, value]) => name === 'content-type' && value === 'application/json'),
    );
  });

  it('echoes the request', async () => {
    const echoed: { method: string; path: string; headers: Record<string, string>; body: string } = JSON.parse(
      text(await send('/echo?q=1', { method: 'PUT' })),
    );
    assert.equal(`${echoed.method} ${echoed.path} ${echoed.body}`, 'PUT /echo?q=1 {"a":1}');
    assert.equal(echoed.headers['x-key'], 'secret');
    assert.equal(echoed.headers['host'], SANDBOX_HOST);
  });

  it('cuts the connection for /reset', async () => {
    const { failure } = await send('/reset');
    assert.deepEqual([failure?.outcome, failure?.phase], ['connect_error', 'wait']);
    assert.equal(sandbox.requests({ limit: 1 })[0]?.status, undefined);
  });

  it('redirects with /redirect', async () => {
    const { response } = await send('/redirect');
    assert.equal(response?.status, 302);
  });

  it('answers slowly, and stops when the client leaves', async () => {
    assert.equal((await send('/slow/0.02')).response?.status, 200);
    const controller = new AbortController();
    const sending = send('/slow/60', {}, controller.signal);
    await until(() => sandbox.requests({ limit: 1 })[0]?.path === '/slow/60');
    controller.abort();
    assert.equal((await sending).failure?.outcome, 'unknown');
    assert.equal((await send('/status/200')).response?.status, 200);
    assert.equal(sandbox.requests({ limit: 2 })[1]?.status, undefined);
  });

  it('keeps what arrived, newest first, with its answer', async () => {
    await send('/status/503?n=1', { body: '{"ü":1}' });
    await send('/echo', { method: 'GET', body: undefined });
    const kept = sandbox.requests({ limit: 10 });
    assert.deepEqual(
      kept.map(({ method, path, body, bodyBytes, truncated, status }) => [
        `${method} ${path}`,
        body,
        bodyBytes,
        truncated,
        status,
      ]),
      [
        ['GET /echo', '', 0, false, 200],
        ['POST /status/503?n=1', '{"ü":1}', 8, false, 503],
      ],
    );
    assert.ok(kept.every(({ receivedAt }) => receivedAt === ARRIVAL));
    assert.deepEqual(sandbox.requests({ limit: 1, after: kept[0]?.id ?? '' }), kept.slice(1));
  });

  it('keeps no value of a header that may be secret', async () => {
    await send('/status/200');
    const headers = sandbox.requests({ limit: 1 })[0]?.headers ?? [];
    assert.deepEqual(
      headers.filter(([name]) => name === 'x-key'),
      [['x-key', '***']],
    );
  });

  it('keeps 64 KiB of a long body, and says how long it was', async () => {
    await send('/status/200', { body: 'x'.repeat(100_000) });
    const [request] = sandbox.requests({ limit: 1 });
    assert.deepEqual([request?.body.length, request?.bodyBytes, request?.truncated], [65_536, 100_000, true]);
  });

  it('outlives a client that leaves in the middle of its request', async () => {
    const controller = new AbortController();
    const sending = send('/echo', { body: 'x'.repeat(50_000_000) }, controller.signal);
    setImmediate(() => controller.abort());
    await sending;
    assert.equal((await send('/status/200')).response?.status, 200);
  });

  it('stops with a request under way, and can be stopped twice', async () => {
    const sending = send('/slow/60', { timeoutMs: 5000 });
    await until(() => sandbox.requests({ limit: 1 }).length === 1);
    await sandbox.stop();
    await sandbox.stop();
    assert.equal((await sending).failure?.outcome, 'connect_error');
  });

  it('stops without having started', async () => {
    await createSandbox({ now: () => ARRIVAL }).stop();
  });
});

// Turns the event loop until something is so; the test's own time limit ends it otherwise.
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
