import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import type { Person } from '../../support/person.ts';

describe('the users of an instance', () => {
  let app: TestApp;
  let admin: Person;
  let ann: Person;
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
    admin = await app.person('Admin');
    ann = await app.person('Ann');
  });
  afterAll(() => app.end());

  test('only admins can list and change users', async () => {
    await ann.get('/admin/users').expect(403);
    await ann.patch(`/admin/users/${ann.user.id}`, { role: 'admin' }).expect(403);
  });

  test('admins find users by name and email, newest first, page by page', async () => {
    const query = await admin.get('/admin/users?query=ANN').expect(200);
    expect(query.body.items.map((user: { name: string }) => user.name)).toEqual(['Ann']);
    const first = await admin.get('/admin/users?limit=1').expect(200);
    expect(first.body.items).toHaveLength(1);
    const second = await admin.get(`/admin/users?limit=1&cursor=${first.body.nextCursor}`).expect(200);
    expect(second.body.items[0].id).not.toBe(first.body.items[0].id);
    expect(JSON.stringify(query.body)).not.toContain('argon2');
  });

  test('the last active admin cannot be demoted or deactivated', async () => {
    const demoted = await admin.patch(`/admin/users/${admin.user.id}`, { role: 'user' }).expect(422);
    expect(demoted.body).toMatchObject({ error: { code: 'last_admin' } });
    await admin.patch(`/admin/users/${admin.user.id}`, { active: false }).expect(422);
  });

  test('two admins who demote each other concurrently leave one admin', async () => {
    const other = await app.person('Other', 'admin');
    await Promise.all([
      admin.patch(`/admin/users/${other.user.id}`, { role: 'user' }),
      other.patch(`/admin/users/${admin.user.id}`, { role: 'user' }),
    ]);
    const { store } = app.platform;
    const users = await store.db.select().from(store.t.users);
    const admins = users.filter((user) => user.role === 'admin' && user.active);
    expect(admins).toHaveLength(1);
    if (admins[0]!.id !== admin.user.id) {
      await other.patch(`/admin/users/${admin.user.id}`, { role: 'admin' }).expect(200);
      await admin.patch(`/admin/users/${other.user.id}`, { role: 'user' }).expect(200);
    }
  });

  test('deactivation ends sessions and sockets at once, and reactivation requires a new sign-in', async () => {
    const bob = await app.person('Bob');
    const socket = await bob.connect();
    await admin.patch(`/admin/users/${bob.user.id}`, { active: false }).expect(200);
    await socket.waitUntilClosed();
    expect(socket.payloads('session:ended')).toEqual([{ reason: 'signed_out' }]);
    await bob.get('/me').expect(401);
    await admin.patch(`/admin/users/${bob.user.id}`, { active: true }).expect(200);
    await bob.get('/me').expect(401);
    await bob.signIn('bob@example.org');
    await bob.get('/me').expect(200);
  });

  test('a new role takes effect at once, on open sockets too', async () => {
    const cleo = await app.person('Cleo');
    const socket = await cleo.connect();
    await admin.patch(`/admin/users/${cleo.user.id}`, { role: 'pending' }).expect(200);
    await socket.waitUntilClosed();
    await cleo.get('/chats').expect(403);
  });

  test('members can search the active members', async () => {
    const people = await ann.get('/people?query=example.org').expect(200);
    const names = people.body.items.map((person: { name: string }) => person.name);
    expect(names).toContain('Ann');
    expect(names).not.toContain('Cleo');
  });
});

describe('settings', () => {
  test('only admins change settings, and nobody changes those that the environment fixes', async () => {
    const app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user', WEBUI_NAME: 'Acme chat' } });
    const admin = await app.person('Admin');
    const ann = await app.person('Ann');
    await ann.get('/admin/settings').expect(403);
    await ann.patch('/admin/settings', { signUp: 'closed' }).expect(403);
    const socket = await ann.connect();
    const response = await admin.patch('/admin/settings', { name: 'Mine', signUp: 'closed' }).expect(200);
    expect(response.body).toMatchObject({
      name: 'Acme chat',
      signUp: 'closed',
      locked: ['name', 'defaultRole'],
    });
    await socket.waitFor('config:changed');
    const config = await app.stranger().get('/config').expect(200);
    expect(config.body).toMatchObject({ name: 'Acme chat', signUp: 'closed' });
    socket.close();
    await app.end();
  });
});
