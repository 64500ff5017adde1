import { EventEmitter } from 'node:events';
import { afterEach, expect, jest, test } from '@jest/globals';
import type { Ack } from '#shared/socketEvents';
import { notFound } from '../../../server/src/platform/errors.ts';
import { createRateLimits } from '../../../server/src/platform/http/rateLimits.ts';
import { createLog } from '../../../server/src/platform/log.ts';
import { Metrics } from '../../../server/src/platform/metrics/metrics.ts';
import type { Actor } from '../../../server/src/platform/policy.ts';
import { on, type AppSocket, type SocketContext } from '../../../server/src/platform/sockets/on.ts';
import { SerialQueue } from '../../../server/src/platform/sockets/serialQueue.ts';

const actor: Actor = { id: 'ann', name: 'Ann', email: 'ann@example.org', role: 'user' };
afterEach(() => void jest.restoreAllMocks());

function createContext() {
  const socket = Object.assign(new EventEmitter(), { connected: true, data: { userId: actor.id } });
  const context: SocketContext = {
    socket: socket as unknown as AppSocket,
    log: createLog('silent'),
    metrics: new Metrics(),
    queue: new SerialQueue(),
    eventLimit: createRateLimits().socketEvent,
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

test('a limited event is refused after too many in one window, on whichever socket of the person', async () => {
  const { share } = createRateLimits();
  const [first, second] = [createContext(), createContext()];
  for (const { context } of [first, second]) {
    on(context, 'chat:unwatch', { limit: share }, () => Promise.resolve(undefined));
    on(context, 'share:unwatch', () => Promise.resolve(undefined));
  }
  for (let i = 0; i < 30; i++) {
    for (const { send } of [first, second])
      expect((await send('chat:unwatch', { chatId: 'one' })).ok).toBe(true);
  }
  expect(await second.send('chat:unwatch', { chatId: 'one' })).toEqual({
    ok: false,
    error: { code: 'rate_limited', message: expect.stringContaining('Too many') },
  });
  expect((await second.send('share:unwatch', { id: 'x'.repeat(32) })).ok).toBe(true);
});

test('a limit of failures counts no success', async () => {
  const { shareLookUp } = createRateLimits();
  const { context, send } = createContext();
  let isFailing = false;
  on(context, 'chat:unwatch', { limit: shareLookUp }, () =>
    isFailing ? Promise.reject(notFound()) : Promise.resolve(undefined),
  );
  const unwatch = async () => {
    const ack = await send('chat:unwatch', { chatId: 'one' });
    return ack.ok ? 'ok' : ack.error.code;
  };
  for (let i = 0; i < 121; i++) expect(await unwatch()).toBe('ok');
  isFailing = true;
  for (let i = 0; i < 120; i++) expect(await unwatch()).toBe('not_found');
  expect(await unwatch()).toBe('rate_limited');
});
