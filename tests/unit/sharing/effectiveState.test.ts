import { describe, expect, test } from '@jest/globals';
import {
  effectiveState,
  type LinkFacts,
  type StateContext,
  type Viewer,
} from '../../../server/src/features/sharing/sharing.policy.ts';

const now = 1_750_000_000_000;
const link = (overrides: Partial<LinkFacts> = {}): LinkFacts => ({
  ownerId: 'ann',
  audienceKind: 'instance',
  expiresAt: null,
  pausedReason: null,
  revokedAt: null,
  ...overrides,
});
const viewer = (overrides: Partial<Viewer> = {}): Viewer => ({
  id: 'bob',
  role: 'user',
  active: true,
  ...overrides,
});
const context = (overrides: Partial<StateContext> = {}): StateContext => ({
  owner: { role: 'user', active: true },
  inAudience: false,
  policy: { audiences: ['instance', 'restricted'] },
  ...overrides,
});
const adminOwner = context({ owner: { role: 'admin', active: true } });
const inactiveOwner = context({ owner: { role: 'user', active: false } });
const pendingOwner = context({ owner: { role: 'pending', active: true } });
const restrictedOnly = context({ policy: { audiences: ['restricted'] } });

describe('readable links', () => {
  const restricted = link({ audienceKind: 'restricted' });
  test.each([
    ['by any active member when its audience is the instance', link(), viewer(), context()],
    ['by an admin when its audience is the instance', link(), viewer({ role: 'admin' }), context()],
    ['by a person in its audience', restricted, viewer(), context({ inAudience: true })],
    ['by its owner even when its audience is empty', restricted, viewer({ id: 'ann' }), context()],
    ['until the millisecond it expires', link({ expiresAt: now + 1 }), viewer(), context()],
    ['by a member when an admin owns it', link(), viewer(), adminOwner],
  ])('a link is readable %s', (_when, facts, person, circumstances) => {
    expect(effectiveState(facts, person, now, circumstances)).toEqual({ readable: true });
  });
});

describe('unreadable links', () => {
  const restricted = link({ audienceKind: 'restricted' });
  const expired = link({ expiresAt: now });
  test.each([
    ['once it is revoked', 'revoked', link({ revokedAt: now }), viewer(), context()],
    ['from the millisecond it expires', 'expired', expired, viewer(), context()],
    ['by its owner once it has expired', 'expired', expired, viewer({ id: 'ann' }), context()],
    ['while it is paused', 'paused', link({ pausedReason: 'review' }), viewer(), context()],
    ['while its owner is deactivated', 'owner_not_allowed', link(), viewer(), inactiveOwner],
    ['while its owner is pending', 'owner_not_allowed', link(), viewer(), pendingOwner],
    ['while the policy forbids its audience', 'audience_not_allowed', link(), viewer(), restrictedOnly],
    ['by a pending account', 'viewer_not_allowed', link(), viewer({ role: 'pending' }), context()],
    ['by a deactivated account', 'viewer_not_allowed', link(), viewer({ active: false }), context()],
    ['by an admin outside its audience', 'not_in_audience', restricted, viewer({ role: 'admin' }), context()],
  ])('a link is not readable %s: %s', (_when, reason, facts, person, circumstances) => {
    expect(effectiveState(facts, person, now, circumstances)).toEqual({ readable: false, reason });
  });

  test('the most permanent of several reasons is returned', () => {
    const facts = link({ revokedAt: now, expiresAt: now, pausedReason: 'review' });
    expect(effectiveState(facts, viewer(), now, context())).toEqual({ readable: false, reason: 'revoked' });
  });
});

/** Every combination of one value per key. */
function cartesian<T extends Record<string, readonly unknown[]>>(choices: T) {
  type Combination = { [K in keyof T]: T[K][number] };
  let combinations: object[] = [{}];
  for (const [key, values] of Object.entries(choices)) {
    combinations = combinations.flatMap((partial) => values.map((value) => ({ ...partial, [key]: value })));
  }
  return combinations as Combination[];
}

test('in every combination of circumstances a link is readable exactly when nothing forbids it', () => {
  const combinations = cartesian({
    revoked: [true, false],
    expiresAt: [null, now - 1, now, now + 1],
    paused: [true, false],
    ownerRole: ['pending', 'user', 'admin'],
    ownerActive: [true, false],
    audienceKind: ['instance', 'restricted'],
    audiences: [[], ['instance'], ['restricted'], ['instance', 'restricted']],
    role: ['pending', 'user', 'admin'],
    active: [true, false],
    id: ['ann', 'bob'],
    inAudience: [true, false],
  } as const);
  let readable = 0;
  for (const each of combinations) {
    const facts = link({
      audienceKind: each.audienceKind,
      expiresAt: each.expiresAt,
      pausedReason: each.paused ? 'review' : null,
      revokedAt: each.revoked ? now - 1 : null,
    });
    const circumstances = context({
      owner: { role: each.ownerRole, active: each.ownerActive },
      inAudience: each.inAudience,
      policy: { audiences: each.audiences },
    });
    const state = effectiveState(facts, viewer(each), now, circumstances);
    const expected =
      !each.revoked &&
      (each.expiresAt === null || each.expiresAt > now) &&
      !each.paused &&
      each.ownerActive &&
      each.ownerRole !== 'pending' &&
      (each.audiences as readonly string[]).includes(each.audienceKind) &&
      each.active &&
      each.role !== 'pending' &&
      (each.id === 'ann' || each.audienceKind === 'instance' || each.inAudience);
    if (expected) readable++;
    if (state.readable !== expected) throw new Error(JSON.stringify({ each, state }));
  }
  expect([combinations.length, readable]).toEqual([18_432, 112]);
});
