import type { ServerEvent, ServerPayload } from '#shared/socketEvents';

type Handler = (payload: never) => void;

/** A realtime socket on which the test sends the server's events. */
export class FakeSocket {
  connected = false;
  paused = false;
  readonly #handlers = new Map<ServerEvent, Set<Handler>>();
  readonly #reconnectHooks = new Set<() => void>();
  readonly #refusalHooks = new Set<() => void>();

  connect = async (): Promise<void> => {
    this.connected = true;
  };
  disconnect = (): void => {
    this.connected = false;
  };
  on = <N extends ServerEvent>(name: N, handler: (payload: ServerPayload<N>) => void): (() => void) => {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers.add(handler));
    return () => handlers.delete(handler);
  };
  onReconnect = (hook: () => void): (() => void) => {
    this.#reconnectHooks.add(hook);
    return () => this.#reconnectHooks.delete(hook);
  };
  onRefused = (hook: () => void): (() => void) => {
    this.#refusalHooks.add(hook);
    return () => this.#refusalHooks.delete(hook);
  };

  deliver<N extends ServerEvent>(name: N, payload: ServerPayload<N>): void {
    for (const handler of this.#handlers.get(name) ?? []) handler(payload as never);
  }
  refuse(): void {
    for (const hook of this.#refusalHooks) hook();
  }
  reconnect(): void {
    for (const hook of this.#reconnectHooks) hook();
  }
}
