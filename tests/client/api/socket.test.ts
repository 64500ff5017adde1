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
  onAny = (): void => undefined;
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

describe('a refused connection', () => {
  test('is reported and tried again later', () => {
    const refused = jest.fn();
    socket.onRefused(refused);
    connection.emitEvent('connect_error');
    expect(refused).toHaveBeenCalledTimes(1);
    expect(connection.connects).toBe(0);
    jest.advanceTimersByTime(10_000);
    expect(connection.connects).toBe(1);
  });

  test('is not tried again after signing out', () => {
    connection.emitEvent('connect_error');
    socket.disconnect();
    jest.advanceTimersByTime(60_000);
    expect(connection.connects).toBe(0);
  });

  test('is not reported for a network failure, after which the library itself reconnects', () => {
    const refused = jest.fn();
    socket.onRefused(refused);
    connection.active = true;
    connection.emitEvent('connect_error');
    jest.advanceTimersByTime(60_000);
    expect(refused).not.toHaveBeenCalled();
    expect(connection.connects).toBe(0);
  });
});
