import type { IncomingMessage } from 'node:http';
import { ipKeyGenerator } from 'express-rate-limit';

/**
 * Returns what limits per address count by: the client address, or its network for IPv6, where one machine has many
 * addresses. `proxies` is the number of reverse proxies that report the address, as for Express's `trust proxy`.
 */
export function addressKey(req: IncomingMessage, proxies: number): string {
  const forwarded = String(req.headers['x-forwarded-for'] ?? '').split(',');
  const hops = forwarded
    .map((address) => address.trim())
    .filter(Boolean)
    .reverse();
  const addresses = [req.socket.remoteAddress ?? '', ...hops];
  return ipKeyGenerator(addresses[Math.min(proxies, addresses.length - 1)]!);
}
