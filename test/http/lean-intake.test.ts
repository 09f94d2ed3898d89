import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage, Server } from 'node:http';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import express from 'express';
import type { Role } from '../../src/domain/access.ts';
import { IntakeGate } from '../../src/domain/intake-gate.ts';
import type { EventPost } from '../../src/http/handlers/events.ts';
import { leanIntake } from '../../src/http/lean-intake.ts';
import type { Reply } from '../../src/http/route.ts';
import { POST_EVENTS } from '../../src/http/routes/events.ts';
import type { RequestFact } from '../../src/http/server.ts';
import { Uploads } from '../../src/http/uploads.ts';
import { keyRevokedMeanwhile } from '../../src/services/known-keys.ts';

const MAX_BYTES = 1000;

// What the cases put in place of the good ones.
interface World {
  role: Role;
  post: (request: EventPost) => Promise<Reply>;
  nowMs: number;
  /** Whether what is handed on has its body read by express. */
  isReadOn: boolean;
}

const PASS: RequestHandler = (_request, _response, next) => next();

interface Begun {
  readonly request: ClientRequest;
  readonly answer: Promise<IncomingMessage & { readonly text: string }>;
}

function setup() {
  const world: World = {
    role: 'source',
    post: async ({ text }) => ({ status: 202, body: { text } }),
    nowMs: 0,
    isReadOn: false,
  };
  const seen = { handedOn: 0, body: undefined as unknown, served: [] as RequestFact[], used: [] as string[] };
  const said: string[] = [];
  const gate = new IntakeGate({ requests: 2, bytes: MAX_BYTES });
  const monotonicMs = (): number => world.nowMs;
  const uploads = new Uploads({ monotonicMs, report: { intakeRefused: ({ reason }) => void said.push(reason) } });
  const deps = {
    route: { ...POST_EVENTS, body: { ...POST_EVENTS.body, maxBytes: MAX_BYTES } },
    post: (request: EventPost) => world.post(request),
    keys: {
      holderOf: (text: string) =>
        text === 'k' ? { keyId: 'key_1', keyName: 'k', organizationId: 'org_1', role: world.role } : undefined,
    },
    gate,
    uploads,
    addressOf: () => '192.0.2.1',
    newId: () => 'req_1',
    monotonicMs,
    keyUsed: (keyId: string) => void seen.used.push(keyId),
    report: {
      requestServed: (fact: RequestFact) => void seen.served.push(fact),
      requestFailed: ({ error }: { error: unknown }) => void said.push(String(error)),
    },
  };
  const server = createServer(
    leanIntake(deps, (request, response) => {
      seen.handedOn += 1;
      const read: unknown = world.isReadOn ? express.raw({ type: () => true }) : PASS;
      (read as RequestHandler)(request as Request, response as Response, () => {
        seen.body = 'body' in request ? request.body : undefined;
        response.end('handed on');
      });
    }),
  );
  return { world, seen, said, gate, uploads, server };
}

type Setup = ReturnType<typeof setup>;

