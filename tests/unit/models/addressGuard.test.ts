import { describe, expect, test } from '@jest/globals';
import type { lookup, LookupAddress } from 'node:dns';
import { checkedLookup, requireAllowedHost } from '../../../server/src/features/models/addressGuard.ts';

describe('addresses of model servers', () => {
  test.each([
    'http://169.254.169.254/latest',
    'http://169.254.170.2/',
    'http://2852039166/',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::169.254.169.254]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[2002:a9fe:a9fe::1]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://168.63.129.16/',
    'http://100.100.100.200/',
  ])('an address is refused if it is %s', (address) => {
    expect(() => requireAllowedHost(new URL(address))).toThrow(/never called/);
  });

  test.each([
    'http://127.0.0.1:11434/v1',
    'http://[::1]:8080/',
    'http://10.0.0.5/',
    'http://192.168.1.20/',
    'http://169.253.0.1/',
    'http://[2001:db8::1]/',
    'https://api.openai.com/v1',
  ])('an address is allowed if it is %s', (address) => {
    expect(() => requireAllowedHost(new URL(address))).not.toThrow();
  });

  const lookUp = (name: string, all: boolean, resolver?: typeof lookup) =>
    new Promise<string | LookupAddress[]>((resolve, reject) =>
      checkedLookup(resolver)(name, { all }, (error, address) => (error ? reject(error) : resolve(address))),
    );

  test.each([
    [[{ address: '169.254.169.254', family: 4 }]],
    [
      [
        { address: '93.184.215.14', family: 4 },
        { address: 'fd00:ec2::254', family: 6 },
      ],
    ],
    [[{ address: '::ffff:169.254.169.254', family: 6 }]],
  ])('an address is refused if its host name resolves to %j', async (addresses) => {
    const resolver = ((
      _name: string,
      _options: object,
      callback: (error: null, all: LookupAddress[]) => void,
    ) => callback(null, addresses)) as unknown as typeof lookup;
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
});
