import { EventEmitter } from 'node:events';

/** What one feature tells the others after it happened, so that they need not know each other. */
export interface SignalMap {
  'chat:deleted': { chatId: string; ownerId: string };
  'user:changed': { userId: string };
  'settings:changed': { keys: string[] };
  'link:changed': { chatId: string; ownerId: string };
}

type Listener<P> = (payload: P) => void | Promise<void>;

export class Signals {
  #emitter = new EventEmitter();
  #failed: (error: unknown, name: string) => void;

  /** `failed` hears of listeners that fail: nobody waits for them, and they must not end the process. */
  constructor(failed: (error: unknown, name: string) => void = () => undefined) {
    this.#failed = failed;
  }

  on<N extends keyof SignalMap>(name: N, listener: Listener<SignalMap[N]>): void {
    this.#emitter.on(name, async (payload: SignalMap[N]) => {
      try {
        await listener(payload);
      } catch (error) {
        this.#failed(error, name);
      }
    });
  }

  /** Call after the transaction has committed: listeners read the database. */
  emit<N extends keyof SignalMap>(name: N, payload: SignalMap[N]): void {
    this.#emitter.emit(name, payload);
  }
}
