import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createEgressPolicy } from '../../src/egress/policy.ts';

const plain = createEgressPolicy({ allow: [], connect: [] });

const GOOD = [
  'https://example.com',
  'https://example.com/',
  'HTTPS://Example.COM/Hook',
  'https://hooks.example.com/a/b?c=d&e=f',
  'https://example.com?x=1',
  'https://example.com/?',
  'https://a-b.example.co.uk/~x/!$&()*+,;=:@',
  'https://xn--bcher-kva.example.com/',
  'https://_dmarc.example.com/',
  'https://a.b.c.d.e.f.example.com/',
  'https://1.example.com/',
  'https://1e100.net/',
  'https://123.456.example.com/',
  'https://example.com/%2F%20%41?q=%00',
  'https://example.com/@user:443',
  'https://example.com/https://10.0.0.1/',
  'https://localhost.example.com/',
  'https://test.com/',
  'https://local.com/',
  'https://api.datadoghq.eu/v1/input/abc',
  `https://example.com/${'a'.repeat(2028)}`,
];

// Each URL with all the codes that it must give.
const BAD: readonly (readonly [url: string, codes: string])[] = [
  ['', 'url_not_https url_invalid'],
  ['example.com', 'url_not_https url_invalid'],
  ['//example.com/', 'url_not_https url_invalid'],
  ['/path', 'url_not_https url_invalid'],
  ['https://', 'url_invalid'],
  ['https:///', 'url_not_https url_invalid'],
  ['http://example.com/', 'url_not_https'],
  ['ftp://example.com/', 'url_not_https'],
  ['javascript:alert(1)', 'url_not_https'],
  ['file:///etc/passwd', 'url_not_https'],
  ['data:text/plain,x', 'url_not_https'],
  ['wss://example.com/', 'url_not_https'],
  ['https:example.com/', 'url_not_https'],
  ['https:/example.com/', 'url_not_https'],
  ['https:///example.com/', 'url_not_https'],
  ['https:\\\\example.com/', 'url_forbidden_character url_not_https'],
  ['https://example.com\\@evil.example.net/', 'url_forbidden_character'],
  ['https://example.com/a\\b', 'url_forbidden_character'],
  ['https://example.com:443/', 'url_port'],
  ['https://example.com:8443/', 'url_port'],
  ['https://example.com:/', 'url_port'],
  ['https://example.com:99999/', 'url_port url_invalid'],
  ['https://example.com:x/', 'url_port url_invalid'],
  ['https://user@example.com/', 'url_user_info'],
  ['https://user:password@example.com/', 'url_user_info'],
  ['https://@example.com/', 'url_user_info'],
  ['https://example.com@10.0.0.1/', 'url_user_info url_ip_literal'],
  ['https://a:b@c@example.com/', 'url_user_info'],
  ['https://example.com/#', 'url_fragment'],
  ['https://example.com/#part', 'url_fragment'],
  ['https://example.com#@evil.example.net/', 'url_fragment'],
  ['https://example.com/a b', 'url_forbidden_character'],
  [' https://example.com/', 'url_forbidden_character'],
  ['https://example.com/ ', 'url_forbidden_character'],
  ['https://example.com/\n', 'url_forbidden_character'],
  ['https://exam\tple.com/', 'url_forbidden_character'],
  ['ht\ttps://example.com/', 'url_forbidden_character'],
  ['https://example.com/\r\nx-evil: 1', 'url_forbidden_character'],
  ['https://example.com/\u0000', 'url_forbidden_character'],
  ['https://example.com/\u007f', 'url_forbidden_character'],
  ['https://example.com/\u0085', 'url_forbidden_character'],
  ['https://example.com/\u00a0', 'url_forbidden_character'],
  ['https://example.com/\u2028', 'url_forbidden_character'],
  ['https://example.com/\u202egpj', 'url_forbidden_character'],
  ['https://exam\u00adple.com/', 'url_forbidden_character'],
  ['https://exam\u200bple.com/', 'url_forbidden_character'],
  ['https://%31%32%37.0.0.1/', 'url_host_percent'],
  ['https://ex%61mple.com/', 'url_host_percent'],
  ['https://example.com%00.evil.example.net/', 'url_host_percent url_invalid'],
  ['https://127.0.0.1/', 'url_ip_literal'],
  ['https://8.8.8.8/', 'url_ip_literal'],
  ['https://127.1/', 'url_ip_literal'],
  ['https://127.0.1/', 'url_ip_literal'],
  ['https://2130706433/', 'url_ip_literal'],
  ['https://0x7f000001/', 'url_ip_literal'],
  ['https://0X7F.0.0.1/', 'url_ip_literal'],
  ['https://0177.0.0.1/', 'url_ip_literal'],
  ['https://017700000001/', 'url_ip_literal'],
  ['https://127.0.0.1./', 'url_ip_literal'],
  ['https://0/', 'url_ip_literal'],
  ['https://0x/', 'url_ip_literal'],
  ['https://256.256.256.256/', 'url_ip_literal url_invalid'],
  ['https://1.2.3.4.5/', 'url_ip_literal url_invalid'],
  ['https://example.0x7f/', 'url_ip_literal url_invalid'],
  ['https://169.254.169.254/latest/meta-data/', 'url_ip_literal'],
  ['https://１２７.0.0.1/', 'url_ip_literal'],
  ['https://①②⑦.0.0.1/', 'url_ip_literal'],
  ['https://127。0。0。1/', 'url_ip_literal'],
  ['https://[::1]/', 'url_ip_literal'],
  ['https://[2606:4700:4700::1111]/', 'url_ip_literal'],
  ['https://[::ffff:127.0.0.1]/', 'url_ip_literal'],
  ['https://[::127.0.0.1]/', 'url_ip_literal'],
  ['https://[64:ff9b::7f00:1]/', 'url_ip_literal'],
  ['https://[::1]:443/', 'url_port url_ip_literal'],
  ['https://[fe80::1%eth0]/', 'url_host_percent url_invalid'],
  ['https://[fe80::1%25eth0]/', 'url_host_percent url_invalid'],
  ['https://[v1.x]/', 'url_ip_literal url_invalid'],
  ['https://bücher.example.com/', 'url_host_not_ascii'],
  ['https://еxample.com/', 'url_host_not_ascii'],
  ['https://ⓔxample.com/', 'url_host_not_ascii'],
  ['https://example。com/', 'url_host_not_ascii'],
  ['https://ｅxample.com/', 'url_host_not_ascii'],
  ['https://例え.テスト/', 'url_host_not_ascii'],
  ['https://localhost/', 'url_single_label url_reserved_suffix'],
  ['https://intranet/', 'url_single_label url_reserved_suffix'],
  ['https://example/', 'url_single_label url_reserved_suffix'],
  ['https://com/', 'url_single_label'],
  ['https://router/', 'url_single_label'],
  ['https://example.com./', 'url_trailing_dot'],
  ['https://example.com../', 'url_trailing_dot'],
  ['https://localhost./', 'url_trailing_dot url_single_label url_reserved_suffix'],
  ['https://a.localhost/', 'url_reserved_suffix'],
  ['https://printer.local/', 'url_reserved_suffix'],
  ['https://metadata.google.internal/', 'url_reserved_suffix'],
  ['https://a.test/', 'url_reserved_suffix'],
  ['https://A.TEST/', 'url_reserved_suffix'],
  ['https://a.invalid/', 'url_reserved_suffix'],
  ['https://a.example/', 'url_reserved_suffix'],
  ['https://a.onion/', 'url_reserved_suffix'],
  ['https://a.home.arpa/', 'url_reserved_suffix'],
  ['https://1.0.0.127.in-addr.arpa/', 'url_reserved_suffix'],
  ['https://nas.lan/', 'url_reserved_suffix'],
  ['https://mail.corp/', 'url_reserved_suffix'],
  ['https://sandbox.hookwright.test/', 'url_reserved_suffix'],
  ['https://a..example.com/', 'url_host_invalid'],
  ['https://.example.com/', 'url_host_invalid'],
  ['https://-a.example.com/', 'url_host_invalid'],
  ['https://a-.example.com/', 'url_host_invalid'],
  ['https://*.example.com/', 'url_host_invalid'],
  ['https://a,b.example.com/', 'url_host_invalid'],
  ['https://{{host}}.example.com/', 'url_host_invalid'],
  [`https://${'a'.repeat(64)}.example.com/`, 'url_host_invalid'],
  [`https://${'a.'.repeat(125)}example.com/`, 'url_host_invalid'],
  ['https://xn--a.example.com/', 'url_invalid'],
  ['https://a<b.example.com/', 'url_host_invalid url_invalid'],
  ['https://example.com/a/../b', 'url_repaired'],
  ['https://example.com/./b', 'url_repaired'],
  ['https://example.com/%2e%2e/b', 'url_repaired'],
  ['https://example.com/ü', 'url_repaired'],
  ['https://example.com/"x"', 'url_repaired'],
  ['https://example.com/{id}', 'url_repaired'],
  ["https://example.com/?q='x'", 'url_repaired'],
  [`https://example.com/${'a'.repeat(2029)}`, 'url_too_long'],
  [
    'http://user:pw@localhost.:8080/a b#c',
    'url_forbidden_character url_not_https url_user_info url_port url_fragment url_trailing_dot url_single_label url_reserved_suffix',
  ],
];

describe('urlFaults', () => {
  for (const url of GOOD) {
    it(`allows ${url.slice(0, 80)}`, () => assert.deepEqual(plain.urlFaults(url), []));
  }

  for (const [url, codes] of BAD) {
    it(`refuses ${JSON.stringify(url).slice(0, 80)}: ${codes}`, () => {
      const faults = plain.urlFaults(url);
      assert.equal(faults.map((fault) => fault.code).join(' '), codes);
      assert.ok(faults.every((fault) => fault.pointer === '/url' && fault.detail !== '' && fault.hint !== undefined));
    });
  }

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
    const details = BAD.flatMap(([url]) => plain.urlFaults(`${url}/s3cret?token=s3cret`)).map((fault) => fault.detail);
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
});
