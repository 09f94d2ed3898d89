import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/domain/json.ts';
import { readSettings } from '../../src/domain/webhook-settings.ts';
import { restoreSecrets } from '../../src/services/webhook-secrets.ts';
import { settingsWith } from '../store/fixtures.ts';

const STORED = settingsWith({
  url: 'https://hooks.example.com/a',
  headers: { Authorization: 'Bearer stored', 'X-Two': 'two' },
});

describe('restoreSecrets', () => {
  const restore = (url: unknown, headers: unknown, stored: typeof STORED | undefined = STORED) => {
    const { input, faults } = restoreSecrets({ url, headers } as never, stored);
    return [input['headers'], faults.map((fault) => `${fault.pointer} ${fault.code}`)];
  };

  it('keeps a stored value while scheme and host stay, whatever the case of its name', () => {
    for (const url of [
      'https://hooks.example.com/b?x=1',
      'https://HOOKS.example.com/',
      'https://hooks.example.com:443/a',
    ]) {
      assert.deepEqual(restore(url, { authorization: '***', 'X-Two': 'new' }), [
        { authorization: 'Bearer stored', 'X-Two': 'new' },
        [],
      ]);
    }
  });

  it('gives a stored value to no other host, scheme or port', () => {
    for (const url of [
      'https://evil.example.com/a',
      'http://hooks.example.com/a',
      'https://hooks.example.com:8443/a',
      'nonsense',
      7,
      null,
    ]) {
      const [headers, faults] = restore(url, { Authorization: '***', 'X-Two': 'new' });
      assert.deepEqual(faults, ['/headers/Authorization secret_required'], String(url));
      assert.ok(!JSON.stringify(headers).includes('stored'));
    }
  });

  it('asks for the value where nothing is stored under the name', () => {
    assert.deepEqual(restore(STORED.url, { 'X-Other': '***' })[1], ['/headers/X-Other secret_required']);
    const fresh = restoreSecrets({ url: STORED.url, headers: { 'X-Two': '***' } }, undefined);
    assert.deepEqual(
      fresh.faults.map((fault) => fault.code),
      ['secret_required'],
    );
  });

  it('leaves alone what is of the wrong shape, for the check to complain of', () => {
    assert.deepEqual(restore(STORED.url, { A: 7, Authorization: '***' }), [
      { A: 7, Authorization: 'Bearer stored' },
      [],
    ]);
    for (const headers of [7, null, ['***'], '***']) assert.deepEqual(restore(STORED.url, headers), [headers, []]);
  });

  const url = 'https://hooks.example.com/a';
  const basic = { username: 'u', password: 'stored password' };
  const oauth2 = { client_id: 'c', client_secret: 'stored secret', token_endpoint: 'https://login.example.com/t' };
  const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  const previous = {
    previous_secret: `whsec_${Buffer.alloc(24, 2).toString('base64')}`,
    previous_until: '2026-11-20T12:00:00Z',
  };
  const cases: readonly (readonly [string, JsonObject, JsonObject, JsonObject | string])[] = [
    [
      'a password',
      { authentication: { basic } },
      { authentication: { basic: { username: 'v', password: '***' } } },
      { authentication: { basic: { username: 'v', password: 'stored password' } } },
    ],
    [
      'a signing secret',
      { signing: { secret } },
      { signing: { secret: '***', scheme: 'ed25519' } },
      { signing: { secret, scheme: 'ed25519' } },
    ],
    [
      'both signing secrets',
      { signing: { secret, ...previous } },
      { signing: { ...previous, secret: '***', previous_secret: '***' } },
      { signing: { secret, ...previous } },
    ],
    [
      'a client secret while its endpoint stays on its host',
      { authentication: { oauth2 } },
      {
        authentication: { oauth2: { ...oauth2, client_secret: '***', token_endpoint: 'https://login.example.com/v2' } },
      },
      { authentication: { oauth2: { ...oauth2, token_endpoint: 'https://login.example.com/v2' } } },
    ],
    [
      'no client secret for another endpoint',
      { authentication: { oauth2 } },
      { authentication: { oauth2: { ...oauth2, client_secret: '***', token_endpoint: 'https://evil.example.com/t' } } },
      '/authentication/oauth2/client_secret',
    ],
    [
      'no client secret for another receiver',
      { authentication: { oauth2 } },
      { url: 'https://evil.example.com/', authentication: { oauth2: { ...oauth2, client_secret: '***' } } },
      '/authentication/oauth2/client_secret',
    ],
    [
      'no password for another receiver',
      { authentication: { basic } },
      { url: 'https://evil.example.com/', authentication: { basic: { username: 'u', password: '***' } } },
      '/authentication/basic/password',
    ],
    [
      'no signing secret for another receiver',
      { signing: { secret } },
      { url: 'https://evil.example.com/', signing: { secret: '***' } },
      '/signing/secret',
    ],
    [
      'no secret of another kind',
      { authentication: { basic } },
      { authentication: { bearer: { token: '***' } } },
      '/authentication/bearer/token',
    ],
    [
      'no previous secret where there is none',
      { signing: { secret } },
      { signing: { ...previous, secret: '***', previous_secret: '***' } },
      '/signing/previous_secret',
    ],
    ['nothing where nothing is stored', {}, { signing: { secret: '***' } }, '/signing/secret'],
  ];
  for (const [what, before, sent, expected] of cases) {
    it(`restores ${what}`, () => {
      const { input, faults } = restoreSecrets({ url, ...sent }, readSettings({ url, ...before }));
      const pointers = faults.map((fault) => `${fault.pointer} ${fault.code}`);
      if (typeof expected === 'string') assert.deepEqual(pointers, [`${expected} secret_required`]);
      else assert.deepEqual([input, pointers], [{ url, ...expected }, []]);
    });
  }
});
