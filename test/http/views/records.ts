// Domain values for the tests of what is shown of them: each once with everything in it, once with as little as can be.
import type { Delivery } from '../../../src/domain/delivery.ts';
import type { Event } from '../../../src/domain/event.ts';
import type { Invocation, InvocationEnd, InvocationStart } from '../../../src/domain/invocation.ts';
import type { Webhook } from '../../../src/domain/webhook.ts';
import { DEFAULT_RETRY_POLICY } from '../../../src/domain/webhook.ts';

const UUID = '0193483c-5d40-7a1b-9c2d-3e4f5a6b7c8d';
const SHA = 'a'.repeat(64);

/** A moment, so many milliseconds after noon. */
export function at(ms: number): Date {
  return new Date(Date.UTC(2026, 10, 20, 12) + ms);
}

export const minimalWebhook: Webhook = {
  id: `whk_${UUID}`,
  organizationId: `org_${UUID}`,
  version: 1,
  settings: {
    name: 'Audit to SIEM',
    active: true,
    schema: 'audit',
    eventTypes: [],
    filter: undefined,
    type: 'http',
    method: 'POST',
    url: 'https://siem.example.com/collect',
    headers: {},
    publicHeaders: [],
    authentication: undefined,
    signing: undefined,
    bodyTemplate: undefined,
    timeoutInSec: 10,
    responseValidators: [],
    customValidationErrorMessage: undefined,
    retryPolicy: DEFAULT_RETRY_POLICY,
    rateLimit: undefined,
    maxHeldInSec: 1209600,
  },
  createdAt: at(0),
  updatedAt: at(0),
  createdBy: `key_${UUID}`,
  deletedAt: undefined,
};

export const fullWebhook: Webhook = {
  ...minimalWebhook,
  version: 7,
  settings: {
    ...minimalWebhook.settings,
    eventTypes: ['access_flow.*'],
    filter: { 'data.source': { $in: ['API', 'Terraform'] } },
    method: 'PUT',
    headers: { Authorization: 'Bearer top-secret-token', 'X-Environment': 'production', Accept: 'application/json' },
    publicHeaders: ['x-environment'],
    authentication: {
      kind: 'oauth2',
      clientId: 'hookwright',
      clientSecret: 'top-secret-client-secret',
      tokenEndpoint: 'https://login.example.com/token',
      scopes: ['events:write'],
      clientAuthentication: 'basic',
    },
    signing: {
      secret: 'whsk_top-secret',
      scheme: 'ed25519',
      publicKey: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
      previous: { secret: 'whsec_top-secret', scheme: 'hmac-sha256', publicKey: undefined, until: at(9000) },
    },
    bodyTemplate: '{ "who": "{{data.actor_name}}" }',
    responseValidators: [{ jsonPath: '$.data.ok', expectedValues: [true, 'yes', 1, null] }],
    customValidationErrorMessage: 'Ask the SIEM team.',
    retryPolicy: { delaysInSec: [], jitter: 0 },
    rateLimit: { requestsPerSec: 0.5, burst: 3 },
    maxHeldInSec: 60,
  },
  updatedAt: at(5000),
};

export const minimalEvent: Event = {
  id: `evt_${UUID}`,
  organizationId: `org_${UUID}`,
  schema: 'audit',
  eventType: 'bundle.created',
  eventTime: '1732104000.5',
  eventTimeExact: '1732104000.500000000',
  receivedAt: at(0),
  origin: 'api',
  idempotencyKey: undefined,
  valueSha256: SHA,
  hop: 0,
  body: '{"event_type":"bundle.created","event_time":"1732104000.5","data":{}}',
};

export const fullEvent: Event = {
  ...minimalEvent,
  origin: 'engine',
  idempotencyKey: 'key-1',
  hop: 2,
  body: '{ "event_type": "bundle.created", "event_time": 1732104000.50, "data": { "id": 12345678901234567890 }, "extra": [1e2] }',
};

export const minimalDelivery: Delivery = {
  id: `dlv_${UUID}`,
  organizationId: `org_${UUID}`,
  eventId: `evt_${UUID}`,
  webhookId: `whk_${UUID}`,
  messageId: `dlv_${UUID}`,
  state: 'pending',
  reason: undefined,
  attempts: 0,
  dueAt: at(0),
  createdAt: at(0),
  updatedAt: at(0),
  finishedAt: undefined,
  heldUntil: undefined,
  asked: undefined,
  cancelRequestedAt: undefined,
  tokenRefusedAt: undefined,
};

