import { beforeEach, describe, expect, test } from '@jest/globals';
import { UserActions } from '../../../../client/src/features/users/userActions.ts';
import { Users } from '../../../../client/src/features/users/users.svelte.ts';
import { toast } from '../../../../client/src/ui/overlay/toast.svelte.ts';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';
import { aManagedUser } from '../../support/factories.ts';

const grace = aManagedUser({ id: 'grace', name: 'Grace Hopper', role: 'pending' });
let api: FakeApi;
let actions: UserActions;

beforeEach(async () => {
  toast.reset();
  api = new FakeApi();
  api.on('GET /admin/users', () => ({ items: [grace], nextCursor: null, pendingCount: 1 }));
  const users = new Users();
  await users.list.load();
  actions = new UserActions(users);
});

const messages = (): string[] => toast.shown.map(({ message }) => message);

describe('UserActions', () => {
  test('shows the error and reloads the list when the server refuses a change', async () => {
    api.on('PATCH /admin/users/:id', () => {
      throw new Refusal(422, 'last_admin', 'There must be one admin.');
    });
    await actions.setRole(grace, 'user');
    expect(messages()).toEqual(['There must be one admin.']);
    expect(api.requestsTo('GET /admin/users')).toHaveLength(2);
  });

  test('sends nothing when the role stays the same', async () => {
    await actions.setRole(grace, 'pending');
    expect(api.requestsTo('PATCH /admin/users/:id')).toEqual([]);
  });

  test.each([
    ['approve', (): Promise<void> => actions.approve(grace), 'Grace Hopper was approved'],
    ['setRole', (): Promise<void> => actions.setRole(grace, 'admin'), 'Grace Hopper is now an admin'],
    ['reactivate', (): Promise<void> => actions.reactivate(grace), 'Grace Hopper was reactivated'],
  ])('confirms %s with a message', async (_, act, message) => {
    api.on('PATCH /admin/users/:id', ({ body }) => ({ ...grace, ...(body as object) }));
    await act();
    expect(messages()).toEqual([message]);
  });
});
