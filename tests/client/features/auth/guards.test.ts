import { describe, expect, test } from '@jest/globals';
import { createGuards } from '../../../../client/src/features/auth/guards.ts';
import type { AccountStatus } from '../../../../client/src/features/auth/session.svelte.ts';

const urlOf = (address: string): URL => new URL(address, 'https://parley.example');
const guardsFor = (status: AccountStatus): ReturnType<typeof createGuards> => createGuards({ status });

describe('route guards', () => {
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
  ] as const)('guards redirect a %s from a %s page: %s to %s', (status, page, address, target) => {
    expect(guardsFor(status)[page](urlOf(address))).toBe(target);
  });

  test.each([
    ['visitor', 'visitor'],
    ['pending', 'pending'],
    ['member', 'member'],
    ['admin', 'member'],
    ['admin', 'admin'],
  ] as const)('guards let a %s open a %s page', (status, page) => {
    expect(guardsFor(status)[page](urlOf('/c/1'))).toBeNull();
  });
});
