import assert from 'node:assert/strict';
import type { Har } from 'har-format';
import { AppError } from '../../src/domain/errors.ts';
import { toHar } from '../../src/domain/har.ts';
import { assertView } from '../http/views/assert-view.ts';
import { endedWith, fullInvocation, openInvocation, unrenderedInvocation } from '../http/views/records.ts';

const META = { name: 'Hookwright', version: '1.2.3' };

function entryOf(invocation: typeof fullInvocation): ReturnType<typeof toHar>['log']['entries'][number] {
  const har = toHar(invocation, META);
  // Compiles only while the archive has the shape that others expect of one.
  const asOthersReadIt: Har = har;
  assert.equal(asOthersReadIt, har);
  assertView('har', har);
  return har.log.entries[0]!;
}

describe('toHar', () => {
  it('gives a HAR 1.2 log with one entry', () => {
    const { log } = toHar(fullInvocation, META);
    assert.equal(log.version, '1.2');
    assert.deepEqual(log.creator, META);
    assert.equal(log.entries.length, 1);
  });

  it('counts TLS into connect, and the phases make up the time', () => {
    const { timings, time } = entryOf(fullInvocation);
    assert.deepEqual(timings, { blocked: 0.5, dns: 12, connect: 66, ssl: 41, send: 1, wait: 230, receive: 4.25 });
    assert.equal(time, 313.75);
  });

  it('writes -1 where a phase did not happen, but only where the format allows it', () => {
    const none = { blocked: -1, dns: -1, connect: -1, ssl: -1, send: -1, wait: -1, receive: -1, total: 0 };
    for (const timings of [none, undefined]) {
      const entry = entryOf(endedWith({ timings }));
      assert.deepEqual(entry.timings, { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait: 0, receive: 0 });
      assert.equal(entry.time, 0);
    }
  });

  it('shows the request with its query, and repeated headers one by one', () => {
    const { request, response } = entryOf(fullInvocation);
    assert.deepEqual(request.queryString, [
      { name: 'source', value: 'audit' },
      { name: 'x', value: 'a b' },
    ]);
    assert.deepEqual(request.postData, { mimeType: 'application/json', text: '{"text":"it\'s done"}' });
    assert.equal(request.bodySize, 20);
    assert.deepEqual(request.headers[2], { name: 'Authorization', value: '***' });
    assert.equal(response.headers.filter(({ name }) => name === 'set-cookie').length, 2);
  });

  it('shows the receiver and what HAR has no field for', () => {
    const entry = entryOf(fullInvocation);
    assert.equal(entry.serverIPAddress, '203.0.113.5');
    assert.equal(entry.connection, '443');
    assert.equal(entry._hookwright.outcome, 'validation_failed');
    assert.equal(entry._hookwright.webhook_version, 7);
  });

  it('gives status 0 and the error where no response came', () => {
    const { response } = entryOf(
      endedWith({ response: undefined, peer: undefined, outcome: 'connect_error', errorCode: 'ECONNREFUSED' }),
    );
    assert.equal(response.status, 0);
    assert.equal(response._error, 'ECONNREFUSED');
  });

  it('marks base64, truncation and redirects', () => {
    const recorded = fullInvocation.end?.response;
    assert.ok(recorded);
    const headers = [['Location', 'https://other.example/']] as const;
    const { response } = entryOf(
      endedWith({
        response: { ...recorded, status: 302, headers, bodyEncoding: 'base64', body: 'AAE=', truncated: true },
      }),
    );
    assert.equal(response.content.encoding, 'base64');
    assert.match(response.content.comment ?? '', /Cut off/);
    assert.equal(response.redirectURL, 'https://other.example/');
  });

  it('has no body where none was sent', () => {
    const recorded = fullInvocation.end?.request;
    assert.ok(recorded);
    const { request } = entryOf(
      endedWith({ request: { ...recorded, method: 'GET', body: undefined, bodyBytes: 0, bodySha256: undefined } }),
    );
    assert.equal('postData' in request, false);
  });

  it('refuses where no request was made', () => {
    for (const invocation of [openInvocation, unrenderedInvocation]) {
      assert.throws(
        () => toHar(invocation, META),
        (error) => error instanceof AppError && error.kind === 'conflict' && error.code === 'nothing_sent',
      );
    }
  });
});
