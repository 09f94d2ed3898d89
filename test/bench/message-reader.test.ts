// What the receiver and the load generator of the benchmark read: a figure is only as good as that.
import assert from 'node:assert/strict';
import type { Message } from '../../bench/end-to-end/message-reader.ts';
import { contentLength, headerOf, MessageReader, statusOf } from '../../bench/end-to-end/message-reader.ts';

const REQUEST = 'POST /ok?w=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';
const ANSWER = 'HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n';

function readAll(chunks: readonly string[]): readonly Message[] {
  const messages: Message[] = [];
  const reader = new MessageReader((message) => messages.push(message));
  for (const [at, chunk] of chunks.entries()) reader.feed(Buffer.from(chunk, 'latin1'), at);
  return messages;
}

describe('MessageReader', () => {
  it('reads messages however they are cut up, with when each began and was complete', () => {
    const stream = REQUEST + ANSWER + REQUEST;
    for (let cut = 1; cut < stream.length; cut += 1) {
      const messages = readAll([stream.slice(0, cut), stream.slice(cut)]);
      assert.deepEqual(
        messages.map(({ body }) => body.toString()),
        ['hello', '', 'hello'],
      );
      const [first] = messages;
      assert.equal(first?.firstByteAt, 0);
      assert.equal(first.completeAt, cut < REQUEST.length ? 1 : 0);
    }
  });

  it('stamps a message that shares its first bytes with the end of another one by those', () => {
    const [, second] = readAll([`${REQUEST}POST`, REQUEST.slice(4)]);
    assert.deepEqual([second?.firstByteAt, second?.completeAt], [0, 1]);
  });

  it('waits for what is missing', () => {
    assert.deepEqual(readAll([REQUEST.slice(0, -1)]), []);
  });
});

describe('the head of a message', () => {
  it('gives headers in any case, the status, and the length', () => {
    const head = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After:  2 \r\ncontent-length: 12';
    assert.equal(headerOf(head, 'retry-after'), '2');
    assert.equal(headerOf(head, 'x-none'), undefined);
    assert.equal(statusOf(head), 503);
    assert.equal(contentLength(head), 12);
  });

  it('is refused where the body comes in chunks, which nothing here sends', () => {
    assert.throws(() => contentLength('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked'), /chunks/);
  });
});