export const fullDelivery: Delivery = {
  ...minimalDelivery,
  state: 'exhausted',
  reason: 'timeout',
  attempts: 4,
  updatedAt: at(9000),
  finishedAt: at(9000),
  asked: { by: `key_${UUID}`, repeats: `dlv_${UUID}`, replayId: `rpl_${UUID}`, sameBytesOf: `inv_${UUID}` },
  cancelRequestedAt: at(8000),
};

const draftStart: InvocationStart = {
  id: `inv_${UUID}`,
  organizationId: `org_${UUID}`,
  kind: 'test',
  deliveryId: undefined,
  eventId: undefined,
  webhookId: undefined,
  webhookVersion: undefined,
  webhookName: 'Draft',
  requestedBy: undefined,
  attempt: 1,
  maxAttempts: 1,
  scheduledAt: at(0),
  startedAt: at(10),
};

/** Under way. */
export const openInvocation: Invocation = { start: draftStart, end: undefined };

const nothingEnd: InvocationEnd = {
  finishedAt: at(20),
  outcome: 'template_error',
  phase: 'render',
  errorCode: undefined,
  message: 'The body template could not be rendered for this event.',
  templateSha256: undefined,
  request: undefined,
  response: undefined,
  timings: undefined,
  peer: undefined,
  validators: [],
  warnings: [],
  nextAttemptAt: undefined,
  nextAttemptReason: undefined,
  maskedPlaces: 0,
};

/** Ended before a request could be made. */
export const unrenderedInvocation: Invocation = { start: draftStart, end: nothingEnd };

const fullStart: InvocationStart = {
  ...draftStart,
  kind: 'delivery',
  deliveryId: `dlv_${UUID}`,
  eventId: `evt_${UUID}`,
  webhookId: `whk_${UUID}`,
  webhookVersion: 7,
  webhookName: 'Audit to SIEM',
  requestedBy: `key_${UUID}`,
  attempt: 2,
  maxAttempts: 4,
};

const fullEnd: InvocationEnd = {
  ...nothingEnd,
  outcome: 'validation_failed',
  phase: 'validate',
  message: 'A response validator did not pass.',
  templateSha256: SHA,
  request: {
    method: 'POST',
    url: 'https://siem.example.com/collect?source=audit&x=a%20b',
    headers: [
      ['content-type', 'application/json'],
      ['webhook-id', `dlv_${UUID}`],
      ['Authorization', '***'],
    ],
    body: '{"text":"it\'s done"}',
    bodyBytes: 20,
    bodySha256: SHA,
  },
  response: {
    status: 200,
    httpVersion: '1.1',
    headers: [
      ['content-type', 'application/json'],
      ['set-cookie', 'a=b'],
      ['set-cookie', 'c=d'],
    ],
    body: '{"ok":false}',
    bodyEncoding: 'utf8',
    bodyBytes: 12,
    truncated: false,
  },
  timings: { blocked: 0.5, dns: 12, connect: 25, ssl: 41, send: 1, wait: 230, receive: 4.25, total: 313.75 },
  peer: { address: '203.0.113.5', port: 443, tlsVersion: 'TLSv1.3' },
  validators: [
    {
      jsonPath: '$.data.ok',
      expectedValues: [true],
      actual: { found: 'values', values: [false, null, { a: [1] }] },
      passed: false,
      message: 'Expected true, found false.',
    },
    { jsonPath: '$.data.id', expectedValues: ['1'], actual: { found: 'nothing' }, passed: false, message: 'Nothing.' },
  ],
  warnings: [{ code: 'parse_json_failed', detail: 'data.raw is not JSON.' }],
  nextAttemptAt: at(60_000),
  nextAttemptReason: 'Retry 2 of 3: 600 s, jitter +0 %.',
  maskedPlaces: 1,
};

/** Ended, with everything on record. */
export const fullInvocation: Invocation = { start: fullStart, end: fullEnd };

/** The full one, with another end. */
export function endedWith(change: Partial<InvocationEnd>): Invocation {
  return { start: fullStart, end: { ...fullEnd, ...change } };
}
