import assert from 'node:assert/strict';
import { hasSecrets, mapSecrets } from '../../src/domain/webhook-secrets.ts';
import { readSettings } from '../../src/domain/webhook-settings.ts';

const SETTINGS = readSettings({ name: 'w', headers: { Authorization: 'Bearer abc', 'X-Shown': 'x' } });

describe('mapSecrets', () => {
  it('changes every header value under a name of its own, and nothing else', () => {
    const changed = mapSecrets(SETTINGS, (field, secret) => `${field}=${secret}`);
    assert.deepEqual(changed, {
      ...SETTINGS,
      headers: { Authorization: 'headers.Authorization=Bearer abc', 'X-Shown': 'headers.X-Shown=x' },
    });
  });

  it('keeps a header called __proto__', () => {
    const headers = JSON.parse('{"__proto__":"secret"}') as Record<string, string>;
    const changed = mapSecrets({ ...SETTINGS, headers }, () => 'sealed');
    assert.deepEqual(Object.entries(changed.headers), [['__proto__', 'sealed']]);
  });
});

describe('hasSecrets', () => {
  it('is true where there is a header', () => {
    assert.equal(hasSecrets(SETTINGS), true);
    assert.equal(hasSecrets(readSettings({ name: 'w' })), false);
  });
});
