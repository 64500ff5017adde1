import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { password, textOf } from '../../support/person.ts';

describe('accounts', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
  });
  afterAll(() => app.end());

  test.each([
    ['a short password', { name: 'A', email: 'a@example.org', password: 'short' }],
    ['an invalid email', { name: 'A', email: 'not one', password }],
    ['an empty name', { name: '  ', email: 'a@example.org', password }],
    ['a list for a name', { name: ['A'], email: 'a@example.org', password }],
    ['an empty body', {}],
  ])('sign-up refuses %s', async (_case, body) => {
    const response = await app.stranger().post('/auth/sign-up', body).expect(400);
    expect(response.body).toMatchObject({ error: { code: 'invalid_request' } });
  });

  test('20 concurrent first sign-ups create exactly one admin', async () => {
    const people = Array.from({ length: 20 }, () => app.stranger());
    await Promise.all(people.map((person, i) => person.signUp(`first${i}`)));
    expect(people.filter((person) => person.user.role === 'admin')).toHaveLength(1);
    expect(people.filter((person) => person.user.role === 'user')).toHaveLength(19);
    const config = await app.stranger().get('/config').expect(200);
    expect(config.body).toMatchObject({ firstRun: false, signUp: 'open' });
  });

  test('sign-up refuses an email that is taken, in any letter case', async () => {
    await app.stranger().signUp('Taken');
    const body = { name: 'Other', email: 'TAKEN@example.org', password };
    const response = await app.stranger().post('/auth/sign-up', body).expect(409);
    expect(response.body).toMatchObject({ error: { code: 'email_taken' } });
  });

  test('sign-in gives the same response to a wrong password, an unknown email and a deactivated account', async () => {
    const app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
    const admin = await app.person('Boss');
    const former = await app.person('Former');
    await admin.patch(`/admin/users/${former.user.id}`, { active: false }).expect(200);
    const attempts = [
      { email: 'boss@example.org', password: 'wrong password' },
      { email: 'nobody@example.org', password },
      { email: 'former@example.org', password },
    ];
    const responses = [];
    for (const body of attempts)
      responses.push(textOf(await app.stranger().post('/auth/sign-in', body).expect(401)));
    expect(new Set(responses).size).toBe(1);
    await app.end();
  });

  test('signing out ends the session permanently', async () => {
    const person = app.stranger();
    await person.signUp('Leaver');
    const cookie = person.cookie();
    await person.get('/me').expect(200);
    await person.post('/auth/sign-out').expect(204);
    await person.get('/me').expect(401);
    await app.stranger().get('/me').set('Cookie', cookie).expect(401);
  });

  test('every sign-in creates a new session id', async () => {
    const person = app.stranger();
    await person.signUp('Rotating');
    const before = person.cookie();
    await person.signIn('rotating@example.org');
    expect(person.cookie()).not.toBe(before);
    await app.stranger().get('/me').set('Cookie', before).expect(401);
  });

  test('a request in flight does not restore a session that was signed out', async () => {
    const person = app.stranger();
    await person.signUp('Inflight');
    const cookie = person.cookie();
    // These requests use the session while it is signed out.
    const racing = Array.from({ length: 10 }, () => app.stranger().get('/me').set('Cookie', cookie));
    await Promise.all([...racing, person.post('/auth/sign-out').expect(204)]);
    await app.stranger().get('/me').set('Cookie', cookie).expect(401);
  });

  test('the database contains no session id and no password', async () => {
    const person = app.stranger();
    await person.signUp('Secretive');
    const sid = decodeURIComponent(person.cookie()).split('s:')[1]!.split('.')[0]!;
    const { store } = app.platform;
    const rows = JSON.stringify([
      await store.db.select().from(store.t.sessions),
      await store.db.select().from(store.t.users),
    ]);
    expect(rows).not.toContain(sid);
    expect(rows).not.toContain(password);
  });

  test('changing the password ends the other sessions and keeps this one', async () => {
    const here = app.stranger();
    await here.signUp('Changer');
    const elsewhere = app.stranger();
    await elsewhere.signIn('changer@example.org');
    await here.post('/me/password', { currentPassword: 'wrong', newPassword: 'a new long one' }).expect(400);
    await here.post('/me/password', { currentPassword: password, newPassword: 'a new long one' }).expect(204);
    await here.get('/me').expect(200);
    await elsewhere.get('/me').expect(401);
  });

  test('a sign-in with the old password fails even while the password changes', async () => {
    const owner = app.stranger();
    await owner.signUp('Swift');
    const { sessions } = app.platform;
    const set = sessions.set.bind(sessions);
    sessions.set = (sid, data, done) => {
      sessions.set = set;
      owner.post('/me/password', { currentPassword: password, newPassword: 'a new long one' }).then(
        () => set(sid, data, done),
        (error: unknown) => done?.(error),
      );
    };
    const thief = app.stranger();
    await thief.post('/auth/sign-in', { email: 'swift@example.org', password }).expect(401);
    await thief.get('/me').expect(401);
    await owner.get('/me').expect(200);
  });

  test('closed sign-up accepts only the first account', async () => {
    const closed = await createTestApp({ env: { ENABLE_SIGNUP: 'false' } });
    const config = await closed.stranger().get('/config').expect(200);
    expect(config.body).toMatchObject({ firstRun: true, signUp: 'open' });
    const first = closed.stranger();
    await first.signUp('First');
    expect(first.user.role).toBe('admin');
    const body = { name: 'Second', email: 'second@example.org', password };
    const response = await closed.stranger().post('/auth/sign-up', body).expect(403);
    expect(response.body).toMatchObject({ error: { code: 'sign_up_closed' } });
    // The response does not reveal who has an account.
    const taken = await closed.stranger().post('/auth/sign-up', { ...body, email: first.user.email });
    expect(taken.status).toBe(403);
    expect(textOf(taken)).toBe(textOf(response));
    await closed.end();
  });

  test('too many failed sign-ins are refused with the time to wait', async () => {
    const limited = await createTestApp({ limited: true });
    const body = { email: 'nobody@example.org', password };
    let refused;
    for (let i = 0; i < 40 && !refused; i++) {
      const response = await limited.stranger().post('/auth/sign-in', body);
      if (response.status === 429) refused = response;
    }
    expect(refused?.headers['retry-after']).toBeDefined();
    expect(refused?.body).toMatchObject({ error: { code: 'rate_limited' } });
    await limited.end();
  });
});

describe('a pending account', () => {
  test('a pending account can only read itself', async () => {
    const app = await createTestApp();
    await app.person('Admin');
    const person = await app.person('Pat', 'pending');
    expect(person.user.role).toBe('pending');
    const refusal = await person.get('/chats').expect(403);
    expect(refusal.body).toMatchObject({ error: { code: 'pending' } });
    await expect(person.connect()).rejects.toThrow('unauthenticated');
    await person.get('/me').expect(200);
    await app.end();
  });
});
