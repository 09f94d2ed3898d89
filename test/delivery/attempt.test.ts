import assert from 'node:assert/strict';
import type { AttemptDeps, BodyRenderer } from '../../src/delivery/attempt.ts';
import { attempt } from '../../src/delivery/attempt.ts';
import { createKits } from '../../src/delivery/kit.ts';
import type { ExchangeResult, OutgoingRequest } from '../../src/domain/exchange.ts';
import type { InvocationStart } from '../../src/domain/invocation.ts';
import type { WebhookSettings } from '../../src/domain/webhook.ts';
import { eventWith, settingsWith } from '../store/fixtures.ts';

const NOW = new Date('2026-11-20T12:00:00.900Z');
const SECRET = 'canary-secret-value';
const START = { id: 'inv_1', organizationId: 'org_1', deliveryId: 'dlv_2', attempt: 3 } as InvocationStart;
const TIMINGS = { blocked: 0, dns: -1, connect: -1, ssl: -1, send: 0, wait: 1, receive: 0, total: 1 };

type Rendering = ReturnType<BodyRenderer>;

const RENDERED: Rendering = { ok: true, body: '{"a":1}', warnings: [], templateSha256: 'ab' };

function answered(status: number, body = '{}', headers: readonly (readonly [string, string])[] = []): ExchangeResult {
  const bytes = Buffer.from(body);
  const response = { status, httpVersion: '1.1', headers, body: bytes, bodyBytes: bytes.length, truncated: false };
  return { response, failure: undefined, timings: TIMINGS, peer: undefined };
}

function failedWith(outcome: 'timeout' | 'blocked_address' | 'not_sent' | 'unknown', message = ''): ExchangeResult {
  const failure = { outcome, phase: 'connect' as const, code: 'CODE', message };
  return { response: undefined, failure, timings: TIMINGS, peer: undefined };
}

function setup(result: ExchangeResult, rendering: Rendering = RENDERED) {
  const sent: OutgoingRequest[] = [];
  const deps: AttemptDeps = {
    send: async (request) => {
      sent.push(request);
      return result;
    },
    knownTokens: (organizationId) => (organizationId === 'org_1' ? ['canary-refused-token'] : []),
    kitOf: createKits(),
    clock: () => NOW,
    userAgent: 'Hookwright/0.0.0',
  };
  const run = (changes: Partial<WebhookSettings> = {}, render: BodyRenderer | undefined = () => rendering) =>
    attempt(
      deps,
      {
        start: START,
        settings: settingsWith({ responseValidators: [], ...changes }),
        event: eventWith({ id: 'evt_9', hop: 1 }),
        messageId: 'dlv_1',
        render,
      },
      new AbortController().signal,
    );
  return { run, sent, deps };
}

