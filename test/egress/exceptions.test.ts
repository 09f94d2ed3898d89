import assert from 'node:assert/strict';
import { parseEgressAllow, parseEgressConnect } from '../../src/egress/policy.ts';

describe('parseEgressAllow', () => {
  it('reads CIDR blocks, addresses and names, whatever the blanks and the case', () => {
    const parsed = parseEgressAllow(' 10.0.0.0/8, fd00::/8 ,Hooks.Internal,,192.168.1.7,::1 ');
    assert.deepEqual(parsed, {
      values: ['10.0.0.0/8', 'fd00::/8', 'hooks.internal', '192.168.1.7/32', '::1/128'],
      problems: [],
    });
  });

  it('reads nothing from nothing', () => {
    assert.deepEqual(parseEgressAllow(''), { values: [], problems: [] });
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['10.0.0.0/33', /CIDR block/],
    ['10.0/8', /CIDR block/],
    ['0x0a.0.0.0/8', /CIDR block/],
    ['host.internal/8', /CIDR block/],
    ['*.internal', /wildcard/],
    ['intranet', /only one label/],
    ['256.1.1.1', /not a host name/],
    ['a..b', /not a host name/],
    ['-a.internal', /not a host name/],
    ['https://a.internal', /CIDR block/],
    ['bücher.internal', /not a host name/],
    ['a.internal:443', /not a host name/],
  ];
  for (const [text, problem] of wrong) {
    it(`says what is wrong with ${text}`, () => {
      const parsed = parseEgressAllow(`ok.internal,${text}`);
      assert.deepEqual(parsed.values, ['ok.internal']);
      assert.equal(parsed.problems.length, 1);
      assert.match(parsed.problems[0] ?? '', problem);
    });
  }

  it('says all that is wrong at once', () => {
    assert.equal(parseEgressAllow('10.0.0.0/99,*.x.y,lonely').problems.length, 3);
  });
});

describe('parseEgressConnect', () => {
  it('reads rules with IPv4 and IPv6 addresses', () => {
    assert.deepEqual(parseEgressConnect('Hooks.Example.com=127.0.0.1:8443, b.internal=[::1]:1').values, [
      { host: 'hooks.example.com', address: '127.0.0.1', port: 8443 },
      { host: 'b.internal', address: '::1', port: 1 },
    ]);
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['a.internal', /host=address:port/],
    ['a.internal=127.0.0.1', /host=address:port/],
    ['a.internal=::1:443', /host=address:port/],
    ['=127.0.0.1:443', /host=address:port/],
    ['a.internal=localhost:443', /not an IP address/],
    ['a.internal=127.1:443', /not an IP address/],
    ['a.internal=[127.0.0.1]:443', /not an IP address/],
    ['a.internal=[fe80::1%1]:443', /not an IP address/],
    ['a.internal=127.0.0.1:0', /not a port/],
    ['a.internal=127.0.0.1:65536', /not a port/],
    ['intranet=127.0.0.1:443', /only one label/],
    ['10.0.0.1=127.0.0.1:443', /not a host name/],
  ];
  for (const [text, problem] of wrong) {
    it(`says what is wrong with ${text}`, () => {
      const parsed = parseEgressConnect(text);
      assert.deepEqual(parsed.values, []);
      assert.match(parsed.problems.join(' '), problem);
    });
  }

  it('refuses two addresses for one host', () => {
    assert.match(parseEgressConnect('a.b=127.0.0.1:1,A.b=127.0.0.1:2').problems.join(' '), /"a\.b" is given twice/);
  });
});
