import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { createServer } from 'node:net';
import type { ExchangeResult, OutgoingRequest } from '../../src/domain/exchange.ts';
import type { ConnectRule } from '../../src/egress/policy.ts';
import type { Receiver, ReceiverOptions } from '../support/tls-receiver.ts';
import { makeCertificate, startRawReceiver } from '../support/tls-receiver.ts';
import {
  HOST,
  answering,
  bare,
  closeAll,
  deferred,
  exchanger,
  failureFrom,
  raw,
  rawAnswer,
  requestOf,
  sendTo,
  text,
} from './exchange-setup.ts';

const DAY_MS = 86_400_000;

describe('createExchanger: what can go wrong', () => {
  afterEach(closeAll);

  describe('DNS', () => {
    const url = 'https://hooks.example.com/x';
    const rejecting = (code: string) => () => Promise.reject(Object.assign(new Error('x'), { code }));

    for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
      it(`that answers ${code} is a dns_error`, async () => {
        const { failure, timings } = await exchanger([], { lookup: rejecting(code) }).send(requestOf({ url }));
        assert.equal(failure?.outcome, 'dns_error');
        assert.equal(failure.phase, 'dns');
        assert.equal(failure.code, code);
        assert.ok(timings.dns >= 0);
        assert.deepEqual(
          [timings.connect, timings.ssl, timings.send, timings.wait, timings.receive],
          [-1, -1, -1, -1, -1],
        );
      });
    }

    it('that leads to a private address is a blocked_address, and does not say which', async () => {
      const lookup = async (): Promise<{ address: string; family: number }[]> => [{ address: '10.9.8.7', family: 4 }];
      const { failure, peer } = await exchanger([], { lookup }).send(requestOf({ url }));
      assert.equal(failure?.outcome, 'blocked_address');
      assert.equal(failure.phase, 'dns');
      assert.ok(!failure.message.includes('10.9.8.7'));
      assert.equal(peer, undefined);
    });
  });

  describe('a connection that does not come about', () => {
    it('is a connect_error where nothing listens', async () => {
      const gone = await startRawReceiver(() => undefined);
      await gone.close();
      const failure = await failureFrom(gone);
      assert.deepEqual([failure.outcome, failure.phase, failure.code], ['connect_error', 'connect', 'ECONNREFUSED']);
    });

    it('is a tls_error where the connection is reset before the handshake', async () => {
      const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
      const failure = await failureFrom(await bare(server));
      assert.deepEqual([failure.outcome, failure.phase, failure.code], ['tls_error', 'ssl', 'ECONNRESET']);
    });

    it('is a tls_error where no TLS is spoken', async () => {
      const server = createServer((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      );
      const failure = await failureFrom(await bare(server));
      assert.deepEqual([failure.outcome, failure.phase], ['tls_error', 'ssl']);
      assert.match(failure.message, /does not speak TLS/);
    });

    it('is a tls_error within the connect limit where the handshake is never answered', async () => {
      const receiver = await bare(createServer((socket) => socket.resume()));
      const { failure } = await exchanger([receiver.rule], { connectTimeoutMs: 50 }).send(requestOf());
      assert.deepEqual([failure?.outcome, failure?.phase, failure?.code], ['tls_error', 'ssl', 'CONNECT_TIMEOUT']);
    });
  });

  describe('a certificate', () => {
    async function codeFor(options: ReceiverOptions): Promise<string> {
      const receiver = await answering((_request, response) => response.end(), options);
      const failure = await failureFrom(receiver);
      assert.deepEqual([failure.outcome, failure.phase], ['tls_error', 'ssl']);
      return failure.code;
    }

    it('that is self-signed and not trusted is refused', async () => {
      const other = await makeCertificate({ names: ['x.example.com'] });
      assert.equal(await codeFor({ ca: other.cert }), 'DEPTH_ZERO_SELF_SIGNED_CERT');
    });

    it('for another name is refused', async () => {
      const certificate = await makeCertificate({ names: ['other.example.com', '*.receiver.example.com'] });
      assert.equal(await codeFor({ certificate }), 'ERR_TLS_CERT_ALTNAME_INVALID');
    });

    it('that has expired is refused', async () => {
      const notBefore = new Date(Date.now() - 9 * DAY_MS);
      const certificate = await makeCertificate({ names: [HOST], notBefore, notAfter: new Date(Date.now() - DAY_MS) });
      assert.equal(await codeFor({ certificate }), 'CERT_HAS_EXPIRED');
    });

    it('that is not valid yet is refused', async () => {
      const certificate = await makeCertificate({ names: [HOST], notBefore: new Date(Date.now() + DAY_MS) });
      assert.equal(await codeFor({ certificate }), 'CERT_NOT_YET_VALID');
    });

    it('is not needed for TLS 1.1, which is refused', async () => {
      const tls = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      assert.match(await codeFor({ tls }), /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/);
    });

    it('is trusted for the host of its rule only', async () => {
      const certificate = await makeCertificate({ names: [HOST, 'second.example.com'] });
      const receiver = await answering((_request, response) => response.end(), { certificate });
      const second: ConnectRule = { host: 'second.example.com', address: '127.0.0.1', port: receiver.port };
      const sender = exchanger([receiver.rule, second]);
      assert.equal((await sender.send(requestOf())).response?.status, 200);
      const { failure } = await sender.send(requestOf({ url: 'https://second.example.com/' }));
      assert.equal(failure?.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
    });

    it('is verified although the environment says that none should be', async () => {
      const emitWarning = process.emitWarning.bind(process);
      process.emitWarning = () => undefined;
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      try {
        const other = await makeCertificate({ names: ['x.example.com'] });
        assert.equal(await codeFor({ ca: other.cert }), 'DEPTH_ZERO_SELF_SIGNED_CERT');
      } finally {
        delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
        process.emitWarning = emitWarning;
      }
    });
  });

  describe('an answer that is cut off', () => {
    it('before its first byte is a connect_error while waiting', async () => {
      const failure = await failureFrom(await rawAnswer((socket) => socket.end()));
      assert.deepEqual([failure.outcome, failure.phase], ['connect_error', 'wait']);
    });

    it('by a reset is a connect_error', async () => {
      const failure = await failureFrom(await rawAnswer((socket) => socket.destroy()));
      assert.deepEqual([failure.outcome, failure.phase], ['connect_error', 'wait']);
    });

    it('in its headers is a connect_error while waiting', async () => {
      const failure = await failureFrom(await rawAnswer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le')));
      assert.deepEqual([failure.outcome, failure.phase], ['connect_error', 'wait']);
    });

    const cutBodies: readonly (readonly [string, string])[] = [
      ['a counted body', 'content-length: 10\r\n\r\nhalf'],
      ['a counted body of a last response', 'connection: close\r\ncontent-length: 10\r\n\r\nhalf'],
      ['a chunked body', 'transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
      ['a chunked body of a last response', 'connection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
    ];
    for (const [what, rest] of cutBodies) {
      it(`in ${what} is a connect_error while receiving, and what came is kept`, async () => {
        const receiver = await rawAnswer((socket) => socket.end(`HTTP/1.1 200 OK\r\n${rest}`));
        const { failure, response } = await sendTo(receiver);
        assert.deepEqual([failure?.outcome, failure?.phase], ['connect_error', 'receive']);
        assert.equal(response?.status, 200);
        assert.equal(text(response.body), 'half');
        assert.equal(response.truncated, true);
      });
    }
  });

  describe('an answer that is not HTTP/1.1', () => {
    const table: readonly (readonly [what: string, answer: string, phase: string])[] = [
      ['garbage', 'SSH-2.0-OpenSSH_9.2\r\n', 'wait'],
      ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'wait'],
      ['a bad status line', 'HTTP/1.1 2xx OK\r\n\r\n', 'wait'],
      ['a bad header', 'HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'wait'],
      ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nokk', 'wait'],
      [
        'a length and chunks',
        'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
        'wait',
      ],
      ['a length below zero', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nok', 'wait'],
      ['a length beyond all numbers', `HTTP/1.1 200 OK\r\ncontent-length: ${'9'.repeat(20)}\r\n\r\nok`, 'wait'],
      ['four digits of status', 'HTTP/1.1 1000 X\r\ncontent-length: 2\r\n\r\nok', 'wait'],
      ['a bad chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n', 'receive'],
      ['20 KiB of headers', `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(20_480)}\r\n\r\n`, 'wait'],
      ['20 KiB of many headers', `HTTP/1.1 200 OK\r\n${'x-a: aaaaaaaa\r\n'.repeat(2000)}\r\n`, 'wait'],
      ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', 'wait'],
      ['100 that nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 'wait'],
    ];
    for (const [what, answer, phase] of table) {
      it(`but ${what} is a protocol_error`, async () => {
        const failure = await failureFrom(await rawAnswer((socket) => void socket.write(answer)));
        assert.deepEqual([failure.outcome, failure.phase], ['protocol_error', phase], failure.message);
        assert.match(failure.code, /^(HTTP_PARSER_ERROR|UND_ERR_\w+)$/);
      });
    }

    for (const rest of ['', 'hello']) {
      it(`but 204 with a length and ${JSON.stringify(rest)} is a protocol_error`, async () => {
        const answer = `HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n${rest}`;
        const failure = await failureFrom(await rawAnswer((socket) => void socket.write(answer)));
        assert.deepEqual([failure.outcome, failure.phase], ['protocol_error', 'receive'], failure.message);
        assert.match(failure.message, /204/);
      });

      it(`and 304 with a length and ${JSON.stringify(rest)} is an answer without a body`, async () => {
        const answer = `HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n${rest}`;
        const { failure, response } = await sendTo(await rawAnswer((socket) => void socket.write(answer)));
        assert.equal(failure, undefined);
        assert.deepEqual([response?.status, response?.bodyBytes, response?.truncated], [304, 0, false]);
      });
    }

    for (const status of ['000', '001', '099']) {
      it(`but the status ${status} is a protocol_error that says so, and the end of the connection`, async () => {
        const closed = deferred();
        const receiver = await rawAnswer((socket) => {
          socket.once('close', closed.resolve);
          socket.write(`HTTP/1.1 ${status} X\r\ncontent-length: 2\r\n\r\nok`);
        });
        const failure = await failureFrom(receiver);
        assert.deepEqual([failure.outcome, failure.phase, failure.code], ['protocol_error', 'wait', 'INVALID_STATUS']);
        assert.match(failure.message, /its status is below 100\.$/);
        await closed.promise;
      });
    }

    for (const rest of ['', 'content-length: 2\r\n', 'connection: upgrade\r\nupgrade: x\r\n']) {
      it(`but 101 with ${JSON.stringify(rest)} is a protocol_error that says so, and the end of the connection`, async () => {
        const closed = deferred();
        const receiver = await rawAnswer((socket) => {
          socket.once('close', closed.resolve);
          socket.write(`HTTP/1.1 101 Switching Protocols\r\n${rest}\r\nHTTP/1.1 200 OK\r\n\r\n`);
        });
        const failure = await failureFrom(receiver);
        assert.deepEqual([failure.outcome, failure.phase], ['protocol_error', 'wait'], failure.message);
        assert.match(failure.message, /switches to another protocol \(101\), which nobody had asked for\.$/);
        await closed.promise;
      });
    }

    const INTERIM = 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n';

    it('and 20 interim answers are waited past', async () => {
      const answer = `${INTERIM.repeat(20)}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`;
      const { response } = await sendTo(await rawAnswer((socket) => void socket.write(answer)));
      assert.deepEqual([response?.status, text(response?.body)], [200, 'ok']);
    });

    it('and a body in chunks of one byte is an answer', async () => {
      const body = '1\r\nx\r\n'.repeat(64 * 1024);
      const answer = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}0\r\n\r\n`;
      const { response, failure } = await sendTo(await rawAnswer((socket) => void socket.write(answer)));
      assert.equal(failure, undefined);
      assert.deepEqual([response?.bodyBytes, response?.truncated], [64 * 1024, false]);
    });

    it('and what earlier answers on the same connection had counts for nothing', async () => {
      const receiver = await answering((_request, response) => response.end('x'.repeat(60_000)));
      const sender = exchanger([receiver.rule], { connectionsPerOrigin: 1 });
      for (let sent = 0; sent < 20; sent += 1) assert.equal((await sender.send(requestOf())).failure, undefined);
      assert.equal(receiver.connections(), 1);
    });

    const endless: readonly (readonly [what: string, first: string, again: string, phase: string, code: string])[] = [
      ['interim answers', '', INTERIM, 'wait', 'TOO_MANY_INTERIM'],
      ['a reason phrase', 'HTTP/1.1 200 ', 'x'.repeat(65_536), 'wait', 'TOO_MUCH_AROUND_BODY'],
      [
        'a chunk extension',
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a=',
        'x'.repeat(65_536),
        'receive',
        'TOO_MUCH_AROUND_BODY',
      ],
      [
        'long extensions of small chunks',
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
        `1;a=${'x'.repeat(8000)}\r\nx\r\n`,
        'receive',
        'TOO_MUCH_AROUND_BODY',
      ],
    ];
    for (const [what, first, again, phase, code] of endless) {
      it(`but ${what} without end is a protocol_error long before the deadline, and the end of the connection`, async () => {
        const closed = deferred();
        const receiver = await rawAnswer((socket) => {
          socket.once('close', closed.resolve);
          const pour = (): void => {
            while (!socket.destroyed && socket.write(again));
          };
          socket.on('drain', pour);
          socket.write(first);
          pour();
        });
        const failure = await failureFrom(receiver, { timeoutMs: 60_000 });
        assert.deepEqual([failure.outcome, failure.phase, failure.code], ['protocol_error', phase, code]);
        await closed.promise;
      });
    }

    for (const status of [102, 103, 199]) {
      it(`and ${String(status)} is only waited past: what follows it is the answer`, async () => {
        const interim = `HTTP/1.1 ${String(status)} X\r\nlink: </a>\r\n\r\n`;
        const answer = `${interim}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`;
        const { response } = await sendTo(await rawAnswer((socket) => void socket.write(answer)));
        assert.deepEqual(
          [response?.status, response?.headers, text(response?.body)],
          [200, [['content-length', '2']], 'ok'],
        );
        const cut = await failureFrom(await rawAnswer((socket) => void socket.end(interim)));
        assert.deepEqual([cut.outcome, cut.phase], ['connect_error', 'wait'], cut.message);
      });
    }
  });

  describe('the deadline', () => {
    const TIMEOUT_MS = 300;

    async function phaseOf(receiver: Receiver, request: Partial<OutgoingRequest> = {}): Promise<string> {
      const result = await sendTo(receiver, { timeoutMs: TIMEOUT_MS, ...request });
      assertInTime(result);
      assert.equal(result.failure?.outcome, 'timeout');
      return result.failure.phase;
    }

    function assertInTime({ timings }: ExchangeResult): void {
      assert.ok(timings.total >= TIMEOUT_MS - 2 && timings.total <= TIMEOUT_MS + 250, JSON.stringify(timings));
    }

    it('ends an exchange whose name is never resolved', async () => {
      const sender = exchanger([], { lookup: () => new Promise(() => undefined) });
      const result = await sender.send(requestOf({ url: 'https://hooks.example.com/', timeoutMs: TIMEOUT_MS }));
      assertInTime(result);
      assert.deepEqual([result.failure?.outcome, result.failure?.phase], ['timeout', 'dns']);
    });

    it('ends a handshake that is never answered, and the connection with it', async () => {
      const left = deferred();
      const server = createServer((socket) => void socket.once('close', left.resolve).resume());
      assert.equal(await phaseOf(await bare(server)), 'ssl');
      await left.promise;
    });

    it('ends a request that nobody reads', async () => {
      const receiver = await raw((socket) => socket.pause());
      assert.equal(await phaseOf(receiver, { body: 'x'.repeat(20_000_000) }), 'send');
    });

    it('ends a silent receiver, and the connection with it', async () => {
      const left = deferred();
      const receiver = await rawAnswer((socket) => void socket.once('close', left.resolve));
      assert.equal(await phaseOf(receiver), 'wait');
      await left.promise;
    });

    it('ends a body that drips, and keeps what came', async () => {
      const receiver = await rawAnswer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nx');
        const drip = setInterval(() => socket.write('x'), 10);
        socket.once('close', () => clearInterval(drip));
      });
      const result = await sendTo(receiver, { timeoutMs: TIMEOUT_MS });
      assertInTime(result);
      assert.deepEqual([result.failure?.outcome, result.failure?.phase], ['timeout', 'receive']);
      assert.equal(result.response?.status, 200);
      assert.match(text(result.response.body), /^x+$/);
    });

    it('ends headers that drip', async () => {
      const receiver = await rawAnswer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const drip = setInterval(() => socket.write('x: y\r\n'), 10);
        socket.once('close', () => clearInterval(drip));
      });
      assert.equal(await phaseOf(receiver), 'wait');
    });

    it('ends an exchange that waits for a connection, and sends it not even later', async () => {
      let requests = 0;
      const arrived = deferred();
      const release = deferred();
      const receiver = await answering((_request, response) => {
        requests += 1;
        arrived.resolve();
        void release.promise.then(() => response.end('{}'));
      });
      const sender = exchanger([receiver.rule], { connectionsPerOrigin: 1 });
      const first = sender.send(requestOf());
      await arrived.promise;
      const late = await sender.send(requestOf({ timeoutMs: TIMEOUT_MS }));
      assert.equal(late.failure?.outcome, 'timeout');
      assert.ok(late.timings.blocked >= TIMEOUT_MS - 2);
      release.resolve();
      assert.equal((await first).response?.status, 200);
      assert.equal((await sender.send(requestOf())).response?.status, 200);
      assert.equal(requests, 2);
    });
  });

  describe('an abort', () => {
    it('before the start sends nothing', async () => {
      const receiver = await answering((_request, response) => response.end());
      const { failure } = await exchanger([receiver.rule]).send(requestOf(), AbortSignal.abort());
      assert.equal(failure?.outcome, 'not_sent');
      assert.equal(receiver.connections(), 0);
    });

    it('while the name is resolved is not_sent', async () => {
      const controller = new AbortController();
      const lookup = (): Promise<never> => {
        controller.abort();
        return new Promise(() => undefined);
      };
      const sender = exchanger([], { lookup });
      const { failure } = await sender.send(requestOf({ url: 'https://hooks.example.com/' }), controller.signal);
      assert.deepEqual([failure?.outcome, failure?.phase], ['not_sent', 'dns']);
    });

    it('during the handshake is not_sent, and closes the connection', async () => {
      const controller = new AbortController();
      const left = deferred();
      const server = createServer((socket) => {
        socket.once('close', left.resolve).once('data', () => controller.abort());
      });
      const receiver = await bare(server);
      const { failure } = await exchanger([receiver.rule]).send(requestOf(), controller.signal);
      assert.deepEqual([failure?.outcome, failure?.phase], ['not_sent', 'ssl']);
      await left.promise;
    });

    it('after the first byte is unknown, and closes the connection', async () => {
      const controller = new AbortController();
      const left = deferred();
      const receiver = await rawAnswer((socket) => {
        socket.once('close', left.resolve);
        controller.abort();
      });
      const { failure } = await exchanger([receiver.rule]).send(requestOf(), controller.signal);
      assert.deepEqual([failure?.outcome, failure?.phase], ['unknown', 'wait']);
      await left.promise;
    });

    it('ends many exchanges at once, without a warning', async () => {
      const controller = new AbortController();
      const warnings: Error[] = [];
      const onWarning = (warning: Error): number => warnings.push(warning);
      process.on('warning', onWarning);
      const sender = exchanger([], { lookup: () => new Promise(() => undefined) });
      const url = 'https://hooks.example.com/';
      const sending = Array.from({ length: 30 }, () => sender.send(requestOf({ url }), controller.signal));
      controller.abort();
      const results = await Promise.all(sending);
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', onWarning);
      assert.ok(results.every(({ failure }) => failure?.outcome === 'not_sent'));
      assert.deepEqual(warnings, []);
    });

    it('right before the first byte on a kept connection is not_sent, and really nothing is sent', async () => {
      const controller = new AbortController();
      let requests = 0;
      const receiver = await answering((_request, response) => {
        requests += 1;
        response.end('{}');
      });
      const sender = exchanger([receiver.rule], { connectionsPerOrigin: 1 });
      await sender.send(requestOf());
      // Until the pool has its connection back, and gives it to the next at once.
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const sending = sender.send(requestOf(), controller.signal);
      controller.abort();
      assert.equal((await sending).failure?.outcome, 'not_sent');
      assert.equal((await sender.send(requestOf())).response?.status, 200);
      assert.equal(requests, 2);
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    });

    it('after the end changes nothing', async () => {
      const controller = new AbortController();
      const receiver = await answering((_request, response) => response.end('{}'));
      const sender = exchanger([receiver.rule], { connectionsPerOrigin: 1 });
      await sender.send(requestOf(), controller.signal);
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
      controller.abort();
      assert.equal((await sender.send(requestOf())).response?.status, 200);
      assert.equal(receiver.connections(), 1);
    });
  });
});
