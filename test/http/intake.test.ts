import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage, Server } from 'node:http';
import { Agent, createServer as createHttpServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import { AppError } from '../../src/domain/errors.ts';
import { INTAKE_LIMITS, IntakeGate } from '../../src/domain/intake-gate.ts';
import { inItsPlace, readInTime, takePlace, takeRoom } from '../../src/http/intake.ts';
import { connectSqlite } from '../../src/store/dialect/sqlite.ts';
import type { TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';

const MAX_BYTES = 1000;

interface Small {
  readonly gate: IntakeGate;
  readonly server: Server;
  readonly refusals: string[];
  /** Lets the time for uploads run out. */
  runOut(): void;
  /** Begins a request; `answer` is its status and code. */
  begin(headers: Record<string, string>): { readonly request: ClientRequest; readonly answer: Promise<string> };
  close(): Promise<void>;
}

// The middleware of intake around a handler that says how many bytes came.
async function small(limits = { requests: 2, bytes: MAX_BYTES }): Promise<Small> {
  const gate = new IntakeGate(limits);
  const refusals: string[] = [];
  let runOut = (): void => undefined;
  const timeout = new Promise<void>((resolve) => (runOut = resolve));
  const deps = {
    gate,
    monotonicMs: () => 0,
    pause: () => timeout,
    report: { intakeRefused: ({ reason }: { reason: string }) => void refusals.push(reason) },
  };
  const app = express();
  app.post(
    '/',
    takePlace(deps, MAX_BYTES),
    takeRoom(deps, MAX_BYTES),
    readInTime(deps, express.raw({ type: () => true, limit: MAX_BYTES })),
    async (request, response) => {
      const bytes = await inItsPlace(response, async () => (request.body as Buffer).length);
      response.end(`${String(bytes)} bytes`);
    },
  );
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    else
      response
        .status(error instanceof AppError ? 503 : 400)
        .end(error instanceof AppError ? error.code : String(error));
  });
  const server = createHttpServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const begin: Small['begin'] = (headers) => {
    const request = send({ port, host: '127.0.0.1', method: 'POST', headers });
    request.flushHeaders();
    const answer = once(request, 'response').then(([response]) => textOf(response as IncomingMessage));
    answer.catch(() => undefined);
    return { request, answer };
  };
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { gate, server, refusals, runOut: () => runOut(), begin, close };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return text;
}

// Until it is so: each look comes after the loop has turned once more.
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

describe('the middleware of intake', () => {
  let test: Small;

  beforeEach(async () => (test = await small()));
  afterEach(() => test.close());

  it('refuses a request for which there is no room before its body is there, and keeps the connection', async () => {
    const first = test.begin({ 'content-length': '600' });
    await until(() => test.gate.load.bytes === 600);
    const second = test.begin({ 'content-length': '600' });
    assert.equal(await second.answer, 'intake_busy');
    first.request.end(Buffer.alloc(600));
    assert.equal(await first.answer, '600 bytes');
    await until(() => test.gate.load.requests === 0 || second.request.destroyed);
    second.request.end(Buffer.alloc(600));
    assert.deepEqual(test.refusals, ['busy']);
  });

  it('refuses one more than there are places', async () => {
    const held = [test.begin({ 'content-length': '1' }), test.begin({ 'content-length': '1' })];
    await until(() => test.gate.isFull);
    assert.equal(await test.begin({ 'content-length': '1' }).answer, 'intake_busy');
    for (const { request } of held) request.end('x');
    assert.deepEqual(await Promise.all(held.map(({ answer }) => answer)), ['1 bytes', '1 bytes']);
  });

  it('counts a body whose length is not announced while it comes', async () => {
    const first = test.begin({ 'content-length': '600' });
    await until(() => test.gate.load.bytes === 600);
    const second = test.begin({ 'transfer-encoding': 'chunked' });
    second.request.write(Buffer.alloc(300));
    await until(() => test.gate.load.bytes === 900);
    second.request.write(Buffer.alloc(300));
    assert.equal(await second.answer, 'intake_busy');
    first.request.destroy();
    await until(() => test.gate.load.bytes === 0);
  });

  it('keeps room for all that something compressed may come to', async () => {
    const zipped = gzipSync(Buffer.alloc(900));
    const first = test.begin({ 'content-length': String(zipped.length), 'content-encoding': 'gzip' });
    await until(() => test.gate.load.bytes === MAX_BYTES);
    first.request.end(zipped);
    assert.equal(await first.answer, '900 bytes');
  });

  it('sends out whoever drips', async () => {
    const slow = test.begin({ 'content-length': '600' });
    slow.request.write('x');
    await until(() => test.gate.load.bytes === 600);
    test.runOut();
    assert.equal(await slow.answer, 'body_too_slow');
    await until(() => test.gate.load.requests === 0);
    assert.deepEqual(test.refusals, ['slow']);
  });

  it('frees the place of a caller who goes away', async () => {
    const gone = test.begin({ 'content-length': '600' });
    await until(() => test.gate.load.bytes === 600);
    gone.request.destroy();
    await until(() => test.gate.load.requests === 0);
    assert.equal(test.gate.load.bytes, 0);
  });
});

