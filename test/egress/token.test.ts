import assert from 'node:assert/strict';
import type { OAuth2Authentication } from '../../src/domain/authentication.ts';
import type { ExchangeFailure, ExchangeResult, IncomingResponse, OutgoingRequest } from '../../src/domain/exchange.ts';
import type { Lookup } from '../../src/egress/connector.ts';
import { createExchanger } from '../../src/egress/exchange.ts';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import { requestToken } from '../../src/egress/token.ts';

const CLIENT: OAuth2Authentication = {
  kind: 'oauth2',
  clientId: 'hook wright',
  clientSecret: 'canary+client/secret',
  tokenEndpoint: 'https://login.example.com/oauth2/token?v=2',
  scopes: ['events:write', 'b'],
  clientAuthentication: 'basic',
};
const NO_TIMINGS = { blocked: 0, dns: 0, connect: 0, ssl: 0, send: 0, wait: 0, receive: 0, total: 0 };

interface Given extends Partial<Pick<IncomingResponse, 'status' | 'truncated'>> {
  readonly body?: unknown;
  readonly headers?: IncomingResponse['headers'];
}

function answer({ status = 200, truncated = false, body, headers }: Given): ExchangeResult {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  const response: IncomingResponse = {
    status,
    httpVersion: '1.1',
    headers: headers ?? [['Content-Type', 'application/json; charset=utf-8']],
    body: bytes,
    bodyBytes: bytes.length,
    truncated,
  };
  return { response, failure: undefined, timings: NO_TIMINGS, peer: undefined };
}

async function ask(result: ExchangeResult, authentication = CLIENT) {
  const requests: OutgoingRequest[] = [];
  const send = (request: OutgoingRequest): Promise<ExchangeResult> => {
    requests.push(request);
    return Promise.resolve(result);
  };
  const given = await requestToken({ send, userAgent: 'Hookwright/1' }, authentication, 1234);
  return { given, request: requests[0] ?? assert.fail('nothing was sent') };
}

