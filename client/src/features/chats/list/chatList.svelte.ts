import type { ChatSummary } from '#shared/chats';
import { call } from '../../../api/call.ts';
import { PagedList } from '../../../api/pagedList.svelte.ts';
import type { RealtimeSocket } from '../../../api/socket.svelte.ts';
import { now } from '../../../ui/clock.ts';
import { chatGroups, startOfDay } from './chatGroups.ts';
import type { ChatGroup } from './chatGroups.ts';
import { readPinned, withChat } from './chatOrder.ts';

/** The fields that can be changed from a list. */
export type ChatChange = Partial<Pick<ChatSummary, 'title' | 'pinned' | 'archived'>>;

/**
 * The chats of the sidebar: the pinned ones, then the loaded part of the others; or the results of a search.
 * Consistency: a change is shown immediately and rolled back when the server refuses it. Changes from other tabs are
 * applied in place; the lists are read again only when the server requests it or changes may have been missed.
 */
export class ChatList {
  #pinned = $state.raw<readonly ChatSummary[]>([]);
  #query = $state('');
  readonly #recent = new PagedList<ChatSummary>(({ cursor, limit }, signal) =>
    call('GET /chats', { query: { cursor, limit, pinned: 'false' } }, { signal }),
  );
  readonly #results = new PagedList<ChatSummary>(({ cursor, limit }, signal) =>
    call('GET /chats', { query: { cursor, limit, query: this.#query } }, { signal }),
  );
  // Changes once a day, and the groups change with it.
  readonly #today = $derived(startOfDay(now()));
  readonly #groups = $derived(chatGroups(this.#recent.items, this.#today));
  #started = false;
  readonly #socket: Pick<RealtimeSocket, 'on' | 'onReconnect'>;

  constructor(socket: Pick<RealtimeSocket, 'on' | 'onReconnect'>) {
    this.#socket = socket;
  }

  get pinned(): readonly ChatSummary[] {
    return this.#pinned;
  }
  /** The chats that are not pinned, grouped by date. */
  get groups(): readonly ChatGroup[] {
    return this.#groups;
  }
  /** The search results; empty without a search. */
  get results(): readonly ChatSummary[] {
    return this.#results.items;
  }
  /** The search query; empty without a search. */
  get query(): string {
    return this.#query;
  }
  /** Whether the lists have been read and there are no chats. */
  get empty(): boolean {
    return this.#recent.loaded && this.#recent.items.length === 0 && this.#pinned.length === 0;
  }
  get loaded(): boolean {
    return this.#visibleList.loaded;
  }
  /** Whether a search is running. */
  get searching(): boolean {
    return this.#query !== '' && this.#results.loading;
  }
  get hasMore(): boolean {
    return this.#visibleList.hasMore;
  }
  get error(): unknown {
    return this.#visibleList.error;
  }

  /** Reads the lists and applies changes from the server from now on. Has an effect only once. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#socket.on('chat:updated', ({ chat }) => this.apply(chat));
    this.#socket.on('chat:deleted', ({ chatId }) => this.#removeLocally(chatId));
    this.#socket.on('chats:changed', () => void this.refresh());
    this.#socket.onReconnect(() => void this.refresh());
    void this.refresh();
  }

  /** Reads all visible lists again, in place. */
  async refresh(): Promise<void> {
    const results = this.#query === '' ? Promise.resolve() : this.#results.refresh();
    await Promise.all([this.#readPinned(), this.#recent.refresh(), results]);
  }

  /** Loads the next page; rejects when it cannot be read. */
  loadMore = (): Promise<void> => this.#visibleList.loadMore();

  /** Searches titles and messages; an empty query ends the search. */
  async search(query: string): Promise<void> {
    const trimmed = query.trim();
    if (trimmed === this.#query) return;
    if (trimmed === '' || this.#query === '') this.#results.reset();
    this.#query = trimmed;
    if (trimmed !== '') await this.#results.load();
  }

  /** Returns the chat from the loaded lists; undefined when it is in none. */
  get(id: string): ChatSummary | undefined {
    return [this.#pinned, this.#recent.items, this.#results.items]
      .flatMap((rows) => rows.filter((chat) => chat.id === id))
      .at(0);
  }

  /** Changes a chat, in the lists immediately. Rolls back and rejects when the server refuses. */
  async change(chat: ChatSummary, change: ChatChange): Promise<void> {
    this.apply({ ...chat, ...change });
    try {
      this.apply(await call('PATCH /chats/:id', { params: { id: chat.id }, body: change }));
    } catch (error) {
      this.apply(chat);
      throw error;
    }
  }

  /** Deletes a chat, from the lists immediately. Restores it and rejects when the server refuses. */
  async remove(chat: ChatSummary): Promise<void> {
    this.#removeLocally(chat.id);
    try {
      await call('DELETE /chats/:id', { params: { id: chat.id } });
    } catch (error) {
      this.apply(chat);
      throw error;
    }
  }

  /** Updates a chat in all lists, and moves it to the list and position where it belongs. */
  apply(chat: ChatSummary): void {
    const listName = chat.archived ? 'archived' : chat.pinned ? 'pinned' : 'recent';
    this.#pinned = withChat(this.#pinned, chat, listName === 'pinned', false);
    this.#recent.edit((rows) => withChat(rows, chat, listName === 'recent', this.#recent.hasMore));
    if (chat.archived) this.#results.remove(chat.id);
    else this.#results.put(chat);
  }

  get #visibleList(): PagedList<ChatSummary> {
    return this.#query === '' ? this.#recent : this.#results;
  }

  #removeLocally(id: string): void {
    this.#pinned = this.#pinned.filter((chat) => chat.id !== id);
    this.#recent.remove(id);
    this.#results.remove(id);
  }

  async #readPinned(): Promise<void> {
    try {
      this.#pinned = await readPinned();
    } catch {
      // The list of the other chats shows that the server cannot be reached.
    }
  }
}
