import type { SharedChat } from '#shared/sharing';
import { ApiError } from '../../../api/apiError.ts';
import { call } from '../../../api/call.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';

export type PageStatus = 'loading' | 'open' | 'not_found' | 'pending' | 'failed';
type Socket = Pick<RealtimeSocket, 'on' | 'onReconnect' | 'emit'>;

/** Milliseconds until a failed request to watch the link is repeated. */
const retryMs = 5_000;

const loadSocket = async (): Promise<Socket> => (await import('../../../api/socket.svelte.ts')).socket;

/**
 * A shared chat as its reader sees it.
 *
 * Consistency: when the link is revoked, the text is removed from the page immediately. Events may be missed while
 * the connection is lost, so the link is watched again after every reconnect; the reply shows what was missed. An
 * update of the snapshot is only offered: the text never changes while a viewer reads it.
 */
export class SharedChatPage {
  readonly id: string;
  #chat = $state.raw<SharedChat | null>(null);
  #status = $state<PageStatus>('loading');
  #hasNewVersion = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unsubscribers: (() => void)[] = [];

  constructor(id: string) {
    this.id = id;
  }

  /** Null unless `status` is `open`. */
  get chat(): SharedChat | null {
    return this.#chat;
  }
  get status(): PageStatus {
    return this.#status;
  }
  /** The owner updated the snapshot after it was loaded here. */
  get hasNewVersion(): boolean {
    return this.#hasNewVersion;
  }

  async load(): Promise<void> {
    try {
      this.#chat = await call('GET /shared/:id', { params: { id: this.id } });
      this.#status = 'open';
      this.#hasNewVersion = false;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Follows revocation and updates. The socket's code is loaded only here, after the text is shown. */
  async follow(openSocket: () => Promise<Socket> = loadSocket): Promise<void> {
    const socket = await openSocket();
    this.unfollow();
    this.#unsubscribers = [
      socket.on('share:revoked', ({ id }) => {
        if (id === this.id) this.#close('not_found');
      }),
      socket.on('share:updated', ({ id }) => {
        if (id === this.id) this.#hasNewVersion = true;
      }),
      socket.on('session:ended', ({ reason }) => {
        if (reason === 'signed_out') location.reload();
      }),
      socket.onReconnect(() => void this.#watch(socket)),
    ];
    await this.#watch(socket);
  }

  /** Stops following. */
  unfollow(): void {
    clearTimeout(this.#timer);
    for (const unsubscribe of this.#unsubscribers.splice(0)) unsubscribe();
  }

  /** Copies the chat into the reader's own chats. Resolves with the id of the copy. */
  async continue(): Promise<string> {
    const { chatId } = await call('POST /shared/:id/continue', { params: { id: this.id } });
    return chatId;
  }

  async #watch(socket: Socket): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#status !== 'open') return;
    try {
      const { version } = await socket.emit('share:watch', { id: this.id });
      // An update between loading the text and this reply had no listener.
      if (version !== this.#chat?.version) this.#hasNewVersion = true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') this.#close('not_found');
      else this.#timer = setTimeout(() => void this.#watch(socket), retryMs);
    }
  }

  #fail(error: unknown): void {
    const { status, code } = error instanceof ApiError ? error : { status: 0, code: '' };
    // The app redirects to the sign-in page.
    if (status === 401) return;
    if (status === 404 || status === 400) this.#close('not_found');
    else if (code === 'pending') this.#close('pending');
    // A loaded text remains readable while the server is unreachable.
    else if (this.#chat === null) this.#status = 'failed';
  }

  #close(status: PageStatus): void {
    this.#chat = null;
    this.#status = status;
  }
}
