import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { EndedAttempt } from '../../src/delivery/recording.ts';
import { recordEnd } from '../../src/delivery/recording.ts';
import type { Authentication } from '../../src/domain/authentication.ts';
import { authorizationOf } from '../../src/domain/authentication.ts';
import { createMasker } from '../../src/domain/mask.ts';
import { secretsOf } from '../../src/domain/record-request.ts';
import type { HeaderLines, IncomingResponse } from '../../src/domain/exchange.ts';
import type { ExactJson, Json } from '../../src/domain/json.ts';
import { JsonNumber } from '../../src/domain/json.ts';
import type { InvocationEnd } from '../../src/domain/invocation.ts';
import type { Signing } from '../../src/domain/signature.ts';

const SECRET = 'canary-secret-value';
const AT = new Date('2026-11-20T12:00:00Z');
const TIMINGS = { blocked: 0, dns: 1, connect: 2, ssl: 3, send: 4, wait: 5, receive: 6, total: 21 };

interface Given {
  readonly headers?: Readonly<Record<string, string>>;
  readonly publicHeaders?: readonly string[];
  readonly sent?: HeaderLines;
  readonly authentication?: Authentication | undefined;
  readonly signing?: Signing | undefined;
  readonly accessTokens?: readonly string[];
  readonly requestBody?: string;
  readonly url?: string;
  readonly response?: Partial<IncomingResponse>;
  readonly message?: string;
  readonly values?: readonly ExactJson[];
}

function record(given: Given = {}): InvocationEnd {
  const headers = given.headers ?? { Authorization: `Bearer ${SECRET}` };
  const body = Buffer.from(given.response?.body ?? []);
  const settings = {
    headers,
    publicHeaders: given.publicHeaders ?? [],
    authentication: given.authentication,
    signing: given.signing,
  };
  const ended: EndedAttempt = {
    settings,
    masker: createMasker(secretsOf(settings, given.accessTokens)),
    request: {
      method: 'POST',
      url: given.url ?? 'https://receiver.example.com/in',
      headers: given.sent ?? [['webhook-id', 'dlv_1'], ...Object.entries(headers)],
      body: given.requestBody,
      timeoutMs: 1000,
    },
    result: {
      response: {
        status: 200,
        httpVersion: '1.1',
        headers: [],
        bodyBytes: body.length,
        truncated: false,
        ...given.response,
        body,
      },
      failure: undefined,
      timings: TIMINGS,
      peer: undefined,
    },
    judgement: {
      verdict: { kind: 'accepted' },
      outcome: 'success',
      phase: 'validate',
      errorCode: undefined,
      message: given.message ?? 'All is well.',
      validators:
        given.values === undefined
          ? []
          : [
              {
                jsonPath: '$.data',
                expectedValues: ['x'],
                actual: { found: 'values', values: given.values },
                passed: false,
                message: 'No.',
              },
            ],
    },
    templateSha256: undefined,
    warnings: [],
    finishedAt: AT,
  };
  return recordEnd(ended);
}

const bodyOf = (response: Partial<IncomingResponse>, headers?: Readonly<Record<string, string>>) => {
  const end = record({ response, ...(headers === undefined ? {} : { headers }) });
  return [end.response?.bodyEncoding, end.response?.body];
};

