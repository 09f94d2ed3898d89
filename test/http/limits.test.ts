// Limits as callers meet them: by key, by address, through a proxy that is trusted and one that is not, and before a
// body is read.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as send } from 'node:http';
import { INTAKE_LIMITS } from '../../src/domain/intake-gate.ts';
import type { Answer, TestApp } from '../support/app.ts';
import { keyText, startApp } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';

const PER_KEY = 10;
const FAILURES = 20;
const HUGE = 1024 * 1024 * 1024;

onEachDatabase('limits', () => {
  let test: TestApp;
  // Failed answers that wait, until it is said that they may go on.
  let waiting: (() => void)[] | undefined;
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

  before(async () => {
    const slowDown = (): Promise<void> =>
      new Promise((resolve) => {
        if (waiting === undefined) resolve();
        else waiting.push(resolve);
      });
    const env = { HOOKWRIGHT_TRUST_PROXY: '127.0.0.1/32', HOOKWRIGHT_RATE_LIMIT: String(PER_KEY) };
    test = await startApp(env, { slowDown });
  });
  after(async () => {
    agent.destroy();
    await test.stop();
  });

  const newKey = async (role: string, by = test): Promise<string> => {
    const made = await by.call('POST', '/v1/api-keys', { body: { name: role, role } });
    assert.equal(made.status, 201, made.text);
    return made.body.key as string;
  };
  const from = (address: string, key: string | null, path = '/v1/me', of = test): Promise<Answer> =>
    of.call('GET', path, { key, headers: { 'x-forwarded-for': address } });
  const seen = ({ status, body }: Answer): readonly [number, string] => [status, body.code];
  // Begins a request whose body does not come.
  const begin = (method: string, path: string, key: string, length: number) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': String(length),
    };
    const request = send(`${test.url}${path}`, { method, agent, headers });
    request.on('error', () => undefined);
    request.flushHeaders();
    const answer = once(request, 'response').then(([response]) => response as IncomingMessage);
    answer.catch(() => undefined);
    return { request, answer };
  };
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await new Promise(setImmediate);
  };

  it('say in headers what a key has left, and then when to come back', async () => {
    const [key, other] = [await newKey('auditor'), await newKey('auditor')];
    const first = await test.call('GET', '/v1/me', { key });
    assert.equal(first.status, 200);
    assert.match(first.headers['ratelimit'] ?? '', /^"requests"; r=9; t=60$/);
    assert.match(first.headers['ratelimit-policy'] ?? '', /^"requests"; q=10; w=60; pk=:[\w+/=]+:$/);
    assert.equal(first.headers['retry-after'], undefined);
    for (let n = 2; n <= PER_KEY; n += 1) assert.equal((await test.call('GET', '/v1/me', { key })).status, 200);
    const over = await test.call('GET', '/v1/me', { key });
    assert.deepEqual(seen(over), [429, 'rate_limited']);
    assert.match(over.headers['ratelimit'] ?? '', /^"requests"; r=0; t=\d+$/);
    const seconds = Number(over.headers['retry-after']);
    assert.ok(seconds > 0 && seconds <= 60, over.headers['retry-after']);
    assert.equal((await test.call('GET', '/v1/me', { key: other })).status, 200, 'each key has its own');
    assert.equal((await test.call('GET', '/livez', { key })).status, 200, 'what is public has none');
    // A limited key is told so before its body is there, however long that is.
    const { answer, request } = begin('POST', '/v1/webhooks', key, HUGE);
    const refused = await answer;
    assert.deepEqual([refused.statusCode, refused.headers.connection], [429, 'close']);
    request.destroy();
    // The role is looked at afterwards: whoever asks for what he may not is counted, too.
    assert.deepEqual(seen(await test.call('POST', '/v1/webhooks', { key, body: {} })), [429, 'rate_limited']);
    assert.deepEqual(seen(await test.call('POST', '/v1/webhooks', { key: other, body: {} })), [
      403,
      'permission_missing',
    ]);
  });

  it('leave events to the gate of intake', async () => {
    const key = await newKey('source');
    const body = { event_type: 'limits.none', event_time: '1', data: {} };
    for (let n = 0; n < PER_KEY + 5; n += 1) {
      const posted = await test.call('POST', '/v1/events', { key, body });
      assert.deepEqual([posted.status, posted.headers['ratelimit']], [202, undefined]);
    }
  });

  it('refuse the twenty-first bad key of an address in a minute, and let a good one in from there', async () => {
    const good = await newKey('auditor');
    const bad = keyText('7');
    for (let n = 1; n <= FAILURES; n += 1) {
      assert.deepEqual(seen(await from('203.0.113.7', n % 2 === 0 ? bad : `${bad}x`)).at(0), 401);
    }
    const over = await from('203.0.113.7', bad);
    assert.deepEqual(seen(over), [429, 'too_many_failed_authentications']);
    assert.ok(Number(over.headers['retry-after']) > 0);
    assert.match(over.headers['ratelimit'] ?? '', /^"failed-authentications"; r=0; t=\d+$/);
    assert.equal((await from('203.0.113.7', good)).status, 200);
    assert.equal((await from('203.0.113.8', bad)).status, 401, 'its neighbour has not failed yet');
    // What a caller writes in front of what the proxy adds counts for nothing.
    assert.equal((await from('198.51.100.1, 203.0.113.7', bad)).status, 429);
    assert.equal((await from('203.0.113.7, 198.51.100.1', bad)).status, 401);
  });

  it('count an IPv6 network as one, whatever zone is named', async () => {
    const bad = keyText('7');
    for (let n = 1; n <= FAILURES; n += 1) {
      assert.equal((await from(`2001:db8:7::${n.toString(16)}%z${String(n)}`, bad)).status, 401);
    }
    assert.equal((await from('2001:db8:7::ffff', bad)).status, 429);
    assert.equal((await from('2001:db8:7:1::1', bad)).status, 401);
  });

  it('and log and audit log have the address that a trusted proxy names', async () => {
    await test.app.idle();
    const line = test.log.find((one) => one.includes('"authentication failed"') && one.includes('203.0.113.7')) ?? '';
    assert.notEqual(line, '');
    const admin = await newKey('admin');
    const { data } = (await test.call('GET', '/v1/events?event_type=key.refused', { key: admin })).body;
    const counted = new Map<string, number>();
    for (const { body } of data) {
      const { address, count } = body.data.metadata;
      counted.set(address, (counted.get(address) ?? 0) + (count as number));
    }
    assert.equal(counted.get('203.0.113.7'), FAILURES + 2);
    assert.equal(counted.get('203.0.113.8'), 1);
    assert.equal(counted.get('2001:db8:7::1'), 1, 'without its zone');
    assert.equal(counted.has('127.0.0.1'), false);
  });

  it('ask for a key where metrics are read through a proxy', async () => {
    assert.equal((await test.call('GET', '/metrics', { key: null })).status, 200);
    assert.deepEqual(seen(await from('127.0.0.1', null, '/metrics')), [401, 'key_missing']);
    assert.deepEqual(seen(await from('203.0.113.9', null, '/metrics')), [401, 'key_missing']);
  });

  it('take no place at the intake from others while a refusal waits', async () => {
    const [key, bad] = [await newKey('source'), keyText('7')];
    waiting = [];
    const refused = Array.from({ length: 50 }, () => begin('POST', '/v1/events', bad, 10));
    await until(() => waiting?.length === refused.length);
    const held: { request: ClientRequest; answer: Promise<IncomingMessage> }[] = [];
    for (let n = 0; n < INTAKE_LIMITS.requests; n += 1) held.push(begin('POST', '/v1/events', key, 2));
    const full = async (): Promise<boolean> => {
      const { text } = await test.call('GET', '/metrics', { key: null });
      return text.includes(`hookwright_intake_requests ${String(INTAKE_LIMITS.requests)}\n`);
    };
    await until(full);
    const busy = await begin('POST', '/v1/events', key, 2).answer;
    assert.equal(busy.statusCode, 503, 'every place is taken, by good keys only');
    busy.resume();
    for (const { request } of held) request.end('{}');
    for (const { answer } of held) {
      const response = await answer;
      assert.equal(response.statusCode, 422, 'they were read');
      response.resume();
    }
    for (const go of waiting) go();
    waiting = undefined;
    for (const { answer, request } of refused) {
      const { statusCode } = await answer;
      assert.ok(statusCode === 401 || statusCode === 429, String(statusCode));
      request.destroy();
    }
  });
});

