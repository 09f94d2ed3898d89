// What Node cannot read as a request.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { RequestFact } from '../../src/http/server.ts';
import { answerUnreadable } from '../../src/http/unreadable.ts';

// Limits that a test has patience for; where nothing is to be late, those of Node.
const QUICK = { headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 10 };
const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

describe('answerUnreadable', () => {
  let server: Server;
  let facts: RequestFact[];
  let answer: (response: ServerResponse) => void;
  const start = async (limits: object): Promise<void> => {
    facts = [];
    answer = (response) => response.end('fine');
    server = createServer(limits, (_request, response) => answer(response));
    const report = { requestServed: (fact: RequestFact) => void facts.push(fact) };
    answerUnreadable(server, { newId: (prefix) => `${prefix}_1`, report });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  };
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const ask = async (text: string): Promise<string> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk.toString())).on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    return heard;
  };
  const problemIn = (heard: string) => JSON.parse(heard.slice(heard.indexOf('\r\n\r\n'))) as Record<string, unknown>;

  it('says of what does not arrive that it was too slow, and tells of it', async () => {
    await start(QUICK);
    const heard = await ask('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    assert.match(heard, /^HTTP\/1\.1 408 Request Timeout\r\nx-request-id: req_1\r\n/);
    assert.deepEqual([problemIn(heard)['code'], problemIn(heard)['request_id']], ['request_too_slow', 'req_1']);
    assert.deepEqual(
      facts.map(({ status, requestId }) => [status, requestId]),
      [[408, 'req_1']],
    );
  });

  it('says what to do about letters that were not escaped', async () => {
    await start({});
    const problem = problemIn(await ask('GET /?text=zürich HTTP/1.1\r\nHost: x\r\n\r\n'));
    assert.equal(problem['code'], 'unreadable_request');
    assert.match(String(problem['hint']), /%C3%BC/);
  });

  it('answers behind an answer that is over', async () => {
    await start({});
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk.toString()));
    socket.write(REQUEST);
    await once(socket, 'data');
    socket.write('no request\r\n\r\n');
    await once(socket, 'close');
    assert.match(heard, /^HTTP\/1\.1 200 OK[^]*fine[^]*HTTP\/1\.1 400 Bad Request/);
  });

  it('writes nothing into an answer that is under way, and hangs up', async () => {
    await start({});
    answer = (response) => response.write('a part');
    assert.doesNotMatch(await ask(`${REQUEST}no request\r\n\r\n`), /400/);
    assert.deepEqual(facts, []);
  });
});
