import assert from 'node:assert/strict';
import type { Health } from '../../../src/domain/health.ts';
import { newHealth } from '../../../src/domain/health.ts';
import { webhookVersionView, webhookView } from '../../../src/http/views/webhook.ts';
import { schemas } from '../../schemas/contract.ts';
import { assertView } from './assert-view.ts';
import { at, fullWebhook, minimalWebhook } from './records.ts';

const HEALTH: Health = {
  ...newHealth(at(0)),
  state: 'failing',
  reason: 'timeout',
  failures: 12,
  firstFailureAt: at(1),
  lastSuccessAt: at(0),
  lastFailureAt: at(2),
  probeAt: at(3),
};

describe('webhookView', () => {
  for (const [what, webhook] of [
    ['as little', minimalWebhook],
    ['everything', fullWebhook],
  ] as const) {
    it(`fits its schemas with ${what}`, () => {
      assertView('webhook', webhookView(webhook, HEALTH));
      assertView('webhook-version', webhookVersionView(webhook));
      assertView('webhook-list', { data: [webhookView(webhook, HEALTH)], next_cursor: null });
      assertView('webhook-version-list', { data: [webhookVersionView(webhook)], next_cursor: 'abc' });
      const warning = { pointer: '/body_template', code: 'body_on_get', detail: 'GET with a body.', hint: 'Use POST.' };
      assertView('webhook-with-warnings', { ...webhookView(webhook, HEALTH), warnings: [warning] });
    });
  }

  it('shows how it is doing, and until when that may go on', () => {
    const view = webhookView(minimalWebhook, HEALTH);
    assert.deepEqual(view['health'], {
      state: 'failing',
      reason: 'timeout',
      since: '2026-11-20T12:00:00.000Z',
      failures: 12,
      first_failure_at: '2026-11-20T12:00:00.001Z',
      last_success_at: '2026-11-20T12:00:00.000Z',
      last_failure_at: '2026-11-20T12:00:00.002Z',
      next_probe_at: '2026-11-20T12:00:00.003Z',
      disable_at: '2026-11-25T12:00:00.001Z',
    });
    assertView('webhook', webhookView(minimalWebhook, newHealth(at(0))));
  });

  it('shows no secret header value', () => {
    const view = webhookView(fullWebhook, HEALTH);
    assert.deepEqual(view['headers'], {
      Authorization: '***',
      'X-Environment': 'production',
      Accept: 'application/json',
    });
    assert.doesNotMatch(JSON.stringify(view), /top-secret/);
  });

  it('shows null for what is left out', () => {
    const view = webhookView(minimalWebhook, HEALTH);
    assert.equal(view['body_template'], null);
    assert.equal(view['filter'], null);
    assert.equal(view['custom_validation_error_message'], null);
  });

  it('gives settings that can be sent back', () => {
    const readOnly = new Set(['id', 'version', 'created_at', 'updated_at', 'created_by', 'health']);
    for (const webhook of [minimalWebhook, fullWebhook]) {
      const input = Object.fromEntries(
        Object.entries(webhookView(webhook, HEALTH)).filter(([name]) => !readOnly.has(name)),
      );
      assert.deepEqual(schemas.faults('webhook-create', input), []);
    }
  });
});
