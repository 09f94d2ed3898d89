import assert from 'node:assert/strict';
import { writeExact } from '../../../src/domain/json.ts';
import { eventDetailView, eventView } from '../../../src/http/views/event.ts';
import { assertView } from './assert-view.ts';
import { fullDelivery, fullEvent, fullWebhook, minimalEvent, minimalWebhook } from './records.ts';

describe('eventView', () => {
  for (const [what, event] of [
    ['as little', minimalEvent],
    ['everything', fullEvent],
  ] as const) {
    it(`fits its schemas with ${what}`, () => {
      assertView('event', eventView(event));
      assertView('event-list', {
        data: [eventView(event)],
        next_cursor: null,
        indexed_until: '2026-11-20T12:00:00.000Z',
      });
    });
  }

  it('gives the event as it was received, numbers in their own spelling', () => {
    const text = writeExact(eventView(fullEvent));
    assert.match(text, /"event_time":1732104000\.50,"data":\{"id":12345678901234567890\},"extra":\[1e2\]/);
  });

  it('throws where the stored text is no JSON: that cannot be', () => {
    assert.throws(() => eventView({ ...minimalEvent, body: '{' }), /not readable/);
  });
});

describe('eventDetailView', () => {
  it('says of each webhook why it matched or not, with its delivery', () => {
    const view = eventDetailView({
      event: fullEvent,
      explanations: [
        { webhook: fullWebhook, matched: true, reason: undefined, detail: 'It fits.', delivery: fullDelivery },
        { webhook: minimalWebhook, matched: false, reason: 'filter', detail: 'It does not.', delivery: undefined },
      ],
    });
    assertView('event-detail', view);
    const [first, second] = view['webhooks'] as [Record<string, unknown>, Record<string, unknown>];
    assert.deepEqual([first['matched'], first['reason'], first['version']], [true, null, 7]);
    assert.deepEqual([second['matched'], second['reason'], second['delivery']], [false, 'filter', null]);
  });

  it('fits its schema without webhooks', () => {
    assertView('event-detail', eventDetailView({ event: minimalEvent, explanations: [] }));
  });
});
