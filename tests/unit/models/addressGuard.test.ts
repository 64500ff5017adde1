import { describe, expect, jest, test } from '@jest/globals';
import type { lookup, LookupAddress } from 'node:dns';
import {
  checkedLookup,
  requireAllowedAddress,
  requireAllowedHost,
} from '../../../server/src/features/models/addressGuard.ts';

/** Returns the two hexadecimal groups of an IPv4 address; `flip` is applied to each of its bytes. */
function groupsOf(address: string, flip = 0): [string, string] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map((byte) => Number(byte) ^ flip);
  return [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)];
}

/** Returns `bytes` as IPv6 text; every byte is two hexadecimal digits. */
function ipv6Of(bytes: string[]): string {
  const padded = [...bytes, ...Array<string>(16).fill('00')].slice(0, 16);
  return padded.map((byte, i) => (i % 2 === 1 && i < 15 ? `${byte}:` : byte)).join('');
}
const hexBytes = (address: string) =>
  address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));

/** The ways to write an IPv4 address as an IPv6 address that a network translates back. */
const spellings: [name: string, spell: (address: string) => string][] = [
  ['IPv4-mapped', (address) => `::ffff:${address}`],
  ['IPv4-compatible', (address) => `::${address}`],
  ['IPv4-translated (SIIT)', (address) => `::ffff:0:${address}`],
  ['NAT64', (address) => `64:ff9b::${address}`],
  ['local-use NAT64, prefix 96', (address) => `64:ff9b:1::${address}`],
  ['local-use NAT64, prefix 96 in a subnet', (address) => `64:ff9b:1:abcd:0:7:${address}`],
  [
    'local-use NAT64, prefix 48',
    (address) => {
      const [a = '', b = '', c = '', d = ''] = hexBytes(address);
      return ipv6Of(['00', '64', 'ff', '9b', '00', '01', a, b, '00', c, d]);
    },
  ],
  [
    'local-use NAT64, prefix 56',
    (address) => {
      const [a = '', b = '', c = '', d = ''] = hexBytes(address);
      return ipv6Of(['00', '64', 'ff', '9b', '00', '01', '07', a, '00', b, c, d]);
    },
  ],
  [
    'local-use NAT64, prefix 64',
    (address) => ipv6Of(['00', '64', 'ff', '9b', '00', '01', '00', '07', '00', ...hexBytes(address)]),
  ],
  ['6to4', (address) => `2002:${groupsOf(address).join(':')}::1`],
  ['6to4 with a subnet', (address) => `2002:${groupsOf(address).join(':')}:7:8:9:a:b`],
  ['Teredo client', (address) => `2001:0:4136:e378:8000:63bf:${groupsOf(address, 0xff).join(':')}`],
  ['Teredo client without server', (address) => `2001::${groupsOf(address, 0xff).join(':')}`],
  ['Teredo server', (address) => `2001:0:${groupsOf(address).join(':')}:8000:63bf:3fff:fdd2`],
  ['ISATAP', (address) => `2001:db8::5efe:${address}`],
  ['ISATAP, universal', (address) => `fd12:3456:789a::200:5efe:${address}`],
  ['ISATAP, group', (address) => `2001:db8::300:5efe:${address}`],
  ['NAT64 with a prefix of the network', (address) => `2001:db8:64::${address}`],
];

const metadataAddresses = [
  '169.254.169.254',
  '169.254.170.2',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
];
const everySpelling = metadataAddresses.flatMap((address) =>
  spellings.map(([name, spell]) => [name, address, spell(address)] as const),
);

/** A resolver that returns these addresses for every name. */
const resolverOf = (addresses: LookupAddress[]) =>
  ((_name: string, _options: object, callback: (error: null, all: LookupAddress[]) => void) =>
    callback(null, addresses)) as unknown as typeof lookup;

const lookUp = (name: string, all: boolean, resolver?: typeof lookup) =>
  new Promise<string | LookupAddress[]>((resolve, reject) =>
    checkedLookup(resolver)(name, { all }, (error, address) => (error ? reject(error) : resolve(address))),
  );

