import { EventEmitter } from 'node:events';

/** What one feature tells the others after it happened, so that they need not know each other. */
export interface SignalMap {
  'chat:deleted': { chatId: string; ownerId: string };
  'user:changed': { userId: string };
  'settings:changed': { keys: string[] };
  'link:changed': { chatId: string; ownerId: string };
}

export class Signals {
  #emitter = new EventEmitter();

  on<N extends keyof SignalMap>(name: N, listener: (payload: SignalMap[N]) => void): void {
    this.#emitter.on(name, listener);
  }

  /** Call after the transaction has committed: listeners read the database. */
  emit<N extends keyof SignalMap>(name: N, payload: SignalMap[N]): void {
    this.#emitter.emit(name, payload);
  }
}
