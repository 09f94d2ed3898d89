import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/domain/json.ts';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import type { StoredParts, WebhookCheckDeps } from '../../src/services/webhook-check.ts';
import { checkWebhook } from '../../src/services/webhook-check.ts';
import { schemas } from '../schemas/contract.ts';

const policy = createEgressPolicy({ allow: [], connect: [] });

function setup() {
  const checked: string[] = [];
  const deps: WebhookCheckDeps = {
    schemas,
    payloads: { names: ['audit'] },
    urlFaults: (url, pointer) => policy.urlFaults(url, pointer),
    checkTemplate: async (source, schema) => {
      checked.push(`${schema} ${source}`);
      const warnings = source.includes('doubt') ? [{ pointer: '/body_template', code: 'doubtful', detail: 'Hm.' }] : [];
      const faults = source.includes('bad') ? [{ pointer: '/body_template', code: 'broken', detail: 'No.' }] : [];
      return { faults, warnings };
    },
  };
  const check = (input: JsonObject, stored?: StoredParts) =>
    checkWebhook(deps, { name: 'n', url: 'https://hooks.example.com/', ...input }, stored);
  const faults = async (input: JsonObject) => {
    const result = await check(input);
    return result.ok ? [] : result.faults.map((fault) => `${fault.pointer} ${fault.code}`);
  };
  return { check, faults, checked };
}

