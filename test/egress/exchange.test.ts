import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { makeCertificate, readBody } from '../support/tls-receiver.ts';
import {
  HOST,
  SECRET,
  answering,
  closeAll,
  deferred,
  exchanger,
  raw,
  rawAnswer,
  requestOf,
  sendTo,
  text,
} from './exchange-setup.ts';

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

describe('createExchanger', () => {
  afterEach(closeAll);

  describe('what goes out', () => {
    it('puts exactly the given headers on the wire, in their order and spelling', async () => {
      let wire = '';
      const receiver = await raw((socket) => {
        socket.on('data', (chunk: Buffer) => {
          wire += chunk.toString('latin1');
          if (wire.endsWith('}')) socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
        });
      });
      const headers: [string, string][] = [
        ['content-type', 'application/json'],
        ['user-agent', 'Hookwright/0.1.0'],
        ['X-Zebra', '1'],
        ['accept-encoding', 'identity'],
        ['a', '2'],
      ];
      const { response } = await sendTo(receiver, { headers, body: '{"a":"ü"}' });
      assert.equal(response?.status, 204);
      const expected = [
        `POST /hook?token=${SECRET} HTTP/1.1`,
        `host: ${HOST}`,
        'connection: keep-alive',
        ...headers.map(([name, value]) => `${name}: ${value}`),
        'content-length: 10',
        '',
        Buffer.from('{"a":"ü"}').toString('latin1'),
      ];
      assert.equal(wire, expected.join('\r\n'));
    });

    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'GET']) {
      it(`sends a body with ${method}`, async () => {
        const receiver = await answering((request, response) => {
          void readBody(request).then((body) => response.end(`${request.method ?? ''} ${body}`));
        });
        const { response } = await sendTo(receiver, { method, body: '[1]' });
        assert.equal(text(response?.body), `${method} [1]`);
      });
    }

    for (const method of ['GET', 'DELETE']) {
      it(`sends ${method} without a body, and without its headers`, async () => {
        const receiver = await answering((request, response) => response.end(request.rawHeaders.join(' ')));
        const { response } = await sendTo(receiver, { method, body: undefined, headers: [] });
        assert.doesNotMatch(text(response?.body), /content-|transfer-encoding/i);
      });
    }

    it('sends nothing to a URL that the policy does not allow', async () => {
      const receiver = await answering((_request, response) => response.end());
      const { failure, timings } = await exchanger([receiver.rule]).send(
        requestOf({ url: `https://${HOST}:8443/x?token=${SECRET}#y` }),
      );
      assert.equal(failure?.outcome, 'blocked_address');
      assert.equal(failure.phase, 'dns');
      assert.equal(failure.code, 'url_port');
      assert.ok(!failure.message.includes(SECRET));
      assert.equal(timings.blocked, -1);
      assert.equal(receiver.connections(), 0);
    });

    it('rejects a request that is no request, and names no value', async () => {
      const receiver = await answering((_request, response) => response.end());
      const sending = exchanger([receiver.rule]).send(requestOf({ headers: [['x-key', `${SECRET}\r\nx: y`]] }));
      await assert.rejects(sending, (error: Error) => !error.message.includes(SECRET));
    });
  });

  describe('what comes back', () => {
    it('is the answer, byte for byte, with its header lines in order', async () => {
      const body = Buffer.from([0, 255, 13, 10, 128]);
      const receiver = await rawAnswer((socket) => {
        socket.write('HTTP/1.1 418 Teapot\r\nX-B: 1\r\nx-a: \xe9\r\nX-B: 2\r\ncontent-length: 5\r\n\r\n', 'latin1');
        socket.write(body);
      });
      const { response, failure, peer } = await sendTo(receiver);
      assert.equal(failure, undefined);
      assert.equal(response?.status, 418);
      assert.equal(response.httpVersion, '1.1');
      assert.deepEqual(response.headers, [
        ['X-B', '1'],
        ['x-a', 'é'],
        ['X-B', '2'],
        ['content-length', '5'],
      ]);
      assert.deepEqual(Buffer.from(response.body), body);
      assert.equal(response.bodyBytes, 5);
      assert.equal(response.truncated, false);
      assert.deepEqual(peer, { address: '127.0.0.1', port: receiver.port, tlsVersion: 'TLSv1.3' });
    });

    it('is what was sent, though it is compressed', async () => {
      const receiver = await answering((_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(Buffer.from([31, 139, 8, 0]));
      });
      const { response } = await sendTo(receiver);
      assert.deepEqual([...(response?.body ?? [])], [31, 139, 8, 0]);
    });

    for (const status of [301, 302, 303, 307, 308]) {
      it(`is the redirect ${String(status)} itself, which is not followed`, async () => {
        const receiver = await answering((_request, response) => {
          response.writeHead(status, { location: `https://${HOST}/elsewhere` }).end();
        });
        const { response } = await sendTo(receiver);
        assert.equal(response?.status, status);
        assert.ok(response.headers.some(([name, value]) => name === 'location' && value.endsWith('/elsewhere')));
        assert.equal(receiver.connections(), 1);
      });
    }

    it('is the final answer after interim ones', async () => {
      const receiver = await rawAnswer((socket) => {
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n');
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
      const { response } = await sendTo(receiver);
      assert.equal(response?.status, 200);
      assert.deepEqual(response.headers, [['content-length', '2']]);
    });

    it('is whole with exactly 64 KiB of body', async () => {
      const receiver = await answering((_request, response) => response.end('x'.repeat(65_536)));
      const { response, failure } = await sendTo(receiver);
      assert.equal(response?.bodyBytes, 65_536);
      assert.equal(response.truncated, false);
      assert.equal(failure, undefined);
    });

    for (const size of [65_537, 10_000_000]) {
      it(`is cut at 64 KiB of ${String(size)} bytes, with its status, and the connection closed`, async () => {
        const left = deferred();
        const receiver = await answering((request, response) => {
          request.socket.once('close', left.resolve);
          response.writeHead(201).end('x'.repeat(size));
        });
        const { response, failure } = await sendTo(receiver);
        assert.equal(failure, undefined);
        assert.equal(response?.status, 201);
        assert.equal(response.bodyBytes, 65_536);
        assert.equal(response.body.length, 65_536);
        assert.equal(response.truncated, true);
        await left.promise;
      });
    }

    it('is cut at 64 KiB of an endless body, with flat memory', async () => {
      const chunk = Buffer.alloc(65_536, 'x');
      let written = 0;
      const receiver = await rawAnswer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const pour = (): void => {
          do written += chunk.length;
          while (socket.write(chunk) && !socket.destroyed);
        };
        socket.on('drain', pour);
        pour();
      });
      const sender = exchanger([receiver.rule]);
      const before = process.memoryUsage().arrayBuffers;
      for (let round = 0; round < 10; round += 1) {
        const { response } = await sender.send(requestOf());
        assert.equal(response?.truncated, true);
      }
      assert.ok(written < 160_000_000, String(written));
      assert.ok(process.memoryUsage().arrayBuffers - before < 32_000_000);
    });
  });

  describe('connections', () => {
    it('keep nothing of what they have carried while they are idle', async () => {
      const receiver = await answering((_request, response) => response.end('large'.repeat(1000)));
      const sender = exchanger([receiver.rule]);
      const sent = async (): Promise<WeakRef<object>> => new WeakRef(await sender.send(requestOf()));
      const result = await sent();
      // A reference that was just made is kept until the turn is over.
      await new Promise(setImmediate);
      collectGarbage();
      assert.equal(result.deref(), undefined);
      assert.equal(receiver.connections(), 1);
    });

    it('are kept, and then take no dns, connect or ssl time', async () => {
      const receiver = await answering((_request, response) => response.end('{}'));
      const sender = exchanger([receiver.rule], { connectionsPerOrigin: 1 });
      const first = await sender.send(requestOf());
      const second = await sender.send(requestOf());
      assert.equal(receiver.connections(), 1);
      assert.ok(first.timings.connect >= 0 && first.timings.ssl > 0);
      assert.deepEqual([second.timings.dns, second.timings.connect, second.timings.ssl], [-1, -1, -1]);
      assert.deepEqual(second.peer, first.peer);
    });

    it('give timings that add up to the total', async () => {
      const receiver = await answering((_request, response) => response.end('{}'));
      const sender = exchanger([receiver.rule], { connectionsPerOrigin: 1 });
      const results = await Promise.all([1, 2, 3].map(() => sender.send(requestOf())));
      for (const { timings } of results) {
        const { total, ...phases } = timings;
        const sum = Object.values(phases).reduce((all, ms) => all + Math.max(ms, 0), 0);
        assert.ok(Math.abs(total - sum) < 0.1, JSON.stringify(timings));
      }
      assert.ok(results.some(({ timings }) => timings.blocked > 0 && timings.connect === -1));
    });

    it('are never more than the bound', async () => {
      let open = 0;
      let most = 0;
      const receiver = await answering((_request, response) => {
        open += 1;
        most = Math.max(most, open);
        setImmediate(() => response.end('{}', () => (open -= 1)));
      });
      const sender = exchanger([receiver.rule], { connectionsPerOrigin: 2 });
      const results = await Promise.all(Array.from({ length: 8 }, () => sender.send(requestOf())));
      assert.ok(results.every(({ response }) => response?.status === 200));
      assert.equal(receiver.connections(), 2);
      assert.ok(most <= 2);
    });

    it('are not kept longer than a minute', async () => {
      let now = 0;
      const receiver = await answering((_request, response) => response.end('{}'));
      const sender = exchanger([receiver.rule], { connectionsPerOrigin: 1, monotonicMs: () => now });
      await sender.send(requestOf());
      now = 59_000;
      await sender.send(requestOf());
      assert.equal(receiver.connections(), 1);
      now = 61_000;
      const { response, timings } = await sender.send(requestOf());
      assert.equal(response?.status, 200);
      assert.equal(receiver.connections(), 2);
      assert.equal(timings.connect, 0);
    });

    for (const method of ['POST', 'GET']) {
      it(`never carry a ${method} a second time when a kept one dies under it`, async () => {
        let requests = 0;
        const receiver = await raw((socket) => {
          socket.on('data', () => {
            requests += 1;
            if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
            else socket.destroy();
          });
        });
        const sender = exchanger([receiver.rule], { connectionsPerOrigin: 1 });
        await sender.send(requestOf({ method, body: undefined }));
        const { failure, response } = await sender.send(requestOf({ method, body: undefined }));
        assert.equal(response, undefined);
        assert.equal(failure?.outcome, 'connect_error');
        assert.equal(requests, 2);
        assert.equal(receiver.connections(), 1);
      });
    }

    it('are dialled anew when the receiver closed a kept one before anything was sent', async () => {
      let requests = 0;
      const ended = deferred();
      const receiver = await rawAnswer((socket) => {
        requests += 1;
        socket.once('close', ended.resolve);
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      });
      const sender = exchanger([receiver.rule], { connectionsPerOrigin: 1 });
      await sender.send(requestOf());
      await ended.promise;
      const { response } = await sender.send(requestOf());
      assert.equal(response?.status, 200);
      assert.equal(requests, 2);
      assert.equal(receiver.connections(), 2);
    });

    it('fail for everybody who waits for them, at once', async () => {
      const certificate = await makeCertificate({ names: ['other.example.com'] });
      const receiver = await answering((_request, response) => response.end(), { certificate });
      const sender = exchanger([receiver.rule], { connectionsPerOrigin: 2 });
      const results = await Promise.all(Array.from({ length: 9 }, () => sender.send(requestOf({ timeoutMs: 5000 }))));
      assert.ok(results.every(({ failure }) => failure?.code === 'ERR_TLS_CERT_ALTNAME_INVALID'));
      assert.ok(results.every(({ timings }) => timings.total < 2500));
    });
  });

  describe('close', () => {
    it('breaks off what is under way and refuses what comes after', async () => {
      const arrived = deferred();
      const receiver = await rawAnswer(() => arrived.resolve());
      const sender = exchanger([receiver.rule], { connectionsPerOrigin: 1 });
      const sent = sender.send(requestOf());
      const waiting = sender.send(requestOf());
      await arrived.promise;
      await sender.close();
      assert.equal((await sent).failure?.outcome, 'unknown');
      assert.equal((await waiting).failure?.outcome, 'not_sent');
      assert.equal((await sender.send(requestOf())).failure?.outcome, 'not_sent');
    });

    it('closes idle connections', async () => {
      const left = deferred();
      const receiver = await answering((request, response) => {
        request.socket.once('close', left.resolve);
        response.end('{}');
      });
      const sender = exchanger([receiver.rule]);
      await sender.send(requestOf());
      await sender.close();
      await left.promise;
    });
  });

  it('is never confused by connections that come and go', async () => {
    const receiver = await raw((socket) => {
      let requests = 0;
      socket.on('data', () => {
        requests += 1;
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
        if (requests === 2) socket.end();
      });
    });
    const sender = exchanger([receiver.rule], { connectionsPerOrigin: 2 });
    for (let round = 0; round < 30; round += 1) {
      const { response, failure } = await sender.send(requestOf({ body: undefined, method: 'GET' }));
      assert.equal(response?.status, 200, failure?.message);
    }
    assert.ok(receiver.connections() >= 15);
  });
});
