import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { conflict, unavailable } from '../../src/domain/errors.ts';
import type { Invocation } from '../../src/domain/invocation.ts';
import { endWithoutExchange } from '../../src/domain/invocation.ts';
import { readSettings } from '../../src/domain/webhook-settings.ts';
import type { ReconstructionDeps } from '../../src/services/reconstruction.ts';
import { withRequest } from '../../src/services/reconstruction.ts';
import { after, deliveryWith, endWith, eventWith, startWith, webhookWith } from '../store/fixtures.ts';

const event = eventWith({ hop: 1 });
const webhook = webhookWith({
  method: 'POST',
  headers: { authorization: 'Bearer secret-value-1', accept: 'application/json' },
});
const delivery = deliveryWith(event, webhook, { messageId: 'dlv_first' });

const deps: ReconstructionDeps = {
  store: {
    events: { byId: async () => event },
    deliveries: { byId: async () => delivery },
    webhooks: { byVersion: async () => webhook },
  },
  prepare: () => () => ({ ok: true, body: '{"echo":"secret-value-1"}', warnings: [], templateSha256: 'abc' }),
  userAgent: 'Hookwright/9',
};

function lost(changes: Partial<Invocation['start']> = {}): Invocation {
  const start = startWith({
    kind: 'delivery',
    deliveryId: delivery.id,
    eventId: event.id,
    webhookId: webhook.id,
    webhookVersion: 1,
    attempt: 3,
    startedAt: after(60),
    ...changes,
  });
  return { start, end: endWithoutExchange(after(90), 'unknown', 'The engine stopped.') };
}

describe('withRequest', () => {
  it('makes the request of a lost attempt again, secrets masked, and marks it', async () => {
    const { end } = await withRequest(deps, lost());
    assert.deepEqual(end?.request, {
      method: 'POST',
      url: webhook.settings.url,
      headers: [
        ['content-type', 'application/json'],
        ['user-agent', 'Hookwright/9'],
        ['accept-encoding', 'identity'],
        ['webhook-id', 'dlv_first'],
        ['webhook-timestamp', String(after(60).getTime() / 1000)],
        ['hookwright-event', event.id],
        ['hookwright-delivery', delivery.id],
        ['hookwright-attempt', '3'],
        ['hookwright-hop', '2'],
        ['authorization', '***'],
        ['accept', 'application/json'],
      ],
      body: '{"echo":"***"}',
      bodyBytes: 25,
      bodySha256: end?.request?.bodySha256,
      reconstructed: true,
    });
    assert.deepEqual([end.templateSha256, end.maskedPlaces, end.outcome], ['abc', 2, 'unknown']);
  });

  it('signs it for the time at which it started, and shows no credentials, known or not', async () => {
    const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
    const oauth2 = { client_id: 'c', client_secret: 'secret-value-1', token_endpoint: 'https://login.example/token' };
    for (const authentication of [{ basic: { username: 'u', password: 'secret-value-1' } }, { oauth2 }]) {
      const { signing, authentication: credentials } = readSettings({ authentication, signing: { secret } });
      const own = webhookWith({ headers: {}, signing, authentication: credentials });
      const store = { ...deps.store, webhooks: { byVersion: async () => own } };
      const { end } = await withRequest({ ...deps, store }, lost());
      const headers = new Map(end?.request?.headers);
      const expected = new Webhook(secret).sign('dlv_first', after(60), '{"echo":"secret-value-1"}');
      assert.deepEqual([headers.get('webhook-signature'), headers.get('authorization')], [expected, '***']);
      assert.equal(end?.request?.body, '{"echo":"***"}');
    }
  });

  it('gives a test, which has no delivery, its own id', async () => {
    const invocation = lost({ kind: 'test', deliveryId: undefined });
    const { end } = await withRequest(deps, invocation);
    const headers = new Map(end?.request?.headers);
    assert.equal(headers.get('webhook-id'), invocation.start.id);
    assert.equal(headers.get('hookwright-test'), 'true');
  });

  it('sends no body where the webhook sends none', async () => {
    const { end } = await withRequest({ ...deps, prepare: () => undefined }, lost());
    assert.deepEqual([end?.request?.body, end?.request?.bodyBytes], [undefined, 0]);
  });

  it('leaves alone what has its request, ended otherwise or is under way', async () => {
    const start = lost().start;
    const notSent = endWithoutExchange(after(90), 'not_sent', '');
    for (const end of [undefined, endWith(), endWith({ outcome: 'unknown' }), notSent]) {
      const invocation = { start, end };
      assert.equal(await withRequest(deps, invocation), invocation);
    }
  });

  const none = async (): Promise<undefined> => undefined;
  const unreadable = conflict('secret_unreadable', 'It was changed.', 'Replace it.');
  const cases: readonly (readonly [name: string, deps: ReconstructionDeps, start?: Partial<Invocation['start']>])[] = [
    ['the event is gone', { ...deps, store: { ...deps.store, events: { byId: none } } }],
    ['the delivery is gone', { ...deps, store: { ...deps.store, deliveries: { byId: none } } }],
    ['the version is gone', { ...deps, store: { ...deps.store, webhooks: { byVersion: none } } }],
    [
      'its secrets cannot be opened',
      { ...deps, store: { ...deps.store, webhooks: { byVersion: () => Promise.reject(unreadable) } } },
    ],
    ['it was the test of a draft', deps, { webhookId: undefined, webhookVersion: undefined }],
    ['its event was never stored', deps, { eventId: undefined }],
    [
      'the template does not render',
      { ...deps, prepare: () => () => ({ ok: false, outcome: 'template_error', message: '', templateSha256: 'a' }) },
    ],
    [
      'templates cannot be read now',
      { ...deps, prepare: () => Promise.reject(unavailable('templates_busy', 'Busy.', 1)) },
    ],
  ];
  for (const [name, changed, start] of cases) {
    it(`leaves it without a request where ${name}`, async () => {
      const invocation = lost(start);
      assert.equal(await withRequest(changed, invocation), invocation);
    });
  }
});