describe('limits where no proxy is trusted', () => {
  it('go by the peer, whatever a header says', async () => {
    const test = await startApp({ HOOKWRIGHT_TRUST_PROXY: '10.0.0.0/8' });
    const bad = keyText('7');
    const ask = (n: number, key: string | null = bad): Promise<Answer> => {
      const address = `203.0.113.${String(n)}`;
      const headers = { 'x-forwarded-for': address, forwarded: `for=${address}`, 'x-real-ip': address };
      return test.call('GET', '/v1/me', { key, headers });
    };
    for (let n = 1; n <= FAILURES; n += 1) assert.equal((await ask(n)).status, 401);
    assert.equal((await ask(100)).status, 429);
    assert.equal((await ask(101, test.key)).status, 200);
    await test.app.idle();
    const { data } = (await test.call('GET', '/v1/events?event_type=key.refused')).body;
    assert.deepEqual(
      data.map(({ body }: Answer) => [body.data.metadata.address, body.data.metadata.count]),
      [['127.0.0.1', FAILURES + 1]],
    );
    assert.equal(
      test.log.some((line) => line.includes('203.0.113.')),
      false,
    );
    const metrics = await test.call('GET', '/metrics', { key: null, headers: { 'x-forwarded-for': '127.0.0.1' } });
    assert.equal(metrics.status, 401, 'a proxy that is not trusted has passed it on all the same');
    await test.stop();
  });
});