describe('POST /v1/events, ten times over the limit while another program holds the database', () => {
  let test: TestApp;
  const agent = new Agent({ keepAlive: true });

  beforeEach(async () => (test = await startApp()));
  afterEach(async () => {
    agent.destroy();
    await test.stop();
  });

  const post = async (key: string): Promise<{ readonly status: number; readonly text: string }> => {
    const body = JSON.stringify({ event_type: 'x.y', event_time: '1', idempotency_key: key, data: {} });
    const request = send(`${test.url}/v1/events`, {
      method: 'POST',
      agent,
      headers: { authorization: `Bearer ${test.key}`, 'content-type': 'application/json' },
    });
    Readable.from([body]).pipe(request);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const text = await textOf(response);
    if (response.statusCode === 503) assert.equal(Number(response.headers['retry-after']) > 0, true);
    return { status: response.statusCode ?? 0, text };
  };

  it('refuses early what is too much, and stores exactly what it acknowledges', async () => {
    const foreign = connectSqlite({ path: join(test.dataDir, 'hookwright.db'), setup: 'PRAGMA busy_timeout = 0' });
    const count = 10 * INTAKE_LIMITS.requests;
    let refused = 0;
    await foreign.raw('BEGIN IMMEDIATE');
    const answers = Array.from({ length: count }, async (_, index) => {
      const answer = await post(`k${String(index)}`);
      if (answer.status === 503) refused += 1;
      return answer;
    });
    // All that are refused now are answered while nothing at all is stored.
    await until(() => refused >= count - INTAKE_LIMITS.requests);
    await foreign.raw('COMMIT');
    await foreign.destroy();
    const results = await Promise.all(answers);
    const accepted = results.filter(({ status }) => status === 202);
    const busy = results.filter(({ status }) => status === 503);
    assert.equal(accepted.length + busy.length, count);
    for (const { text } of busy) assert.match(text, /"code":"(?:intake_busy|storage_busy)"/);
    const stored = new Set<string>();
    for (let cursor = ''; ;) {
      const page = (await test.call('GET', `/v1/events?origin=api&limit=200${cursor}`)).body;
      for (const event of page.data) stored.add(event.id);
      if (page.next_cursor === null) break;
      cursor = `&cursor=${String(page.next_cursor)}`;
    }
    const acknowledged = accepted.map(({ text }) => (JSON.parse(text) as { events: { id: string }[] }).events[0]?.id);
    assert.deepEqual([...stored].sort(), acknowledged.sort());
    assert.equal((await post('afterwards')).status, 202);
  });

  it('refuses within four seconds what waits for the database, and takes it afterwards', async () => {
    const foreign = connectSqlite({ path: join(test.dataDir, 'hookwright.db'), setup: 'PRAGMA busy_timeout = 0' });
    await foreign.raw('BEGIN IMMEDIATE');
    const startedAt = performance.now();
    const results = await Promise.all(['a', 'b', 'c', 'd'].map(post));
    assert.ok(performance.now() - startedAt < 4500);
    for (const { status, text } of results) assert.match(`${String(status)} ${text}`, /^503 .*"code":"storage_busy"/);
    await foreign.raw('COMMIT');
    await foreign.destroy();
    assert.equal((await post('a')).status, 202);
    const { data } = (await test.call('GET', '/v1/events?origin=api')).body;
    assert.equal(data.length, 1);
  });
});
