import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { limits } from '#shared/limits';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { password } from '../../support/person.ts';

/** The client's WebSocket below Socket.io. */
interface Wire {
  _socket: { pause(): void; resume(): void };
  send(text: string): void;
}

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user', LOG_LEVEL: 'silent' } });
  await app.person('Admin');
});
afterAll(() => app.end());

describe('sockets', () => {
  test('a socket is closed with its session when the password changes, and receives no more events', async () => {
    const bob = await app.person('Bob');
    const thief = app.stranger();
    await thief.signIn('bob@example.org');
    const [stolen, own] = [await thief.connect(), await bob.connect()];
    await bob.post('/me/password', { currentPassword: password, newPassword: 'a new long one' }).expect(204);
    // A copy of the cookie may have opened a socket of this session too, so its tabs reconnect with the new one.
    await own.waitUntilClosed();
    const again = await bob.connect();
    await bob.post('/chats', { title: 'For Bob alone' }).expect(201);
    await again.waitFor('chat:updated');
    await stolen.waitUntilClosed();
    expect(stolen.received).toEqual([{ name: 'session:ended', payload: { reason: 'signed_out' } }]);
    expect(own.received).toEqual([{ name: 'session:ended', payload: { reason: 'session_renewed' } }]);
    again.close();
  });

  test('a socket is closed when another person signs in on its session', async () => {
    const cleo = await app.person('Cleo');
    await app.person('Dora');
    const tab = await cleo.connect();
    await cleo.signIn('dora@example.org');
    await tab.waitUntilClosed();
    expect(tab.payloads('session:ended')).toEqual([{ reason: 'signed_out' }]);
  });

  test('a socket that sends requests without reading replies is closed before it fills the memory', async () => {
    const eve = await app.person('Eve');
    const { body: chat } = await eve.post('/chats', {}).expect(201);
    const { body: asked } = await eve.post(`/chats/${chat.id}/messages`, { content: 'Hi' }).expect(201);
    await eve.post(`/chats/${chat.id}/stop`).expect(202);
    const messageId = asked.answer.id as string;
    const content = 'x'.repeat(limits.messageContent);
    await eve.patch(`/chats/${chat.id}/messages/${messageId}`, { content }).expect(200);
    const connections: Socket[] = [];
    app.http.on('connection', (connection) => connections.push(connection));
    const tab = await eve.connect();
    const serverSide = connections.at(-1)!;
    const wire = (tab.raw.io.engine.transport as unknown as { ws: Wire }).ws;
    wire._socket.pause();
    for (let i = 0; i < 1_000; i++)
      wire.send(`42${i}["message:resume",{"messageId":"${messageId}","offset":0}]`);
    if (!serverSide.destroyed) await once(serverSide, 'close');
    wire._socket.resume();
    await tab.waitUntilClosed();
  });

  test.each([
    ['nested lists', `["chat:watch",${'['.repeat(1_500)}${']'.repeat(1_500)}]`],
    ['short events', '["nothing",{}]'],
  ])('a socket that sends %s without pause is closed', async (what, event) => {
    const flooder = await app.person(what.replace(' ', ''));
    const tab = await flooder.connect();
    const wire = (tab.raw.io.engine.transport as unknown as { ws: Wire }).ws;
    for (let i = 0; i < 2_500; i++) wire.send(`42${event}`);
    await tab.waitUntilClosed();
  });

  test('an event longer than any of the product closes its socket', async () => {
    const sender = await app.person('Sender');
    const tab = await sender.connect();
    const wire = (tab.raw.io.engine.transport as unknown as { ws: Wire }).ws;
    wire.send(`42["chat:watch",{"chatId":"${'a'.repeat(10_000)}"}]`);
    await tab.waitUntilClosed();
  });
});

test('a temporary database failure does not end the process', async () => {
  const { signals, store } = app.platform;
  const unhandled: unknown[] = [];
  const record = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', record);
  const { db } = store;
  const broken = new Proxy(db, {
    get() {
      throw new Error('The database is unavailable.');
    },
  });
  Object.defineProperty(store, 'db', { value: broken, configurable: true, writable: true });
  signals.emit('link:changed', { chatId: 'a', ownerId: 'b' });
  signals.emit('user:changed', { userId: 'b' });
  signals.emit('settings:changed', { keys: [] });
  Object.defineProperty(store, 'db', { value: db, configurable: true, writable: true });
  // Unhandled rejections are reported once all microtasks are done.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', record);
  expect(unhandled).toEqual([]);
});
