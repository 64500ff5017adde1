import { EventEmitter } from 'node:events';

/** Events that one feature emits for the others, so that they do not depend on each other. */
export interface SignalMap {
  'chat:deleted': { chatId: string; ownerId: string };
  /** A new account exists: someone signed up or was invited. */
  'user:registered': { userId: string };
  'user:changed': { userId: string };
  'settings:changed': { keys: string[] };
  'link:changed': { chatId: string; ownerId: string };
}

type Listener<P> = (payload: P) => void | Promise<void>;

export class Signals {
  #emitter = new EventEmitter();
  #onError: (error: unknown, name: string) => void;

  /** `onError` receives the errors of listeners: nobody awaits listeners, and an error must not end the process. */
  constructor(onError: (error: unknown, name: string) => void = () => undefined) {
    this.#onError = onError;
  }

  on<N extends keyof SignalMap>(name: N, listener: Listener<SignalMap[N]>): void {
    this.#emitter.on(name, async (payload: SignalMap[N]) => {
      try {
        await listener(payload);
      } catch (error) {
        this.#onError(error, name);
      }
    });
  }

  /** Emit only after the transaction has committed: listeners read the database. */
  emit<N extends keyof SignalMap>(name: N, payload: SignalMap[N]): void {
    this.#emitter.emit(name, payload);
  }
}
