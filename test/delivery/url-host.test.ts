import assert from 'node:assert/strict';
import { urlHostOf } from '../../src/delivery/url-host.ts';

const table: readonly (readonly [url: string, host: string | undefined])[] = [
  ['https://receiver.example.com/hooks/secret?token=1', 'receiver.example.com'],
  ['https://RECEIVER.example.com:443/', 'receiver.example.com'],
  ['https://receiver.example.com:8443/x', 'receiver.example.com:8443'],
  ['https://user:password@receiver.example.com/', 'receiver.example.com'],
  ['https://[2001:db8::1]/', '[2001:db8::1]'],
  ['https://', undefined],
  ['no url', undefined],
];

describe('urlHostOf', () => {
  for (const [url, host] of table) {
    it(`is ${host ?? 'not there'} for ${url}, each time it is asked`, () => {
      const settings = { url };
      assert.deepEqual([urlHostOf(settings), urlHostOf(settings)], [host, host]);
    });
  }

  it('tells settings apart, and not URLs', () => {
    const all = ['https://a.example/', 'https://b.example/'].map((url) => urlHostOf({ url }));
    assert.deepEqual(all, ['a.example', 'b.example']);
  });
});
