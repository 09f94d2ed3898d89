import assert from 'node:assert/strict';
import type { EventOrigins } from '../../src/services/check-event.ts';
import { checkEvent, payloadFaults } from '../../src/services/check-event.ts';
import { readPostedEvents } from '../../src/services/intake-body.ts';
import { schemas } from '../schemas/contract.ts';
import { newId, NOW, ORGANIZATION } from '../store/fixtures.ts';

const payloads = {
  names: ['audit'],
  faults: (name: string, value: Parameters<typeof schemas.faults>[1]) => schemas.faults(name, value),
};
const ORIGINS: EventOrigins = {
  organizationId: ORGANIZATION,
  receivedAt: NOW,
  hop: 2,
  idempotencyKey: undefined,
  isOneOfMany: false,
};

function check(text: string, origins: Partial<EventOrigins> = {}) {
  const [posted] = readPostedEvents(text, 'json').events;
  return checkEvent({ payloads, newId }, posted ?? assert.fail(), { ...ORIGINS, ...origins });
}

const faultsOf = (result: ReturnType<typeof check>) =>
  'eventType' in result ? [] : result.map((fault) => `${fault.pointer} ${fault.code}`);
const event = (extra = '') => `{"event_type":"a.b","event_time":"1.5","data":{}${extra}}`;

describe('checkEvent', () => {
  it('makes an event of what its payload schema approves, its text as posted', () => {
    const text = '{ "event_type":"a.b", "event_time": 1.50, "data":{}, "extra": 1.0 }';
    const accepted = check(text);
    assert.ok('eventType' in accepted);
    const { id, valueSha256, ...rest } = accepted;
    assert.match(id, /^evt_/);
    assert.equal(valueSha256, undefined, 'nobody asks for it where there is no key');
    assert.deepEqual(rest, {
      organizationId: ORGANIZATION,
      schema: 'audit',
      eventType: 'a.b',
      eventTime: '1.50',
      eventTimeExact: '1.500000000',
      receivedAt: NOW,
      origin: 'api',
      idempotencyKey: undefined,
      hop: 2,
      body: text,
    });
  });

  it('tells every fault of schema and key at once', () => {
    const result = check('{"event_time":"soon","data":1,"idempotency_key":"a b"}', { idempotencyKey: 'other' });
    const faults = faultsOf(result);
    for (const fault of [
      '/data wrong_type',
      '/event_time format',
      '/event_type required',
      '/idempotency_key idempotency_key_differs',
    ]) {
      assert.ok(faults.includes(fault), faults.join());
    }
  });

  it('refuses an area and a level that there are not, each once', () => {
    assert.deepEqual(faultsOf(check(event(',"area":"x","level":"off"'))), [
      '/area unknown_area',
      '/level unknown_level',
    ]);
    assert.deepEqual(faultsOf(check(event(',"area":"a b","level":7'))), ['/area pattern', '/level wrong_type']);
    assert.deepEqual(faultsOf(check(event(',"area":"USER_MANAGEMENT","level":"Full"'))), []);
  });

  it('refuses what is no object, and names only what spoils the text where it is unreadable', () => {
    for (const text of ['7', '"x"', 'null', '[[]]']) assert.deepEqual(faultsOf(check(text)), [' wrong_type'], text);
    assert.deepEqual(faultsOf(check('{"event_type":1,"event_type":2}')), ['/event_type duplicate_key']);
  });

  it('takes the key from the event or from the header, and the same from both', () => {
    const keyOf = (result: ReturnType<typeof check>) => ('eventType' in result ? result.idempotencyKey : assert.fail());
    assert.equal(keyOf(check(event(',"idempotency_key":"k"'))), 'k');
    assert.equal(keyOf(check(event(), { idempotencyKey: 'h' })), 'h');
    assert.equal(keyOf(check(event(',"idempotency_key":"k"'), { idempotencyKey: 'k' })), 'k');
    assert.deepEqual(faultsOf(check(event(), { idempotencyKey: 'h', isOneOfMany: true })), [
      '/idempotency_key idempotency_key_for_many',
    ]);
  });

  it('gives the same value the same hash, whatever its spelling and its key', () => {
    const hash = (text: string) => {
      const result = check(text, text.includes('idempotency_key') ? {} : { idempotencyKey: 'x' });
      return 'eventType' in result ? result.valueSha256 : assert.fail(faultsOf(result).join());
    };
    const first = hash('{"event_type":"a","event_time":"1.5","data":{"n":1.0,"m":2}}');
    assert.equal(hash('{ "data":{"m":2,"n":1}, "event_time":"1.5", "event_type":"a", "idempotency_key":"x" }'), first);
    assert.notEqual(hash('{"event_type":"a","event_time":"1.5","data":{"n":1,"m":3}}'), first);
  });
});

describe('payloadFaults', () => {
  it('refuses a payload schema that there is not, with the one that may be meant', () => {
    for (const [schema, hint] of [
      ['audti', 'Did you mean "audit"?'],
      ['something else', 'Known: audit.'],
      [7, 'Known: audit.'],
    ] as const) {
      const [fault] = payloadFaults(payloads, { schema, event_type: 'a', event_time: '1.0', data: {} });
      assert.deepEqual([fault?.pointer, fault?.code, fault?.hint], ['/schema', 'unknown_schema', hint]);
    }
  });
});
