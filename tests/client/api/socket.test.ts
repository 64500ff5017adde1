import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RealtimeSocket } from '../../../client/src/api/socket.svelte.ts';

type Handler = (argument?: unknown) => void;

/** What the library gives us, as far as we use it. */
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
  happen(name: string, argument?: unknown): void {
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

describe('a connection that is refused', () => {
  test('is said to be, and asked for again later', () => {
    const refused = jest.fn();
    socket.onRefused(refused);
    connection.happen('connect_error');
    expect(refused).toHaveBeenCalledTimes(1);
    expect(connection.connects).toBe(0);
    jest.advanceTimersByTime(10_000);
    expect(connection.connects).toBe(1);
  });

  test('is left alone after signing out', () => {
    connection.happen('connect_error');
    socket.disconnect();
    jest.advanceTimersByTime(60_000);
    expect(connection.connects).toBe(0);
  });

  test('is something else than a lost network, from which the library comes back itself', () => {
    const refused = jest.fn();
    socket.onRefused(refused);
    connection.active = true;
    connection.happen('connect_error');
    jest.advanceTimersByTime(60_000);
    expect(refused).not.toHaveBeenCalled();
    expect(connection.connects).toBe(0);
  });
});
