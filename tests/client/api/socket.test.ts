import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RealtimeSocket } from '../../../client/src/api/socket.svelte.ts';

type Handler = (argument?: unknown) => void;

/** The parts of the library's connection that are used. */
class FakeConnection {
  active = false;
  connects = 0;
  readonly #handlers: Record<string, Handler> = {};
  on = (name: string, handler: Handler): void => {
    this.#handlers[name] = handler;
  };
  onAny = (handler: (name: string, payload: unknown) => void): void => {
    this.sendEvent = handler;
  };
  /** Delivers an event of the server. */
  sendEvent: (name: string, payload: unknown) => void = () => undefined;
  connect = (): void => {
    this.connects++;
  };
  disconnect = (): void => undefined;
  removeAllListeners = (): void => undefined;
  emitEvent(name: string, argument?: unknown): void {
    this.#handlers[name]?.(argument);
  }
}

let connection: FakeConnection;
let socket: RealtimeSocket;
beforeEach(async () => {
  jest.useFakeTimers();
  connection = new FakeConnection();
  const library = { io: () => connection };
  socket = new RealtimeSocket((() => Promise.resolve(library)) as never);
  await socket.connect();
});
afterEach(() => {
  socket.reset();
  jest.useRealTimers();
});

describe('refused connections', () => {
  test('a refused connection is reported and tried again later', () => {
    const refused = jest.fn();
    socket.onRefused(refused);
    connection.emitEvent('connect_error');
    expect(refused).toHaveBeenCalledTimes(1);
    expect(connection.connects).toBe(0);
    jest.advanceTimersByTime(10_000);
    expect(connection.connects).toBe(1);
  });

  test('a refused connection is not tried again after signing out', () => {
    connection.emitEvent('connect_error');
    socket.disconnect();
    jest.advanceTimersByTime(60_000);
    expect(connection.connects).toBe(0);
  });

  test('a network failure is not reported as a refused connection, and the library reconnects', () => {
    const refused = jest.fn();
    socket.onRefused(refused);
    connection.active = true;
    connection.emitEvent('connect_error');
    jest.advanceTimersByTime(60_000);
    expect(refused).not.toHaveBeenCalled();
    expect(connection.connects).toBe(0);
  });
});

describe('connections that the server closes', () => {
  const closeBecause = (reason: string) => {
    connection.sendEvent('session:ended', { reason });
    connection.emitEvent('disconnect', 'io server disconnect');
  };

  test('after a sign-out the tab does not reconnect', () => {
    closeBecause('signed_out');
    jest.advanceTimersByTime(60_000);
    expect(connection.connects).toBe(0);
  });

  test('after a renewed session the tab reconnects, but not before its new cookie has arrived', () => {
    closeBecause('session_renewed');
    jest.advanceTimersByTime(900);
    expect(connection.connects).toBe(0);
    jest.advanceTimersByTime(200);
    expect(connection.connects).toBe(1);
  });
});

describe('live updates that pause', () => {
  test('what was missed is read once they go on, at a random moment of a few seconds', () => {
    const hook = jest.fn();
    socket.onReconnect(hook);
    connection.emitEvent('connect');
    connection.sendEvent('live:changed', { paused: true });
    expect(socket.paused).toBe(true);
    expect(hook).not.toHaveBeenCalled();
    connection.sendEvent('live:changed', { paused: false });
    expect(socket.paused).toBe(false);
    jest.advanceTimersByTime(3_000);
    expect(hook).toHaveBeenCalledTimes(1);
  });

  test('a connection to another node is not paused', () => {
    connection.emitEvent('connect');
    connection.sendEvent('live:changed', { paused: true });
    connection.emitEvent('disconnect', 'transport close');
    expect(socket.paused).toBe(false);
  });
});
