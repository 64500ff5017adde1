import type { ServerEvent, ServerPayload } from '#shared/socketEvents';

type Handler = (payload: never) => void;

/** A socket whose server is the test. */
export class FakeSocket {
  connected = false;
  readonly #handlers = new Map<ServerEvent, Set<Handler>>();
  readonly #hooks = new Set<() => void>();
  readonly #refusals = new Set<() => void>();

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
    this.#hooks.add(hook);
    return () => this.#hooks.delete(hook);
  };
  onRefused = (hook: () => void): (() => void) => {
    this.#refusals.add(hook);
    return () => this.#refusals.delete(hook);
  };

  deliver<N extends ServerEvent>(name: N, payload: ServerPayload<N>): void {
    for (const handler of this.#handlers.get(name) ?? []) handler(payload as never);
  }
  refuse(): void {
    for (const hook of this.#refusals) hook();
  }
  reconnect(): void {
    for (const hook of this.#hooks) hook();
  }
}
