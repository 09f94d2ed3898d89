// Where the engine may connect: the rules of DELIVERY.md section 6 and the operator's exceptions to them, as one value.
import type { Fault } from '../domain/errors.ts';
import { inBlocks, isPublicAddress, plainFamily } from './addresses.ts';
import type { ConnectRule, EgressExceptions } from './exceptions.ts';
import { urlFaults } from './url-faults.ts';

export type { ConnectRule, EgressExceptions, Parsed } from './exceptions.ts';
export { parseEgressAllow, parseEgressConnect } from './exceptions.ts';

/** What may be dialled. */
export interface EgressPolicy {
  /** Everything that is wrong with a URL, each fault at `pointer` with its code and a hint. Empty where it is allowed. */
  urlFaults(raw: string, pointer?: string): Fault[];
  /** Whether `host` may be reached at `address`: a public one, one the operator allows, or any for a host they name. */
  isAllowedAddress(host: string, address: string): boolean;
  /** Whether the operator has named the host in one of the exceptions. */
  isNamed(host: string): boolean;
  /** Where to dial instead of what DNS says, for the hosts of connect exceptions. */
  route(host: string): ConnectRule | undefined;
}

/** Makes the policy. Exceptions are expected as the `parseEgress…` functions give them. */
export function createEgressPolicy(exceptions: EgressExceptions): EgressPolicy {
  const allowed = exceptions.allow.map((entry) => entry.toLowerCase());
  const inAllowedBlock = inBlocks(allowed.filter((entry) => entry.includes('/')));
  const routes = new Map(exceptions.connect.map((rule) => [rule.host.toLowerCase(), rule]));
  const names = new Set([...allowed.filter((entry) => !entry.includes('/')), ...routes.keys()]);
  const isNamed = (host: string): boolean => names.has(host.toLowerCase());
  return {
    urlFaults: (raw, pointer = '/url') => urlFaults(raw, pointer, isNamed),
    isAllowedAddress: (host, address) =>
      plainFamily(address) !== 0 && (isNamed(host) || isPublicAddress(address) || inAllowedBlock(address)),
    isNamed,
    route: (host) => routes.get(host.toLowerCase()),
  };
}
