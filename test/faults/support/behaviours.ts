// How a receiver can answer a request that it has written down: well, badly, or like nothing that HTTP knows.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

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
const GZIPPED = gzipSync(Buffer.alloc(50 * 1024 * 1024));

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
  'endless-103': dripping('', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'),
  'endless-body': flooding(`${HEAD}\r\n`, MIB),
  'endless-chunks': flooding(
    `${HEAD}transfer-encoding: chunked\r\n\r\n`,
    Buffer.concat([Buffer.from('100000\r\n'), MIB, Buffer.from('\r\n')]),
  ),
  'endless-headers': flooding(HEAD, Buffer.from(`x-a: ${'a'.repeat(1000)}\r\n`), false),
  'huge-length': flooding(`${HEAD}content-length: 10000000000\r\n\r\n`, MIB),
  'gzip-bomb': {
    accepts: true,
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(GZIPPED);
    },
  },
  garbage: raw('SSH-2.0-OpenSSH_9.2\r\n'),
  'two-lengths': raw(`${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\nokk`),
  'bad-chunk': raw(`${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n`),
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
