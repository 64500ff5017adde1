import { EventEmitter } from 'node:events';
import { afterEach, expect, jest, test } from '@jest/globals';
import type { Ack } from '#shared/socketEvents';
import { createLog } from '../../../server/src/platform/log.ts';
import type { Actor } from '../../../server/src/platform/policy.ts';
import { on, type AppSocket, type SocketContext } from '../../../server/src/platform/sockets/on.ts';
import { SerialQueue } from '../../../server/src/platform/sockets/serialQueue.ts';

const actor: Actor = { id: 'ann', name: 'Ann', email: 'ann@example.org', role: 'user' };
afterEach(() => void jest.restoreAllMocks());

function createContext() {
  const socket = Object.assign(new EventEmitter(), { connected: true });
  const context: SocketContext = {
    socket: socket as unknown as AppSocket,
    log: createLog('silent'),
    queue: new SerialQueue(),
    actor: () => Promise.resolve(actor),
  };
  const send = (name: string, payload: unknown) =>
    new Promise<Ack<unknown>>((resolve) => socket.emit(name, payload, resolve));
  return { context, send };
}

test('an event is handled and acknowledged', async () => {
  const { context, send } = createContext();
  const handled: unknown[] = [];
  on(context, 'chat:unwatch', async (payload, by) => void handled.push([payload, by.id]));
  expect(await send('chat:unwatch', { chatId: 'one' })).toEqual({ ok: true });
  expect(handled).toEqual([[{ chatId: 'one' }, 'ann']]);
});

test('an invalid event is refused without calling its handler', async () => {
  const { context, send } = createContext();
  on(context, 'chat:unwatch', () => Promise.reject(new Error('called')));
  expect(await send('chat:unwatch', { chatId: 7 })).toMatchObject({ error: { code: 'invalid_request' } });
});

test('a limited event is refused after too many in one window, and allowed again in the next', async () => {
  const { context, send } = createContext();
  const clock = jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
  const limit = { events: 2, windowMs: 60_000, message: 'Too many.' };
  on(context, 'chat:unwatch', { limit }, () => Promise.resolve(undefined));
  on(context, 'share:unwatch', () => Promise.resolve(undefined));
  const unwatch = async () => (await send('chat:unwatch', { chatId: 'one' })).ok;
  expect([await unwatch(), await unwatch()]).toEqual([true, true]);
  expect(await send('chat:unwatch', { chatId: 'one' })).toEqual({
    ok: false,
    error: { code: 'rate_limited', message: 'Too many.' },
  });
  expect((await send('share:unwatch', { id: 'x'.repeat(32) })).ok).toBe(true);
  clock.mockReturnValue(1_060_001);
  expect(await unwatch()).toBe(true);
});
