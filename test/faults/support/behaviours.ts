// How a receiver can answer a request that it has written down: well, badly, or like nothing that HTTP knows.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';

/** One way to answer. */
export interface Behaviour {
  /** Whether the sender is told that the request was accepted: after that, another one is a duplicate. */
  readonly accepts: boolean;
  /** `socket` is the encrypted connection, `raw` the one below it. */
  answer(response: ServerResponse, socket: Socket, raw: Socket | undefined): void;
}

/** The behaviour of a name. Throws for one that there is not. */
export function behaviourNamed(name: string): Behaviour {
  const status = /^status-(\d{3})$/.exec(name)?.[1];
  if (status !== undefined) return refusing(Number(status));
  const found = BEHAVIOURS[name];
  if (found === undefined) throw new Error(`There is no behaviour ${name}.`);
  return found;
}

function refusing(status: number): Behaviour {
  return { accepts: false, answer: (response) => void response.writeHead(status).end('no') };
}

const OK_BODY = '{"ok":true}';
const HEAD = 'HTTP/1.1 200 OK\r\n';
const DRIP_MS = 50;

function raw(bytes: string, end = false, accepts = false): Behaviour {
  return {
    accepts,
    answer: (_response, socket) => {
      if (end) socket.end(bytes);
      else socket.write(bytes);
    },
  };
}

/** Writes `first`, and then the same bytes again and again until the connection is gone. */
function dripping(first: string, again: string | Buffer, everyMs = DRIP_MS): Behaviour {
  return {
    accepts: false,
    answer: (_response, socket) => {
      socket.write(first);
      const timer = setInterval(() => socket.write(again), everyMs);
      socket.once('close', () => clearInterval(timer));
    },
  };
}

/** Writes as fast as the other side reads, until the connection is gone. A status that has come through counts. */
function flooding(first: string, chunk: Buffer, accepts = true): Behaviour {
  return {
    accepts,
    answer: (_response, socket) => {
      socket.write(first);
      const pour = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', pour);
      pour();
    },
  };
}

function resetting(before: string): Behaviour {
  return {
    accepts: false,
    answer: (_response, socket, below) => {
      if (before === '') below?.resetAndDestroy();
      else socket.write(before, () => below?.resetAndDestroy());
    },
  };
}

const MIB = Buffer.alloc(1024 * 1024, 'x');
const ZEROES = Buffer.alloc(50 * 1024 * 1024);
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

/** 50 MiB in a body of a few KiB. */
function bomb(encoding: string, packed: Buffer): Behaviour {
  return {
    accepts: true,
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(packed);
    },
  };
}

/** The ways a receiver harms its sender. Each attempt against one of them has to end in time, and with an outcome. */
export const HOSTILE: Readonly<Record<string, Behaviour>> = {
  'reset-at-once': resetting(''),
  'reset-in-headers': resetting('HTTP/1.1 200 OK\r\ncontent-'),
  'reset-after-headers': resetting(`${HEAD}content-length: 100\r\n\r\n`),
  'reset-in-body': resetting(`${HEAD}content-length: 100\r\n\r\nhalf`),
  'close-at-once': raw('', true),
  'close-in-headers': raw('HTTP/1.1 200 OK\r\ncontent-', true),
  'close-in-body': raw(`${HEAD}content-length: 100\r\n\r\nhalf`, true),
  'close-in-chunks': raw(`${HEAD}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`, true),
  hang: raw(''),
  'hang-after-headers': raw(`${HEAD}content-length: 100\r\n\r\n`),
  'drip-headers': dripping(HEAD, 'x-a: b\r\n', 200),
  'drip-status-line': dripping('HTTP/1.1 200 ', 'O', 200),
  'drip-body': dripping(`${HEAD}content-length: 100000\r\n\r\n`, 'x'),
  'drip-chunks': dripping(`${HEAD}transfer-encoding: chunked\r\n\r\n`, '1\r\nx\r\n'),
  'endless-103': dripping('', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n', 20),
  'endless-body': flooding(`${HEAD}\r\n`, MIB),
  'endless-chunks': flooding(
    `${HEAD}transfer-encoding: chunked\r\n\r\n`,
    Buffer.concat([Buffer.from('100000\r\n'), MIB, Buffer.from('\r\n')]),
  ),
  'endless-headers': flooding(HEAD, Buffer.from(`x-a: ${'a'.repeat(1000)}\r\n`), false),
  'huge-length': flooding(`${HEAD}content-length: 10000000000\r\n\r\n`, MIB),
  'gzip-bomb': bomb('gzip', gzipSync(ZEROES)),
  'deflate-bomb': bomb('deflate', deflateSync(ZEROES)),
  'br-bomb': bomb('br', brotliCompressSync(ZEROES, FAST)),
  'bomb-in-a-bomb': bomb('gzip, gzip, br', brotliCompressSync(gzipSync(gzipSync(ZEROES)), FAST)),
  garbage: raw('SSH-2.0-OpenSSH_9.2\r\n'),
  'two-lengths': raw(`${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\nokk`),
  'bad-chunk': raw(`${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n`),
  'length-and-chunks': raw(`${HEAD}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`),
  'length-below-zero': raw(`${HEAD}content-length: -1\r\n\r\nok`),
  'length-beyond-numbers': raw(`${HEAD}content-length: 99999999999999999999\r\n\r\nok`),
  'length-too-long': raw(`${HEAD}content-length: 10\r\n\r\nok`, true),
  'length-too-short': raw(`${HEAD}content-length: 2\r\n\r\nok, and more than that`, false, true),
  'huge-header': raw(`${HEAD}x-a: ${'a'.repeat(1024 * 1024)}\r\n\r\n`),
  'endless-trailers': flooding(
    `${HEAD}transfer-encoding: chunked\r\n\r\n0\r\n`,
    Buffer.from(`x-a: ${'a'.repeat(1000)}\r\n`),
    false,
  ),
  'endless-chunk-extension': flooding(`${HEAD}transfer-encoding: chunked\r\n\r\n1;a=`, MIB, false),
  'endless-reason': flooding('HTTP/1.1 200 ', MIB, false),
  'endless-100': dripping('', 'HTTP/1.1 100 Continue\r\n\r\n'),
  'flood-of-103': flooding('', Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'), false),
  'upgrade-101': raw('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  'code-999': raw('HTTP/1.1 999 Beyond\r\ncontent-length: 2\r\n\r\nok'),
  'code-000': raw('HTTP/1.1 000 Nothing\r\ncontent-length: 2\r\n\r\nok'),
  'byte-a-second-in-headers': dripping('HTTP/1.1 200 OK\r\nx-a: ', 'a', 1000),
  'byte-a-second-in-body': dripping(`${HEAD}content-length: 100000\r\n\r\n`, 'a', 1000),
  'two-answers': raw(`${HEAD}content-length: 2\r\n\r\nok${HEAD}content-length: 2\r\n\r\nok`, false, true),
};

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  ok: {
    accepts: true,
    answer: (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(OK_BODY),
  },
  slow: {
    accepts: true,
    answer: (response) => {
      const timer = setInterval(() => {
        clearInterval(timer);
        response.writeHead(200, { 'content-type': 'application/json' }).end(OK_BODY);
      }, 500);
    },
  },
  ...HOSTILE,
};
