// The headers of a webhook from the API to the bytes that a receiver gets.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FORBIDDEN_HEADERS } from '../../src/domain/forbidden-headers.ts';
import type { TestApp } from '../support/app.ts';
import { startApp } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Receiver } from '../support/tls-receiver.ts';
import { startRawReceiver } from '../support/tls-receiver.ts';

const MANY = Object.fromEntries(
  Array.from({ length: 44 }, (_none, index) => [`x-many-${String(index)}`, String(index)]),
);
const HEADERS: Readonly<Record<string, string>> = {
  Authorization: 'Bearer abc.DEF-ghi~_+/=',
  'x-lower': 'a  b',
  'X-UPPER-Case': '"quoted", (comment); x=\\"y\\" | {"json": [1]} } }} %0d%0a \\r\\n',
  "!#$%&'*+-.^_`|~09aZ": '~',
  'Content-Type': 'application/cloudevents+json; charset=utf-8',
  'x-long': 'v'.repeat(4096),
  ...MANY,
};

// What is sent to the API, the code it must give and a part of the hint.
const REFUSED: readonly (readonly [name: string, value: unknown, code: string, hint: RegExp])[] = [
  ...Object.entries(FORBIDDEN_HEADERS).map(
    ([name, reason]) =>
      [name.replace('*', 'X').toUpperCase(), 'x', 'header_forbidden', new RegExp(escaped(reason))] as const,
  ),
  ['x-a', '{{event_type}}', 'header_value_template', /body template/],
  ['x-a', 'a {{{b}}} c', 'header_value_template', /literal/],
  ['x-a', 'a\r\nx-evil: 1', 'header_value_invalid', /no line breaks/],
  ['x-a', 'a\nb', 'header_value_invalid', /visible ASCII/],
  ['x-a', 'a\tb', 'header_value_invalid', /visible ASCII/],
  ['x-a', '\u010d\u010a', 'header_value_invalid', /visible ASCII/],
  ['x-a', 'ü', 'header_value_invalid', /visible ASCII/],
  ['x-a', '', 'header_value_invalid', /1 to 4,096/],
  ['x-a', ' a', 'header_value_invalid', /no blanks at the ends/],
  ['x-a', 'v'.repeat(4097), 'header_value_invalid', /1 to 4,096/],
  ['x a', 'x', 'header_name_invalid', /letters, digits/],
  ['x:', 'x', 'header_name_invalid', /letters, digits/],
  ['x-a\r\nx-evil', 'x', 'header_name_invalid', /letters, digits/],
  ['ü', 'x', 'header_name_invalid', /letters, digits/],
  ['', 'x', 'header_name_invalid', /letters, digits/],
  ['n'.repeat(129), 'x', 'header_name_invalid', /1 to 128/],
  ['content-type', 'text/plain', 'content_type_not_json', /\+json/],
  ['x-a', 1, 'wrong_type', /./],
  ['x-a', null, 'wrong_type', /./],
  ['x-a', ['b'], 'wrong_type', /./],
];

onEachDatabase('the headers of a webhook', () => {
  let receiver: Receiver;
  let folder: string;
  let test: TestApp;
  const received: string[] = [];

  before(async () => {
    receiver = await startRawReceiver((socket) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        if (!text.includes('\r\n\r\n')) return;
        received.push(text);
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      });
    });
    folder = await mkdtemp(join(tmpdir(), 'hookwright-headers-'));
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, receiver.ca);
    const connect = `${receiver.host}=127.0.0.1:${String(receiver.port)}`;
    test = await startApp({ HOOKWRIGHT_EGRESS_CONNECT: connect, HOOKWRIGHT_EGRESS_CA: ca });
  });
  after(async () => {
    await test.stop();
    await receiver.close();
    await rm(folder, { recursive: true, force: true });
  });

  const webhook = (headers: object): object => ({ name: 'headers', url: `https://${receiver.host}/`, headers });

  it('arrive byte for byte as they were saved, in their order, once each', async () => {
    const made = await test.call('POST', '/v1/webhooks', { body: { ...webhook(HEADERS), name: 'saved' } });
    assert.equal(made.status, 201, made.text);
    const event = { event_type: 'a.b', event_time: '2026-11-20T12:00:00Z', data: {} };
    await test.call('POST', '/v1/events', { body: event });
    await test.app.idle();
    const lines = (received.at(-1) ?? '').split('\r\n\r\n')[0]?.split('\r\n') ?? [];
    const own = Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}`);
    const first = lines.findIndex((line) => line.startsWith('Authorization:'));
    assert.deepEqual(lines.slice(first, first + own.length), own);
    const names = lines.slice(1).map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
    assert.equal(new Set(names).size, names.length, 'one is sent twice');
  });

  it('are refused at save where they cannot be sent, with the reason, and all at once', async () => {
    for (const [name, value, code, hint] of REFUSED) {
      for (const [path, body, prefix] of [
        ['/v1/webhooks', webhook({ [name]: value }), ''],
        ['/v1/webhooks/test', { webhook: webhook({ [name]: value }) }, '/webhook'],
      ] as const) {
        const { status, body: problem } = await test.call('POST', path, { body });
        assert.equal(status, 422, name);
        const pointer = `${prefix}/headers/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const faults: { pointer: string; code: string; hint: string }[] = problem.errors;
        assert.deepEqual(
          faults.map((fault) => [fault.pointer, fault.code]),
          [[pointer, code]],
        );
        assert.match(faults[0]?.hint ?? '', hint);
      }
    }
    const all = Object.fromEntries(REFUSED.map(([name, value]) => [name, value]));
    const { body } = await test.call('POST', '/v1/webhooks', { body: webhook(all) });
    assert.equal(body.errors.length, Object.keys(all).length);
    assert.equal(received.length, 1);
  });

  it('are at most fifty, with 16 KiB in all', async () => {
    const fifty = { ...HEADERS, 'x-long': 'v' };
    assert.equal(Object.keys(fifty).length, 50);
    for (const headers of [
      { ...fifty, 'x-one-more': 'v' },
      Object.fromEntries(Array.from({ length: 5 }, (_none, index) => [`x-${String(index)}`, 'v'.repeat(4000)])),
    ]) {
      const { status, body } = await test.call('POST', '/v1/webhooks', { body: webhook(headers) });
      assert.deepEqual([status, body.errors[0].code], [422, 'headers_too_large']);
    }
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
