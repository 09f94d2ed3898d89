import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import type { RequestFacts } from '../../src/domain/request.ts';
import { buildRequest } from '../../src/domain/request.ts';
import { readSettings } from '../../src/domain/webhook-settings.ts';

const settings = {
  method: 'POST' as const,
  url: 'https://receiver.example/hook',
  headers: { Authorization: 'Bearer x' },
  timeoutInSec: 10,
  authentication: undefined,
  signing: undefined,
};
const facts: RequestFacts = {
  messageId: 'dlv_1',
  eventId: 'evt_1',
  deliveryId: 'dlv_2',
  attempt: 2,
  hop: 0,
  sentAt: new Date('2026-11-20T12:00:00.999Z'),
  userAgent: 'Hookwright/0.1.0',
};

/** The values of a header, by its name in any case. */
function values(request: ReturnType<typeof buildRequest>, name: string): string[] {
  return request.headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
}

describe('buildRequest', () => {
  it('says which delivery, event and attempt it is', () => {
    const request = buildRequest(settings, '{}', facts);
    assert.deepEqual(values(request, 'webhook-id'), ['dlv_1']);
    assert.deepEqual(values(request, 'webhook-timestamp'), ['1795176000']);
    assert.deepEqual(values(request, 'hookwright-event'), ['evt_1']);
    assert.deepEqual(values(request, 'hookwright-delivery'), ['dlv_2']);
    assert.deepEqual(values(request, 'hookwright-attempt'), ['2']);
    assert.deepEqual(values(request, 'hookwright-hop'), ['1']);
    assert.deepEqual(values(request, 'hookwright-test'), []);
    assert.deepEqual([request.method, request.url, request.timeoutMs], ['POST', settings.url, 10_000]);
  });

  it('marks a test, which has no delivery', () => {
    const request = buildRequest(settings, '{}', { ...facts, deliveryId: undefined });
    assert.deepEqual(values(request, 'hookwright-test'), ['true']);
    assert.deepEqual(values(request, 'hookwright-delivery'), []);
  });

  it('differs between a test and a delivery in the headers of the engine only', () => {
    const delivery = buildRequest(settings, '{}', facts);
    const test = buildRequest(settings, '{}', { ...facts, deliveryId: undefined, messageId: 'inv_1' });
    const own = ({ headers }: typeof test) => headers.filter(([name]) => !/^(hookwright|webhook)-/.test(name));
    assert.deepEqual({ ...test, headers: own(test) }, { ...delivery, headers: own(delivery) });
  });

  const types: readonly (readonly [body: string | undefined, headers: Record<string, string>, expected: string[]])[] = [
    ['{}', {}, ['application/json']],
    ['{}', { 'Content-Type': 'application/cloudevents+json' }, ['application/cloudevents+json']],
    [undefined, {}, []],
  ];
  for (const [body, headers, expected] of types) {
    it(`sends ${String(expected[0])} as content type for ${String(body)} with ${JSON.stringify(headers)}`, () => {
      assert.deepEqual(values(buildRequest({ ...settings, headers }, body, facts), 'content-type'), expected);
    });
  }

  for (const name of ['user-agent', 'accept-encoding']) {
    it(`sends ${name} once, the webhook's own where it has one`, () => {
      const request = buildRequest({ ...settings, headers: { [name.toUpperCase()]: 'own' } }, '{}', facts);
      assert.deepEqual(values(request, name), ['own']);
    });
  }

  it('signs what it sends, and says who sends it, in headers of its own', () => {
    const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
    const { signing, authentication } = readSettings({
      signing: { secret },
      authentication: { bearer: { token: 't' } },
    });
    const signed = { ...settings, headers: { 'X-Own': 'x' }, signing, authentication };
    for (const body of ['{"a":"é"}', undefined]) {
      const request = buildRequest(signed, body, facts);
      const expected = new Webhook(secret).sign('dlv_1', facts.sentAt, body ?? '');
      assert.deepEqual(values(request, 'webhook-signature'), [expected]);
      assert.deepEqual(values(request, 'authorization'), ['Bearer t']);
    }
    const later = buildRequest(signed, '{}', { ...facts, sentAt: new Date(facts.sentAt.getTime() + 1000) });
    const [first, second] = [buildRequest(signed, '{}', facts), later].map((one) => values(one, 'webhook-signature'));
    assert.notDeepEqual(first, second);
  });
});
