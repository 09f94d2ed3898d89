// Which IP addresses are public. IPv6 is an allow-list, because deny-lists miss blocks that are given a meaning later.
import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

// IANA IPv4 Special-Purpose Address Registry (RFC 6890 and later), and what behaves like it.
const SPECIAL_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private, RFC 1918
  '100.64.0.0/10', // carrier-grade NAT, RFC 6598
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, and the metadata service of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // IETF protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relay
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
  '168.63.129.16/32', // Azure's host services, on an address that looks public
];

// RFC 4291 §2.4: the only block that global unicast addresses are given out of.
const GLOBAL_IPV6 = ['2000::/3'];

const SPECIAL_IPV6 = [
  '2001::/23', // IETF protocol assignments: Teredo, ORCHID, benchmarking
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: carries an IPv4 address
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation, RFC 9637
];

const specialIpv4 = blockListOf(SPECIAL_IPV4);
const globalIpv6 = blockListOf(GLOBAL_IPV6);
const specialIpv6 = blockListOf(SPECIAL_IPV6);

/**
 * Whether an address is one of the public internet's. Anything that is not a plain IPv4 or IPv6 address (a zone id, a
 * number in another base, a name) is not. IPv4 in IPv6 clothes (mapped, compatible, NAT64, 6to4, Teredo, ISATAP) is not
 * either.
 */
export function isPublicAddress(address: string): boolean {
  const family = plainFamily(address);
  // A second opinion: each list knows blocks that the other may come to lack.
  if (family === 0 || ipaddr.parse(address).range() !== 'unicast') return false;
  if (family === 4) return !specialIpv4.check(address, 'ipv4');
  return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6') && !isIsatap(address);
}

// RFC 5214 §6.1: a site's tunnel takes such an interface identifier, below any prefix, for the IPv4 address at its end.
function isIsatap(address: string): boolean {
  const [, , , , owner = 0, mark] = ipaddr.IPv6.parse(address).parts;
  return mark === 0x5efe && (owner & 0xfdff) === 0;
}

/** A test for membership in some CIDR blocks, each already known to be valid. A mapped IPv4 address is in none. */
export function inBlocks(cidrs: readonly string[]): (address: string) => boolean {
  const list = blockListOf(cidrs);
  return (address) => {
    const family = plainFamily(address);
    if (family === 4) return list.check(address, 'ipv4');
    // BlockList would look a mapped address up among the IPv4 blocks.
    return family === 6 && !ipaddr.IPv6.parse(address).isIPv4MappedAddress() && list.check(address, 'ipv6');
  };
}

/** 4 or 6, or 0 where the text is no address in its plain spelling. */
export function plainFamily(address: string): 0 | 4 | 6 {
  if (address.includes('%')) return 0;
  const family = isIP(address);
  return family === 4 || family === 6 ? family : 0;
}

/** Whether two texts are the same address: the kernel spells an IPv6 address its own way. */
export function sameAddress(a: string, b: string): boolean {
  if (plainFamily(a) === 0 || plainFamily(b) === 0) return false;
  return ipaddr.parse(a).toNormalizedString() === ipaddr.parse(b).toNormalizedString();
}

function blockListOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network, bits] = ipaddr.parseCIDR(cidr);
    list.addSubnet(network.toString(), bits, network.kind());
  }
  return list;
}