describe('attempt', () => {
  it('renders, sends and judges, and records what was sent', async () => {
    const { run, sent } = setup(answered(200));
    const { end, verdict } = await run({ headers: {}, timeoutInSec: 7 });
    assert.deepEqual(verdict, { kind: 'accepted' });
    assert.deepEqual([end.outcome, end.templateSha256, end.finishedAt], ['success', 'ab', NOW]);
    assert.equal(sent[0]?.timeoutMs, 7000);
    assert.equal(sent[0].body, '{"a":1}');
    assert.deepEqual(sent[0].headers, [
      ['content-type', 'application/json'],
      ['user-agent', 'Hookwright/0.0.0'],
      ['accept-encoding', 'identity'],
      ['webhook-id', 'dlv_1'],
      ['webhook-timestamp', '1795176000'],
      ['hookwright-event', 'evt_9'],
      ['hookwright-delivery', 'dlv_2'],
      ['hookwright-attempt', '3'],
      ['hookwright-hop', '2'],
    ]);
    assert.deepEqual(end.request?.headers, sent[0].headers);
  });

  it('sends nothing where the body cannot be rendered, and says why', async () => {
    for (const outcome of ['template_error', 'render_too_large'] as const) {
      const { run, sent } = setup(answered(200), { ok: false, outcome, message: 'Line 3.', templateSha256: 'ab' });
      const { end, verdict } = await run();
      assert.equal(sent.length, 0);
      assert.deepEqual(verdict, { kind: 'refused', reason: outcome });
      assert.deepEqual([end.outcome, end.phase, end.errorCode, end.request], [outcome, 'render', outcome, undefined]);
      assert.ok(end.message.endsWith('Line 3.'), end.message);
      assert.equal(end.templateSha256, 'ab');
    }
  });

  it('sends no body where nothing renders one', async () => {
    const { deps, sent } = setup(answered(200));
    const settings = settingsWith({ responseValidators: [], method: 'GET', bodyTemplate: undefined });
    const input = { start: START, settings, event: eventWith(), messageId: 'dlv_1', render: undefined };
    const { end } = await attempt(deps, input, new AbortController().signal);
    assert.equal(sent[0]?.body, undefined);
    assert.equal(end.templateSha256, undefined);
  });

  it('begins to send without waiting for anything, so that a lease looked at before is still the same', () => {
    const { run, sent } = setup(answered(200));
    void run();
    assert.equal(sent.length, 1);
  });

  it('takes a failure of the exchange for what it is', async () => {
    for (const [outcome, kind] of [
      ['timeout', 'failed'],
      ['blocked_address', 'refused'],
      ['not_sent', 'unsent'],
      ['unknown', 'unknown'],
    ] as const) {
      const { end, verdict } = await setup(failedWith(outcome)).run();
      assert.deepEqual([verdict.kind, end.outcome, end.errorCode, end.phase], [kind, outcome, 'CODE', 'connect']);
      assert.ok(end.request, 'what was to be sent is on record');
    }
  });

  it('hides secrets before long values are cut, so that no half of one is left', async () => {
    const headers = { Authorization: `Bearer ${SECRET}` };
    const rules = [{ jsonPath: '$.data', expectedValues: ['x'] }];
    for (const lead of [85, 95, 240, 250]) {
      const body = JSON.stringify(`${'x'.repeat(lead)}${SECRET}${'y'.repeat(300)}`);
      const { end } = await setup(answered(200, body)).run({ headers, responseValidators: rules });
      const text = JSON.stringify([end.message, end.validators]);
      assert.ok(!text.includes('canary'), text);
      const location = `https://x.example/${'p'.repeat(460 + lead / 8)}${SECRET}`;
      const moved = await setup(answered(302, '', [['location', location]])).run({ headers });
      assert.ok(!moved.end.message.includes('canary'), moved.end.message);
    }
  });

  it('fails on a validator that is no path any more, instead of throwing', async () => {
    const { end, verdict } = await setup(answered(200)).run({
      responseValidators: [{ jsonPath: '$[', expectedValues: [1] }],
    });
    assert.equal(verdict.kind, 'failed');
    assert.equal(end.outcome, 'validation_failed');
    assert.equal(end.validators[0]?.passed, false);
  });

  it('sends the access token, records none of it, and tells its refusal from other failures', async () => {
    const authentication = {
      kind: 'oauth2',
      clientId: 'c',
      clientSecret: SECRET,
      tokenEndpoint: 'https://login.example.com/token',
      scopes: [],
      clientAuthentication: 'basic',
    } as const;
    for (const [status, isRefused] of [
      [401, true],
      [403, false],
      [500, false],
    ] as const) {
      const { deps, sent } = setup(answered(status, '{"got":"canary-access-token","before":"canary-refused-token"}'));
      const settings = settingsWith({ headers: {}, authentication });
      const event = eventWith();
      const input = { start: START, settings, event, messageId: 'dlv_1', render: undefined };
      const { end, verdict } = await attempt(
        deps,
        { ...input, accessToken: 'canary-access-token' },
        new AbortController().signal,
      );
      assert.equal(new Map(sent[0]?.headers).get('authorization'), 'Bearer canary-access-token');
      assert.ok(!JSON.stringify(end).includes('canary'));
      assert.equal('tokenRefused' in verdict, isRefused);
    }
    const basic = { kind: 'basic', username: 'u', password: SECRET } as const;
    const { verdict } = await setup(answered(401)).run({ headers: {}, authentication: basic });
    assert.ok(!('tokenRefused' in verdict), 'there is no token that could be renewed');
  });
});
