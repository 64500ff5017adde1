import { describe, expect, test } from '@jest/globals';
import {
  effectiveState,
  type LinkFacts,
  type StateContext,
  type Viewer,
} from '../../../server/src/features/sharing/sharing.state.ts';

const now = 1_750_000_000_000;
const link = (more: Partial<LinkFacts> = {}): LinkFacts => ({
  ownerId: 'ann',
  audienceKind: 'instance',
  expiresAt: null,
  pausedReason: null,
  revokedAt: null,
  ...more,
});
const viewer = (more: Partial<Viewer> = {}): Viewer => ({ id: 'bob', role: 'user', active: true, ...more });
const context = (more: Partial<StateContext> = {}): StateContext => ({
  owner: { role: 'user', active: true },
  named: false,
  policy: { audiences: ['instance', 'restricted'] },
  ...more,
});

describe('a link is read by', () => {
  const restricted = link({ audienceKind: 'restricted' });
  test.each([
    ['any active member, when everyone here may', link(), viewer(), context()],
    ['an admin, when everyone here may', link(), viewer({ role: 'admin' }), context()],
    ['those who are named, when only they may', restricted, viewer(), context({ named: true })],
    ['its owner, though nobody is named', restricted, viewer({ id: 'ann' }), context()],
    ['everyone, until the very moment it expires', link({ expiresAt: now + 1 }), viewer(), context()],
    [
      'everyone, when an admin shares it',
      link(),
      viewer(),
      context({ owner: { role: 'admin', active: true } }),
    ],
  ])('%s', (_who, facts, someone, around) => {
    expect(effectiveState(facts, someone, now, around)).toEqual({ readable: true });
  });
});

describe('a link is read by nobody', () => {
  const restricted = link({ audienceKind: 'restricted' });
  test.each([
    ['once it is revoked', 'revoked', link({ revokedAt: now }), viewer(), context()],
    ['from the moment it expires', 'expired', link({ expiresAt: now }), viewer(), context()],
    ['while it is paused', 'paused', link({ pausedReason: 'review' }), viewer(), context()],
    [
      'while its owner is deactivated',
      'owner_not_allowed',
      link(),
      viewer(),
      context({ owner: { role: 'user', active: false } }),
    ],
    [
      'while its owner waits for approval',
      'owner_not_allowed',
      link(),
      viewer(),
      context({ owner: { role: 'pending', active: true } }),
    ],
    [
      'whose audience the policy does not allow',
      'audience_not_allowed',
      link(),
      viewer(),
      context({ policy: { audiences: ['restricted'] } }),
    ],
    ['who waits for approval', 'viewer_not_allowed', link(), viewer({ role: 'pending' }), context()],
    ['who is deactivated', 'viewer_not_allowed', link(), viewer({ active: false }), context()],
    [
      'who is not named, an admin neither',
      'not_in_audience',
      restricted,
      viewer({ role: 'admin' }),
      context(),
    ],
  ])('%s: %s', (_when, reason, facts, someone, around) => {
    expect(effectiveState(facts, someone, now, around)).toEqual({ readable: false, reason });
  });

  test('its owner included, when it has expired', () => {
    expect(effectiveState(link({ expiresAt: now }), viewer({ id: 'ann' }), now, context())).toEqual({
      readable: false,
      reason: 'expired',
    });
  });

  test('and of several reasons the most lasting one is told', () => {
    const facts = link({ revokedAt: now, expiresAt: now, pausedReason: 'review' });
    expect(effectiveState(facts, viewer(), now, context())).toEqual({ readable: false, reason: 'revoked' });
  });
});

test('of all circumstances together, exactly those in which nothing speaks against it let someone read', () => {
  const roles = ['pending', 'user', 'admin'] as const;
  const kinds = ['instance', 'restricted'] as const;
  const yesNo = [true, false];
  let readable = 0;
  let all = 0;
  for (const revoked of yesNo)
    for (const expiresAt of [null, now - 1, now, now + 1])
      for (const paused of yesNo)
        for (const ownerRole of roles)
          for (const ownerActive of yesNo)
            for (const audienceKind of kinds)
              for (const audiences of [[], ['instance'], ['restricted'], ['instance', 'restricted']] as const)
                for (const role of roles)
                  for (const active of yesNo)
                    for (const id of ['ann', 'bob'])
                      for (const named of yesNo) {
                        const state = effectiveState(
                          link({
                            audienceKind,
                            expiresAt,
                            pausedReason: paused ? 'review' : null,
                            revokedAt: revoked ? now - 1 : null,
                          }),
                          viewer({ id, role, active }),
                          now,
                          context({
                            owner: { role: ownerRole, active: ownerActive },
                            named,
                            policy: { audiences },
                          }),
                        );
                        const should =
                          !revoked &&
                          (expiresAt === null || expiresAt > now) &&
                          !paused &&
                          ownerActive &&
                          ownerRole !== 'pending' &&
                          (audiences as readonly string[]).includes(audienceKind) &&
                          active &&
                          role !== 'pending' &&
                          (id === 'ann' || audienceKind === 'instance' || named);
                        all++;
                        if (should) readable++;
                        if (state.readable !== should) throw new Error(JSON.stringify(state));
                      }
  expect([all, readable]).toEqual([18_432, 112]);
});
