import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readAttempt, settingsToSend, writeAttempt } from '../../src/sender/attempt-codec.ts';
import { readResult, writeResult } from '../../src/sender/result-codec.ts';
import { eventWith, settingsWith } from '../store/fixtures.ts';
import { attemptWith, RESULTS } from './fixtures.ts';

describe('writeResult and readResult', () => {
  it('give back the same result, copied between threads', () => {
    fc.assert(
      fc.property(RESULTS, (result) => {
        const sent = structuredClone(writeResult(7, result));
        assert.equal(sent[0], 7);
        assert.deepEqual(readResult(sent), result);
      }),
    );
  });
});

describe('writeAttempt and readAttempt', () => {
  const CASES = {
    'of a delivery': attemptWith(),
    'of a test, which has no delivery': attemptWith({ start: { deliveryId: undefined, webhookId: undefined } }),
    'with an access token': attemptWith({ accessToken: 'token' }),
    'of an event that came far': attemptWith({ event: eventWith({ hop: 3, body: '{"a":"\u{1f600}\ud800"}' }) }),
  };
  for (const [name, input] of Object.entries(CASES)) {
    it(`give back what an attempt ${name} is made of`, () => {
      const settings = settingsToSend(input.settings);
      const tokens = input.accessToken === undefined ? undefined : { accessToken: input.accessToken, known: ['old'] };
      const envelope = { id: 1, group: 2, startBy: Infinity, settings: 3, body: undefined, tokens };
      const sent = structuredClone(writeAttempt(input, envelope));
      assert.deepEqual(sent.slice(0, 6), [1, 2, Infinity, 3, undefined, tokens]);
      const { event, start } = input;
      assert.deepEqual(readAttempt(sent, settings, undefined), {
        start: { organizationId: start.organizationId, deliveryId: start.deliveryId, attempt: start.attempt },
        settings,
        event: {
          id: event.id,
          schema: event.schema,
          eventType: event.eventType,
          eventTime: event.eventTime,
          receivedAt: event.receivedAt,
          hop: event.hop,
          body: event.body,
        },
        messageId: input.messageId,
        render: undefined,
        accessToken: input.accessToken,
      });
    });
  }
});

describe('settingsToSend', () => {
  it('gives what a request and its record need, and neither template nor filter', () => {
    const settings = settingsWith({ bodyTemplate: 'x'.repeat(1000), filter: { a: 1 } });
    const sent = settingsToSend(settings);
    assert.deepEqual(structuredClone(sent), sent);
    assert.deepEqual({ ...settings, ...sent }, settings);
    assert.ok(!('bodyTemplate' in sent) && !('filter' in sent));
  });
});
