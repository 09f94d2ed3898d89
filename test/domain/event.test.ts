import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Acceptance } from '../../src/domain/event.ts';
import { acceptEvent, sha256Hex } from '../../src/domain/event.ts';
import { isObject } from '../../src/domain/json.ts';
import { readJson } from '../../src/domain/json-read.ts';

const acceptance: Acceptance = {
  id: 'evt_1',
  organizationId: 'org_1',
  receivedAt: new Date('2026-11-20T12:00:00Z'),
  origin: 'api',
  idempotencyKey: 'once',
  hop: 1,
};

function accept(text: string, idempotencyKey = acceptance.idempotencyKey) {
  const reading = readJson(text);
  assert.ok(reading.ok);
  const value = reading.documents[0]?.value;
  assert.ok(isObject(value));
  return acceptEvent(value, text, { ...acceptance, idempotencyKey });
}

describe('acceptEvent', () => {
  it('keeps the text as received and says what is known of it', () => {
    const text = '{ "event_type": "user.created", "event_time": "1732104000.5", "data": {"n": 1.10} }';
    assert.deepEqual(accept(text), {
      ...acceptance,
      schema: 'audit',
      eventType: 'user.created',
      eventTime: '1732104000.5',
      eventTimeExact: '1732104000.500000000',
      valueSha256: sha256Hex('{"data":{"n":1.1},"event_time":"1732104000.5","event_type":"user.created"}'),
      body: text,
    });
  });

  it('takes the schema that the event names', () => {
    assert.equal(accept('{"schema":"request","event_type":"a","event_time":"1"}').schema, 'request');
  });

  const times: readonly (readonly [token: string, exact: string])[] = [
    ['1732104000.123456789', '1732104000.123456789'],
    ['1732104000.10', '1732104000.100000000'],
    ['1732104000', '1732104000.000000000'],
  ];
  for (const [token, exact] of times) {
    it(`takes the bare number ${token} by its token, not by its double`, () => {
      const event = accept(`{"event_type":"a","event_time":${token}}`);
      assert.deepEqual([event.eventTime, event.eventTimeExact], [token, exact]);
    });
  }

  it('gives one hash to one JSON value, and another to another', () => {
    const hash = (rest: string) => accept(`{"event_type":"a","event_time":"1",${rest}}`, 'k').valueSha256;
    assert.equal(hash('"data":{"a":1,"b":[2]}'), hash('"data": { "b": [2.0], "a": 1e0 }'));
    assert.notEqual(hash('"data":{"a":1}'), hash('"data":{"a":"1"}'));
    assert.notEqual(hash('"data":{"id":20241120123456789012}'), hash('"data":{"id":20241120123456789013}'));
  });

  for (const text of [
    '{"event_type":"a"}',
    '{"event_type":"a","event_time":"soon"}',
    '{"event_type":1,"event_time":"1"}',
  ]) {
    it(`takes ${text} for a bug of its payload schema`, () => {
      assert.throws(() => accept(text), /approved by its payload schema/);
    });
  }
});

describe('sha256Hex', () => {
  it('hashes the UTF-8 bytes', () => {
    assert.equal(sha256Hex('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.notEqual(sha256Hex('ü'), sha256Hex('u'));
  });

  it('hashes what is sent: half a surrogate pair as U+FFFD, as all that write UTF-8 do', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', 'a', '') }),
    );
    fc.assert(
      fc.property(text, (one) => {
        assert.equal(sha256Hex(one), createHash('sha256').update(Buffer.from(one, 'utf8')).digest('hex'));
      }),
    );
    assert.equal(sha256Hex('\ud83d'), sha256Hex('\ufffd'));
  });
});
