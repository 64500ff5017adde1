import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import type { SessionInfo } from '#shared/auth';
import { hashSessionId } from '../../../server/src/platform/sessions/sessionStore.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { password, textOf, type Person } from '../../support/person.ts';

const firefoxOnLinux = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0';

describe('sessions', () => {
  let app: TestApp;
  let bob: Person;
  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
    await app.person('Admin');
    bob = await app.person('Bob');
  });
  afterAll(() => app.end());

  const emailOf = (name: string) => `${name.toLowerCase()}@example.org`;
  /** A second browser of the same person. */
  const alsoAs = async (name: string) => {
    const person = app.stranger();
    await person.signIn(emailOf(name));
    return person;
  };
  const sidHashOf = (person: Person) =>
    hashSessionId(decodeURIComponent(person.cookie()).split('s:')[1]!.split('.')[0]!);
  const listOf = async (person: Person) =>
    ((await person.get('/me/sessions').expect(200)).body as { items: SessionInfo[] }).items;
  /** A person who presents a copy of the cookie that `owner` has now. */
  const copyOfCookie = (owner: Person) => {
    const cookie = owner.cookie();
    return () => app.stranger().get('/me').set('Cookie', cookie);
  };

  describe('the list of sessions', () => {
    test('a foreign session, an ended one and one that does not exist are all not found', async () => {
      const ann = await app.person('Anna');
      const [{ id: foreign }] = (await listOf(bob)) as [SessionInfo];
      const elsewhere = await alsoAs('Anna');
      const ended = (await listOf(elsewhere)).find(({ current }) => current)!.id;
      await elsewhere.post('/auth/sign-out').expect(204);
      const responses = [];
      for (const id of [foreign, ended, 'missing'])
        responses.push(textOf(await ann.delete(`/me/sessions/${id}`).expect(404)));
      expect(new Set(responses).size).toBe(1);
      await bob.get('/me').expect(200);
    });

    test('names browser, system, address and last use, newest use first, and marks the current one', async () => {
      const cora = await app.person('Cora');
      const laptop = app.stranger();
      await laptop
        .post('/auth/sign-in', { email: emailOf('Cora'), password })
        .set('User-Agent', firefoxOnLinux)
        .expect(200);
      const items = await listOf(cora);
      expect(items).toHaveLength(2);
      expect(items.filter(({ current }) => current)).toHaveLength(1);
      const other = items.find(({ current }) => !current)!;
      expect(other).toMatchObject({ browser: 'Firefox', system: 'Linux', address: '127.0.0.1' });
      expect(Date.now() - Date.parse(other.lastActiveAt)).toBeLessThan(60_000);
      expect(JSON.stringify(items)).not.toContain(firefoxOnLinux);
    });

    test('an address that changes is shown with its last use', async () => {
      const app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user', TRUST_PROXY: '1' } });
      const person = await app.person('Mover');
      expect((await listOf(person))[0]!.address).toBe('127.0.0.1');
      await person.get('/me').set('X-Forwarded-For', '203.0.113.7').expect(200);
      const response = await person.get('/me/sessions').set('X-Forwarded-For', '203.0.113.7').expect(200);
      expect((response.body as { items: SessionInfo[] }).items[0]!.address).toBe('203.0.113.7');
      await app.end();
    });

    test('signing out one session ends it and its sockets, and no other', async () => {
      const dora = await app.person('Dora');
      const elsewhere = await alsoAs('Dora');
      const socket = await elsewhere.connect();
      const own = await dora.connect();
      const other = (await listOf(dora)).find(({ current }) => !current)!;
      await dora.delete(`/me/sessions/${other.id}`).expect(204);
      await socket.waitFor('session:ended', ({ reason }) => reason === 'signed_out');
      await socket.waitUntilClosed();
      await elsewhere.get('/me').expect(401);
      await dora.get('/me').expect(200);
      expect(own.raw.connected).toBe(true);
      own.close();
      expect(await listOf(dora)).toHaveLength(1);
    });

    test('signing out everywhere else ends all other sessions and copies of this one', async () => {
      const emil = await app.person('Emil');
      const others = [await alsoAs('Emil'), await alsoAs('Emil')];
      const sockets = await Promise.all(others.map((other) => other.connect()));
      const copy = copyOfCookie(emil);
      await emil.delete('/me/sessions').expect(204);
      await Promise.all(sockets.map((socket) => socket.waitUntilClosed()));
      for (const other of others) await other.get('/me').expect(401);
      await copy().expect(401);
      await emil.get('/me').expect(200);
      expect(await listOf(emil)).toHaveLength(1);
    });

    test('a pending account lists and ends its sessions', async () => {
      const pat = await app.person('Pat', 'pending');
      expect(await listOf(pat)).toHaveLength(1);
      await pat.delete('/me/sessions').expect(204);
      await pat.get('/me').expect(200);
    });
  });

  describe('the number of sessions', () => {
    test('beyond 50 sessions of a person the one that was used the longest time ago ends', async () => {
      const gina = await app.person('Gina');
      const { store } = app.platform;
      const { sessions } = store.t;
      const now = Date.now();
      await store.db.insert(sessions).values(
        Array.from({ length: 60 }, (_, i) => ({
          sidHash: `gina-${String(i)}`,
          userId: gina.user.id,
          data: '{}',
          createdAt: now - 1_000_000 + i,
          // The oldest session is in use.
          lastSeenAt: i === 0 ? now : now - 1_000_000 + i,
          expiresAt: now + 1_000_000,
        })),
      );
      await alsoAs('Gina');
      const items = await listOf(gina);
      expect(items).toHaveLength(50);
      const ids = items.map(({ id }) => id);
      expect(ids).toContain('gina-0');
      expect(ids).toContain('gina-59');
      expect(ids).not.toContain('gina-1');
      expect(await listOf(bob)).toHaveLength(1);
    });
  });

  describe('a changed password', () => {
    const change = (person: Person) =>
      person.post('/me/password', { currentPassword: password, newPassword: 'a new long one' }).expect(204);

    test('gives this session a new id, so that a copy of the old cookie is worthless', async () => {
      const hugo = await app.person('Hugo');
      const copy = copyOfCookie(hugo);
      await copy().expect(200);
      const before = hugo.cookie();
      await change(hugo);
      expect(hugo.cookie()).not.toBe(before);
      await copy().expect(401);
      await hugo.get('/me').expect(200);
      expect(await listOf(hugo)).toHaveLength(1);
    });

    test('closes the sockets of this session too, with a reason to reconnect', async () => {
      const ines = await app.person('Ines');
      const own = await ines.connect();
      await change(ines);
      await own.waitFor('session:ended', ({ reason }) => reason === 'session_renewed');
      await own.waitUntilClosed();
      const again = await ines.connect();
      again.close();
    });
  });

  describe('an expired session', () => {
    test('its idle socket is closed within a minute', async () => {
      const kim = await app.person('Kim');
      const socket = await kim.connect();
      const { store } = app.platform;
      await store.db
        .update(store.t.sessions)
        .set({ expiresAt: Date.now() - 1 })
        .where(eq(store.t.sessions.sidHash, sidHashOf(kim)));
      await socket.waitFor('session:ended', ({ reason }) => reason === 'signed_out');
      await socket.waitUntilClosed();
      await kim.get('/me').expect(401);
    }, 60_000);

    test('a session that reached its longest lifetime ends even if it is in use', async () => {
      const lea = await app.person('Lea');
      const socket = await lea.connect();
      const { store } = app.platform;
      await store.db
        .update(store.t.sessions)
        .set({ createdAt: Date.now() - 181 * 24 * 3_600_000 })
        .where(eq(store.t.sessions.sidHash, sidHashOf(lea)));
      await socket.waitUntilClosed();
      await lea.get('/me').expect(401);
    }, 60_000);
  });

  describe('signing out', () => {
    test('the browser removes cached responses and stored data, and keeps the cookies of the host', async () => {
      const mia = await app.person('Mia');
      const response = await mia.post('/auth/sign-out').expect(204);
      expect(response.headers['clear-site-data']).toBe('"cache", "storage"');
    });
  });
});
