import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/app.ts';
import { password } from '../support/person.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user', LOG_LEVEL: 'silent' } });
  await app.person('Admin');
});
afterAll(() => app.end());

describe('a socket', () => {
  test('is closed with its session when the password changes elsewhere, and hears nothing any more', async () => {
    const bob = await app.person('Bob');
    const thief = app.stranger();
    await thief.signIn('bob@example.org');
    const [stolen, own] = [await thief.connect(), await bob.connect()];
    await bob.post('/me/password', { currentPassword: password, newPassword: 'a new long one' }).expect(204);
    await bob.post('/chats', { title: 'For Bob alone' }).expect(201);
    await own.hears('chat:updated');
    await stolen.isClosed();
    expect(stolen.heard).toEqual([{ name: 'session:ended', payload: { reason: 'signed_out' } }]);
    own.close();
  });

  test('is closed when someone else signs in over its session', async () => {
    const cleo = await app.person('Cleo');
    await app.person('Dora');
    const tab = await cleo.connect();
    await cleo.signIn('dora@example.org');
    await tab.isClosed();
    expect(tab.all('session:ended')).toEqual([{ reason: 'signed_out' }]);
  });
});

test('a database that fails for a moment does not end the process', async () => {
  const { signals, store } = app.platform;
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  const { db } = store;
  const broken = new Proxy(db, {
    get() {
      throw new Error('The database is away.');
    },
  });
  Object.defineProperty(store, 'db', { value: broken, configurable: true, writable: true });
  signals.emit('link:changed', { chatId: 'a', ownerId: 'b' });
  signals.emit('user:changed', { userId: 'b' });
  signals.emit('settings:changed', { keys: [] });
  Object.defineProperty(store, 'db', { value: db, configurable: true, writable: true });
  // Rejections that nobody handles are told once all microtasks are done.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
