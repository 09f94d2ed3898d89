import { previewView, replayView } from '../../../src/http/views/replay.ts';
import type { Replay } from '../../../src/domain/replay.ts';
import { assertView } from './assert-view.ts';
import { at, minimalDelivery } from './records.ts';

const UUID = minimalDelivery.id.slice(4);

const minimal: Replay = {
  id: `rpl_${UUID}`,
  organizationId: minimalDelivery.organizationId,
  scope: {
    webhookId: minimalDelivery.webhookId,
    selection: 'failed',
    receivedAfter: undefined,
    receivedBefore: at(0),
    eventTypes: [],
    filter: undefined,
  },
  newWebhookId: false,
  ratePerSec: 50,
  state: 'running',
  reason: undefined,
  progress: { total: 0, scanned: 0, planned: 0, skipped: 0 },
  position: undefined,
  lastEventId: undefined,
  paidUntil: at(0),
  cancelWaiting: false,
  createdBy: `key_${UUID}`,
  createdAt: at(0),
  updatedAt: at(0),
  finishedAt: undefined,
};

const full: Replay = {
  ...minimal,
  scope: { ...minimal.scope, receivedAfter: at(-9000), eventTypes: ['a.*'], filter: { 'data.source': 'API' } },
  state: 'cancelled',
  reason: 'webhook_deleted',
  finishedAt: at(5),
};

describe('replayView', () => {
  for (const [what, replay] of [
    ['as little', minimal],
    ['everything', full],
  ] as const) {
    it(`fits its schemas with ${what}`, () => {
      assertView('replay', replayView(replay));
      assertView('replay-list', { data: [replayView(replay)], next_cursor: null });
    });
  }
});

describe('previewView', () => {
  it('fits its schema', () => {
    assertView('replay-preview', previewView({ total: 3, scanned: 3, planned: 1, skipped: 1, isComplete: true }));
  });
});
