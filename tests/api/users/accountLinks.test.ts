import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { limits } from '#shared/limits';
import { invite, resetLink, setPassword } from '../../support/accountLinks.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { password, textOf, type Person } from '../../support/person.ts';

const newPassword = 'a new long password';

describe('one-time links', () => {
  let app: TestApp;
  let admin: Person;
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
    admin = await app.person('Admin');
  });
  afterAll(() => app.end());

  const read = (token: string) => app.stranger().post('/auth/account-link', { token });
  const auditOf = async (targetId: string) => {
    const { auditLog } = app.platform.store.t;
    return app.platform.store.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.targetId, targetId))
      .orderBy(auditLog.seq);
  };

  test('an unknown, used, replaced, expired and malformed link and that of a deactivated account get the same response', async () => {
    const used = await invite(admin, 'Used');
    await setPassword(app.stranger(), used.token, newPassword).expect(200);
    const replaced = await invite(admin, 'Replaced');
    await resetLink(admin, replaced.user.id);
    const deactivated = await invite(admin, 'Deactivated');
    await admin.patch(`/admin/users/${deactivated.user.id}`, { active: false }).expect(200);
    const expired = await invite(admin, 'Expired');
    app.advance(limits.inviteLifetimeMs);
    const tokens = [used, replaced, deactivated, expired].map(({ token }) => token);
    const responses = [];
    for (const token of [...tokens, 'a'.repeat(43), '', '../x\u0000']) {
      responses.push(await read(token), await setPassword(app.stranger(), token, newPassword));
    }
    expect(new Set(responses.map((response) => `${response.status} ${textOf(response)}`)).size).toBe(1);
    expect(responses[0]?.status).toBe(404);
  });

  test('a link is stored only as a hash, and its token appears in no response but the first', async () => {
    const { token, user } = await invite(admin, 'Hashed');
    const { store } = app.platform;
    const rows = [
      await store.db.select().from(store.t.accountLinks),
      await store.db.select().from(store.t.users),
      await auditOf(user.id),
      (await admin.get('/admin/users').expect(200)).body as unknown,
    ];
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(token.length).toBeGreaterThanOrEqual(43);
  });

  test('guesses are limited for each address', async () => {
    const limited = await createTestApp({ limited: true });
    const statuses = new Set<number>();
    for (let i = 0; i < 31; i++) {
      const attempt = await limited.stranger().post('/auth/account-link', { token: `guess-${i}` });
      statuses.add(attempt.status);
    }
    expect([...statuses]).toEqual([404, 429]);
    const use = await setPassword(limited.stranger(), 'guess', newPassword);
    expect([use.status, use.headers['retry-after']]).toEqual([429, expect.any(String)]);
    await limited.end();
  });

  describe('an invitation', () => {
    test('only admins can invite, and no email address gets two accounts', async () => {
      const member = await app.person('Member');
      const body = { name: 'Twin', email: 'Twin@example.org', role: 'user' };
      await member.post('/admin/users', body).expect(403);
      await app.stranger().post('/admin/users', body).expect(401);
      await admin.post('/admin/users', body).expect(201);
      const twice = await admin.post('/admin/users', { ...body, email: 'TWIN@example.org' }).expect(409);
      expect(twice.body).toMatchObject({ error: { code: 'email_taken' } });
      await admin.post('/admin/users', { ...body, email: 'not one' }).expect(400);
      await admin.post('/admin/users', { ...body, name: ' ' }).expect(400);
    });

    test('an invited person cannot sign in before, sets a password once, and is then signed in', async () => {
      const { token, user, inviteUrl } = await invite(admin, 'Ivy', 'admin');
      expect(inviteUrl.startsWith(`${app.url}/auth/password#`)).toBe(true);
      expect(user).toMatchObject({ name: 'Ivy', email: 'ivy@example.org', role: 'admin', invited: true });
      await app.stranger().post('/auth/sign-in', { email: user.email, password: '' }).expect(401);
      expect((await read(token).expect(200)).body).toEqual({
        kind: 'invite',
        name: 'Ivy',
        email: 'ivy@example.org',
      });
      const ivy = app.stranger();
      await setPassword(ivy, token, 'short').expect(400);
      const response = await setPassword(ivy, token, newPassword).expect(200);
      expect(response.body).toEqual({
        user: { id: user.id, name: 'Ivy', email: 'ivy@example.org', role: 'admin' },
      });
      await ivy.get('/admin/users').expect(200);
      const listed = (await admin.get('/admin/users?query=ivy').expect(200)).body as { items: unknown[] };
      expect(listed.items).toMatchObject([{ id: user.id, invited: false }]);
      await setPassword(app.stranger(), token, 'another password').expect(404);
      expect((await auditOf(user.id)).map(({ action }) => action)).toEqual(['user.invited', 'user.joined']);
      await app.stranger().post('/auth/sign-in', { email: user.email, password: newPassword }).expect(200);
    });

    test('people can be invited while sign-up is closed', async () => {
      await admin.patch('/admin/settings', { signUp: 'closed' }).expect(200);
      const { token } = await invite(admin, 'Late');
      await setPassword(app.stranger(), token, newPassword).expect(200);
      await admin.patch('/admin/settings', { signUp: 'open' }).expect(200);
    });

    test('of 10 concurrent uses of a link exactly one succeeds', async () => {
      const { token, user } = await invite(admin, 'Raced');
      const statuses = await Promise.all(
        Array.from({ length: 10 }, async (_, i) => {
          const attempt = await setPassword(app.stranger(), token, `${newPassword} ${i}`);
          return attempt.status;
        }),
      );
      expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 404)]);
      const actions = (await auditOf(user.id)).map(({ action }) => action);
      expect(actions.filter((action) => action === 'user.joined')).toHaveLength(1);
    });

    test('an admin who has not yet joined does not count as an active admin', async () => {
      const own = await createTestApp();
      const only = await own.person('Only');
      const { user, token } = await invite(only, 'Second', 'admin');
      const refused = await only.patch(`/admin/users/${only.user.id}`, { role: 'user' }).expect(422);
      expect(refused.body).toMatchObject({ error: { code: 'last_admin' } });
      // A new link for someone who was invited is still an invitation.
      const next = await resetLink(only, user.id);
      await only.patch(`/admin/users/${only.user.id}`, { role: 'user' }).expect(422);
      await setPassword(own.stranger(), token, newPassword).expect(404);
      await setPassword(own.stranger(), next, newPassword).expect(200);
      await only.patch(`/admin/users/${only.user.id}`, { role: 'user' }).expect(200);
      await own.end();
    });
  });

  describe('a link to reset a password', () => {
    const signIn = (name: string, secret: string) =>
      app.stranger().post('/auth/sign-in', { email: `${name.toLowerCase()}@example.org`, password: secret });

    test('only admins create one, for other accounts that exist and are active', async () => {
      const ann = await app.person('Ann');
      const bob = await app.person('Bob');
      await ann.post(`/admin/users/${bob.user.id}/reset-link`).expect(403);
      await admin.post('/admin/users/missing/reset-link').expect(404);
      const own = await admin.post(`/admin/users/${admin.user.id}/reset-link`).expect(422);
      expect(own.body).toMatchObject({ error: { code: 'own_account' } });
      await admin.patch(`/admin/users/${bob.user.id}`, { active: false }).expect(200);
      await admin.post(`/admin/users/${bob.user.id}/reset-link`).expect(422);
    });

    test('the old password works until the link is used, which ends all sessions and sockets', async () => {
      const cara = await app.person('Cara');
      const token = await resetLink(admin, cara.user.id);
      const socket = await cara.connect();
      await signIn('Cara', password).expect(200);
      const elsewhere = app.stranger();
      await setPassword(elsewhere, token, newPassword).expect(200);
      await socket.waitUntilClosed();
      await cara.get('/me').expect(401);
      await elsewhere.get('/me').expect(200);
      await signIn('Cara', password).expect(401);
      await signIn('Cara', newPassword).expect(200);
      const entries = (await auditOf(cara.user.id)).filter(({ action }) => /link|reset/.test(action));
      expect(entries).toMatchObject([
        { action: 'user.link_created', actorId: admin.user.id, details: { kind: 'reset' } },
        { action: 'user.password_reset', actorId: cara.user.id },
      ]);
    });

    test('a newer link, a password change and deactivation each end a link for good', async () => {
      const dan = await app.person('Dan');
      const first = await resetLink(admin, dan.user.id);
      const second = await resetLink(admin, dan.user.id);
      await setPassword(app.stranger(), first, newPassword).expect(404);
      await dan.post('/me/password', { currentPassword: password, newPassword }).expect(204);
      await setPassword(app.stranger(), second, 'stolen password').expect(404);
      const third = await resetLink(admin, dan.user.id);
      await admin.patch(`/admin/users/${dan.user.id}`, { active: false }).expect(200);
      await admin.patch(`/admin/users/${dan.user.id}`, { active: true }).expect(200);
      await setPassword(app.stranger(), third, 'stolen password').expect(404);
    });

    test('a link ends after a day', async () => {
      const eve = await app.person('Eve');
      const token = await resetLink(admin, eve.user.id);
      app.advance(limits.resetLifetimeMs - 1_000);
      await read(token).expect(200);
      app.advance(1_000);
      await read(token).expect(404);
    });

    test('using the link of another account replaces the session of the browser', async () => {
      const fay = await app.person('Fay');
      const gus = await app.person('Gus');
      const before = gus.cookie();
      await setPassword(gus, await resetLink(admin, fay.user.id), newPassword).expect(200);
      await gus.refresh();
      expect(gus.user.id).toBe(fay.user.id);
      await app.stranger().get('/me').set('Cookie', before).expect(401);
    });
  });
});

