import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { isAuditingPath } from '../../src/http/jira-answer.ts';
import { ROUTES } from '../../src/http/routes.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';

const IDS: Readonly<Record<string, string>> = {
  event_id: 'evt_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d',
  invocation_id: 'inv_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d',
  version: '1',
  name: 'audit',
};
// Those below /rest/auditing say it in Jira's shape: auditing-configuration.test.ts.
const WITH_BODY = ROUTES.filter((route) => route.body !== undefined && !isAuditingPath(route.path));

const JUNK: Readonly<Record<string, string>> = {
  null: 'null',
  true: 'true',
  'a number': '12345678901234567890.5e10',
  'a string': '"{}"',
  'an empty list': '[]',
  'a list of lists': '[[[]],{},null,[1]]',
  'an empty object': '{}',
  'an object of nulls':
    '{"name":null,"url":null,"headers":null,"filter":null,"event":null,"webhook":null,"response":null,"response_validators":null,"event_type":null,"data":null}',
  'an object of numbers':
    '{"name":1,"url":2,"headers":3,"filter":4,"event":5,"webhook":6,"response":7,"response_validators":8,"body_template":9,"retry_policy":10,"event_types":11,"event_type":12,"event_time":13,"data":14,"schema":15,"sample":16,"event_id":17,"idempotency_key":18}',
  'an object of lists':
    '{"name":[],"url":[],"headers":[],"filter":[],"event":[],"webhook":[],"response":[],"response_validators":[[]],"body_template":[],"retry_policy":[],"event_types":[[]],"event_type":[],"event_time":[],"data":[],"schema":[],"sample":[],"event_id":[]}',
  'an object of objects':
    '{"name":{},"url":{},"headers":{"a":{}},"filter":{"$and":{}},"event":{"data":{}},"webhook":{"headers":{"a":1},"response_validators":[7]},"response":{"headers":{"a":{}}},"response_validators":[{"json_path":{},"expected_values":{}}],"event_types":{},"data":{},"schema":{}}',
  'names of prototypes': '{"constructor":{"prototype":{}},"toString":1,"hasOwnProperty":null,"webhook":{"valueOf":[]}}',
  'a member called __proto__': '{"__proto__":{"admin":true}}',
  'a repeated member': '{"name":"a","name":"b"}',
  'a number beyond all doubles': '{"timeout_in_sec":1e999}',
  'a NUL and half a character': '{"name":"a\\u0000b","url":"\\ud800"}',
  'nesting without end': `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
  'brackets without end': '['.repeat(100_000),
  'a long key': `{"${'k'.repeat(100_000)}":1}`,
  'many unknown fields': `{${Array.from({ length: 2000 }, (_, index) => `"f${String(index)}":1`).join(',')}}`,
};

const MALFORMED: Readonly<Record<string, string>> = {
  'two values': '{} {}',
  'half an object': '{"name":',
  'a trailing comma': '{"a":1,}',
  'single quotes': "{'a':1}",
  'no JSON at all': '<xml/>',
  'only blanks': '  \n ',
};

onEachDatabase('bad input', (kind) => {
  // What is refused for its bytes alone never reaches storage, so one database shows it.
  const itBeforeStorage = kind === 'SQLite' ? it : (): void => undefined;
  let engine: Engine;
  let webhookId = '';
  let deliveryId = '';
  let replayId = '';
  let keyId = '';
  let organizationId = '';
  before(async () => {
    engine = await startEngine();
    const { id, type } = await engine.webhook({ url: engine.wire.url });
    webhookId = id;
    deliveryId = await engine.deliver(type);
    replayId = (await engine.call('POST', '/v1/replays', { body: { webhook_id: id } })).body.id;
    keyId = (await engine.call('POST', '/v1/api-keys', { body: { name: 'source', role: 'source' } })).body.id;
    organizationId = (await engine.call('POST', '/v1/organizations', { body: { name: 'other' } })).body.id;
  });
  after(() => engine.stop());

  const pathOf = (path: string) => {
    const made = { delivery_id: deliveryId, replay_id: replayId, key_id: keyId, organization_id: organizationId };
    return path.replace(/\{(\w+)\}/g, (_, name: string) => ({ ...IDS, ...made })[name] ?? webhookId);
  };

  describe('on every route that takes a body', () => {
    for (const route of WITH_BODY) {
      const send = (raw: string | Buffer, headers: Record<string, string> = {}) =>
        engine.call(route.method, pathOf(route.path), { raw, headers });
      const isIntake = route.id === 'postEvents';

      it(`${route.id} answers junk with what is wrong and how to mend it`, async () => {
        for (const [name, raw] of Object.entries(JUNK)) {
          const { status, body, text } = await send(raw);
          const isFine = (route.body?.optional === true || route.method === 'patch') && raw === '{}';
          if (isFine) continue;
          assert.ok([400, 413, 422].includes(status), `${name}: ${String(status)} ${text.slice(0, 300)}`);
          assert.ok(body.errors.length > 0 || body.hint, name);
          for (const fault of body.errors) assert.ok(fault.detail && fault.hint, `${name}: ${JSON.stringify(fault)}`);
          assert.doesNotMatch(text, /node_modules|\.ts:\d|at \w+ \(/, name);
        }
      });

      itBeforeStorage(`${route.id} says where a text stops being JSON`, async () => {
        for (const [name, raw] of Object.entries(MALFORMED)) {
          const { status, body } = await send(raw);
          assert.deepEqual([status, body.code], [400, 'malformed_json'], name);
          assert.ok(body.errors[0].position.line >= 1 && body.errors[0].position.column >= 1, name);
        }
        const { body } = await send('{\n  "name": "x",\n  "url" "y"\n}');
        assert.deepEqual(body.errors[0].position, { line: 3, column: 9, offset: 25 });
        const { excerpt } = body.errors[0];
        if (route.body?.holdsSecrets === true) assert.equal(excerpt, undefined, 'a secret could stand there');
        else assert.ok(excerpt.includes('"url" "y"'), excerpt);
      });

      itBeforeStorage(`${route.id} refuses other content types, and names those that it reads`, async () => {
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'json',
          '',
        ]) {
          const { status, body } = await send('{}', { 'content-type': type });
          assert.deepEqual([status, body.code], [415, 'unsupported_content_type'], type);
          for (const known of route.body?.contentTypes ?? []) assert.ok(body.hint.includes(known), body.hint);
        }
        for (const charset of ['utf-16', 'latin1', '"ISO-8859-1"']) {
          const { status, body } = await send('{}', {
            'content-type': `${route.body?.contentTypes[0] ?? ''}; charset=${charset}`,
          });
          assert.deepEqual([status, body.code], [415, 'unsupported_content_type'], charset);
        }
        const { status } = await send('{', { 'content-type': 'Application/JSON; charset=utf-8' });
        assert.equal(status, 400, 'case and parameters of the type do not count');
      });

      itBeforeStorage(`${route.id} refuses bytes that are not UTF-8`, async () => {
        const { status, body } = await send(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]));
        assert.deepEqual([status, body.code], [422, 'invalid_utf8']);
      });

      it(`${route.id} asks for a body where there is none`, async () => {
        const { status, body } = await engine.call(route.method, pathOf(route.path));
        // A first admin key is made once, and was made above.
        if (route.body?.optional === true) assert.ok([route.success.status, 409].includes(status), String(status));
        else assert.deepEqual([status, body.code], [400, 'body_missing']);
      });

      itBeforeStorage(`${route.id} refuses a body that is too large, declared, undeclared or unpacked`, async () => {
        const max = route.body?.maxBytes ?? 0;
        const large = `{"a":"${'x'.repeat(max)}"}`;
        const declared = await send(large);
        assert.deepEqual([declared.status, declared.body.code], [413, 'body_too_large']);
        assert.ok(declared.body.detail.includes(String(max)), declared.body.detail);
        const bomb = gzipSync(Buffer.alloc(max * 8, 0x20));
        const unpacked = await send(bomb, { 'content-encoding': 'gzip' });
        assert.deepEqual([unpacked.status, unpacked.body.code], [413, 'body_too_large']);
        const chunked = await undeclared(engine, route.method, pathOf(route.path), large);
        assert.equal(chunked, 413);
      });

      // Events keep fields that nobody knows.
      if (isIntake) continue;
      it(`${route.id} does not take a field that it does not know`, async () => {
        const { body } = await send(
          '{"respons":1,"nmae":"x","evnt":1,"webhok":{},"same_byte":1,"cancel_waitin":1,"selct":1,"secrt":1}',
        );
        const hints = body.errors.map((fault: { code: string; hint: string }) => `${fault.code} ${fault.hint}`).join();
        assert.match(
          hints,
          /unknown_field Did you mean "(?:response|name|event|webhook|same_bytes|cancel_waiting|select|secret|events)"\?/,
        );
      });
    }
  });

  it('takes a body that was packed with gzip', async () => {
    const event = JSON.stringify({ event_type: 'packed', event_time: '1.0', data: {} });
    const { status } = await engine.call('POST', '/v1/events', {
      raw: gzipSync(event),
      headers: { 'content-encoding': 'gzip' },
    });
    assert.equal(status, 202);
  });

  it('refuses a packing that it does not know, or that is broken', async () => {
    const unknown = await engine.call('POST', '/v1/events', { raw: '{}', headers: { 'content-encoding': 'zstd' } });
    assert.deepEqual([unknown.status, unknown.body.code], [415, 'unsupported_encoding']);
    const broken = await engine.call('POST', '/v1/events', { raw: '{}', headers: { 'content-encoding': 'gzip' } });
    assert.equal(broken.status, 400);
  });

  it('answers 404 for what does not exist, and for what is no id', async () => {
    for (const id of [
      'whk_0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d',
      'whk_1',
      'WHK_X',
      '%00',
      "' or 1=1 --",
      '..%2f..%2fetc',
    ]) {
      for (const [method, suffix] of [
        ['GET', ''],
        ['DELETE', ''],
        ['GET', '/versions'],
        ['GET', '/versions/1'],
        ['POST', '/versions/1/restore'],
        ['POST', '/test'],
      ] as const) {
        const { status, body } = await engine.call(method, `/v1/webhooks/${encodeURI(id)}${suffix}`);
        assert.equal(status, 404, `${method} ${id}${suffix}`);
        assert.ok(body.hint);
      }
    }
    for (const version of ['0', '-1', '1e3', '9999999999', 'x', '2']) {
      const { status, body } = await engine.call('GET', `/v1/webhooks/${webhookId}/versions/${version}`);
      assert.equal(status, 404, version);
      assert.ok(body.detail.includes(`version ${version} of`), body.detail);
    }
  });

  it('answers 404 for an unknown path and 405 with Allow for a method that a path does not have', async () => {
    for (const path of ['/', '/v1', '/v1/webhook', '/v2/events', '/v1/events/x/y', '/%2e%2e/v1', '/favicon.ico']) {
      const { status, body } = await engine.call('GET', path);
      assert.deepEqual([status, body.code], [404, 'unknown_path'], path);
    }
    const paths = new Map<string, string[]>();
    for (const { path, method } of ROUTES) paths.set(path, [...(paths.get(path) ?? []), method.toUpperCase()]);
    for (const [path, methods] of paths) {
      const other = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].find((method) => !methods.includes(method));
      // A POST to `/v1/webhooks/test` is a route of its own; other methods read `test` as an id.
      if (other === undefined || path === '/v1/webhooks/test') continue;
      const { status, headers, body } = await engine.call(other, pathOf(path));
      const code = isAuditingPath(path) ? body[0].errors[0].key : body.code;
      assert.deepEqual([status, code], [405, 'method_not_allowed'], `${other} ${path}`);
      assert.deepEqual(headers['allow']?.split(', ').sort(), methods.sort());
    }
  });

  it('answers a path that no URL can have with a problem document, too', async () => {
    for (const target of [
      '//',
      'http://[/v1/events',
      '/v1/webhooks/%ff',
      '/v1/events?%',
      '*',
      '/v1/schemas/__proto__',
    ]) {
      const answer = await raw(
        engine,
        `GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${engine.key}\r\nConnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 4\d\d /, target);
      assert.match(answer, /^content-type: application\/problem\+json/im, `${target}: ${answer}`);
      assert.match(answer, /^x-request-id: req_/im, target);
    }
  });

  it('answers what is no request, or has too long a head, with a body that says so', async () => {
    const long = 'a'.repeat(70_000);
    for (const [text, status, code] of [
      ['nothing that HTTP knows\r\n\r\n', 400, 'unreadable_request'],
      ['GET / HTTP/1.1\r\nbroken header\r\n\r\n', 400, 'unreadable_request'],
      ['GET /v1/events?text=zürich HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'unreadable_request'],
      [`GET /v1/events?actor_id=${long} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'head_too_large'],
      [`GET /v1/events HTTP/1.1\r\nHost: x\r\nX-Long: ${long}\r\n\r\n`, 431, 'head_too_large'],
    ] as const) {
      const answer = await raw(engine, text);
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      assert.match(head, new RegExp(`^HTTP/1\\.1 ${String(status)} [A-Z]`), answer);
      assert.match(head, /^content-type: application\/problem\+json/im);
      const problem = JSON.parse(body);
      assert.deepEqual([problem.status, problem.code], [status, code]);
      assert.ok(head.includes(`x-request-id: ${String(problem.request_id)}`));
    }
  });

  it('names a parameter that cannot be decoded', async () => {
    for (const text of ['%zz', '100%', 'a%ffb', '%00']) {
      const own = await engine.call('GET', `/v1/events?text=${text}`);
      assert.deepEqual([own.status, own.body.errors[0].pointer], [422, '?text'], text);
      const jira = await engine.call('GET', `/rest/auditing/1.0/events?search=${text}`);
      assert.deepEqual([jira.status, jira.body[0].errors[0].key], [400, 'search'], text);
    }
  });

  it('leaves the connection usable for the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (method: string, path: string, body?: string): Promise<[number, boolean]> =>
      new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${engine.key}`, 'content-type': 'application/json' };
        const asking = request(`${engine.url}${path}`, { method, agent, headers }, (answer: IncomingMessage) => {
          answer.resume().once('end', () => resolve([answer.statusCode ?? 0, asking.reusedSocket]));
        });
        asking.once('error', reject).end(body);
      });
    try {
      assert.deepEqual(await ask('POST', '/v1/events', '{'), [400, false]);
      assert.deepEqual(await ask('POST', '/v1/webhooks', '{"nmae":1}'), [422, true]);
      assert.deepEqual(await ask('GET', '/v1/events?limit=x'), [422, true]);
      assert.deepEqual(await ask('GET', '/nowhere'), [404, true]);
      assert.deepEqual(await ask('GET', '/v1/webhooks'), [200, true]);
    } finally {
      agent.destroy();
    }
  });

  it('reports no bug of the engine for any of it', async () => {
    const { text } = await engine.call('GET', '/metrics');
    assert.match(text, /^hookwright_http_request_bugs_total 0$/m);
    assert.ok(!engine.log.join('').includes('request failed'));
  });

  it('stores nothing of it', async () => {
    const { data } = await engine.get('/v1/webhooks?limit=200');
    assert.equal(data.length, 1);
  });
});

// Sends a body in chunks, without saying how long it is; gives the status.
async function undeclared(engine: Engine, method: string, path: string, text: string): Promise<number> {
  const headers = { authorization: `Bearer ${engine.key}`, 'content-type': 'application/json' };
  const asking = request(`${engine.url}${path}`, { method: method.toUpperCase(), headers });
  // The server hangs up on the rest of a body that it has refused.
  asking.on('error', () => undefined);
  const answered = once(asking, 'response') as Promise<[IncomingMessage]>;
  for (let at = 0; at < text.length; at += 65_536) asking.write(text.slice(at, at + 65_536));
  asking.end();
  const [answer] = await answered;
  answer.resume();
  asking.destroy();
  return answer.statusCode ?? 0;
}

function raw(engine: Engine, text: string): Promise<string> {
  const { hostname, port } = new URL(engine.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.once('error', reject).once('close', () => resolve(answer));
  });
}
