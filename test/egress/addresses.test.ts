import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inBlocks, isPublicAddress, sameAddress } from '../../src/egress/addresses.ts';

const PUBLIC = `
  1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
  168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.1
  192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
  2000::1 2001:200::1 2001:4860:4860::8888 2606:4700:4700::1111 2003::1 2a00:1450:4001:81b::200e 3ffe::1
  2620:4f:7fff::1 3fff:1000::1`;

const NOT_PUBLIC = `
  0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254
  169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.31.196.1
  192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1
  203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16
  :: ::1 ::2 ::127.0.0.1 ::7f00:1 ::a9fe:a9fe ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:8.8.8.8
  0:0:0:0:0:ffff:a00:1 ::ffff:0:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1 100::1 100:0:0:1::1
  2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:1ff::1 2001:db8::1
  2002:7f00:1::1 2002:808:808::1 2620:4f:8000::1 3fff::1 3fff:fff::1 4000::1 5f00::1 8000::1 fc00::1
  fd00:ec2::254 fdff::1 fe80::1 febf::1 fec0::1 ff00::1 ff02::1
  fe80::1%eth0 fe80::1%25eth0 2606:4700:4700::1111%1 [::1] 127.1 0x7f.0.0.1 0177.0.0.1 2130706433 017700000001
  0x7f000001 1.2.3.4.5 256.1.1.1 1.1.1 1.1.1.1. localhost 1.1.1.1/32`;

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

describe('isPublicAddress', () => {
  for (const address of words(PUBLIC)) it(`allows ${address}`, () => assert.equal(isPublicAddress(address), true));
  for (const address of words(NOT_PUBLIC)) it(`denies ${address}`, () => assert.equal(isPublicAddress(address), false));
  it('denies the empty text', () => assert.equal(isPublicAddress(''), false));

  it('denies every IPv6 address outside 2000::/3', () => {
    const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(groups, (parts) => {
        const address = parts.map((part) => part.toString(16)).join(':');
        const isGlobal = (parts[0] ?? 0) >> 13 === 1;
        assert.ok(isGlobal || !isPublicAddress(address));
      }),
      { numRuns: 1000 },
    );
  });

  it('denies every IPv4 address in the clothes of IPv6', () => {
    const clothes = ['::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::'];
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom(...clothes), (address, prefix) => {
        assert.equal(isPublicAddress(`${prefix}${address}`), false);
      }),
    );
  });
});

describe('inBlocks', () => {
  const isIn = inBlocks(['10.1.0.0/16', 'fd00:1::/32', '192.168.1.7/32']);
  for (const address of ['10.1.0.1', '10.1.255.255', 'fd00:1::7', '192.168.1.7']) {
    it(`finds ${address}`, () => assert.equal(isIn(address), true));
  }
  for (const address of ['10.2.0.1', 'fd00:2::7', '192.168.1.8', '::ffff:10.1.0.1', '0:0:0:0:0:ffff:a01:1', 'x', '']) {
    it(`does not find "${address}"`, () => assert.equal(isIn(address), false));
  }
});

describe('sameAddress', () => {
  it('sees through the spellings of one IPv6 address', () => {
    assert.equal(sameAddress('2606:4700::1', '2606:4700:0:0:0:0:0:1'), true);
    assert.equal(sameAddress('2606:4700::A', '2606:4700::a'), true);
  });
  it('tells addresses apart, and takes nothing else for one', () => {
    assert.equal(sameAddress('1.1.1.1', '1.1.1.2'), false);
    assert.equal(sameAddress('1.1.1.1', '::ffff:1.1.1.1'), false);
    assert.equal(sameAddress('', ''), false);
  });
});
