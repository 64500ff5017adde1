import type { Model } from '#shared/models';
import type { demoModelId } from '#shared/models';
import { call } from '../../../api/call.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';

// Repeated instead of imported: the contract's module would bring the schema library into the browser.
const demoModel: typeof demoModelId = 'parley-demo';

export const isDemo = (id: string): boolean => id === demoModel;

/** The available models, as last read from the server. */
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
  /** Why the models could not be loaded; null when they were. */
  get error(): unknown {
    return this.#error;
  }

  /** Loads the models and keeps them up to date; later calls do nothing. */
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

  /** Returns the name of a model, or its id when it is no longer available. */
  nameOf(id: string): string {
    return this.#items.find((model) => model.id === id)?.name ?? id;
  }

  /** Returns the requested model, or the default one when it is not available. */
  modelFor = (requested: string | null): string | null => {
    const available = !this.#loaded || this.#items.some((model) => model.id === requested);
    return requested !== null && available ? requested : this.#defaultModel;
  };
}
