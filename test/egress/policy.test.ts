import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createEgressPolicy } from '../../src/egress/policy.ts';
import { REFUSED_URLS } from './nasty-urls.ts';

const plain = createEgressPolicy({ allow: [], connect: [] });

describe('urlFaults', () => {
  it('looks no further into a URL that is too long', () => {
    for (const url of [`https://${'.'.repeat(500_000)}a/`, `http://u@localhost:1/${' '.repeat(500_000)}#x`]) {
      assert.deepEqual(
        plain.urlFaults(url).map((fault) => fault.code),
        ['url_too_long'],
      );
    }
  });

  it('points where it is told to', () => {
    assert.equal(plain.urlFaults('http://example.com/', '/webhook/url')[0]?.pointer, '/webhook/url');
  });

  it('shows what to write instead of what would be repaired', () => {
    assert.equal(plain.urlFaults('https://Example.com/a/../ü')[0]?.hint, 'Write it as https://example.com/%C3%BC');
    assert.match(plain.urlFaults('https://bücher.example.com/')[0]?.hint ?? '', /xn--bcher-kva\.example\.com/);
  });

  it('repeats neither path nor query in a detail, where a token may stand', () => {
    const details = Object.values(REFUSED_URLS)
      .flat()
      .flatMap(([url]) => plain.urlFaults(`${url}/s3cret?token=s3cret`))
      .map((fault) => fault.detail);
    assert.ok(details.length > 100);
    assert.ok(details.every((detail) => !detail.includes('s3cret')));
  });

  it('allows only what the parser reads as an https URL with nothing but host, path and query', () => {
    const anything = fc.oneof(
      fc.webUrl({ validSchemes: ['https'], withQueryParameters: true, withFragments: true }),
      fc.string({ unit: 'binary' }).map((text) => `https://${text}`),
      fc
        .array(
          fc.constantFrom('https:', '/', '\\', '@', ':', '443', '.', 'a', 'com', '[', ']', '%', '?', '#', '0x7f', '1'),
        )
        .map((parts) => `https://a.${parts.join('')}`),
    );
    fc.assert(
      fc.property(anything, (raw) => {
        if (plain.urlFaults(raw).length > 0) return;
        const url = new URL(raw);
        assert.equal(url.protocol, 'https:');
        assert.equal(`${url.username}${url.password}${url.port}${url.hash}`, '');
        assert.match(url.hostname, /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/);
        assert.doesNotMatch(url.hostname, /\.\d+$/);
        assert.equal(
          url.href.slice(url.origin.length).replace(/^\//, ''),
          raw.slice(url.origin.length).replace(/^\//, ''),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the exceptions of a policy', () => {
  const policy = createEgressPolicy({
    allow: ['10.0.0.0/8', 'hooks.internal'],
    connect: [{ host: 'sandbox.hookwright.test', address: '127.0.0.1', port: 4433 }],
  });

  it('free a named host from the suffix rule', () => {
    assert.deepEqual(policy.urlFaults('https://hooks.internal/x'), []);
    assert.deepEqual(policy.urlFaults('https://HOOKS.internal/x'), []);
    assert.deepEqual(policy.urlFaults('https://sandbox.hookwright.test/x'), []);
  });

  const stillWrong: readonly (readonly [string, string])[] = [
    ['https://sub.hooks.internal/', 'url_reserved_suffix'],
    ['https://other.internal/', 'url_reserved_suffix'],
    ['https://hooks.internal:8443/', 'url_port'],
    ['http://hooks.internal/', 'url_not_https'],
    ['https://u@hooks.internal/', 'url_user_info'],
    ['https://hooks.internal/#x', 'url_fragment'],
    ['https://10.1.2.3/', 'url_ip_literal'],
  ];
  for (const [url, code] of stillWrong) {
    it(`free it from nothing else: ${url}`, () => {
      assert.deepEqual(
        policy.urlFaults(url).map((fault) => fault.code),
        [code],
      );
    });
  }

  const table: readonly (readonly [host: string, address: string, allowed: boolean])[] = [
    ['example.com', '93.184.216.34', true],
    ['example.com', '10.1.2.3', true],
    ['example.com', '11.1.2.3', true],
    ['example.com', '192.168.1.1', false],
    ['example.com', '::ffff:10.1.2.3', false],
    ['hooks.internal', '192.168.1.1', true],
    ['Hooks.Internal', '127.0.0.1', true],
    ['hooks.internal', 'fe80::1', true],
    ['hooks.internal', 'fe80::1%1', false],
    ['hooks.internal', 'not an address', false],
    ['sub.hooks.internal', '192.168.1.1', false],
    ['sandbox.hookwright.test', '127.0.0.1', true],
  ];
  for (const [host, address, allowed] of table) {
    it(`${allowed ? 'allow' : 'do not allow'} ${host} at ${address}`, () => {
      assert.equal(policy.isAllowedAddress(host, address), allowed);
    });
  }

  it('route only the hosts of connect rules', () => {
    assert.equal(policy.route('Sandbox.Hookwright.test')?.port, 4433);
    assert.equal(policy.route('hooks.internal'), undefined);
  });

  it('tell which hosts were named', () => {
    const hosts = ['Hooks.internal', 'sandbox.hookwright.test', 'sub.hooks.internal', 'example.com'];
    assert.deepEqual(
      hosts.filter((host) => policy.isNamed(host)),
      ['Hooks.internal', 'sandbox.hookwright.test'],
    );
  });
});
