import assert from 'node:assert/strict';
import type { WebhookSettings } from '../../src/domain/webhook.ts';
import { DEFAULT_RETRY_POLICY } from '../../src/domain/webhook.ts';
import {
  readSettings,
  readValidators,
  writeSettings,
  writeSettingsAsTheyAre,
} from '../../src/domain/webhook-settings.ts';

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
  authentication: undefined,
  signing: undefined,
  bodyTemplate: '{}',
  timeoutInSec: 5,
  responseValidators: [{ jsonPath: '$.data.ok', expectedValues: [true, 'yes', 1, null] }],
  customValidationErrorMessage: 'Not ok',
  retryPolicy: { delaysInSec: [1, 2], jitter: 0 },
  rateLimit: { requestsPerSec: 2.5, burst: 7 },
  maxHeldInSec: 600,
};

describe('readSettings', () => {
  it('reads back what writeSettings wrote', () => {
    assert.deepEqual(readSettings(writeSettings(full)), full);
  });

  const oauth2 = {
    client_id: 'hookwright',
    client_secret: 'the client secret',
    token_endpoint: 'https://login.example/token',
    scopes: ['events:write'],
    client_authentication: 'post',
  };
  const signing = {
    secret: `whsk_${Buffer.alloc(32, 7).toString('base64')}`,
    previous_secret: `whsec_${Buffer.alloc(32, 8).toString('base64')}`,
    previous_until: '2026-11-21T12:00:00.000Z',
  };
  const forms = [
    { basic: { username: 'hook', password: 'the password' } },
    { bearer: { token: 'the token' } },
    { oauth2 },
  ];

  it('reads back every form of authentication and signing, and shows none of their secrets', () => {
    for (const authentication of forms) {
      const settings = readSettings({ authentication, signing });
      const written = writeSettingsAsTheyAre(settings);
      assert.deepEqual(written['authentication'], authentication);
      assert.deepEqual(readSettings(written), settings);
      const shown = writeSettings(settings);
      assert.doesNotMatch(JSON.stringify(shown), /the (?:password|token|client secret)|whse?c?k?_/);
      assert.deepEqual(shown['signing'], {
        secret: '***',
        scheme: 'ed25519',
        public_key: settings.signing?.publicKey,
        previous_secret: '***',
        previous_public_key: null,
        previous_until: signing.previous_until,
      });
      assert.match(settings.signing?.publicKey ?? '', /^whpk_.{44}$/);
    }
  });

  it('keeps scheme and public key where the secret is sealed or masked', () => {
    const { signing: masked } = readSettings(writeSettings(readSettings({ signing })));
    assert.equal(masked?.secret, '***');
    assert.deepEqual(masked.scheme, 'ed25519');
    assert.equal(masked.publicKey, readSettings({ signing }).signing?.publicKey);
  });

  it('goes by the secret where scheme and public key say something else', () => {
    const stale = { ...signing, scheme: 'hmac-sha256', public_key: 'whpk_of_another' };
    assert.deepEqual(readSettings({ signing: stale }).signing, readSettings({ signing }).signing);
  });

  it('knows retry policies by name', () => {
    const policyOf = (name: string) => readSettings({ retry_policy: name }).retryPolicy;
    assert.deepEqual(policyOf('atlassian'), DEFAULT_RETRY_POLICY);
    const { delaysInSec, jitter } = policyOf('standard-webhooks');
    assert.deepEqual([delaysInSec.length, jitter], [9, 0.2]);
    assert.equal(
      delaysInSec.reduce((sum, delay) => sum + delay, 0),
      75 * 3600 + 35 * 60 + 5,
    );
  });

  it('lets a second of requests come at once where a rate limit has no burst', () => {
    const burstOf = (requests: number) => readSettings({ rate_limit: { requests_per_sec: requests } }).rateLimit?.burst;
    assert.deepEqual([0.1, 1, 2.5, 100].map(burstOf), [1, 1, 3, 100]);
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
        rateLimit: settings.rateLimit,
        maxHeldInSec: settings.maxHeldInSec,
      },
      {
        active: true,
        schema: 'audit',
        method: 'POST',
        timeoutInSec: 10,
        retryPolicy: DEFAULT_RETRY_POLICY,
        rateLimit: undefined,
        maxHeldInSec: 1209600,
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
