import assert from 'node:assert/strict';
import type { WebhookSettings } from '../../src/domain/webhook.ts';
import { DEFAULT_RETRY_POLICY } from '../../src/domain/webhook.ts';
import { readSettings, readValidators, writeSettings } from '../../src/domain/webhook-settings.ts';

const full: WebhookSettings = {
  name: 'SIEM',
  active: false,
  schema: 'audit',
  eventTypes: ['user.*'],
  filter: { 'data.source': 'API' },
  type: 'http',
  method: 'PUT',
  url: 'https://receiver.example/hook',
  headers: { 'X-Team': 'audit' },
  publicHeaders: ['X-Team'],
  bodyTemplate: '{}',
  timeoutInSec: 5,
  responseValidators: [{ jsonPath: '$.data.ok', expectedValues: [true, 'yes', 1, null] }],
  customValidationErrorMessage: 'Not ok',
  retryPolicy: { delaysInSec: [1, 2], jitter: 0 },
};

describe('readSettings', () => {
  it('reads back what writeSettings wrote', () => {
    assert.deepEqual(readSettings(writeSettings(full)), full);
  });

  it('takes the defaults for what is left out or null', () => {
    const minimal = { name: 'a', url: 'https://a.example' };
    const settings = readSettings(minimal);
    assert.deepEqual(
      {
        active: settings.active,
        schema: settings.schema,
        method: settings.method,
        timeoutInSec: settings.timeoutInSec,
        retryPolicy: settings.retryPolicy,
        filter: settings.filter,
        bodyTemplate: settings.bodyTemplate,
      },
      {
        active: true,
        schema: 'audit',
        method: 'POST',
        timeoutInSec: 10,
        retryPolicy: DEFAULT_RETRY_POLICY,
        filter: undefined,
        bodyTemplate: undefined,
      },
    );
    const nulls = { filter: null, body_template: null, retry_policy: null, headers: null, event_types: null };
    assert.deepEqual(readSettings({ ...minimal, ...nulls }), settings);
  });
});

describe('writeSettings', () => {
  it('shows no header value that is a secret', () => {
    const written = writeSettings({ ...full, headers: { ...full.headers, Authorization: 'Bearer s3cr3t' } });
    assert.deepEqual(written['headers'], { 'X-Team': 'audit', Authorization: '***' });
  });

  it('writes null for what is not set', () => {
    const written = writeSettings({ ...full, filter: undefined, bodyTemplate: undefined });
    assert.deepEqual([written['filter'], written['body_template']], [null, null]);
  });
});

describe('readValidators', () => {
  it('leaves out what is no rule and no scalar', () => {
    assert.deepEqual(readValidators([{ json_path: '$', expected_values: [1, {}, []] }, 'x']), [
      { jsonPath: '$', expectedValues: [1] },
    ]);
    assert.deepEqual(readValidators(undefined), []);
  });
});
