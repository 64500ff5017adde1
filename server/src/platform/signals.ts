import { EventEmitter } from 'node:events';

/** Events that one feature emits for the others, so that they do not depend on each other. */
export interface SignalMap {
  'chat:deleted': { chatId: string; ownerId: string };
  /** A new account exists: someone signed up or was invited. */
  'user:registered': { userId: string };
  'user:changed': { userId: string };
  'settings:changed': { keys: string[] };
  'link:changed': { chatId: string; ownerId: string };
  /** People may have lost access to these links. */
  'links:restricted': { ids: string[] };
}

/** A signal on its way to other nodes. */
export type RemoteSignal = { [N in keyof SignalMap]: { name: N; payload: SignalMap[N] } }[keyof SignalMap];

/** Carries signals between nodes. */
interface SignalCarrier {
  publish(signal: RemoteSignal): void;
  onSignal(listener: (signal: RemoteSignal) => void): void;
}

type Listener<P> = (payload: P) => void | Promise<void>;

export class Signals {
  #here = new EventEmitter();
  #everywhere = new EventEmitter();
  #carrier: SignalCarrier;
  #onError: (error: unknown, name: string) => void;

  /** `onError` receives the errors of listeners: nobody awaits listeners, and an error must not end the process. */
  constructor(carrier: SignalCarrier, onError: (error: unknown, name: string) => void = () => undefined) {
    this.#carrier = carrier;
    this.#onError = onError;
    carrier.onSignal(({ name, payload }) => this.#everywhere.emit(name, payload));
  }

  /** Listens on the node that emits the signal. For work that must be done once, such as sending an event to browsers. */
  on<N extends keyof SignalMap>(name: N, listener: Listener<SignalMap[N]>): void {
    this.#here.on(name, this.#guarded(name, listener));
  }

  /** Listens on every node. For what each node has in memory. */
  onEveryNode<N extends keyof SignalMap>(name: N, listener: Listener<SignalMap[N]>): void {
    this.#everywhere.on(name, this.#guarded(name, listener));
  }

  /** Emit only after the transaction has committed: listeners read the database. */
  emit<N extends keyof SignalMap>(name: N, payload: SignalMap[N]): void {
    this.#here.emit(name, payload);
    this.#everywhere.emit(name, payload);
    this.#carrier.publish({ name, payload } as RemoteSignal);
  }

  #guarded<N extends keyof SignalMap>(name: N, listener: Listener<SignalMap[N]>) {
    return async (payload: SignalMap[N]) => {
      try {
        await listener(payload);
      } catch (error) {
        this.#onError(error, name);
      }
    };
  }
}
