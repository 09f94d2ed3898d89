// The two ways of intake: nothing may differ between them but their cost.
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Agent, request as send } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { TestApp } from '../support/app.ts';
import { connectBelow, keyText, startApp } from '../support/app.ts';
import { onEachDatabase } from '../support/databases.ts';

interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Express writes this name in capitals. */
  readonly isLean: boolean;
  /** What was logged of it. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

interface Case {
  readonly what: string;
  readonly status: number;
  readonly body?: string | Buffer;
  /** `null` for none. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly query?: string;
}

const GOOD = '{"event_type":"a.b","event_time":"1.0","data":{"n":1.10}}';
const BAD = '{"event_type":7}';
const withKey = (key: string, n = 1): string =>
  GOOD.replace('{', `{"idempotency_key":"${key}",`).replace('1.10', String(n));
const NDJSON = { 'content-type': 'application/x-ndjson' };
const UNKNOWN_KEY = keyText('f');

// WAY stands for the way that it is sent by, so that each has keys of its own.
const CASES: readonly Case[] = [
  { what: 'one event', status: 202, body: GOOD },
  { what: 'an array', status: 202, body: `[${GOOD}, ${GOOD}]` },
  { what: 'NDJSON', status: 202, body: `${GOOD}\n\n ${GOOD}\r\n`, headers: NDJSON },
  { what: 'NDJSON with a bad line', status: 202, body: `${GOOD}\n{"a\n${BAD}`, headers: NDJSON },
  { what: 'a list of which one is refused', status: 202, body: `[${BAD},${GOOD}]` },
  { what: 'a list of which all are', status: 422, body: `[${BAD},7]` },
  { what: 'an event that is refused', status: 422, body: BAD },
  { what: 'an event that is none', status: 422, body: '7' },
  { what: 'many that are refused', status: 422, body: `[${Array.from({ length: 30 }, () => BAD).join(',')}]` },
  { what: 'a key in the event', status: 202, body: withKey('WAY-1') },
  { what: 'the same event again', status: 202, body: withKey('WAY-1') },
  { what: 'its key with another event', status: 409, body: withKey('WAY-1', 2) },
  { what: 'a key in a header', status: 202, body: GOOD, headers: { 'idempotency-key': 'WAY-2' } },
  { what: 'the same again', status: 202, body: GOOD, headers: { 'Idempotency-Key': 'WAY-2' } },
  { what: 'a header that is no key', status: 422, body: GOOD, headers: { 'idempotency-key': 'a b' } },
  { what: 'one hop', status: 202, body: GOOD, headers: { 'hookwright-hop': '1' } },
  { what: 'four hops', status: 422, body: GOOD, headers: { 'hookwright-hop': '1, 4' } },
  { what: 'hops that are none', status: 422, body: GOOD, headers: { 'hookwright-hop': 'x' } },
  { what: 'all or none, all good', status: 202, body: GOOD, query: '?atomic=true' },
  { what: 'all or none, one bad', status: 422, body: `[${GOOD},${BAD}]`, query: '?atomic=true' },
  { what: 'a parameter that there is not', status: 422, body: GOOD, query: '?atomc=true' },
  { what: 'a byte order mark', status: 202, body: `\ufeff${GOOD}` },
  { what: 'broken JSON', status: 400, body: '{"event_type": "a' },
  { what: 'NDJSON as JSON', status: 400, body: `${GOOD}\n${GOOD}` },
  { what: 'no event in a list', status: 400, body: '[]' },
  { what: 'blanks', status: 400, body: '  ' },
  { what: 'bytes that are no UTF-8', status: 422, body: Buffer.from([0x7b, 0xff, 0x7d]) },
  { what: 'too many events', status: 413, body: `[${Array.from({ length: 1001 }, () => '{}').join(',')}]` },
  { what: 'an event that is too large', status: 422, body: GOOD.replace('1.10', `"${'x'.repeat(256 * 1024)}"`) },
  { what: 'a content type that is not read', status: 415, body: GOOD, headers: { 'content-type': 'text/plain' } },
  { what: 'no content type', status: 415, body: GOOD, headers: { 'content-type': null } },
  { what: 'a content type in capitals', status: 202, body: GOOD, headers: { 'content-type': 'Application/JSON; x=y' } },
  { what: 'a charset', status: 415, body: GOOD, headers: { 'content-type': 'application/json; charset=latin1' } },
  { what: 'identity by name', status: 202, body: GOOD, headers: { 'content-encoding': 'identity' } },
  { what: 'identity in capitals', status: 202, body: GOOD, headers: { 'content-encoding': 'Identity' } },
  { what: 'gzip', status: 202, body: gzipSync(GOOD), headers: { 'content-encoding': 'gzip' } },
  { what: 'broken gzip', status: 400, body: GOOD, headers: { 'content-encoding': 'gzip' } },
  { what: 'an encoding that is not read', status: 415, body: GOOD, headers: { 'content-encoding': 'rot13' } },
  { what: 'chunks', status: 202, body: GOOD, headers: { 'transfer-encoding': 'chunked' } },
  { what: 'no body', status: 400, body: '' },
  { what: 'neither body nor length', status: 400 },
  { what: 'a body above the limit', status: 413, body: Buffer.alloc(5 * 1024 * 1024 + 1, 0x20) },
  { what: 'a body of the limit', status: 400, body: Buffer.alloc(5 * 1024 * 1024, 0x20) },
  { what: 'no key', status: 401, body: GOOD, headers: { authorization: null } },
  { what: 'no scheme', status: 401, body: GOOD, headers: { authorization: 'abc' } },
  { what: 'Basic', status: 401, body: GOOD, headers: { authorization: 'Basic YTpi' } },
  { what: 'half a key', status: 401, body: GOOD, headers: { authorization: 'Bearer hw_x' } },
  { what: 'a key that is not known', status: 401, body: GOOD, headers: { authorization: `Bearer ${UNKNOWN_KEY}` } },
  { what: 'a role that may not', status: 403, body: GOOD, headers: { authorization: 'Bearer AUDITOR' } },
  { what: 'a scheme in small letters', status: 202, body: GOOD, headers: { authorization: 'bearer  ADMIN' } },
  {
    what: 'another address, by a proxy that is trusted',
    status: 202,
    body: GOOD,
    headers: { 'x-forwarded-for': '192.0.2.1' },
  },
];

const HANDED_ON = new Set([
  'all or none, all good',
  'all or none, one bad',
  'a parameter that there is not',
  'identity in capitals',
  'gzip',
  'broken gzip',
  'an encoding that is not read',
  'chunks',
  'no body',
  'neither body nor length',
  'a body above the limit',
  'no key',
  'no scheme',
  'Basic',
  'half a key',
  'a key that is not known',
  'a role that may not',
]);

// What differs from one request to the next.
const OWN = ['requestId', 'time', 'durationMs'];

const OWN_HEADERS = ['date', 'x-request-id', 'content-length'];
// Whether the body has come by the time of the answer is chance.
const OF_THE_UNREAD = ['connection', 'keep-alive'];

function lessOwn(text: string, way: string): string {
  return text.replaceAll(way, 'WAY').replaceAll(/(evt|req)_[0-9a-f-]{36}/g, '$1');
}

onEachDatabase('POST /v1/events by both ways', () => {
  let test: TestApp;
  let auditor: string;
  const agent = new Agent({ keepAlive: true });

  before(async () => {
    test = await startApp({ HOOKWRIGHT_TRUST_PROXY: '127.0.0.1/32' });
    auditor = (await test.call('POST', '/v1/api-keys', { body: { name: 'a', role: 'auditor' } })).body.key;
    await test.call('GET', '/v1/me', { key: auditor });
  });
  after(async () => {
    agent.destroy();
    await test.stop();
  });

  const post = async (
    path: string,
    way: string,
    { body, headers = {} }: Omit<Case, 'what' | 'status'>,
  ): Promise<Sent> => {
    const filled = (text: string): string =>
      text.replace('WAY', way).replace('ADMIN', test.key).replace('AUDITOR', auditor);
    const all: Readonly<Record<string, string | null>> = {
      authorization: 'Bearer ADMIN',
      'content-type': 'application/json',
      ...headers,
    };
    const given = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, filled(value)]]));
    const bytes = typeof body === 'string' ? Buffer.from(filled(body)) : body;
    const isChunked = headers['transfer-encoding'] !== undefined;
    const length = bytes === undefined || isChunked ? {} : { 'content-length': String(bytes.length) };
    const before = test.log.length;
    const sent = await new Promise<Omit<Sent, 'log'>>((resolve, reject) => {
      const options = { method: 'POST', agent, headers: { ...Object.fromEntries(given), ...length } };
      const request = send(`${test.url}${path}`, options, (response) => {
        const { statusCode: status = 0, headers: got, rawHeaders } = response;
        const isLean = rawHeaders.includes('content-length');
        textOf(response).then((text) => resolve({ status, headers: got, text, isLean }), reject);
      });
      request.on('error', reject);
      request.useChunkedEncodingByDefault = isChunked;
      request.end(bytes);
    });
    const served = (): boolean => test.log.slice(before).some((line) => line.includes('request served'));
    while (!served()) await new Promise(setImmediate);
    const lines = test.log.slice(before).map((line): Record<string, unknown> => JSON.parse(line));
    return { ...sent, log: lines.filter(({ message }) => SAID.includes(String(message))) };
  };
  const comparable = (sent: Sent, way: string) => {
    assert.ok(OWN_HEADERS.every((name) => sent.headers[name] !== undefined));
    const isReadFirst = ![401, 403, 413].includes(sent.status);
    const left = [...OWN_HEADERS, 'ratelimit', ...(isReadFirst ? [] : OF_THE_UNREAD)];
    const headers = Object.fromEntries(Object.entries(sent.headers).filter(([name]) => !left.includes(name)));
    const log = sent.log.map((line) => Object.entries(line).filter(([name]) => !OWN.includes(name)));
    return { status: sent.status, headers, text: lessOwn(sent.text, way), log };
  };

  it('is the same for the caller, and in the log', async () => {
    for (const { what, status, query = '', ...rest } of CASES) {
      const lean = await post(`/v1/events${query}`, 'lean', rest);
      const express = await post(`/v1/events/${query}`, 'express', rest);
      assert.equal(lean.status, status, `${what}: ${lean.text}`);
      assert.deepEqual(comparable(lean, 'lean'), comparable(express, 'express'), what);
      assert.deepEqual([lean.isLean, express.isLean], [!HANDED_ON.has(what), false], what);
    }
  });

  it('refuses a key that was good, and was revoked elsewhere', async () => {
    const { body: made } = await test.call('POST', '/v1/api-keys', { body: { name: 'b', role: 'source' } });
    const { body: other } = await test.call('POST', '/v1/api-keys', { body: { name: 'c', role: 'source' } });
    const by = (key: string) => ({ body: GOOD, headers: { authorization: `Bearer ${key}` } });
    for (const key of [made.key, other.key]) {
      // The first time, it is not known yet.
      for (const isKnown of [false, true]) {
        const { status, isLean } = await post('/v1/events', 'lean', by(key));
        assert.deepEqual([status, isLean], [202, isKnown]);
      }
    }
    const below = connectBelow(test.dataDir);
    await below('api_keys').where('id', made.id).update({ revoked_at: '2026-11-20T12:00:00.000Z' });
    await below('api_keys').where('id', other.id).update({ expires_at: '2026-11-20T12:00:00.000Z' });
    await below.destroy();
    for (const [key, reason] of [
      [made.key, 'revoked'],
      [other.key, 'expired'],
    ] as const) {
      const lean = await post('/v1/events', 'lean', by(key));
      const express = await post('/v1/events/', 'lean', by(key));
      assert.deepEqual(comparable(lean, 'lean'), comparable(express, 'lean'));
      assert.deepEqual([lean.status, lean.log[0]?.['reason']], [401, reason]);
    }
  });
});

const SAID = ['request served', 'events accepted', 'authentication failed', 'request failed'];

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return text;
}
