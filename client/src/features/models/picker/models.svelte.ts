import type { Model } from '#shared/models';
import type { demoModelId } from '#shared/models';
import { call } from '../../../api/call.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';

// Written out, not imported: the contract's module carries the schema library.
const demoModel: typeof demoModelId = 'parley-demo';

export const isDemo = (id: string): boolean => id === demoModel;

/** The models one can ask, as the server last said. */
export class Models {
  #items = $state.raw<readonly Model[]>([]);
  #defaultModel = $state<string | null>(null);
  #loaded = $state(false);
  #error = $state.raw<unknown>(null);
  #started = false;
  readonly #socket: Pick<RealtimeSocket, 'on' | 'onReconnect'>;

  constructor(socket: Pick<RealtimeSocket, 'on' | 'onReconnect'>) {
    this.#socket = socket;
  }

  get items(): readonly Model[] {
    return this.#items;
  }
  get loaded(): boolean {
    return this.#loaded;
  }
  /** Why the models could not be read; null when they could. */
  get error(): unknown {
    return this.#error;
  }

  /** Reads the models and listens for news, once. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#socket.on('config:changed', () => void this.refresh());
    this.#socket.onReconnect(() => void this.refresh());
    void this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      const { items, defaultModel } = await call('GET /models');
      this.#items = items;
      this.#defaultModel = defaultModel;
      this.#loaded = true;
      this.#error = null;
    } catch (error) {
      this.#error = error;
    }
  }

  /** The name of a model, also of one that is gone. */
  nameOf(id: string): string {
    return this.#items.find((model) => model.id === id)?.name ?? id;
  }

  /** The model that answers when `wanted` is asked for: the default one where it is gone. */
  modelFor = (wanted: string | null): string | null => {
    const there = wanted !== null && (!this.#loaded || this.#items.some((model) => model.id === wanted));
    return there ? wanted : this.#defaultModel;
  };
}
