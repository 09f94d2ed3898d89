import assert from 'node:assert/strict';
import { webhookVersionView, webhookView } from '../../../src/http/views/webhook.ts';
import { schemas } from '../../schemas/contract.ts';
import { assertView } from './assert-view.ts';
import { fullWebhook, minimalWebhook } from './records.ts';

describe('webhookView', () => {
  for (const [what, webhook] of [
    ['as little', minimalWebhook],
    ['everything', fullWebhook],
  ] as const) {
    it(`fits its schemas with ${what}`, () => {
      assertView('webhook', webhookView(webhook));
      assertView('webhook-version', webhookVersionView(webhook));
      assertView('webhook-list', { data: [webhookView(webhook)], next_cursor: null });
      assertView('webhook-version-list', { data: [webhookVersionView(webhook)], next_cursor: 'abc' });
      const warning = { pointer: '/body_template', code: 'body_on_get', detail: 'GET with a body.', hint: 'Use POST.' };
      assertView('webhook-with-warnings', { ...webhookView(webhook), warnings: [warning] });
    });
  }

  it('shows no secret header value', () => {
    const view = webhookView(fullWebhook);
    assert.deepEqual(view['headers'], {
      Authorization: '***',
      'X-Environment': 'production',
      Accept: 'application/json',
    });
    assert.doesNotMatch(JSON.stringify(view), /top-secret/);
  });

  it('shows null for what is left out', () => {
    const view = webhookView(minimalWebhook);
    assert.equal(view['body_template'], null);
    assert.equal(view['filter'], null);
    assert.equal(view['custom_validation_error_message'], null);
  });

  it('gives settings that can be sent back', () => {
    const readOnly = new Set(['id', 'version', 'created_at', 'updated_at', 'created_by']);
    for (const webhook of [minimalWebhook, fullWebhook]) {
      const input = Object.fromEntries(Object.entries(webhookView(webhook)).filter(([name]) => !readOnly.has(name)));
      assert.deepEqual(schemas.faults('webhook-create', input), []);
    }
  });
});
