import assert from 'node:assert/strict';
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
});