describe('the number of people who wait for approval', () => {
  test('admins see it at once on every change, and others never do', async () => {
    const app = await createTestApp();
    const admin = await app.person('Admin');
    const member = await app.person('Member', 'user');
    const [tab, other] = [await admin.connect(), await member.connect()];
    await tab.waitFor('users:pending', ({ count }) => count === 0);
    const waiting = await app.person('Waiting', 'pending');
    await tab.waitFor('users:pending', ({ count }) => count === 1);
    expect((await admin.get('/me').expect(200)).body).toMatchObject({ pendingCount: 1 });
    expect((await member.get('/me').expect(200)).body).toMatchObject({ pendingCount: 0 });
    await admin.patch(`/admin/users/${waiting.user.id}`, { role: 'user' }).expect(200);
    await tab.waitFor('users:pending', () => tab.payloads('users:pending').at(-1)?.count === 0);
    // A former admin is no longer told.
    await admin.patch(`/admin/users/${member.user.id}`, { role: 'admin' }).expect(200);
    const second = await member.connect();
    await second.waitFor('users:pending');
    await admin.patch(`/admin/users/${member.user.id}`, { role: 'user' }).expect(200);
    await second.waitUntilClosed();
    const third = await member.connect();
    await app.person('Another', 'pending');
    await tab.waitFor('users:pending', () => tab.payloads('users:pending').at(-1)?.count === 1);
    expect([...other.payloads('users:pending'), ...third.payloads('users:pending')]).toEqual([]);
    for (const socket of [tab, other, second, third]) socket.close();
    await app.end();
  });
});
