import { describe, expect, test } from '@jest/globals';
import { guardsOf } from '../../../../client/src/features/auth/guards.ts';
import type { AccountStatus } from '../../../../client/src/features/auth/standing.ts';

const at = (address: string): URL => new URL(address, 'https://parley.example');
const as = (standing: AccountStatus): ReturnType<typeof guardsOf> => guardsOf({ standing });

describe('guards', () => {
  test.each([
    ['visitor', 'member', '/c/1', '/auth?next=%2Fc%2F1'],
    ['visitor', 'member', '/', '/auth'],
    ['visitor', 'admin', '/admin/users', '/auth?next=%2Fadmin%2Fusers'],
    ['visitor', 'pending', '/pending?next=%2Fc%2F1', '/auth?next=%2Fc%2F1'],
    ['pending', 'member', '/c/1', '/pending?next=%2Fc%2F1'],
    ['pending', 'admin', '/admin/users', '/pending?next=%2Fadmin%2Fusers'],
    ['pending', 'visitor', '/auth?next=%2Fc%2F1', '/pending?next=%2Fc%2F1'],
    ['member', 'admin', '/admin/users', '/'],
    ['member', 'visitor', '/auth?next=%2Fs%2Fabc', '/s/abc'],
    ['member', 'visitor', '/auth?next=%2F%2Fevil.example', '/'],
    ['member', 'pending', '/pending?next=%2Fc%2F1', '/c/1'],
  ] as const)('send a %s away from a page for %s: %s leads to %s', (standing, page, address, to) => {
    expect(as(standing)[page](at(address))).toBe(to);
  });

  test.each([
    ['visitor', 'visitor'],
    ['pending', 'pending'],
    ['member', 'member'],
    ['admin', 'member'],
    ['admin', 'admin'],
  ] as const)('let a %s see a page for %s', (standing, page) => {
    expect(as(standing)[page](at('/c/1'))).toBeNull();
  });
});
