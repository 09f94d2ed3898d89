import assert from 'node:assert/strict';
import {
  erasedBy,
  eventErased,
  requireContent,
  withoutContent,
  withoutEventContent,
} from '../../src/domain/erasure.ts';
import { readJson } from '../../src/domain/json-read.ts';
import { endWith, eventWith, NOW } from '../store/fixtures.ts';

const CANARY = 'canary';
const erased = { at: NOW, by: 'key_1' };

describe('withoutEventContent', () => {
  it('keeps what says that there was an event, with a body that can be read', () => {
    const event = eventWith({
      eventType: 'a "quoted".type',
      idempotencyKey: CANARY,
      valueSha256: CANARY,
      body: `{"${CANARY}":1}`,
    });
    const left = withoutEventContent(event, erased);
    const { body } = left;
    assert.deepEqual(left, { ...event, idempotencyKey: undefined, valueSha256: undefined, body, erased });
    const reading = readJson(body);
    assert.ok(reading.ok);
    assert.deepEqual(reading.documents[0]?.value, {
      schema: event.schema,
      event_type: event.eventType,
      event_time: event.eventTime,
      data: {},
    });
  });
});

describe('erasedBy', () => {
  const own = { eventType: 'event.erased', origin: 'engine', body: '{"data":{"target_id":"evt_1"}}' } as const;

  it('goes by what the engine says, and by nothing else', () => {
    assert.equal(erasedBy(eventWith(own)), 'evt_1');
    assert.equal(erasedBy(eventWith({ ...own, origin: 'api' })), undefined);
    assert.equal(erasedBy(eventWith({ ...own, eventType: 'event.other' })), undefined);
    assert.equal(erasedBy(eventWith({ ...own, body: '{"data":{}}' })), undefined);
  });

  it('is known of an erasure that is erased itself, and nothing else of it', () => {
    const body = `{"data":{"target_id":"evt_1","actor_name":"${CANARY}"}}`;
    const left = withoutEventContent(eventWith({ ...own, body }), erased);
    assert.equal(erasedBy(left), 'evt_1');
    assert.doesNotMatch(left.body, new RegExp(CANARY));
    const posted = withoutEventContent(eventWith({ ...own, origin: 'api', body }), erased);
    assert.doesNotMatch(posted.body, /evt_1/);
  });
});

describe('withoutContent', () => {
  const end = endWith({
    outcome: 'validation_failed',
    message: CANARY,
    request: {
      method: 'POST',
      url: 'https://receiver.example/hook',
      headers: [
        ['webhook-id', 'dlv_1'],
        ['webhook-signature', CANARY],
      ],
      body: CANARY,
      bodyBytes: 6,
      bodySha256: CANARY,
    },
    response: {
      status: 200,
      httpVersion: '1.1',
      headers: [[CANARY, CANARY]],
      body: CANARY,
      bodyEncoding: 'base64',
      bodyBytes: 7,
      truncated: true,
    },
    validators: [
      {
        jsonPath: '$.data',
        expectedValues: ['else'],
        actual: { found: 'values', values: [CANARY] },
        passed: false,
        message: CANARY,
      },
    ],
    warnings: [{ code: 'helper_date', detail: CANARY }],
  });

  it('leaves nothing that could repeat the event', () => {
    assert.ok(!JSON.stringify(withoutContent(end)).includes(CANARY));
  });

  it('keeps everything else', () => {
    const left = withoutContent(end);
    const gone = 'The content of the event has been erased.';
    assert.deepEqual(left, {
      ...end,
      message: `The receiver answered 2xx, but a response validator did not pass. ${gone}`,
      request: { ...end.request, headers: [['webhook-id', 'dlv_1']], body: undefined, bodySha256: undefined },
      response: { ...end.response, headers: [], body: '' },
      validators: [
        { jsonPath: '$.data', expectedValues: ['else'], actual: { found: 'erased' }, passed: false, message: gone },
      ],
      warnings: [{ code: 'helper_date', detail: gone }],
    });
  });

  it('has nothing to do where there was no exchange', () => {
    const none = withoutContent(endWith({ request: undefined, response: undefined, validators: [], warnings: [] }));
    assert.deepEqual([none.request, none.response], [undefined, undefined]);
  });
});

describe('requireContent', () => {
  it('gives the event, or says that it is erased', () => {
    const event = eventWith();
    assert.equal(requireContent(event), event);
    assert.throws(() => requireContent(withoutEventContent(event, erased)), { code: 'event_erased', kind: 'conflict' });
    assert.ok(eventErased(event.id).hint);
  });
});