describe('requestToken', () => {
  const good = { access_token: 'abc.def', token_type: 'Bearer', expires_in: 60 };

  it('asks by client credentials, with the client in a header', async () => {
    const { given, request } = await ask(answer({ body: good }));
    assert.deepEqual(given, { ok: true, status: 200, accessToken: 'abc.def', expiresInSec: 60 });
    assert.deepEqual([request.method, request.url, request.timeoutMs], ['POST', CLIENT.tokenEndpoint, 1234]);
    const headers = Object.fromEntries(request.headers);
    const pair = Buffer.from(headers['authorization']?.replace('Basic ', '') ?? '', 'base64').toString();
    assert.equal(pair, 'hook+wright:canary%2Bclient%2Fsecret', 'RFC 6749 §2.3.1 has both form-encoded');
    assert.equal(headers['user-agent'], 'Hookwright/1');
    assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
      grant_type: 'client_credentials',
      scope: 'events:write b',
    });
  });

  it('asks with the client in the form, and without scopes', async () => {
    const { request } = await ask(answer({ body: good }), { ...CLIENT, scopes: [], clientAuthentication: 'post' });
    assert.equal(Object.fromEntries(request.headers)['authorization'], undefined);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), {
      grant_type: 'client_credentials',
      client_id: 'hook wright',
      client_secret: 'canary+client/secret',
    });
  });

  it('takes a token without a lifetime', async () => {
    const { given } = await ask(answer({ body: { access_token: 't', token_type: 'bearer' } }));
    assert.deepEqual(given, { ok: true, status: 200, accessToken: 't', expiresInSec: undefined });
  });

  const invalid = 'TOKEN_RESPONSE_INVALID';
  const failures: readonly (readonly [string, Given, string, RegExp])[] = [
    [
      'an error',
      { status: 400, body: { error: 'invalid_scope' } },
      'invalid_scope',
      /refused with invalid_scope \(status 400\)\. Check scopes\.$/,
    ],
    [
      'an error next to a challenge',
      {
        status: 401,
        body: { error: 'invalid_client', error_description: 'canary+client/secret' },
        headers: [
          ['content-type', 'application/json'],
          ['WWW-Authenticate', 'Basic realm="x"'],
        ],
      },
      'invalid_client',
      /refused with invalid_client \(status 401\)\. Check client_id, client_secret/,
    ],
    [
      'an error of its own',
      { status: 400, body: { error: 'canary+client/secret' } },
      invalid,
      /does not know \(status 400\)\. Check that token_endpoint is the address/,
    ],
    ['500', { status: 500, body: 'canary+client/secret' }, invalid, /answered 500/],
    ['a redirect', { status: 302, headers: [['location', 'https://10.0.0.1/']] }, invalid, /answered 302/],
    ['no content', { status: 204, body: '' }, invalid, /answered 204/],
    ['a status that is none', { status: 999 }, invalid, /means nothing/],
    ['HTML', { body: '<html>canary+client/secret', headers: [['content-type', 'text/html']] }, invalid, /answered 200/],
    ['half a document', { body: '{"access_token":"canary' }, invalid, /answered 200/],
    ['a list', { body: ['canary'] }, invalid, /answered 200/],
    ['no token', { body: { token_type: 'Bearer' } }, invalid, /answered 200/],
    ['an empty token', { body: { ...good, access_token: '' } }, invalid, /answered 200/],
    ['a token that is a number', { body: { ...good, access_token: 7 } }, invalid, /answered 200/],
    ['a token of another type', { body: { ...good, token_type: 'dpop' } }, invalid, /another type/],
    ['a token of an unknown type', { body: { ...good, token_type: 'mac' } }, invalid, /answered 200/],
    ['a lifetime that is none', { body: { ...good, expires_in: 'soon' } }, invalid, /answered 200/],
    ['a token with a line break', { body: { ...good, access_token: 'canary\r\nx: y' } }, invalid, /cannot be sent/],
    ['a token of 5,000 characters', { body: { ...good, access_token: 'x'.repeat(5000) } }, invalid, /cannot be sent/],
    ['more than 64 KiB', { body: good, truncated: true }, invalid, /more than 64 KiB/],
  ];
  for (const [what, given, code, message] of failures) {
    it(`fails where the endpoint answers ${what}, and repeats nothing of it`, async () => {
      const { given: answered } = await ask(answer(given));
      assert.ok(!answered.ok);
      assert.equal(answered.status, given.status ?? 200);
      assert.deepEqual([answered.failure.code, answered.failure.interrupted], [code, false]);
      assert.match(answered.failure.message, message);
      assert.match(answered.failure.message, /^login\.example\.com /);
      assert.doesNotMatch(answered.failure.message, /canary|abc\.def/);
    });
  }

  it('says why no answer came and what to check, and whether the engine broke it off', async () => {
    const outcomes: readonly (readonly [ExchangeFailure['outcome'], boolean, RegExp])[] = [
      ['dns_error', false, /^Why\. Check the host name of token_endpoint\.$/],
      ['connect_error', false, /^Why\. Check that the endpoint is up, and that no firewall/],
      ['tls_error', false, /^Why\. Its certificate/],
      ['timeout', false, /^Why\. Check that the endpoint is up and answers in time\.$/],
      ['protocol_error', false, /^Why\. Check that HTTPS speaks/],
      ['blocked_address', false, /^Why\. Use a token_endpoint with a public address; .*HOOKWRIGHT_EGRESS_ALLOW/],
      ['not_sent', true, /^Why\.$/],
      ['unknown', true, /^Why\.$/],
    ];
    for (const [outcome, interrupted, message] of outcomes) {
      const failure = { outcome, phase: 'connect', code: 'CODE', message: 'Why.' } as const;
      const { given } = await ask({ response: undefined, failure, timings: NO_TIMINGS, peer: undefined });
      assert.ok(!given.ok);
      const blocked = outcome === 'blocked_address';
      assert.deepEqual(
        [given.status, given.failure],
        [undefined, { code: 'CODE', message: given.failure.message, blocked, interrupted }],
      );
      assert.match(given.failure.message, message);
    }
  });

  it('asks no endpoint at an address that is not public, whatever its name', async () => {
    const lookup: Lookup = () => Promise.resolve([{ address: '10.0.0.1', family: 4 }]);
    const exchanger = createExchanger({ policy: createEgressPolicy({ allow: [], connect: [] }), lookup });
    const deps = { send: (request: OutgoingRequest) => exchanger.send(request), userAgent: 'Hookwright/1' };
    const given = await requestToken(deps, CLIENT, 1000);
    await exchanger.close();
    assert.ok(!given.ok);
    assert.match(given.failure.message, /login\.example\.com leads to an address that is not public/);
    const inside = await requestToken(deps, { ...CLIENT, tokenEndpoint: 'https://10.0.0.1/token' }, 1000);
    assert.ok(!inside.ok);
    assert.match(inside.failure.message, /URL is not allowed/);
    assert.deepEqual([given.failure.blocked, inside.failure.blocked], [true, true]);
  });
});
