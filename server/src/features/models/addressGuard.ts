import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { lookup as resolveAll } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { refused } from '../../platform/errors.ts';
import { embeddedAddresses, possiblyEmbeddedAddresses } from './embeddedAddresses.ts';

/** Milliseconds to wait for a name server when a base URL is entered. Without a result, the connection checks again. */
const lookupMs = 5_000;

/**
 * Addresses where clouds serve the credentials of their machines, and link-local networks, where most of them are. Other
 * local addresses are allowed: admins connect model servers on their own machine and network.
 */
const blockedNetworks: [network: string, prefix: number, family: 'ipv4' | 'ipv6'][] = [
  ['169.254.0.0', 16, 'ipv4'],
  // Azure, Alibaba Cloud, Oracle Cloud.
  ['168.63.129.16', 32, 'ipv4'],
  ['100.100.100.200', 32, 'ipv4'],
  ['192.0.0.192', 32, 'ipv4'],
  // AWS, Google Cloud, Oracle Cloud, Akamai, Scaleway.
  ['fd00:ec2::', 32, 'ipv6'],
  ['fd20:ce::', 32, 'ipv6'],
  ['fd00:c1::', 32, 'ipv6'],
  ['fd00:a9fe:a9fe::', 48, 'ipv6'],
  ['fd00:42::', 32, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
];
/** Addresses so specific that they are blocked at any place of an IPv6 address that may hold an IPv4 address. */
const metadataAddresses = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
]);

const blockList = new BlockList();
for (const network of blockedNetworks) blockList.addSubnet(...network);

const isBlocked4 = (address: string): boolean => blockList.check(address, 'ipv4');

/** Returns true for text that is no address, too: what cannot be read cannot be checked. */
function isBlocked({ address: written }: LookupAddress): boolean {
  const address = written.replace(/%.*$/, '');
  const family = isIP(address);
  if (family === 4) return isBlocked4(address);
  return (
    family === 0 ||
    blockList.check(address, 'ipv6') ||
    embeddedAddresses(address).some(isBlocked4) ||
    possiblyEmbeddedAddresses(address).some((candidate) => metadataAddresses.has(candidate))
  );
}

const notAllowed = () =>
  refused('This address serves credentials of cloud machines and is never called.', 'address_not_allowed');

/** Throws if the host is a blocked IP address. Host names are checked by `checkedLookup`. */
export function requireAllowedHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  if (family !== 0 && isBlocked({ address: host, family })) throw notAllowed();
}

type ResolveAll = (host: string, options: { all: true }) => Promise<LookupAddress[]>;

/**
 * Throws if the host is or resolves to a blocked address. A name that does not resolve, or not in time, is allowed:
 * `checkedLookup` checks it again. Tests pass their own `resolve`.
 */
export async function requireAllowedAddress(url: URL, resolve: ResolveAll = resolveAll): Promise<void> {
  requireAllowedHost(url);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<LookupAddress[]>((done) => (timer = setTimeout(done, lookupMs, [])));
  const resolved = resolve(url.hostname, { all: true }).catch(() => []);
  const addresses = await Promise.race([resolved, late]).finally(() => clearTimeout(timer));
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