async function listen(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

const GOOD = { authorization: 'Bearer k', 'content-type': 'application/json', 'content-length': '2' };

function begin(
  server: Server,
  headers: Readonly<Record<string, string>>,
  { path = '/v1/events', method = 'POST' } = {},
): Begun {
  const { port } = server.address() as AddressInfo;
  const request = send({ port, host: '127.0.0.1', method, path, headers });
  request.flushHeaders();
  const answer = once(request, 'response').then(async ([response]) => {
    let text = '';
    for await (const chunk of (response as IncomingMessage).setEncoding('utf8')) text += String(chunk);
    return Object.assign(response as IncomingMessage, { text });
  });
  answer.catch(() => undefined);
  return { request, answer };
}

describe('leanIntake', () => {
  let test: Setup;

  beforeEach(async () => {
    test = setup();
    await listen(test.server);
  });
  afterEach(() => close(test.server));

  const isEmpty = (): boolean => test.gate.load.requests === 0 && test.gate.load.bytes === 0;

  it('answers a plain request with a known key, and tells of it', async () => {
    const { request, answer } = begin(test.server, GOOD);
    request.end('{}');
    const { statusCode, headers, text } = await answer;
    assert.deepEqual([statusCode, text, headers['content-length']], [202, '{"text":"{}"}\n', '14']);
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    await until(() => test.seen.served.length > 0);
    const [fact] = test.seen.served;
    assert.deepEqual(fact, {
      method: 'POST',
      route: '/v1/events',
      status: 202,
      durationMs: 0,
      requestId: 'req_1',
      keyId: 'key_1',
      address: '192.0.2.1',
    });
    assert.deepEqual([test.seen.used, test.seen.handedOn, isEmpty()], [['key_1'], 0, true]);
  });

  it('puts a body together that comes in pieces', async () => {
    const { request, answer } = begin(test.server, { ...GOOD, 'content-length': '9' });
    request.write('{"a"');
    await until(() => test.gate.load.bytes === 9);
    request.end(':"x"}');
    assert.equal((await answer).text, `${JSON.stringify({ text: '{"a":"x"}' })}\n`);
  });

  it('hands on what is not plain, or not by a known key, and has done nothing by then', async () => {
    const without = (name: string) => Object.fromEntries(Object.entries(GOOD).filter(([one]) => one !== name));
    for (const [headers, target = {}] of [
      [without('authorization')],
      [{ ...GOOD, authorization: 'Bearer other' }],
      [{ ...GOOD, authorization: 'Basic k' }],
      [{ ...GOOD, 'content-encoding': 'gzip' }],
      [{ ...GOOD, 'content-length': '0' }],
      [{ ...GOOD, 'content-length': '1001' }],
      [{ ...without('content-length'), 'transfer-encoding': 'chunked' }],
      [{ ...GOOD, expect: '100-continue' }],
      [GOOD, { path: '/v1/events/' }],
      [GOOD, { path: '/v1/events?atomic=true' }],
      [GOOD, { method: 'PUT' }],
    ] as [Record<string, string>, { path?: string; method?: string }?][]) {
      assert.equal((await begin(test.server, headers, target).answer).text, 'handed on', JSON.stringify(headers));
    }
    test.world.role = 'auditor';
    assert.equal((await begin(test.server, GOOD).answer).text, 'handed on');
    assert.equal(isEmpty(), true);
    assert.deepEqual([test.seen.served, test.seen.used, test.seen.body], [[], [], undefined]);
  });

  it('hands on what there is no room for, by places and by bytes', async () => {
    const held = begin(test.server, { ...GOOD, 'content-length': '999' });
    await until(() => test.gate.load.bytes === 999);
    assert.equal((await begin(test.server, GOOD).answer).text, 'handed on');
    const second = begin(test.server, { ...GOOD, 'content-length': '1' });
    await until(() => test.gate.isFull);
    assert.equal((await begin(test.server, GOOD).answer).text, 'handed on');
    held.request.destroy();
    second.request.destroy();
    await until(isEmpty);
  });

  it('hands on a request whose key was revoked meanwhile, with the body that it has read', async () => {
    test.world.post = () => Promise.reject(keyRevokedMeanwhile());
    test.world.isReadOn = true;
    const { request, answer } = begin(test.server, GOOD);
    request.end('{}');
    assert.equal((await answer).text, 'handed on');
    assert.deepEqual(test.seen.body, Buffer.from('{}'));
    assert.deepEqual([test.seen.served, test.seen.used, isEmpty()], [[], [], true]);
  });

  it('answers what is wrong as express does, and a bug without its reason', async () => {
    test.world.post = () => Promise.reject(new Error('secret reason'));
    const bug = begin(test.server, GOOD);
    bug.request.end('{}');
    const { statusCode, headers, text } = await bug.answer;
    assert.deepEqual([statusCode, headers['content-type']], [500, 'application/problem+json']);
    assert.equal(headers['connection'], 'keep-alive');
    assert.ok(text.includes('internal_error') && !text.includes('secret reason'));
    assert.deepEqual(test.said, ['Error: secret reason']);
    const wrong = begin(test.server, { ...GOOD, 'content-type': 'text/plain' });
    wrong.request.end('{}');
    assert.equal((await wrong.answer).statusCode, 415);
    assert.equal(isEmpty(), true);
  });

  it('sends out whoever takes more than 30 seconds for his body', async () => {
    const slow = begin(test.server, GOOD);
    slow.request.write('{');
    await until(() => test.gate.load.bytes === 2);
    test.world.nowMs = 29_999;
    const later = begin(test.server, GOOD);
    await until(() => test.gate.load.bytes === 4);
    test.uploads.lookAround();
    test.world.nowMs = 30_000;
    test.uploads.lookAround();
    const { statusCode, headers, text } = await slow.answer;
    assert.deepEqual([statusCode, headers['connection']], [408, 'close']);
    assert.match(text, /"code":"body_too_slow"/);
    assert.deepEqual(test.said, ['slow']);
    later.request.end('{}');
    assert.equal((await later.answer).statusCode, 202);
    test.world.nowMs = 100_000;
    test.uploads.lookAround();
    await until(isEmpty);
    assert.deepEqual(test.said, ['slow']);
  });

  it('frees the place of a caller who goes away, at once or when his events are stored', async () => {
    const gone = begin(test.server, GOOD);
    gone.request.write('{');
    await until(() => test.gate.load.bytes === 2);
    gone.request.destroy();
    await until(isEmpty);
    let store = (): void => undefined;
    let begun = false;
    test.world.post = () =>
      new Promise((resolve) => {
        begun = true;
        store = () => resolve({ status: 202, body: {} });
      });
    const busy = begin(test.server, GOOD);
    busy.request.end('{}');
    await until(() => begun);
    busy.request.destroy();
    await until(() => test.seen.served.length === 2);
    assert.equal(test.gate.load.requests, 1);
    store();
    await until(isEmpty);
    assert.deepEqual(
      test.seen.served.map(({ status }) => status),
      [499, 499],
    );
    assert.deepEqual(test.said, []);
  });
});