describe('addresses of model servers', () => {
  test.each([
    'http://169.254.169.254/latest',
    'http://169.254.169.254./latest',
    'http://169.254.170.2/',
    'http://169.254.0.1/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://１６９.254.169.254/',
    'http://[::FFFF:A9FE:A9FE]/',
    'http://[0:0:0:0:0:ffff:a9fe:a9fe]/',
    'http://[fd00:ec2::254]/',
    'http://[fd00:ec2::23]/',
    'http://[fd20:ce::254]/',
    'http://[fd00:c1::a9fe:a9fe]/',
    'http://[fd00:a9fe:a9fe::1]/',
    'http://[fd00:42::42]/',
    'http://[fe80::1]/',
    'http://[fe80::a9fe:a9fe]/',
    'http://[febf::1]/',
    'http://168.63.129.16/',
    'http://100.100.100.200/',
  ])('an address is refused if it is %s', (address) => {
    expect(() => requireAllowedHost(new URL(address))).toThrow(/never called/);
  });

  test.each(everySpelling)(
    'an address is refused if it is %s of %s: %s',
    async (_name, _address, spelled) => {
      expect(() => requireAllowedHost(new URL(`http://[${spelled}]/`))).toThrow(/never called/);
      const resolver = resolverOf([{ address: spelled, family: 6 }]);
      await expect(lookUp('innocent.example', true, resolver)).rejects.toThrow(/never called/);
    },
  );

  test.each(spellings)(
    'an address is allowed if it is %s of an address in the local network',
    (_name, spell) => {
      for (const address of ['10.0.0.5', '192.168.1.20', '172.17.0.1'])
        expect(() => requireAllowedHost(new URL(`http://[${spell(address)}]/`))).not.toThrow();
    },
  );

  test.each([
    'http://127.0.0.1:11434/v1',
    'http://[::1]:8080/',
    'http://[::]:8080/',
    'http://10.0.0.5/',
    'http://192.168.1.20/',
    'http://169.253.0.1/',
    'http://169.255.0.1/',
    'http://168.63.129.17/',
    'http://[2001:db8::1]/',
    'http://[2606:4700::6810:85e5]/',
    'http://[2a00:1450:4001:82a:169:254:169:254]/',
    'http://[fd00:dead:beef::5]/',
    'https://api.openai.com/v1',
  ])('an address is allowed if it is %s', (address) => {
    expect(() => requireAllowedHost(new URL(address))).not.toThrow();
  });

  test.each([
    [[{ address: '169.254.169.254', family: 4 }]],
    [
      [
        { address: '93.184.215.14', family: 4 },
        { address: 'fd00:ec2::254', family: 6 },
      ],
    ],
    [[{ address: '::ffff:169.254.169.254', family: 6 }]],
    [[{ address: 'fe80::1%eth0', family: 6 }]],
    [[{ address: 'not an address', family: 6 }]],
  ])('an address is refused if its host name resolves to %j', async (addresses) => {
    const resolver = resolverOf(addresses);
    await expect(lookUp('innocent.example', true, resolver)).rejects.toThrow(/never called/);
    await expect(lookUp('innocent.example', false, resolver)).rejects.toThrow(/never called/);
  });

  test('an address is resolved in the form that the caller requests', async () => {
    const one = await lookUp('localhost', false);
    expect(['127.0.0.1', '::1']).toContain(one);
    expect(await lookUp('localhost', true)).toEqual(
      expect.arrayContaining([{ address: one, family: one === '::1' ? 6 : 4 }]),
    );
  });

  test('a base URL is accepted without waiting longer than 5 seconds for a name server that is silent', async () => {
    jest.useFakeTimers();
    try {
      const silent = () => new Promise<never>(() => undefined);
      const checked = requireAllowedAddress(new URL('http://slow.example/v1'), silent);
      await jest.advanceTimersByTimeAsync(5_000);
      await expect(checked).resolves.toBeUndefined();
    } finally {
      jest.useRealTimers();
    }
  });
});
