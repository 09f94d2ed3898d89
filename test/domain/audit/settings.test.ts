import assert from 'node:assert/strict';
import { defaultSettings, eventsPeriod, periodOf, withEventsPeriod } from '../../../src/domain/audit/settings.ts';

describe('the period of events', () => {
  it('is ten years where nobody has said otherwise', () => {
    assert.deepEqual(eventsPeriod(defaultSettings('org_1')), { years: 10, months: 0, days: 0 });
  });

  it('is written beside others, which stay as they are', () => {
    const retention = { bodies: { days: 7 }, later: [1] };
    const written = withEventsPeriod(retention, { years: 0, months: 1, days: 0 });
    assert.deepEqual(written, { ...retention, events: { years: 0, months: 1, days: 0 } });
    assert.deepEqual(eventsPeriod({ retention: written }), { years: 0, months: 1, days: 0 });
  });

  it('has parts that are 0 where they are left out', () => {
    assert.deepEqual(periodOf({ months: 3 }), { years: 0, months: 3, days: 0 });
  });
});