describe('recordEnd', () => {
  it('keeps what nobody has to hide as it was, and counts no place', () => {
    const end = record({ headers: {}, requestBody: '{"é":1}', response: { body: Buffer.from('{"ok":true}') } });
    assert.equal(end.maskedPlaces, 0);
    assert.equal(end.request?.body, '{"é":1}');
    assert.equal(end.request.bodyBytes, 8);
    assert.equal(end.request.bodySha256, createHash('sha256').update('{"é":1}').digest('hex'));
    assert.equal(end.response?.body, '{"ok":true}');
    assert.deepEqual(end.timings, TIMINGS);
  });

  it('hides a header of the webhook by its name, also where its value is too short to look for', () => {
    const end = record({ headers: { 'X-Pin': '1234' }, requestBody: '{"pin":1234}' });
    assert.deepEqual(end.request?.headers, [
      ['webhook-id', 'dlv_1'],
      ['X-Pin', '***'],
    ]);
    assert.equal(end.request.body, '{"pin":1234}', 'so short a value stands in every text');
    assert.equal(end.maskedPlaces, 1);
  });

  const credentials: Readonly<Record<string, { readonly given: Given; readonly secrets: readonly string[] }>> = {
    'a name and password': {
      given: { authentication: { kind: 'basic', username: 'hook', password: 'pass:word-canary' } },
      secrets: ['pass:word-canary', Buffer.from('hook:pass:word-canary').toString('base64')],
    },
    'a bearer token': { given: { authentication: { kind: 'bearer', token: SECRET } }, secrets: [SECRET] },
    'a client secret and the access token that it was given for': {
      given: {
        authentication: {
          kind: 'oauth2',
          clientId: 'hookwright',
          clientSecret: SECRET,
          tokenEndpoint: 'https://login.example.com/token',
          scopes: [],
          clientAuthentication: 'basic',
        },
        accessTokens: ['canary-access-token', 'canary-refused-token'],
      },
      secrets: [SECRET, 'canary-access-token', 'canary-refused-token'],
    },
    'signing secrets, whole and without their prefix': {
      given: {
        signing: {
          secret: 'whsec_Y2FuYXJ5LXNpZ25pbmctc2VjcmV0',
          scheme: 'hmac-sha256',
          publicKey: undefined,
          previous: {
            secret: 'whsk_cHJldmlvdXMtY2FuYXJ5LXNlY3JldA==',
            scheme: 'ed25519',
            publicKey: 'whpk_shown',
            until: AT,
          },
        },
      },
      secrets: [
        'whsec_Y2FuYXJ5LXNpZ25pbmctc2VjcmV0',
        'Y2FuYXJ5LXNpZ25pbmctc2VjcmV0',
        'whsk_cHJldmlvdXMtY2FuYXJ5LXNlY3JldA==',
        'cHJldmlvdXMtY2FuYXJ5LXNlY3JldA',
      ],
    },
  };
  for (const [what, { given, secrets }] of Object.entries(credentials)) {
    it(`hides ${what}`, () => {
      const { authentication, accessTokens } = given;
      const sent: HeaderLines =
        authentication === undefined ? [] : [['authorization', authorizationOf(authentication, accessTokens?.[0])]];
      const echo = Buffer.from(secrets.map((secret) => `<${secret}>`).join(' '));
      const end = record({ headers: {}, publicHeaders: ['authorization'], sent, response: { body: echo }, ...given });
      assert.equal(end.response?.body, secrets.map(() => '<***>').join(' '));
      assert.deepEqual(end.request?.headers, authentication === undefined ? [] : [['authorization', '***']]);
    });
  }

  it('shows headers that are public by name or by the word of the webhook, whatever their case', () => {
    const headers = {
      'Content-Type': 'application/json',
      ACCEPT: 'text/plain',
      'X-Team': 'platform-team',
      'X-Key': SECRET,
    };
    const settings = { headers, publicHeaders: ['x-team'], authentication: undefined, signing: undefined };
    assert.deepEqual(secretsOf(settings), [SECRET]);
    const end = record(settings);
    assert.deepEqual(end.request?.headers.slice(1), [
      ['Content-Type', 'application/json'],
      ['ACCEPT', 'text/plain'],
      ['X-Team', 'platform-team'],
      ['X-Key', '***'],
    ]);
  });

  it('hides a secret by its value wherever it stands, and counts each place', () => {
    const end = record({
      url: `https://receiver.example.com/?t=${SECRET}`,
      requestBody: `{"a":"${SECRET}","b":"${SECRET}"}`,
      response: { headers: [['x-echo', `Bearer ${SECRET}`]], body: Buffer.from(`got ${SECRET}`) },
      message: `It said ${SECRET}.`,
      values: [SECRET],
    });
    assert.equal(end.request?.url, 'https://receiver.example.com/?t=***');
    assert.equal(end.request.body, '{"a":"***","b":"***"}');
    assert.deepEqual(end.response?.headers, [['x-echo', '***']]);
    assert.equal(end.response.body, 'got ***');
    assert.equal(end.message, 'It said ***.');
    assert.deepEqual(end.validators[0]?.actual, { found: 'values', values: ['***'] });
    // URL, header by name, two in the body, header, body, message, value.
    assert.equal(end.maskedPlaces, 8);
  });

  it('tells bytes and SHA-256 of what was sent, before anything was masked', () => {
    const sent = `{"a":"${SECRET}"}`;
    const { request } = record({ requestBody: sent });
    assert.equal(request?.bodyBytes, sent.length);
    assert.equal(request.bodySha256, createHash('sha256').update(sent).digest('hex'));
  });

  it('hides a secret among the values of a validator without breaking them, numbers included', () => {
    const cases: readonly (readonly [string, ExactJson, ExactJson])[] = [
      ['8675309867', 8675309867, '***'],
      ['12345678901234567890', new JsonNumber('12345678901234567890'), '***'],
      ['12345678901234567890', [new JsonNumber('12345678901234567890')], '[***]'],
      ['12345678901234567000', new JsonNumber('12345678901234567890'), new JsonNumber('12345678901234567890')],
      ['password"]', 'password', 'password'],
      ['1234,567', 1234, 1234],
      ['"},{"a":1', { b: '"},{"a":1' }, '{"b":"***"}'],
      ['true,true', true, true],
    ];
    for (const [secret, value, expected] of cases) {
      const { validators } = record({ headers: { 'X-Key': secret }, values: [value, 5678, null] });
      assert.deepEqual(validators[0]?.actual, { found: 'values', values: [expected, 5678, null] }, secret);
    }
  });

  it('never throws and never leaves the secret, whatever the values are', () => {
    const visible = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 8,
      maxLength: 20,
    });
    const values = fc.array(fc.jsonValue() as fc.Arbitrary<Json>, { minLength: 1 });
    fc.assert(
      fc.property(visible, values, (secret, some) => {
        const all = [...some, secret, `x${secret}`, { [secret]: [secret] }];
        const [validator] = record({ headers: { 'X-Key': secret }, values: all }).validators;
        const kept = validator?.actual.found === 'values' ? validator.actual.values : [];
        assert.equal(kept.length, all.length);
        for (const value of kept.slice(-3)) {
          assert.ok(!JSON.stringify(value).includes(JSON.stringify(secret).slice(1, -1)), JSON.stringify(value));
        }
      }),
    );
  });

  it('keeps text as text, and bytes that are none as base64', () => {
    assert.deepEqual(bodyOf({ body: Buffer.from('grüße 😀') }), ['utf8', 'grüße 😀']);
    assert.deepEqual(bodyOf({ body: Buffer.from([]) }), ['utf8', '']);
    assert.deepEqual(bodyOf({ body: Buffer.from('\ufeffbom') }), ['utf8', '\ufeffbom']);
    assert.deepEqual(bodyOf({ body: Buffer.from([0xff, 0xfe]) }), ['base64', '//4=']);
    assert.deepEqual(bodyOf({ body: Buffer.from('a\u0000b') }), ['base64', 'YQBi'], 'not every database keeps a NUL');
    assert.deepEqual(
      bodyOf({ body: Buffer.from([0xe2, 0x82]) }),
      ['base64', '4oI='],
      'half a character that is all there is',
    );
  });

  it('keeps as base64 what came in an encoding, since that is never decoded', () => {
    for (const [encoding, kept] of [
      ['gzip', 'base64'],
      ['br, identity', 'base64'],
      ['identity', 'utf8'],
      ['', 'utf8'],
      ['Identity, identity', 'utf8'],
    ] as const) {
      const [found] = bodyOf({ headers: [['Content-Encoding', encoding]], body: Buffer.from('text') });
      assert.equal(found, kept, encoding);
    }
  });

  it('finds a secret among bytes, and leaves the other bytes as they were', () => {
    const body = Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from(SECRET), Buffer.from([0x80, 0xfe])]);
    const [encoding, text = ''] = bodyOf({ body });
    assert.equal(encoding, 'base64');
    const expected = Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from('***'), Buffer.from([0x80, 0xfe])]);
    assert.deepEqual(Buffer.from(text, 'base64'), expected);
  });

  it('cuts a body that was cut off at the last whole character, at any place', () => {
    const text = 'aé€😀z';
    const bytes = Buffer.from(text);
    for (let length = 0; length <= bytes.length; length += 1) {
      const [encoding, kept = ''] = bodyOf({ body: bytes.subarray(0, length), truncated: true });
      assert.equal(encoding, 'utf8', String(length));
      assert.ok(text.startsWith(kept), kept);
      assert.ok(length - Buffer.byteLength(kept) <= 3, 'at most three bytes are given up');
    }
    const [broken] = bodyOf({ body: Buffer.from([0xff, 0x61]), truncated: true });
    assert.equal(broken, 'base64', 'what is no UTF-8 anyway does not become it by cutting');
  });
});
