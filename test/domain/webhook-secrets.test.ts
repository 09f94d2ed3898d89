import assert from 'node:assert/strict';
import { hasSecrets, mapSecrets, SECRET_MEMBERS, secretsByField } from '../../src/domain/webhook-secrets.ts';
import { readSettings, writeSettings } from '../../src/domain/webhook-settings.ts';

const SETTINGS = readSettings({ name: 'w', headers: { Authorization: 'Bearer abc', 'X-Shown': 'x' } });

// Each form that has secrets, so that together they have all of them.
const FORMS = [
  { authentication: { basic: { username: 'u', password: 'secret of basic' } } },
  { authentication: { bearer: { token: 'secret of bearer' } } },
  {
    authentication: {
      oauth2: { client_id: 'c', client_secret: 'secret of oauth2', token_endpoint: 'https://l.example' },
    },
  },
  {
    signing: {
      secret: `whsec_${Buffer.alloc(24).toString('base64')}`,
      previous_secret: `whsk_${Buffer.alloc(32).toString('base64')}`,
      previous_until: '2026-11-20T12:00:00Z',
    },
  },
].map((form) => readSettings(form));

describe('mapSecrets', () => {
  it('changes every header value under a name of its own, and nothing else', () => {
    const changed = mapSecrets(SETTINGS, (field, secret) => `${field}=${secret}`);
    assert.deepEqual(changed, {
      ...SETTINGS,
      headers: { Authorization: 'headers.Authorization=Bearer abc', 'X-Shown': 'headers.X-Shown=x' },
    });
  });

  it('changes the secrets of authentication and signing, each named after its member', () => {
    const fields = FORMS.flatMap((settings) => [...secretsByField(settings).keys()]);
    assert.deepEqual(
      fields,
      SECRET_MEMBERS.map((path) => path.join('.')),
    );
    for (const settings of FORMS) {
      const hidden = mapSecrets(settings, () => '***');
      assert.deepEqual(writeSettings(hidden), writeSettings(settings));
      for (const secret of secretsByField(settings).values()) assert.ok(!JSON.stringify(hidden).includes(secret));
    }
  });

  it('keeps a header called __proto__', () => {
    const headers = JSON.parse('{"__proto__":"secret"}') as Record<string, string>;
    const changed = mapSecrets({ ...SETTINGS, headers }, () => 'sealed');
    assert.deepEqual(Object.entries(changed.headers), [['__proto__', 'sealed']]);
  });
});

describe('hasSecrets', () => {
  it('is true where there is a header, a credential or a signing secret', () => {
    for (const settings of [SETTINGS, ...FORMS]) assert.equal(hasSecrets(settings), true);
    assert.equal(hasSecrets(readSettings({ name: 'w' })), false);
  });
});
