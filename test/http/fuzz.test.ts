// Random requests never find a bug (a 5xx), never go unanswered, and what is refused is refused with a valid problem.
// TEST_FUZZ_RUNS says how many on each database, TEST_SEED which.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request as send } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import fc from 'fast-check';
import { exact } from '../schemas/contract.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import type { Existing, RandomRequest } from './random-requests.ts';
import { anyRequest } from './random-requests.ts';
import { assertView } from './views/assert-view.ts';

const RUNS = Number(process.env['TEST_FUZZ_RUNS'] ?? 250);
const SEED = process.env['TEST_SEED'];
const ANSWERED_WITHIN_MS = 15_000;
const HALF_OPEN = 200;

// What no client library would send. Each is refused with 4xx, or the connection is closed without a word.
const RAW: Readonly<Record<string, string>> = {
  'no HTTP at all': '\u0016\u0003\u0001\u0002\u0000\r\n\r\n',
  'an unknown method': 'FETCH /v1/events HTTP/1.1\r\nHost: x\r\n\r\n',
  'no version': 'GET /v1/events\r\n\r\n',
  'a later version': 'GET /v1/events HTTP/9.9\r\nHost: x\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a blank in the target': 'GET /v1/ev ents HTTP/1.1\r\nHost: x\r\n\r\n',
  'a NUL in the target': 'GET /v1/\u0000 HTTP/1.1\r\nHost: x\r\n\r\n',
  'a target of 100 KB': `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  'no host': 'GET /v1/events HTTP/1.1\r\n\r\n',
  'two hosts': 'GET /v1/events HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n',
  'a header without a name': 'GET /v1/events HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n',
  'a header with a NUL': 'GET /v1/events HTTP/1.1\r\nHost: x\r\nX: a\u0000b\r\n\r\n',
  'a folded header': 'GET /v1/events HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n',
  'line feeds only': 'GET /v1/events HTTP/1.1\nHost: x\n\n',
  'a header of 100 KB': `GET /v1/events HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`,
  '5,000 headers': `GET /v1/events HTTP/1.1\r\nHost: x\r\n${'X: a\r\n'.repeat(5000)}\r\n`,
  'two lengths': 'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
  'a length below zero': 'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}',
  'length and chunks':
    'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'chunks that are not last': 'POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n{}',
  'a bad chunk': 'POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n',
  'an upgrade': 'GET /v1/events HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'a tunnel': 'CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n',
  'a trace': 'TRACE /v1/events HTTP/1.1\r\nHost: x\r\n\r\n',
  'an expectation': 'POST /v1/events HTTP/1.1\r\nHost: x\r\nExpect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}',
};

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

onEachDatabase('random requests', function () {
  let engine: Engine;
  let existing: Existing;
  const agent = new Agent({ keepAlive: true });

  before(async () => {
    engine = await startEngine({ HOOKWRIGHT_LOG_LEVEL: 'error' });
    existing = await prepare(engine);
  });
  after(async () => {
    agent.destroy();
    await engine.stop();
  });

  async function ask({ method, target, headers, body }: RandomRequest): Promise<Answered> {
    const { hostname, port } = new URL(engine.url);
    const length: Record<string, string> = body === undefined ? {} : { 'content-length': String(body.length) };
    const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
    const options = { hostname, port, method, path: target, agent, signal, headers: { ...headers, ...length } };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asking = send(options, resolve).once('error', reject);
      asking.end(body);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const type = String(answer.headers['content-type']);
    return { status: answer.statusCode ?? 0, type, text: Buffer.concat(chunks).toString() };
  }

  it('that are no HTTP are refused or cut off', async () => {
    for (const [what, text] of Object.entries(RAW)) {
      const answer = await rawAnswer(engine.url, text);
      assert.match(answer, /^(?:HTTP\/1\.1 4\d\d |$)/, `${what}: ${answer.slice(0, 200)}`);
    }
    assert.equal((await engine.call('GET', '/livez')).status, 200);
  });

  it(`that never end keep nobody else waiting, ${String(HALF_OPEN)} of them`, async () => {
    const sockets = await Promise.all(Array.from({ length: HALF_OPEN }, () => halfOpen(engine.url)));
    try {
      const event = { event_type: 'beside', event_time: '1.0', data: {} };
      assert.equal((await engine.call('POST', '/v1/events', { body: event })).status, 202);
      assert.equal((await engine.call('GET', '/readyz')).status, 200);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  it(`are answered without a bug, all ${String(RUNS)} of them`, async () => {
    const property = fc.asyncProperty(anyRequest(existing), async (request) => {
      const { status, type, text } = await ask(request);
      assert.ok(status < 500, `${String(status)} ${text}`);
      if (status < 400 || request.method === 'HEAD') return;
      if (/^\/rest\/auditing/i.test(request.target) && type.startsWith('application/json')) {
        assertView('auditing-errors', exact(text));
        return;
      }
      assert.equal(type, 'application/problem+json');
      const { events, ...problem } = exact(text);
      if (events !== undefined) assertView('event-result', { events });
      assertView('problem', problem);
    });
    await fc.assert(property, { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) });
    await engine.app.idle();
    const metrics = await engine.call('GET', '/metrics');
    assert.match(metrics.text, /^hookwright_http_request_bugs_total 0$/m);
    assert.deepEqual(engine.log, []);
  }).timeout(RUNS * 100 + 60_000);
});

/** Sends bytes, half-closes and gives all that comes back. */
function rawAnswer(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.end(Buffer.from(text, 'latin1')));
    // It hangs up on what it refuses to read.
    socket.on('error', () => undefined).setTimeout(ANSWERED_WITHIN_MS, () => reject(new Error('There was no answer.')));
    socket.on('data', (chunk) => (answer += chunk.toString('latin1'))).once('close', () => resolve(answer));
  });
}

async function halfOpen(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('POST /v1/events HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  return socket;
}

async function prepare(engine: Engine): Promise<Existing> {
  const webhook = {
    name: 'fuzzed',
    url: engine.wire.url,
    method: 'POST',
    event_types: ['fuzz.*'],
    filter: { $and: [{ 'data.a': { $in: [1, 'x'] } }, { event_type: { $regex: '^fuzz' } }] },
    headers: { 'X-Key': 'abcdefgh', 'X-Team': 'a' },
    public_headers: ['x-team'],
    authentication: { basic: { username: 'user', password: 'abcdefgh' } },
    signing: { secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
    body_template: '{"text": "{{event_type}}", "all": {{json data}}, "list": [{{#each data.list}}{{this}},{{/each}}]}',
    timeout_in_sec: 5,
    response_validators: [{ json_path: '$.data[?@.a == 1 && !@.b]', expected_values: [true, 1, 'x', null] }],
    custom_validation_error_message: 'no',
    retry_policy: { delays_in_sec: [1, 2], jitter: 0.5 },
    active: true,
  };
  const event = {
    event_type: 'fuzz.one',
    event_time: '2026-11-20T12:00:00Z',
    schema: 'audit',
    idempotency_key: 'key',
    data: { a: 1, list: [1, 'x', { b: null }], actor_name: 'A', action: 'updated' },
  };
  const made = await engine.call('POST', '/v1/webhooks', { body: { ...webhook, filter: null } });
  assert.equal(made.status, 201, made.text);
  const posted = await engine.call('POST', '/v1/events', { body: event });
  await engine.app.idle();
  const webhookId: string = made.body.id;
  const eventId: string = posted.body.events[0].id;
  const [delivery] = (await engine.get(`/v1/deliveries?event_id=${eventId}`)).data;
  const [invocation] = (await engine.get(`/v1/invocations?event_id=${eventId}`)).data;
  const replay = await engine.call('POST', '/v1/replays', { body: { webhook_id: webhookId } });
  const response = { status: 200, headers: { a: 'b' }, data: [{ a: 1 }] };
  return {
    key: engine.key,
    ids: {
      webhook_id: webhookId,
      event_id: eventId,
      delivery_id: delivery.id,
      invocation_id: invocation.id,
      replay_id: replay.body.id,
      version: '1',
      name: 'audit',
    },
    bodies: {
      createWebhook: webhook,
      replaceWebhook: { ...webhook, name: 'fuzzed' },
      patchWebhook: webhook,
      testDraft: { webhook: { ...webhook, filter: null }, event },
      rotateSigning: { overlap_in_sec: 60 },
      testWebhook: { event },
      postEvents: [event, { ...event, idempotency_key: 'other' }],
      checkTemplate: { schema: 'audit', body_template: webhook.body_template, event, compare_with: webhookId },
      checkValidators: { response_validators: webhook.response_validators, response },
      redeliverDelivery: { new_webhook_id: true, same_bytes: false },
      createReplay: {
        webhook_id: webhookId,
        select: 'failed',
        event_types: ['fuzz.*'],
        filter: null,
        rate_per_sec: 1000,
      },
      cancelReplay: { cancel_waiting: true },
      replaceCoverage: { levelByArea: { security: 'base', USER_MANAGEMENT: 'FULL' } },
      replaceDenylist: { actions: ['fuzz.not_wanted'] },
      replaceAuditRetention: { period: { years: 1, months: 2, days: 3 } },
      replaceFileRetention: { maxFileCount: 3 },
    },
  };
}
