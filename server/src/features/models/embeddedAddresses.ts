/** Reads the IPv4 addresses that IPv6 addresses carry. A network that translates between the two calls them. */

/** Where RFC 6052 places the bytes of the IPv4 address after a prefix of this many bits. Byte 8 is always skipped. */
const translated = {
  32: [4, 5, 6, 7],
  40: [5, 6, 7, 9],
  48: [6, 7, 9, 10],
  56: [7, 9, 10, 11],
  64: [9, 10, 11, 12],
  96: [12, 13, 14, 15],
};
const inverted = 0xff;

type Bytes = readonly number[];

const startsWith = (bytes: Bytes, prefix: Bytes): boolean => prefix.every((byte, i) => bytes[i] === byte);

const at = (bytes: Bytes, positions: Bytes, flip = 0): string =>
  positions.map((position) => bytes[position]! ^ flip).join('.');

/** Returns the 16 bytes of an IPv6 address without a zone. Throws if it is not one. */
function bytesOf(address: string): number[] {
  // The URL parser writes every spelling as hexadecimal groups.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groupsOf = (text = '') => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

const zeros = (count: number): number[] => Array<number>(count).fill(0);

interface Form {
  matches: (bytes: Bytes) => boolean;
  addresses: (bytes: Bytes) => string[];
}
const last = (bytes: Bytes) => [at(bytes, translated[96])];

/** The forms that standards define. */
const forms: Form[] = [
  // IPv4-compatible and IPv4-mapped (RFC 4291), IPv4-translated (RFC 2765).
  { matches: (bytes) => startsWith(bytes, zeros(12)), addresses: last },
  { matches: (bytes) => startsWith(bytes, [...zeros(10), 0xff, 0xff]), addresses: last },
  { matches: (bytes) => startsWith(bytes, [...zeros(8), 0xff, 0xff, 0, 0]), addresses: last },
  // NAT64 (RFC 6052), and its local-use prefix (RFC 8215), below which the network chooses the length.
  { matches: (bytes) => startsWith(bytes, [0, 0x64, 0xff, 0x9b, ...zeros(8)]), addresses: last },
  {
    matches: (bytes) => startsWith(bytes, [0, 0x64, 0xff, 0x9b, 0, 1]),
    addresses: (bytes) => [48, 56, 64, 96].map((length) => at(bytes, translated[length as 48])),
  },
  // 6to4 (RFC 3056).
  { matches: (bytes) => startsWith(bytes, [0x20, 0x02]), addresses: (bytes) => [at(bytes, [2, 3, 4, 5])] },
  // Teredo (RFC 4380): the server, and the client with all bits inverted.
  {
    matches: (bytes) => startsWith(bytes, [0x20, 0x01, 0, 0]),
    addresses: (bytes) => [at(bytes, translated[32]), at(bytes, translated[96], inverted)],
  },
  // ISATAP (RFC 5214), whatever the two flags of its first byte say.
  {
    matches: (bytes) => (bytes[8]! & ~3) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe,
    addresses: last,
  },
];

/** Returns the IPv4 addresses in the places that standards define for this IPv6 address. Throws if it is not one. */
export function embeddedAddresses(address: string): string[] {
  const bytes = bytesOf(address);
  return forms.flatMap((form) => (form.matches(bytes) ? form.addresses(bytes) : []));
}

/**
 * Returns what an IPv6 address means if its network translates to IPv4 under a prefix of its own. Such a prefix cannot
 * be recognized, so most of the results mean nothing. Throws if it is not an IPv6 address.
 */
export function possiblyEmbeddedAddresses(address: string): string[] {
  const bytes = bytesOf(address);
  return Object.values(translated).map((positions) => at(bytes, positions));
}
