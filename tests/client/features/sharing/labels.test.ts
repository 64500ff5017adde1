import { describe, expect, test } from '@jest/globals';
import { audienceLabel, statusLabel } from '../../../../client/src/features/sharing/labels.ts';
import { aLink } from './factories.ts';

describe('audience', () => {
  const restricted = (userIds: string[]) => ({ kind: 'restricted' as const, userIds, groupIds: [] });

  test.each([
    [{ kind: 'instance' as const }, 'Everyone in Acme'],
    [restricted([]), 'Only you'],
    [restricted(['grace']), 'You and 1 person'],
    [restricted(['grace', 'bob']), 'You and 2 people'],
  ])('the label of the audience %j is "%s"', (audience, label) => {
    expect(audienceLabel(audience, 'Acme')).toBe(label);
  });
});

describe('status', () => {
  test.each([
    [{}, null],
    [{ upToDate: false }, 'Out of date'],
    [{ upToDate: false, inactiveReason: 'expired' as const }, 'Expired'],
    [{ inactiveReason: 'owner_not_allowed' as const }, 'Paused'],
  ])('the label of a link with %j is %s', (overrides, label) => {
    expect(statusLabel(aLink(overrides))).toBe(label);
  });
});