describe('checkWebhook', () => {
  it('gives the settings that the schema and the rules approve', async () => {
    const result = await setup().check({ event_types: ['a.*'], timeout_in_sec: 3 });
    assert.ok(result.ok);
    assert.deepEqual([result.settings.eventTypes, result.settings.timeoutInSec], [['a.*'], 3]);
    assert.deepEqual(result.warnings, []);
  });

  it('tells faults of shape and of meaning together, and none twice', async () => {
    const all = await setup().faults({
      url: 'https://10.0.0.1/',
      timeout_in_sec: 'long',
      headers: { Host: 'x', 'X-A': 7 },
      event_types: ['fine', 'not\nfine'],
      filter: { $where: '1' },
      body_template: 'bad',
      response_validators: [{ json_path: '$.a-b', expected_values: [1] }],
      schema: 'audit',
    });
    for (const pointer of [
      '/url',
      '/timeout_in_sec',
      '/headers/Host',
      '/headers/X-A',
      '/event_types/1',
      '/filter/$where',
      '/body_template',
      '/response_validators/0/json_path',
    ]) {
      assert.ok(
        all.some((fault) => fault.startsWith(`${pointer} `)),
        `${pointer}: ${all.join()}`,
      );
    }
    assert.equal(new Set(all).size, all.length, all.join());
  });

  it('does not judge the meaning of what has the wrong shape', async () => {
    for (const input of [
      { url: 7 },
      { schema: 7 },
      { body_template: 7 },
      { filter: 'x' },
      { headers: 'x' },
    ] as JsonObject[]) {
      const [name] = Object.keys(input);
      const all = await setup().faults(input);
      assert.deepEqual(
        all.map((fault) => fault.split(' ')[0]),
        [`/${name ?? ''}`],
        all.join(),
      );
    }
  });

  it('gives no wrong numbers to items after one of the wrong type', async () => {
    const all = await setup().faults({
      event_types: [7, 'not fine'],
      response_validators: [7, { json_path: '$.a-b', expected_values: [1] }],
    });
    assert.ok(!all.some((fault) => fault.startsWith('/event_types/0 event_type_invalid')), all.join());
    assert.ok(!all.some((fault) => fault.startsWith('/response_validators/0/')), all.join());
  });

  it('refuses a payload schema that there is not, and checks the template all the same', async () => {
    const { check, faults, checked } = setup();
    assert.deepEqual(await faults({ schema: 'audti', body_template: 'bad' }), [
      '/schema unknown_schema',
      '/body_template broken',
    ]);
    assert.deepEqual(checked, ['audti bad']);
    const result = await check({ schema: 'audti' });
    assert.equal(result.ok ? '' : result.faults[0]?.hint, 'Did you mean "audit"?');
  });

  it('warns of what is doubtful, and lets it pass', async () => {
    const result = await setup().check({ method: 'GET', body_template: 'doubt' });
    assert.ok(result.ok);
    assert.deepEqual(
      result.warnings.map((one) => one.code),
      ['body_on_get', 'doubtful'],
    );
    const bare = await setup().check({ method: 'GET' });
    assert.ok(bare.ok && bare.warnings.length === 0);
  });

  it('refuses no change of something else for a template that is stored already, but warns', async () => {
    const stored = { template: { bodyTemplate: 'bad', schema: 'audit' } };
    const same = await setup().check({ body_template: 'bad', active: false }, stored);
    assert.ok(same.ok);
    assert.deepEqual(
      same.warnings.map((one) => one.code),
      ['broken'],
    );
    const edited = await setup().check({ body_template: 'bad, too' }, stored);
    const moved = await setup().check({ body_template: 'bad' }, { template: { ...stored.template, schema: 'other' } });
    assert.deepEqual([edited.ok, moved.ok], [false, false]);
  });

  it('does not judge a stored URL again', async () => {
    const url = 'https://10.0.0.1/';
    const [kept, fresh] = [await setup().check({ url }, { url }), await setup().check({ url })];
    assert.deepEqual([kept.ok, fresh.ok], [true, false]);
  });

  const oauth2 = { client_id: 'c', client_secret: 's', token_endpoint: 'https://login.example.com/token' };
  const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  const until = '2026-11-21T12:00:00Z';
  const credentials: readonly (readonly [JsonObject, ...string[]])[] = [
    [{ authentication: null, signing: null }],
    [{ authentication: { basic: { username: 'Zoë', password: 'pä:ss' } } }],
    [{ authentication: { basic: { username: '', password: '' } } }],
    [{ authentication: { basic: null, bearer: { token: 'abc.def' } } }],
    [{ authentication: { oauth2 }, signing: { secret, previous_secret: secret, previous_until: until } }],
    [{ authentication: { oauth2: { ...oauth2, scopes: ['a:b', 'c'], client_authentication: 'post' } } }],
    [{ signing: { secret: '***' } }],
    [{ authentication: {} }, '/authentication authentication_missing'],
    [{ authentication: { basic: null } }, '/authentication authentication_missing'],
    [
      { authentication: { basic: { username: 'u', password: 'p' }, bearer: { token: 't' } } },
      '/authentication authentication_twice',
    ],
    [{ authentication: 'Bearer abc' }, '/authentication wrong_type'],
    [{ authentication: { digest: {} } }, '/authentication/digest unknown_field'],
    [{ authentication: { basic: { username: 'u' } } }, '/authentication/basic/password required'],
    [
      { authentication: { basic: { username: 'a:b', password: 'p' } } },
      '/authentication/basic/username username_colon',
    ],
    [
      { authentication: { basic: { username: 'a\nb', password: 'p\t' } } },
      '/authentication/basic/username credential_invalid',
      '/authentication/basic/password credential_invalid',
    ],
    [
      { authentication: { basic: { username: 'u', password: 'ü'.repeat(2000) } } },
      '/authentication/basic/password header_value_invalid',
    ],
    [{ authentication: { bearer: { token: '' } } }, '/authentication/bearer/token too_short'],
    [{ authentication: { bearer: { token: 'a\r\nx: y' } } }, '/authentication/bearer/token header_value_invalid'],
    [{ authentication: { bearer: { token: 'tökén' } } }, '/authentication/bearer/token header_value_invalid'],
    [{ authentication: { bearer: { token: '{{token}}' } } }, '/authentication/bearer/token header_value_template'],
    [
      { authentication: { bearer: { token: 'abc' } }, headers: { AUTHORIZATION: 'x' } },
      '/headers/AUTHORIZATION authorization_twice',
    ],
    [
      { authentication: { oauth2: { ...oauth2, token_endpoint: 'http://localhost:80/' } } },
      '/authentication/oauth2/token_endpoint url_not_https',
      '/authentication/oauth2/token_endpoint url_port',
      '/authentication/oauth2/token_endpoint url_reserved_suffix',
      '/authentication/oauth2/token_endpoint url_single_label',
    ],
    [
      { authentication: { oauth2: { ...oauth2, client_id: 'ü', client_secret: 'a\nb', scopes: ['a b', 'ok', 7] } } },
      '/authentication/oauth2/client_id credential_invalid',
      '/authentication/oauth2/client_secret credential_invalid',
      '/authentication/oauth2/scopes/2 wrong_type',
    ],
    [
      { authentication: { oauth2: { ...oauth2, scopes: ['a b', 'ok'] } } },
      '/authentication/oauth2/scopes/0 credential_invalid',
    ],
    [
      { authentication: { oauth2: { client_id: 'c' } } },
      '/authentication/oauth2/client_secret required',
      '/authentication/oauth2/token_endpoint required',
    ],
    [
      { authentication: { oauth2: { ...oauth2, client_authentication: 'jwt' } } },
      '/authentication/oauth2/client_authentication not_one_of',
    ],
    [{ signing: {} }, '/signing/secret required'],
    [{ signing: { secret: 'my secret' } }, '/signing/secret signing_secret_invalid'],
    [{ signing: { secret: 'whsec_c2hvcnQ=' } }, '/signing/secret signing_secret_invalid'],
    [
      { signing: { secret, previous_secret: 'whsk_AAAA', previous_until: until } },
      '/signing/previous_secret signing_secret_invalid',
    ],
    [{ signing: { secret, previous_secret: secret } }, '/signing/previous_until required'],
    [{ signing: { secret, previous_until: until } }, '/signing/previous_secret required'],
    [{ signing: { secret, previous_secret: secret, previous_until: 'tomorrow' } }, '/signing/previous_until format'],
    [
      { signing: { secret, previous_secret: secret, previous_until: '2016-12-31T23:59:60Z' } },
      '/signing/previous_until format',
    ],
    [{ signing: { secret, key: 'x' } }, '/signing/key unknown_field'],
  ];
  for (const [input, ...expected] of credentials) {
    it(`${expected.length === 0 ? 'takes' : 'refuses'} ${JSON.stringify(input).slice(0, 120)}`, async () => {
      assert.deepEqual((await setup().faults(input)).sort(), [...expected].sort());
    });
  }

  it('shows how a patch takes a kind of authentication away, and repeats no secret', async () => {
    const result = await setup().check({
      authentication: { basic: { username: 'u', password: 'canary\n' }, bearer: { token: 'canary' } },
      signing: { secret: 'whsec_canary' },
    });
    assert.ok(!result.ok);
    const twice = result.faults.find((fault) => fault.code === 'authentication_twice');
    assert.match(twice?.hint ?? '', /\{ "authentication": \{ "basic": null, "bearer": \{ … \} \} \}/);
    assert.doesNotMatch(JSON.stringify(result.faults), /canary/);
  });

  it('does not judge a token endpoint again that is stored', async () => {
    const input = { authentication: { oauth2: { ...oauth2, token_endpoint: 'https://10.0.0.1/' } } };
    assert.ok(!(await setup().check(input)).ok);
    assert.ok((await setup().check(input, { tokenEndpoint: 'https://10.0.0.1/' })).ok);
  });
});
