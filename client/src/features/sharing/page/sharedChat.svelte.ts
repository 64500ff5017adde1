import type { SharedChat } from '#shared/sharing';
import { ApiError } from '../../../api/apiError.ts';
import { call } from '../../../api/call.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';

export type Standing = 'loading' | 'open' | 'missing' | 'pending' | 'failed';

/** Milliseconds between two tries to follow the link when the connection does not come about. */
const retryMs = 5_000;

/**
 * A shared chat as a reader has it open. Once it is taken back the text leaves the page at once; after a lost
 * connection it is asked for again, because a revocation may have been missed.
 */
export class OpenSharedChat {
  readonly id: string;
  #chat = $state.raw<SharedChat | null>(null);
  #standing = $state<Standing>('loading');
  #newVersion = $state(false);
  #socket: RealtimeSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Null unless `standing` is `open`. */
  get chat(): SharedChat | null {
    return this.#chat;
  }
  get standing(): Standing {
    return this.#standing;
  }
  /** The owner refreshed the snapshot since it was read here. */
  get hasNewVersion(): boolean {
    return this.#newVersion;
  }

  async load(): Promise<void> {
    try {
      this.#chat = await call('GET /shared/:id', { params: { id: this.id } });
      this.#standing = 'open';
      this.#newVersion = false;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Hears of revocation and updates from now on. The socket's code is loaded only here, after the text is shown. */
  async follow(): Promise<void> {
    const { socket } = await import('../../../api/socket.svelte.ts');
    this.#socket = socket;
    socket.on('share:revoked', ({ id }) => id === this.id && this.#leave('missing'));
    socket.on('share:updated', ({ id }) => {
      if (id === this.id) this.#newVersion = true;
    });
    socket.on('session:ended', ({ reason }) => {
      if (reason === 'signed_out') location.reload();
    });
    socket.onReconnect(() => void this.#watch());
    await this.#watch();
  }

  /** Copies the chat into the reader's own. Resolves with the id of the copy. */
  async continue(): Promise<string> {
    const { chatId } = await call('POST /shared/:id/continue', { params: { id: this.id } });
    return chatId;
  }

  async #watch(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#standing !== 'open') return;
    try {
      const now = await this.#socket?.emit('share:watch', { id: this.id });
      // What happened before the link was followed was heard by nobody.
      if (now && now.version !== this.#chat?.version) this.#newVersion = true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') this.#leave('missing');
      else this.#timer = setTimeout(() => void this.#watch(), retryMs);
    }
  }

  #fail(error: unknown): void {
    const { status, code } = error instanceof ApiError ? error : { status: 0, code: '' };
    if (status === 401) return;
    if (status === 404 || status === 400) this.#leave('missing');
    else if (code === 'pending') this.#leave('pending');
    // A reader who has it open keeps it while the server is out of reach.
    else if (this.#chat === null) this.#standing = 'failed';
  }

  #leave(standing: Standing): void {
    this.#chat = null;
    this.#standing = standing;
  }
}
