import type { ChatSummary } from '#shared/chats';
import { call } from '../../../api/call.ts';
import { PagedList } from '../../../api/pagedList.svelte.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';

/**
 * The archived chats and the search among them.
 * Consistency: while watched, changes made in other tabs are applied to the list.
 */
export class ArchivedChats {
  #query = $state('');
  readonly #list = new PagedList<ChatSummary>(({ cursor, limit }, signal) =>
    call('GET /chats', { query: { cursor, limit, archived: 'true', query: this.#query } }, { signal }),
  );

  get list(): PagedList<ChatSummary> {
    return this.#list;
  }
  get query(): string {
    return this.#query;
  }

  async search(query: string): Promise<void> {
    this.#query = query.trim();
    await this.#list.load();
  }

  /** Reads the list and applies changes from the server. Returns a function that stops it. */
  watch(socket: Pick<RealtimeSocket, 'on' | 'onReconnect'>): () => void {
    void this.#list.load();
    const refresh = (): void => void this.#list.refresh();
    const stops = [
      socket.on('chat:updated', ({ chat }) => {
        if (!chat.archived) this.#list.remove(chat.id);
        else if (this.#list.items.some(({ id }) => id === chat.id)) this.#list.put(chat);
        else refresh();
      }),
      socket.on('chat:deleted', ({ chatId }) => this.#list.remove(chatId)),
      socket.on('chats:changed', refresh),
      socket.onReconnect(refresh),
    ];
    return () => {
      for (const stop of stops) stop();
      this.#list.reset();
    };
  }
}
