import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { lookup as resolveAll } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { refused } from '../../platform/errors.ts';

/**
 * Addresses where clouds serve the credentials of their machines. Local addresses are allowed: admins connect model
 * servers on their own machine and network.
 */
const metadata4: [address: string, prefix: number][] = [
  ['169.254.0.0', 16],
  ['168.63.129.16', 32],
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
];
const metadata6: [address: string, prefix: number][] = [
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  ['fe80::', 10],
];

const hex = (address: string) => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return [(a << 8) | b, (c << 8) | d].map((word) => word.toString(16)).join(':');
};

/** Includes the IPv6 forms of IPv4 addresses: NAT64, 6to4 and IPv4-compatible. BlockList handles the mapped form itself. */
function createBlockList(): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of metadata4) {
    list.addSubnet(address, prefix, 'ipv4');
    list.addSubnet(`64:ff9b::${hex(address)}`, 96 + prefix, 'ipv6');
    list.addSubnet(`::${hex(address)}`, 96 + prefix, 'ipv6');
    list.addSubnet(`2002:${hex(address)}::`, 16 + prefix, 'ipv6');
  }
  for (const [address, prefix] of metadata6) list.addSubnet(address, prefix, 'ipv6');
  return list;
}
const blockList = createBlockList();

const isBlocked = ({ address, family }: LookupAddress): boolean =>
  blockList.check(address.replace(/%.*$/, ''), family === 6 ? 'ipv6' : 'ipv4');

const notAllowed = () =>
  refused('This address serves credentials of cloud machines and is never called.', 'address_not_allowed');

/** Throws if the host is a blocked IP address. Host names are checked by `checkedLookup`. */
export function requireAllowedHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  if (family !== 0 && isBlocked({ address: host, family })) throw notAllowed();
}

/** Throws if the host is or resolves to a blocked address. A name that does not resolve yet is allowed. */
export async function requireAllowedAddress(url: URL): Promise<void> {
  requireAllowedHost(url);
  const addresses = await resolveAll(url.hostname, { all: true }).catch(() => []);
  if (addresses.some(isBlocked)) throw notAllowed();
}

/**
 * Returns a `lookup` for `net.connect`. The connection uses the checked addresses themselves, because a second lookup
 * could return others. Tests pass their own `resolve`.
 */
export const checkedLookup =
  (resolve: typeof systemLookup = systemLookup): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) callback(error, []);
      else if (addresses.some(isBlocked)) callback(notAllowed(), []);
      else if (options.all) callback(null, addresses);
      else callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
