import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { password } from '../../support/person.ts';

describe('accounts', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
  });
  afterAll(() => app.end());

  test.each([
    ['a short password', { name: 'A', email: 'a@example.org', password: 'short' }],
    ['no e-mail address', { name: 'A', email: 'not one', password }],
    ['an empty name', { name: '  ', email: 'a@example.org', password }],
    ['a list for a name', { name: ['A'], email: 'a@example.org', password }],
    ['nothing at all', {}],
  ])('refuses to sign up with %s', async (_what, body) => {
    const answer = await app.stranger().post('/auth/sign-up', body).expect(400);
    expect(answer.body).toMatchObject({ error: { code: 'invalid_request' } });
  });

  test('makes exactly one admin of 20 first sign-ups at once', async () => {
    const people = Array.from({ length: 20 }, () => app.stranger());
    await Promise.all(people.map((someone, i) => someone.signUp(`first${i}`)));
    expect(people.filter((someone) => someone.user.role === 'admin')).toHaveLength(1);
    expect(people.filter((someone) => someone.user.role === 'user')).toHaveLength(19);
    const config = await app.stranger().get('/config').expect(200);
    expect(config.body).toMatchObject({ firstRun: false, signUp: 'open' });
  });

  test('refuses an e-mail address that is taken, in whatever case it is written', async () => {
    await app.stranger().signUp('Taken');
    const body = { name: 'Other', email: 'TAKEN@example.org', password };
    const answer = await app.stranger().post('/auth/sign-up', body).expect(409);
    expect(answer.body).toMatchObject({ error: { code: 'email_taken' } });
  });

  test('answers a wrong password, an unknown address and a deactivated account alike', async () => {
    const app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
    const admin = await app.person('Boss');
    const gone = await app.person('Gone');
    await admin.patch(`/admin/users/${gone.user.id}`, { active: false }).expect(200);
    const tries = [
      { email: 'boss@example.org', password: 'wrong password' },
      { email: 'nobody@example.org', password },
      { email: 'gone@example.org', password },
    ];
    const answers = [];
    for (const body of tries)
      answers.push((await app.stranger().post('/auth/sign-in', body).expect(401)).text);
    expect(new Set(answers).size).toBe(1);
    await app.end();
  });

  test('signs in, says who one is, and signs out for good', async () => {
    const someone = app.stranger();
    await someone.signUp('Leaver');
    const cookie = someone.cookie();
    await someone.get('/me').expect(200);
    await someone.post('/auth/sign-out').expect(204);
    await someone.get('/me').expect(401);
    await app.stranger().get('/me').set('Cookie', cookie).expect(401);
  });

  test('gives a new session id with every sign-in', async () => {
    const someone = app.stranger();
    await someone.signUp('Rotating');
    const before = someone.cookie();
    await someone.signIn('rotating@example.org');
    expect(someone.cookie()).not.toBe(before);
    await app.stranger().get('/me').set('Cookie', before).expect(401);
  });

  test('a request in flight does not write a session back that was signed out meanwhile', async () => {
    const someone = app.stranger();
    await someone.signUp('Inflight');
    const cookie = someone.cookie();
    // Signing in again on the old cookie changes the session at the very time it is signed out.
    const racing = Array.from({ length: 10 }, () => app.stranger().get('/me').set('Cookie', cookie));
    await Promise.all([...racing, someone.post('/auth/sign-out').expect(204)]);
    await app.stranger().get('/me').set('Cookie', cookie).expect(401);
  });

  test('the database holds no session id and no password', async () => {
    const someone = app.stranger();
    await someone.signUp('Secretive');
    const sid = decodeURIComponent(someone.cookie()).split('s:')[1]!.split('.')[0]!;
    const { store } = app.platform;
    const rows = JSON.stringify([
      await store.db.select().from(store.t.sessions),
      await store.db.select().from(store.t.users),
    ]);
    expect(rows).not.toContain(sid);
    expect(rows).not.toContain(password);
  });

  test('a changed password ends the other sessions and keeps this one', async () => {
    const here = app.stranger();
    await here.signUp('Changer');
    const elsewhere = app.stranger();
    await elsewhere.signIn('changer@example.org');
    await here.post('/me/password', { currentPassword: 'wrong', newPassword: 'a new long one' }).expect(400);
    await here.post('/me/password', { currentPassword: password, newPassword: 'a new long one' }).expect(204);
    await here.get('/me').expect(200);
    await elsewhere.get('/me').expect(401);
  });

  test('an old password opens no session, however close the sign-in is to the change', async () => {
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

  test('closed sign-up lets nobody in but the very first', async () => {
    const closed = await createTestApp({ env: { ENABLE_SIGNUP: 'false' } });
    const config = await closed.stranger().get('/config').expect(200);
    expect(config.body).toMatchObject({ firstRun: true, signUp: 'open' });
    const first = closed.stranger();
    await first.signUp('First');
    expect(first.user.role).toBe('admin');
    const body = { name: 'Second', email: 'second@example.org', password };
    const answer = await closed.stranger().post('/auth/sign-up', body).expect(403);
    expect(answer.body).toMatchObject({ error: { code: 'sign_up_closed' } });
    // Nor does it tell who has an account.
    const taken = await closed.stranger().post('/auth/sign-up', { ...body, email: first.user.email });
    expect(taken.status).toBe(403);
    expect(taken.body).toEqual(answer.body);
    await closed.end();
  });

  test('too many wrong passwords are refused for a while, with the time to wait', async () => {
    const limited = await createTestApp({ limited: true });
    const body = { email: 'nobody@example.org', password };
    let refused;
    for (let i = 0; i < 40 && !refused; i++) {
      const answer = await limited.stranger().post('/auth/sign-in', body);
      if (answer.status === 429) refused = answer;
    }
    expect(refused?.headers['retry-after']).toBeDefined();
    expect(refused?.body).toMatchObject({ error: { code: 'rate_limited' } });
    await limited.end();
  });
});

describe('a pending account', () => {
  test('sees nothing but that it waits, until an admin approves it', async () => {
    const app = await createTestApp();
    await app.person('Admin');
    const someone = await app.person('Waiting', 'pending');
    expect(someone.user.role).toBe('pending');
    const refusal = await someone.get('/chats').expect(403);
    expect(refusal.body).toMatchObject({ error: { code: 'pending' } });
    await expect(someone.connect()).rejects.toThrow('unauthenticated');
    await someone.get('/me').expect(200);
    await app.end();
  });
});
