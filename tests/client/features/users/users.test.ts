import { beforeEach, describe, expect, test } from '@jest/globals';
import { Users } from '../../../../client/src/features/users/users.svelte.ts';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';
import { aManagedUser } from '../../support/factories.ts';

const pendingUser = aManagedUser({ id: 'grace', role: 'pending' });
let api: FakeApi;
let users: Users;

beforeEach(async () => {
  api = new FakeApi();
  api.on('GET /admin/users', () => ({ items: [pendingUser], nextCursor: null, pendingCount: 1 }));
  users = new Users();
  await users.list.load();
});

describe('Users', () => {
  test('keeps the list unchanged when the server refuses an update', async () => {
    api.on('PATCH /admin/users/:id', () => {
      throw new Refusal(422, 'last_admin');
    });
    await expect(users.update(pendingUser, { role: 'user' })).rejects.toThrow();
    expect(users.list.items).toEqual([pendingUser]);
    expect(users.pendingCount).toBe(1);
  });

  test('updates the pending count when an account is approved, deactivated or reactivated', async () => {
    api.on('PATCH /admin/users/:id', ({ body }) => ({ ...pendingUser, ...(body as object) }));
    await users.update(pendingUser, { active: false });
    expect(users.pendingCount).toBe(0);
    await users.update(users.list.items[0]!, { active: true });
    expect(users.pendingCount).toBe(1);
    await users.update(users.list.items[0]!, { role: 'user' });
    expect(users.pendingCount).toBe(0);
    expect(users.list.items[0]).toMatchObject({ id: 'grace', role: 'user' });
  });

  test('sends query and role filter together to the server', async () => {
    await users.setFilter('pending');
    await users.search(' grace ');
    expect(api.requestsTo('GET /admin/users').at(-1)?.query).toEqual({
      limit: '50',
      query: 'grace',
      role: 'pending',
    });
    await users.setFilter('all');
    expect(api.requestsTo('GET /admin/users').at(-1)?.query).toEqual({ limit: '50', query: 'grace' });
  });
});
