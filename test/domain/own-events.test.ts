import assert from 'node:assert/strict';
import { isObject } from '../../src/domain/json.ts';
import { normaliseEventTime } from '../../src/domain/time.ts';
import { writeOwnEvent } from '../../src/domain/own-events.ts';

const actor = { keyId: 'key_1', keyName: 'ci', organizationId: 'org_1', role: 'admin' as const };

describe('writeOwnEvent', () => {
  it('says what an event is about, by its type', () => {
    const about = { action: 'x', actor, targetId: 'dlv_1', targetName: 'dlv_1', metadata: {} };
    for (const [type, expected] of [
      ['delivery.cancelled', 'delivery'],
      ['webhook.tested', 'webhook'],
    ] as const) {
      const { data } = writeOwnEvent({ type, ...about, current: undefined, previous: undefined }, new Date(0));
      assert.ok(isObject(data) && data['target_type'] === expected);
    }
  });

  it('writes an audit event that says who changed what', () => {
    const at = new Date('2026-11-20T12:00:00.042Z');
    const event = writeOwnEvent(
      {
        type: 'webhook.updated',
        action: 'Webhook updated',
        actor,
        targetId: 'whk_1',
        targetName: 'SIEM',
        metadata: { version: 2 },
        current: { name: 'SIEM' },
        previous: undefined,
      },
      at,
    );
    assert.deepEqual(event, {
      schema: 'audit',
      event_type: 'webhook.updated',
      event_time: '1795176000.042000000',
      data: {
        timestamp: '1795176000.042000000',
        action: 'Webhook updated',
        actor_id: 'key_1',
        actor_name: 'ci',
        actor_type: 'api_key',
        source: 'API',
        target_id: 'whk_1',
        target_type: 'webhook',
        target_name: 'SIEM',
        metadata: { version: 2 },
        current_target_object: { name: 'SIEM' },
        previous_target_object: null,
      },
    });
    assert.equal(normaliseEventTime('1795176000.042000000'), event['event_time']);
  });
});
