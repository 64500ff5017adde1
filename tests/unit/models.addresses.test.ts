import { describe, expect, test } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import { checkedLookup, requireAllowedHost } from '../../server/src/features/models/models.addresses.ts';

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
  ])('%s is refused', (address) => {
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
  ])('%s is allowed', (address) => {
    expect(() => requireAllowedHost(new URL(address))).not.toThrow();
  });

  test('a name is looked up in the form the caller wants', async () => {
    const lookUp = (all: boolean) =>
      new Promise<string | LookupAddress[]>((resolve, reject) =>
        checkedLookup('localhost', { all }, (error, address) => (error ? reject(error) : resolve(address))),
      );
    const one = await lookUp(false);
    expect(['127.0.0.1', '::1']).toContain(one);
    expect(await lookUp(true)).toEqual(
      expect.arrayContaining([{ address: one, family: one === '::1' ? 6 : 4 }]),
    );
  });
});
