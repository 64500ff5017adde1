import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { lookup as resolveNow } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { refused } from '../../platform/errors.ts';

/**
 * Where clouds hand out their machines' credentials. Local addresses stay allowed: admins connect models on their own
 * machine and network.
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

/** IPv4 is also reached through NAT64, 6to4 and the old compatible form. The mapped form a BlockList knows by itself. */
function forbidden(): BlockList {
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
const metadata = forbidden();

const isForbidden = ({ address, family }: LookupAddress): boolean =>
  metadata.check(address.replace(/%.*$/, ''), family === 6 ? 'ipv6' : 'ipv4');

const refusal = () =>
  refused('This address belongs to the cloud the server runs in and is never called.', 'address_not_allowed');

/** Throws where the host is written as an address that must not be called. Names are checked by `checkedLookup`. */
export function requireAllowedHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  if (family !== 0 && isForbidden({ address: host, family })) throw refusal();
}

/** Throws where the host's name leads to a forbidden address as well. A name that leads nowhere yet is fine. */
export async function requireAllowedAddress(url: URL): Promise<void> {
  requireAllowedHost(url);
  const addresses = await resolveNow(url.hostname, { all: true }).catch(() => []);
  if (addresses.some(isForbidden)) throw refusal();
}

/**
 * For `net.connect`: the very addresses that were checked are the ones connected to, so that a second look-up cannot
 * differ. `resolve` is another one in tests alone.
 */
export const checkedLookup =
  (resolve: typeof systemLookup = systemLookup): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) callback(error, []);
      else if (addresses.some(isForbidden)) callback(refusal(), []);
      else if (options.all) callback(null, addresses);
      else callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
