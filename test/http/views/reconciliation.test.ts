import assert from 'node:assert/strict';
import { sumCounts } from '../../../src/domain/reconciliation.ts';
import { reconciliationView } from '../../../src/http/views/reconciliation.ts';
import { assertView } from './assert-view.ts';
import { at, minimalDelivery } from './records.ts';

describe('reconciliationView', () => {
  const counts = sumCounts([{ state: 'held', count: 2 }]);
  const oldestWaiting = { id: minimalDelivery.id, since: at(5000) };
  const found = { counts, oldestWaiting, deliveries: 2, events: 3, eventsPlanned: 2 };
  const webhooks = [{ webhookId: minimalDelivery.webhookId, name: 'SIEM', counts, oldestWaiting }];

  it('fits its schema, with webhooks and without', () => {
    assertView('reconciliation', reconciliationView({ ...found, webhooks }, at(9000)));
    const none = { counts: sumCounts([]), oldestWaiting: undefined, deliveries: 0, events: 0, eventsPlanned: 0 };
    assertView('reconciliation', reconciliationView({ ...none, webhooks: [] }, at(9000)));
  });

  it('never gives a negative age, whatever the clock did', () => {
    const view = reconciliationView({ ...found, webhooks }, at(0));
    assert.ok(JSON.stringify(view).includes('"age_in_sec":0'));
  });
});
