import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { password, type Person } from '../../support/person.ts';

interface Entry {
  actorId: string | null;
  action: string;
  targetId: string;
  details: Record<string, unknown>;
}

const wrongPassword = 'open sesame please';

describe('the audit log', () => {
  let app: TestApp;
  let admin: Person;
  let ann: Person;
  let bob: Person;
  let lines: string[];

  beforeEach(async () => {
    lines = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' }, log });
    admin = await app.person('Admin');
    ann = await app.person('Ann');
    bob = await app.person('Bob');
  });
  afterEach(() => app.end());

  const entriesOf = async (action: string): Promise<Entry[]> => {
    // Repetitions within a minute are written at its end.
    app.advance(61_000);
    await app.features.recordPending();
    const { store } = app.platform;
    return (await store.db.select().from(store.t.auditLog)).filter((entry) => entry.action === action);
  };
  const attempt = (email: string, secret = wrongPassword) =>
    app.stranger().post('/auth/sign-in', { email, password: secret });
  const totalOf = (entries: Entry[]) =>
    entries.reduce((sum, { details }) => sum + Number(details.count ?? 1), 0);

  test('a failed sign-in is recorded with its reason, without the email and the password that were typed', async () => {
    await attempt('ann@example.org').expect(401);
    await attempt('nobody@example.org').expect(401);
    await admin.patch(`/admin/users/${bob.user.id}`, { active: false }).expect(200);
    await attempt('bob@example.org', password).expect(401);
    const entries = await entriesOf('user.sign_in_failed');
    expect(entries.map(({ targetId, details }) => [targetId, details.reason])).toEqual([
      [ann.user.id, 'wrong_password'],
      ['unknown', 'unknown_email'],
      [bob.user.id, 'deactivated'],
    ]);
    expect(entries.map(({ details }) => details.address)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    for (const text of [JSON.stringify(entries), lines.join('')]) {
      expect(text).not.toContain('nobody');
      expect(text).not.toContain(wrongPassword);
    }
  });

  test('repeated failures within a minute are counted in few entries', async () => {
    for (let i = 0; i < 12; i++) await attempt('ann@example.org').expect(401);
    const entries = await entriesOf('user.sign_in_failed');
    expect(totalOf(entries)).toBe(12);
    expect(entries.length).toBeLessThanOrEqual(2);
  });

  test('a wrong current password is recorded', async () => {
    const body = { currentPassword: wrongPassword, newPassword: 'a new long one' };
    await ann.post('/me/password', body).expect(400);
    const entries = await entriesOf('user.password_change_failed');
    expect(entries.map(({ actorId, targetId }) => [actorId, targetId])).toEqual([[ann.user.id, ann.user.id]]);
  });

  test('each sign-out is recorded once, and a sign-out without a session is not', async () => {
    await ann.post('/auth/sign-out').expect(204);
    await ann.post('/auth/sign-out').expect(204);
    const entries = await entriesOf('user.signed_out');
    expect(entries.map(({ actorId }) => actorId)).toEqual([ann.user.id]);
  });

  test('ending other sessions is recorded with their number', async () => {
    for (let i = 0; i < 2; i++) await app.stranger().signIn('ann@example.org');
    await ann.delete('/me/sessions').expect(204);
    const entries = await entriesOf('user.sessions_ended');
    expect(entries.map(({ details }) => details.count)).toEqual([2]);
  });

  test('a role change is recorded once', async () => {
    await admin.patch(`/admin/users/${ann.user.id}`, { role: 'admin' }).expect(200);
    await admin.patch(`/admin/users/${ann.user.id}`, { role: 'admin' }).expect(200);
    expect(await entriesOf('user.changed')).toMatchObject([
      { actorId: admin.user.id, targetId: ann.user.id, details: { role: 'admin' } },
    ]);
  });

  test('a refusal by a role, a policy or an origin is recorded with who and where, not with what', async () => {
    const chat = (await bob.post('/chats', { title: 'Bob alone' }).expect(201)).body as { id: string };
    await ann.get('/admin/users').expect(403);
    await ann.get(`/chats/${chat.id}`).expect(404);
    await ann.get('/chats/missing').expect(404);
    await ann.post('/chats', {}).set('Origin', 'https://evil.example').expect(403);
    const entries = await entriesOf('request.refused');
    expect(entries.map(({ actorId, details }) => [actorId, details.code, details.route])).toEqual([
      [ann.user.id, 'forbidden', 'GET /admin/users'],
      [ann.user.id, 'not_allowed', 'GET /chats/:id'],
      [null, 'forbidden', 'POST'],
    ]);
    const text = JSON.stringify(entries) + lines.join('');
    expect(text).not.toContain(chat.id);
    expect(text).not.toContain('Bob alone');
  });

  test('a refusal over a socket is recorded too', async () => {
    const chat = (await bob.post('/chats', { title: 'Bob alone' }).expect(201)).body as { id: string };
    const socket = await ann.connect();
    await socket.request('chat:watch', { chatId: chat.id });
    socket.close();
    const entries = await entriesOf('request.refused');
    expect(entries.map(({ actorId, details }) => [actorId, details.code, details.route])).toEqual([
      [ann.user.id, 'not_allowed', 'chat:watch'],
    ]);
  });

  test('a thousand refusals of one person within a minute write at most two entries', async () => {
    for (let i = 0; i < 200; i++) await ann.get('/admin/users').expect(403);
    const entries = await entriesOf('request.refused');
    expect(totalOf(entries)).toBe(200);
    expect(entries.length).toBeLessThanOrEqual(2);
    expect(lines.filter((line) => line.includes('request.refused')).length).toBeLessThanOrEqual(2);
  });
});

describe('rate limits in the audit log', () => {
  test('requests over a limit are recorded with their address', async () => {
    const app = await createTestApp({ limited: true });
    const body = { email: 'nobody@example.org', password };
    for (let i = 0; i < 15; i++) await app.stranger().post('/auth/sign-in', body);
    await app.features.recordPending();
    const { store } = app.platform;
    const entries = await store.db.select().from(store.t.auditLog);
    const limited = entries.filter(({ details }) => details.code === 'rate_limited');
    expect(limited[0]).toMatchObject({ actorId: null, action: 'request.refused' });
    expect(limited[0]!.details).toMatchObject({ address: '127.0.0.1', route: 'POST /auth/sign-in' });
    await app.end();
  });
});
