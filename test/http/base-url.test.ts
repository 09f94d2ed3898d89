import assert from 'node:assert/strict';
import { baseUrlFor } from '../../src/http/base-url.ts';

const LISTENER = 'http://0.0.0.0:8080';

describe('baseUrlFor', () => {
  for (const [protocol, host, configured, expected] of [
    ['http', 'audit.example.com', 'https://hooks.example.com/x', 'https://hooks.example.com/x'],
    ['https', 'audit.example.com', undefined, 'https://audit.example.com'],
    ['http', '127.0.0.1:8080', undefined, 'http://127.0.0.1:8080'],
    ['http', '[::1]:8080', undefined, 'http://[::1]:8080'],
    ['ftp', 'audit.example.com', undefined, 'http://audit.example.com'],
    ['http', undefined, undefined, LISTENER],
    ['http', '', undefined, LISTENER],
    ['http', 'evil.example.com/path', undefined, LISTENER],
    ['http', 'user@evil.example.com', undefined, LISTENER],
    ['http', 'evil.example.com:99999', undefined, LISTENER],
    ['http', 'a b', undefined, LISTENER],
    ['http', 'a"><script>', undefined, LISTENER],
  ] as const) {
    it(`is ${expected} for ${String(host)} by ${protocol}${configured === undefined ? '' : ', where one is configured'}`, () => {
      assert.equal(baseUrlFor({ protocol, ...(host === undefined ? {} : { host }) }, configured, LISTENER), expected);
    });
  }
});
