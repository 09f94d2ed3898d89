// What no webhook can do through the API: open a way inwards, or feed the engine with its own deliveries for ever.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Receiver } from '../support/tls-receiver.ts';
import { startReceiver } from '../support/tls-receiver.ts';

const SCHEMAS = new URL('../../schemas/api/', import.meta.url);
const EXCEPTIONS = [
  ...['allow', 'allow_private', 'allowed_addresses', 'address', 'ca', 'connect', 'connect_to', 'dns', 'egress'],
  ...['egress_allow', 'egress_connect', 'follow_redirects', 'host', 'insecure', 'ip', 'port', 'proxy', 'resolve'],
  ...['skip_tls_verify', 'tls', 'verify_tls'],
];

onEachDatabase('the way out of the engine', () => {
  let front: Receiver;
  let folder: string;
  let test: TestApp;

  // TLS in front of the engine's own API, as an operator would put a proxy there.
  const forward = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, headers, url = '' } = request;
    const onwards = send(`${test.url}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onwards);
  };

  before(async () => {
    front = await startReceiver(forward);
    folder = await mkdtemp(join(tmpdir(), 'hookwright-front-'));
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, front.ca);
    const connect = `${front.host}=127.0.0.1:${String(front.port)}`;
    test = await startApp({ HOOKWRIGHT_EGRESS_CONNECT: connect, HOOKWRIGHT_EGRESS_CA: ca });
  });
  after(async () => {
    await test.stop();
    await front.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('stops a webhook that leads to the intake of its own engine after three hops, and the record says why', async () => {
    const made = await test.call('POST', '/v1/webhooks', {
      body: {
        name: 'loop',
        url: `https://${front.host}/v1/events`,
        event_types: ['loop.again'],
        headers: { Authorization: `Bearer ${test.key}` },
        body_template: '{"event_type": {{event_type}}, "event_time": {{event_time}}, "data": {"again": true}}',
        retry_policy: { delays_in_sec: [] },
      },
    });
    assert.equal(made.status, 201, made.text);
    const event = { event_type: 'loop.again', event_time: '2026-11-20T12:00:00Z', data: {} };
    const posted = await test.call('POST', '/v1/events', { body: event });
    assert.equal(posted.status, 202);
    await test.app.idle();
    const { data: events } = (await test.call('GET', '/v1/events?event_type=loop.again')).body;
    assert.deepEqual(
      events.map(({ hop }: { hop: number }) => hop),
      [3, 2, 1, 0],
    );
    const { data } = (await test.call('GET', `/v1/invocations?webhook_id=${String(made.body.id)}`)).body;
    assert.deepEqual(
      data.map(({ outcome }: { outcome: string }) => outcome),
      ['client_error', 'success', 'success', 'success'],
    );
    const last = (await test.call('GET', `/v1/invocations/${String(data[0].id)}`)).body;
    assert.equal(last.response.status, 422);
    assert.match(last.response.body, /"code":"loop_detected"/);
    assert.match(last.response.body, /Change the URL|event_types/);
  });

  it('knows no field that opens it, in a webhook or in a draft', async () => {
    const fields = Object.fromEntries(EXCEPTIONS.map((name) => [name, '127.0.0.1/32']));
    const webhook = { name: 'inwards', url: 'https://printer.local/', ...fields };
    for (const [path, body, prefix] of [
      ['/v1/webhooks', webhook, ''],
      ['/v1/webhooks/test', { webhook }, '/webhook'],
    ] as const) {
      const { status, body: problem } = await test.call('POST', path, { body });
      assert.equal(status, 422);
      const found: { code: string; pointer: string }[] = problem.errors;
      const unknown = found.filter(({ code }) => code === 'unknown_field').map(({ pointer }) => pointer);
      assert.deepEqual(unknown.sort(), EXCEPTIONS.map((name) => `${prefix}/${name}`).sort());
      assert.ok(found.some(({ code }) => code === 'url_reserved_suffix'));
    }
  });

  it('has no word for exceptions anywhere in the API', async () => {
    for (const file of await readdir(SCHEMAS)) {
      const names = [...(await readFile(new URL(file, SCHEMAS), 'utf8')).matchAll(/"(\w+)":/g)].map(([, name]) => name);
      assert.deepEqual(
        names.filter((name = '') => /egress|proxy|insecure|connect_to|follow/.test(name)),
        [],
        file,
      );
    }
  });
});
